import { personName } from "../../hrflow/person-name.ts";
import type { Education, Experience, Location, Profile } from "../../hrflow/schema.ts";
import { known } from "../../known.ts";
import { toResumeText } from "./resume-text.ts";
import type { FlatchrCandidate } from "./schema.ts";

/**
 * HrFlow profile → Flatchr candidate. What HrFlow does not know is left out.
 *
 * @throws Error when Flatchr could not take such a candidate
 * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Creer_un_candidat
 */
export function toCandidate(profile: Profile): FlatchrCandidate {
  const { info } = profile;
  const { firstName, lastName } = personName(info);
  return {
    firstname: required(firstName, "first name, which Flatchr requires"),
    lastname: required(lastName, "last name, which Flatchr requires"),
    email: required(info.email, "e-mail, by which alone its candidate could be found again in Flatchr"),
    ...known({ phone: info.phone, urls: toUrls(info.urls), resume_text: toResumeText(profile) }),
    enrichment: toEnrichment(profile),
  };
}

function required(value: string | null, name: string): string {
  if (!value) throw new Error(`the profile has no ${name}`);
  return value.trim();
}

/** One address for each of the documented networks, and one other. */
function toUrls(urls: Profile["info"]["urls"]): FlatchrCandidate["urls"] {
  const networkOf = ({ type }: { type: string | null }) => type?.trim().toLowerCase() ?? "";
  const first = (network: string) => urls.find((url) => networkOf(url) === network)?.url;
  const networks = ["facebook", "linkedin", "twitter"];
  const addresses = known({
    facebook: first("facebook"),
    linkedin: first("linkedin"),
    twitter: first("twitter"),
    other: urls.find((url) => !networks.includes(networkOf(url)))?.url,
  });
  return Object.keys(addresses).length > 0 ? addresses : undefined;
}

/**
 * The `value` of the enrichment, in the form that this action has sent since 2021: Flatchr documents it as "an object".
 * It is HR Open's form of a parsed CV; its containers are always there, and in them stands what is known.
 */
function toEnrichment(profile: Profile): Record<string, unknown> {
  const { info, experiences, educations, experiences_duration: years } = profile;
  const { firstName: given, lastName: family } = personName(info);
  return known({
    address: toAddress(info.location),
    education: educations.filter(isKnown).map(toEducation),
    employment: experiences.filter(isKnown).map(toEmployment),
    name: known({
      formattedName: info.full_name ?? [given, family].filter((name) => name !== null).join(" "),
      given,
      family,
    }),
    phone: info.phone === null ? [] : [{ dialNumber: info.phone }],
    email: info.email === null ? [] : [{ address: info.email.trim() }],
    position: experiences.map(({ title }) => title).filter((title) => title !== null),
    employment_positions: experiences.map(({ company }) => company).filter((company) => company !== null),
    experience: years === null ? null : Math.trunc(years),
  });
}

/** The names are those of Flatchr's own addresses. Where no region is known, its place has the whole text, as ever. */
function toAddress({ text, lat, lng, fields }: Location): object | null {
  const address = known({
    formatted_address: text,
    street_number: fields.house_number,
    route: fields.road,
    postal_code: fields.postcode,
    locality: fields.city,
    administrative_area_level_1: fields.state ?? text,
    country: fields.country,
    location_lat: lat,
    location_lng: lng,
  });
  return Object.keys(address).length > 0 ? address : null;
}

function toEducation(education: Education) {
  const { school, title, description, location, date_start: start, date_end } = education;
  const { end } = toEnd(date_end);
  const address = known({ formattedAddress: location.text });
  return {
    institution: { communication: { address: [address] }, ...known({ name: school }) },
    educationLevelCodes: title === null ? [] : [{ name: title }],
    educationDegrees: [{ ...known({ name: title, date: end }), specializations: [] }],
    ...known({ start, end }),
    descriptions: description === null ? [] : [description],
  };
}

function toEmployment(experience: Experience) {
  const { title, company, description, location, date_start: start, date_end } = experience;
  const { text, lat, lng, fields } = location;
  const address = known({
    city: fields.city,
    postalCode: fields.postcode,
    geoLocation: lat === null || lng === null ? null : { latitude: lat, longitude: lng },
    formattedAddress: text,
  });
  const period = known({ start, ...toEnd(date_end) });
  return {
    ...known({ title }),
    positionHistories: [
      {
        organization: { communication: { address: [address] }, ...known({ name: company }) },
        jobCategories: [],
        jobLevels: [],
        ...period,
      },
    ],
    ...period,
    descriptions: description === null ? [] : [description],
  };
}

/** HrFlow writes the end of what goes on as "today", once as the second before 1970. Without an end nobody knows. */
function toEnd(date: string | null): { end?: string; current?: boolean } {
  if (date === null) return {};
  return date === "today" || date.startsWith("1969-12-31")
    ? { current: true }
    : { end: date, current: false };
}

/** Whether anything is said of an experience or education: HrFlow also has empty ones. */
function isKnown(period: Experience | Education): boolean {
  const name = "company" in period ? period.company : period.school;
  const { title, description, date_start, date_end, location } = period;
  return [name, title, description, date_start, date_end, location.text].some((part) => part !== null);
}
