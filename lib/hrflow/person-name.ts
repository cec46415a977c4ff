import type { Profile } from "./schema.ts";

/**
 * First and last name of a profile. Where HrFlow knows only the full name, its first word is the first name: an ATS that
 * asks for both gets what is known, and nothing invented.
 */
export function personName(info: Profile["info"]): { firstName: string | null; lastName: string | null } {
  const { first_name: firstName, last_name: lastName, full_name: fullName } = info;
  if (firstName !== null || lastName !== null || fullName === null) {
    return { firstName: firstName?.trim() ?? null, lastName: lastName?.trim() ?? null };
  }
  const [first, ...rest] = fullName.trim().split(/\s+/);
  return { firstName: first ?? null, lastName: rest.length > 0 ? rest.join(" ") : null };
}
