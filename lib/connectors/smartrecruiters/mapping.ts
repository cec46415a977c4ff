import { personName } from "../../hrflow/person-name.ts";
import type { Profile } from "../../hrflow/schema.ts";
import { type Known, known } from "../../known.ts";
import { toCountryCode } from "./country-code.ts";
import type {
  SmartrecruitersCandidate,
  SmartrecruitersEducation,
  SmartrecruitersExperience,
  SmartrecruitersLocation,
  SmartrecruitersWeb,
} from "./schema.ts";

/**
 * HrFlow profile → SmartRecruiters candidate. What HrFlow does not know is left out; nothing is invented, a consent least
 * of all.
 *
 * @throws Error when SmartRecruiters could not take such a candidate
 * @see https://developers.smartrecruiters.com/reference/candidatesaddtojob-1 the model CandidateInput
 */
export function toCandidate(profile: Profile): SmartrecruitersCandidate {
  const { info } = profile;
  const { firstName, lastName } = personName(info);
  return {
    firstName: required(firstName, "first name"),
    lastName: required(lastName, "last name"),
    email: required(info.email?.trim(), "e-mail"),
    ...known({
      phoneNumber: info.phone?.trim(),
      location: unlessEmpty(toLocation(info.location)),
      web: unlessEmpty(toWeb(info.urls)),
      tags: [...new Set(profile.tags.flatMap(toTag))],
      education: profile.educations.flatMap(toEducation),
      experience: profile.experiences.flatMap(toExperience),
    }),
  };
}

function required(value: string | null | undefined, name: string): string {
  if (!value) throw new Error(`the profile has no ${name}, which SmartRecruiters requires`);
  return value;
}

function unlessEmpty<T extends object>(fields: T): T | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function toLocation({ fields, lat, lng }: Profile["info"]["location"]): Known<SmartrecruitersLocation> {
  const country = fields.country?.trim() ?? "";
  const countryCode = toCountryCode(country);
  const areCoordinatesKnown = lat !== null && lng !== null;
  return known({
    // A name that is no country's in the languages we know may still tell something; a code that is none does not.
    country: countryCode === undefined && country.length > 3 ? country : undefined,
    countryCode,
    region: fields.state?.trim(),
    city: fields.city?.trim(),
    lat: areCoordinatesKnown ? lat : undefined,
    lng: areCoordinatesKnown ? lng : undefined,
  });
}

/** The first address of each type. Whatever HrFlow calls `linkedIn` is `linkedin` here. */
function toWeb(urls: Profile["info"]["urls"]): Known<SmartrecruitersWeb> {
  const first = (wanted: string) => urls.find(({ type }) => type?.trim().toLowerCase() === wanted)?.url;
  return known({
    skype: first("skype"),
    linkedin: first("linkedin"),
    facebook: first("facebook"),
    twitter: first("twitter"),
    website: first("website"),
  });
}

/** A tag of SmartRecruiters is one string; HrFlow's has a name and a value. */
function toTag({ name, value }: Profile["tags"][number]): string[] {
  if (name.trim() === "" || value === false) return [];
  if (value === null || value === undefined || value === true || value === "") return [name];
  return typeof value === "string" || typeof value === "number" ? [`${name}: ${value}`] : [name];
}

/** Without the two fields that SmartRecruiters requires, an education is left out. */
function toEducation(education: Profile["educations"][number]): SmartrecruitersEducation[] {
  const { school: institution, title: degree } = education;
  if (institution === null || degree === null) return [];
  return [{ institution, degree, ...toPeriod(education) }];
}

/** Dates alone say nothing: an experience has a title, a company or a description. */
function toExperience(experience: Profile["experiences"][number]): SmartrecruitersExperience[] {
  const { title, company, description } = experience;
  if (title === null && company === null && description === null) return [];
  return [{ ...known({ title, company }), ...toPeriod(experience) }];
}

function toPeriod({
  date_start,
  date_end,
  location,
  description,
}: Profile["educations"][number] | Profile["experiences"][number]) {
  return known({
    current: isToday(date_end) ? true : undefined,
    startDate: toWhen(date_start),
    endDate: toWhen(date_end),
    location: location.text ?? location.fields.city,
    description,
  });
}

/** HrFlow's two ways of writing the end of what goes on. */
function isToday(date: string | null): boolean {
  return date !== null && /^(today$|1969-12-31)/i.test(date.trim());
}

/** The day, month or year with which a date begins; undefined for what is no date. */
function toWhen(date: string | null): string | undefined {
  if (date === null || isToday(date)) return undefined;
  const day = /^((?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?)(?:[T ].*)?$/.exec(date.trim())?.[1];
  return day !== undefined && isInCalendar(day) ? day : undefined;
}

function isInCalendar(day: string): boolean {
  const time = Date.parse(day);
  // February 30 is taken for March 1 or 2.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
