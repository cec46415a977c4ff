/** What an update has to change: a candidate as HrFlow knows it beside the one that SmartRecruiters has. Pure. */
import { isDeepStrictEqual } from "node:util";
import { known } from "../../known.ts";
import type { CurrentCandidate, SmartrecruitersCandidate, SmartrecruitersLocation } from "./schema.ts";

/** The model PersonalDetails. */
export type PersonalDetails = Partial<
  Pick<SmartrecruitersCandidate, "firstName" | "lastName" | "email" | "phoneNumber" | "location" | "web">
>;

/**
 * The personal details that differ. A `location` and a `web` are whole, with what only SmartRecruiters knows: whether
 * PATCH merges them or replaces them is not documented.
 */
export function changedDetails(
  { firstName, lastName, email, phoneNumber, location, web }: SmartrecruitersCandidate,
  current: CurrentCandidate,
): PersonalDetails {
  const wanted = known({
    firstName,
    lastName,
    email: isSameEmail(email, current.email) ? undefined : email,
    phoneNumber,
    location: location && mergeLocation(location, asRecord(current.location)),
    web: web && { ...pick(asRecord(current.web), WEB_MEMBERS), ...web },
  });
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !includes(current[name], value)),
  );
}

/** All tags that the candidate is to have, when some are missing. Capitals do not make another tag. */
export function completedTags(
  { tags = [] }: SmartrecruitersCandidate,
  current: CurrentCandidate,
): string[] | undefined {
  const present = new Set(current.tags.map((tag) => tag.toLowerCase()));
  const missing = tags.filter((tag) => !present.has(tag.toLowerCase()));
  return missing.length > 0 ? [...current.tags, ...missing] : undefined;
}

/** Of education and experience, which one lacks something that HrFlow knows. */
export function outdatedLists(candidate: SmartrecruitersCandidate, current: CurrentCandidate): string[] {
  return (["education", "experience"] as const).filter((list) => {
    const present = Array.isArray(current[list]) ? current[list] : [];
    return candidate[list]?.some((entry) => !present.some((other) => includes(other, entry)));
  });
}

export function isSameEmail(one: string, other: string | null): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

const LEVELS_OF_A_PLACE = [
  ["countryCode", "country"],
  ["regionCode", "region"],
  ["city"],
  ["lat", "lng"],
] as const;
const WEB_MEMBERS = ["skype", "linkedin", "facebook", "twitter", "website"];

/**
 * A location with what HrFlow does not know kept, from the country down to the coordinates, as long as both are the same
 * place: a person who has moved to Lyon is not left with the coordinates of Paris.
 */
function mergeLocation(
  wanted: SmartrecruitersLocation,
  current: Record<string, unknown>,
): SmartrecruitersLocation {
  const merged: Record<string, unknown> = {};
  let isSamePlace = true;
  for (const level of LEVELS_OF_A_PLACE) {
    isSamePlace &&= level.every(
      (member) => wanted[member] === undefined || (current[member] ?? wanted[member]) === wanted[member],
    );
    for (const member of level) {
      merged[member] = wanted[member] ?? (isSamePlace ? current[member] : undefined);
    }
  }
  return known(merged);
}

/** Whether a value of SmartRecruiters' says all that ours says. */
function includes(current: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return isDeepStrictEqual(current, wanted);
  const members = asRecord(current);
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(members[name], value));
}

function pick(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return known(Object.fromEntries(names.map((name) => [name, record[name]])));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
