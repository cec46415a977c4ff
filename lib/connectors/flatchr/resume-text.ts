import type { Education, Experience, Profile } from "../../hrflow/schema.ts";

/**
 * A profile as plain text, to stand in for a CV: Flatchr documents a CV as required, and a profile may have none, or one
 * that cannot be fetched any more. It is the text of the CV where HrFlow has kept it, else what the profile says.
 */
export function toResumeText(profile: Profile): string {
  const { info, experiences, educations } = profile;
  if (profile.text !== null) return profile.text.trim();
  const name = info.full_name ?? toLine(" ", info.first_name, info.last_name);
  return toLine(
    "\n\n",
    toLine("\n", name, info.email, info.phone, info.location.text),
    info.summary,
    ...experiences.map((experience) => toParagraph(experience, experience.company)),
    ...educations.map((education) => toParagraph(education, education.school)),
  );
}

function toParagraph(period: Experience | Education, place: string | null): string {
  const [start, end] = [period.date_start, period.date_end].map((date) => date?.slice(0, 10) ?? null);
  const dates = toLine(" - ", start ?? null, end ?? null);
  return toLine("\n", toLine(", ", period.title, place, period.location.text, dates), period.description);
}

function toLine(separator: string, ...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== "").join(separator);
}
