import { isRecord } from "./record.ts";
import type { Route, SimulatedAnswer, SimulatedRequest } from "./simulator.ts";
import { toCandidateDetails } from "./smartrecruiters-answers.ts";
import { refusal, validationFailure } from "./smartrecruiters-errors.ts";
import { candidateInput } from "./smartrecruiters-models.ts";
import { problemsOf, type Schema } from "./smartrecruiters-schema.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";
import { sourceLabel } from "./smartrecruiters-sources.ts";
import type {
  SmartrecruitersCandidate,
  SmartrecruitersDetails,
  SmartrecruitersJob,
  SmartrecruitersState,
} from "./smartrecruiters-state.ts";

/** Creating a candidate: https://developers.smartrecruiters.com/reference/candidatesaddtojob-1 */
export function creationRoutes(state: SmartrecruitersState, settings: SmartrecruitersSettings): Route[] {
  return [
    {
      method: "POST",
      pattern: "/jobs/:jobId/candidates",
      handle: (request) => create(state, settings, request, jobOf(state, settings, request)),
    },
    {
      // Into the talent pool: https://developers.smartrecruiters.com/reference/candidatesadd-1
      method: "POST",
      pattern: "/candidates",
      handle: (request) => create(state, settings, request, undefined),
    },
  ];
}

function create(
  state: SmartrecruitersState,
  settings: SmartrecruitersSettings,
  request: SimulatedRequest,
  job: SmartrecruitersJob | undefined,
): SimulatedAnswer {
  const body = valid(settings, request.json(), candidateInput(settings));
  const source = sourceLabel(settings, body.sourceDetails);
  const details = toDetails(body);

  const known = state.candidates().filter((candidate) => isSameEmail(candidate, details.email));
  const onJob = known.find(({ assignments }) => assignments.some(({ jobId }) => jobId === job?.id));
  const existing = onJob ?? known[0];
  const policy = onJob ? settings.duplicateOnJob : settings.duplicateElsewhere;
  if (existing && policy === "conflict")
    throw refusal(settings, 409, "Candidate with the given email already exists");

  const candidate =
    existing && policy === "same_id"
      ? { ...existing, details: detailsOfKnown(settings, existing, details) }
      : state.create(details, settings.now() + settings.searchLagInMs);
  const saved = state.save(job ? assign(settings, candidate, job.id, source) : candidate);
  return { status: 201, changed: true, body: toCandidateDetails(state, saved, request.origin) };
}

/** The members that the model has; `consent` and `attachments` are not among them. */
function toDetails(body: Record<string, unknown>): SmartrecruitersDetails {
  const kept = Object.entries(body).filter(([name]) => KEPT.includes(name));
  return Object.fromEntries(kept) as unknown as SmartrecruitersDetails;
}

const KEPT = [
  "firstName",
  "lastName",
  "email",
  "phoneNumber",
  "location",
  "web",
  "tags",
  "education",
  "experience",
  "internal",
];

function detailsOfKnown(
  { knownDetails }: SmartrecruitersSettings,
  { details }: SmartrecruitersCandidate,
  given: SmartrecruitersDetails,
): SmartrecruitersDetails {
  return knownDetails === "keep" ? details : { ...details, ...given };
}

function isSameEmail({ details }: SmartrecruitersCandidate, email: string): boolean {
  return details.email.toLowerCase() === email.toLowerCase();
}

/** The candidate on that job; unchanged when there already. */
export function assign(
  settings: SmartrecruitersSettings,
  candidate: SmartrecruitersCandidate,
  jobId: string,
  source: string,
): SmartrecruitersCandidate {
  const { assignments } = candidate;
  if (assignments.some((assignment) => assignment.jobId === jobId)) return candidate;
  const assignment = { jobId, status: settings.initialStatus, source };
  const isFirst = settings.furtherJob === "primary";
  return { ...candidate, assignments: isFirst ? [assignment, ...assignments] : [...assignments, assignment] };
}

export function jobOf(
  state: SmartrecruitersState,
  settings: SmartrecruitersSettings,
  { parameters }: SimulatedRequest,
): SmartrecruitersJob {
  const job = state.job(parameters.jobId ?? "");
  if (!job) throw refusal(settings, 404, "Job not found");
  return job;
}

/** The body, when the model allows it; refused with a validation failure otherwise. */
export function valid(
  settings: SmartrecruitersSettings,
  body: unknown,
  schema: Schema,
): Record<string, unknown> {
  const problems = problemsOf(body, schema, settings.unknownKeys);
  if (problems.length > 0 || !isRecord(body)) throw validationFailure(settings, problems);
  return body;
}
