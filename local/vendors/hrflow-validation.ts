import { isRecord } from "./record.ts";

const LISTS = [
  "experiences",
  "educations",
  "skills",
  "languages",
  "certifications",
  "courses",
  "tasks",
  "interests",
  "labels",
  "tags",
  "metadatas",
];

/** What is wrong with a profile that was sent, in words; undefined when it can be stored. */
export function problemOfProfile(body: Record<string, unknown>): string | undefined {
  if (body.info !== undefined && !isRecord(body.info)) return "info must be an object";
  for (const list of LISTS) {
    const value = body[list];
    if (value === undefined || value === null) continue;
    if (!Array.isArray(value) || !value.every(isRecord)) return `${list} must be a list of objects`;
  }
  for (const list of ["skills", "languages", "tags", "metadatas"]) {
    const unnamed = ((body[list] ?? []) as Record<string, unknown>[]).some((item) => !item.name);
    if (unnamed) return `${list} must have a name`;
  }
  for (const list of ["experiences", "educations"]) {
    for (const period of (body[list] ?? []) as Record<string, unknown>[]) {
      for (const date of [period.date_start, period.date_end]) {
        // Noted in the live tests of the vendor's SDK: dates of experiences must not end with an offset.
        if (typeof date === "string" && date.endsWith("+0000"))
          return `dates of ${list} must not end with +0000`;
      }
    }
  }
  return undefined;
}
