import { personName } from "../../hrflow/person-name.ts";
import type { Profile } from "../../hrflow/schema.ts";
import { known } from "../../known.ts";
import { MAXIMUM_PITCH_CHARACTERS, type TeamtailorCandidate, type TeamtailorParameters } from "./schema.ts";

/**
 * HrFlow profile → Teamtailor candidate. What HrFlow does not know is left out, so that an update cannot blank it.
 *
 * @throws Error when Teamtailor could not take such a candidate
 * @see https://docs.teamtailor.com/ "Candidates", attributes
 */
export function toCandidate(profile: Profile, { sourced }: TeamtailorParameters): TeamtailorCandidate {
  const { info } = profile;
  const { firstName, lastName } = personName(info);
  if (info.email === null && !sourced) {
    throw new Error(
      "the profile has no e-mail, which Teamtailor requires unless push_parameters.sourced is true",
    );
  }
  return known({
    "first-name": firstName,
    "last-name": lastName,
    email: info.email?.trim(),
    phone: info.phone,
    pitch: info.summary && toPitch(info.summary),
    "linkedin-url": info.urls.find(({ type }) => type === "linkedin")?.url,
    picture: info.picture,
    sourced,
    tags: [...new Set(profile.tags.flatMap(toTag))],
  });
}

/** The beginning of the summary: at most 140 characters, none of them cut in two. */
function toPitch(summary: string): string {
  const text = summary.trim();
  if (text.length <= MAXIMUM_PITCH_CHARACTERS) return text; // Few are longer, and finding where to cut takes time.
  let pitch = "";
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    length += [...segment].length;
    if (length > MAXIMUM_PITCH_CHARACTERS) break;
    pitch += segment;
  }
  return pitch;
}

/** A tag of Teamtailor is one string; HrFlow's has a name and a value. */
function toTag({ name, value }: Profile["tags"][number]): string[] {
  if (name.trim() === "" || value === false) return [];
  if (value === null || value === undefined || value === true || value === "") return [name];
  return typeof value === "string" || typeof value === "number" ? [`${name}: ${value}`] : [name];
}
