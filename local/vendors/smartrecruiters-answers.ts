import type {
  SmartrecruitersAssignment,
  SmartrecruitersCandidate,
  SmartrecruitersJob,
  SmartrecruitersState,
} from "./smartrecruiters-state.ts";

/** The model CandidateDetails; as in real samples, members that are empty are left out. */
export function toCandidateDetails(
  state: SmartrecruitersState,
  candidate: SmartrecruitersCandidate,
  origin: string,
) {
  const { phoneNumber, web, education, experience } = candidate.details;
  const url = `${origin}/candidates/${candidate.id}`;
  return {
    ...toCandidate(state, candidate, origin),
    ...withoutEmpty({ phoneNumber, web, education, experience }),
    actions: {
      properties: { url: `${url}/properties`, method: "GET" },
      attachments: { url: `${url}/attachments`, method: "GET" },
      consent: { url: `${url}/consent`, method: "GET" },
      consents: { url: `${url}/consents`, method: "GET" },
    },
  };
}

/** The model Candidate, which the search lists: without phone, web profiles, education and experience. */
export function toCandidate(
  state: SmartrecruitersState,
  candidate: SmartrecruitersCandidate,
  origin: string,
) {
  const { firstName, lastName, email, location, tags, internal = false } = candidate.details;
  const [primary, ...secondary] = candidate.assignments;
  return {
    id: candidate.id,
    internal,
    ...withoutEmpty({ firstName, lastName, email, location, tags }),
    createdOn: toDate(candidate.createdAtInMs),
    updatedOn: toDate(candidate.updatedAtInMs),
    ...withoutEmpty({
      primaryAssignment: primary && toAssignment(state, primary, candidate.id, origin),
      secondaryAssignments: secondary.map((one) => toAssignment(state, one, candidate.id, origin)),
    }),
  };
}

function toAssignment(
  state: SmartrecruitersState,
  assignment: SmartrecruitersAssignment,
  candidateId: string,
  origin: string,
) {
  const { jobId, status, subStatus, startsOn, source } = assignment;
  const details = { url: `${origin}/jobs/${jobId}`, method: "GET" };
  const positionDetails = { url: `${origin}/jobs/${jobId}/positions`, method: "GET" };
  const sourceDetails = { url: `${origin}/candidates/${candidateId}/jobs/${jobId}/source`, method: "GET" };
  return {
    job: { id: jobId, title: state.job(jobId)?.title ?? "", actions: { details, positionDetails } },
    status,
    ...withoutEmpty({ subStatus, startsOn }),
    source,
    actions: { sourceDetails },
  };
}

export function toJob(job: SmartrecruitersJob) {
  const { id, title, refNumber, status, createdAtInMs } = job;
  const date = toDate(createdAtInMs);
  return { id, title, refNumber, createdOn: date, updatedOn: date, status, postingStatus: "PUBLIC" };
}

/** Seconds, with the milliseconds that are always 000: "2021-12-25T12:00:00.000Z". */
function toDate(timeInMs: number): string {
  return new Date(Math.floor(timeInMs / 1_000) * 1_000).toISOString();
}

function withoutEmpty(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
