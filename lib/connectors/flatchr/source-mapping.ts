import type { Identity, ProfileEdit, SourceRow } from "../../connector.ts";
import { known } from "../../known.ts";
import type { FlatchrSourceCandidate } from "./schema.ts";

/** A row of the search, as users' functions get it. */
export function toSourceCandidate(row: SourceRow, identity: Identity | undefined): FlatchrSourceCandidate {
  return { id: identity?.candidateId ?? null, ...row.fields };
}

/** Flatchr candidate → HrFlow profile: what Flatchr knows, and nothing else. What it does not know is left out. */
export function toProfile(candidate: FlatchrSourceCandidate): ProfileEdit {
  const first_name = textOf(candidate.firstname);
  const last_name = textOf(candidate.lastname);
  const info = known({
    full_name: [first_name, last_name].filter((name) => name !== "").join(" "),
    first_name,
    last_name,
    email: textOf(candidate.email),
    phone: textOf(candidate.phone),
  });
  const tags = known({
    applicant_id: trimmed(candidate.applicant),
    vacancy: trimmed(candidate.vacancy),
    vacancy_id: trimmed(candidate.vacancy_id),
    source: trimmed(candidate.source),
    external_id: trimmed(candidate.external_id),
    hired: trimmed(candidate.hired),
    column: trimmed(candidate.column),
  });
  return {
    ...(Object.keys(info).length > 0 && { info }),
    ...(Object.keys(tags).length > 0 && {
      tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
    }),
  };
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value).trim();
}

/** Numbers and booleans stay what they are. */
function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}
