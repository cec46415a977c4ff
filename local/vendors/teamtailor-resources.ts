import type { TeamtailorCandidate } from "./teamtailor-state.ts";

const RELATIONSHIPS = [
  "activities",
  "department",
  "role",
  "job-applications",
  "questions",
  "answers",
  "locations",
  "regions",
  "uploads",
  "custom-field-values",
  "partner-results",
];

/** How long the address of a CV that is read back is valid. */
const RESUME_URL_LIFETIME_IN_MS = 30_000;

/** A candidate as a JSON:API resource: "Candidates" of https://docs.teamtailor.com. */
export function candidateResource(candidate: TeamtailorCandidate, origin: string, now: number) {
  const self = `${origin}/v1/candidates/${candidate.id}`;
  const expires = now + RESUME_URL_LIFETIME_IN_MS;
  const signedUrl = candidate.resume ? `${origin}/resumes/${candidate.id}.pdf?expires=${expires}` : null;
  return {
    id: candidate.id,
    type: "candidates",
    links: { self },
    attributes: {
      "created-at": toIsoDate(candidate.createdAtInMs),
      "updated-at": toIsoDate(candidate.updatedAtInMs),
      ...candidate.attributes,
      resume: signedUrl,
      "original-resume": signedUrl,
      "facebook-profile": null,
      "linkedin-profile": null,
      "referring-site": null,
      referred: false,
    },
    relationships: Object.fromEntries(
      RELATIONSHIPS.map((name) => [
        name,
        { links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` } },
      ]),
    ),
  };
}

/** "2017-02-20T10:30:43.910+00:00" */
function toIsoDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "+00:00");
}
