import { isRecord } from "./record.ts";
import type { Route, SimulatedAnswer, SimulatedRequest } from "./simulator.ts";
import { toCandidateDetails, toJob } from "./smartrecruiters-answers.ts";
import { assign, jobOf, valid } from "./smartrecruiters-creation.ts";
import { refusal } from "./smartrecruiters-errors.ts";
import { personalDetails, SOURCE_DETAILS, STATUS, TAGS } from "./smartrecruiters-models.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";
import { sourceLabel } from "./smartrecruiters-sources.ts";
import type {
  SmartrecruitersAssignment,
  SmartrecruitersCandidate,
  SmartrecruitersDetails,
  SmartrecruitersState,
} from "./smartrecruiters-state.ts";

/** One candidate: https://developers.smartrecruiters.com/reference/candidatesget-1 and the pages beside it. */
export function candidateRoutes(state: SmartrecruitersState, settings: SmartrecruitersSettings): Route[] {
  const find = (request: SimulatedRequest) => candidateOf(state, settings, request);
  return [
    {
      method: "GET",
      pattern: "/candidates/:id",
      handle: (request) => ({
        status: 200,
        body: toCandidateDetails(state, find(request), request.origin),
      }),
    },
    {
      // Personal details alone: tags, education and experience cannot be changed here.
      method: "PATCH",
      pattern: "/candidates/:id",
      handle: (request) => {
        const candidate = find(request);
        const schema = personalDetails(settings);
        const body = valid(settings, request.json(), schema);
        const saved = state.save({ ...candidate, details: patch(settings, candidate.details, body) });
        return { status: 200, changed: true, body: toCandidateDetails(state, saved, request.origin) };
      },
    },
    {
      method: "DELETE",
      pattern: "/candidates/:id",
      handle: (request) => {
        state.remove(find(request).id);
        return { status: 204, changed: true };
      },
    },
    ...(["GET", "POST", "PUT", "DELETE"] as const).map((method) => ({
      method,
      pattern: "/candidates/:id/tags",
      handle: (request: SimulatedRequest) => changeTags(state, settings, method, request, find(request)),
    })),
    {
      // On the primary assignment.
      method: "PUT",
      pattern: "/candidates/:id/status",
      handle: (request) => {
        const candidate = find(request);
        const [primary] = candidate.assignments;
        if (!primary) throw refusal(settings, 404, "Candidate is not assigned to a job");
        return changeAssignment(state, candidate, primary.jobId, toStatus(settings, request));
      },
    },
    {
      method: "PUT",
      pattern: "/candidates/:id/jobs/:jobId/status",
      handle: (request) => {
        const { id: jobId } = jobOf(state, settings, request);
        const status = toStatus(settings, request);
        const candidate = find(request);
        const isOpen = settings.statusOnOtherJob === "assign";
        const assigned = isOpen ? assign(settings, candidate, jobId, "API") : candidate;
        requireOnJob(settings, assigned, jobId);
        return changeAssignment(state, assigned, jobId, status);
      },
    },
    {
      method: "PUT",
      pattern: "/candidates/:id/jobs/:jobId/source",
      handle: (request) => {
        const candidate = find(request);
        const { id: jobId } = jobOf(state, settings, request);
        requireOnJob(settings, candidate, jobId);
        const source = sourceLabel(settings, valid(settings, request.json(), SOURCE_DETAILS));
        return changeAssignment(state, candidate, jobId, { source });
      },
    },
    {
      method: "PUT",
      pattern: "/candidates/:id/properties/:propertyId",
      handle: (request) => {
        const candidate = find(request);
        const { propertyId = "" } = request.parameters;
        state.save({ ...candidate, properties: { ...candidate.properties, [propertyId]: request.json() } });
        return { status: 204, changed: true };
      },
    },
    {
      // A creation over the Candidate API records no consent.
      method: "GET",
      pattern: "/candidates/:id/consent",
      handle: (request) => {
        find(request);
        return { status: 200, body: { status: "REQUIRED" } };
      },
    },
    {
      method: "GET",
      pattern: "/candidates/:id/consents",
      handle: (request) => {
        find(request);
        return { status: 200, body: { decisions: [{ status: "required", scope: "Single" }] } };
      },
    },
    {
      method: "GET",
      pattern: "/jobs/:jobId",
      handle: (request) => ({ status: 200, body: toJob(jobOf(state, settings, request)) }),
    },
  ];
}

export function candidateOf(
  state: SmartrecruitersState,
  settings: SmartrecruitersSettings,
  { parameters }: SimulatedRequest,
): SmartrecruitersCandidate {
  const candidate = state.candidate(parameters.id ?? "");
  if (!candidate) throw refusal(settings, 404, "Candidate not found");
  return candidate;
}

export function requireOnJob(
  settings: SmartrecruitersSettings,
  { assignments }: SmartrecruitersCandidate,
  jobId: string,
): void {
  if (assignments.every((assignment) => assignment.jobId !== jobId))
    throw refusal(settings, 404, "Candidate is not assigned to the job");
}

function patch(
  settings: SmartrecruitersSettings,
  details: SmartrecruitersDetails,
  body: Record<string, unknown>,
): SmartrecruitersDetails {
  const allowed = Object.entries(body).filter(([name]) => name in personalDetails(settings).properties);
  const changes = allowed.map(([name, value]) => {
    const current = details[name as keyof SmartrecruitersDetails];
    const isMerged = settings.patchNested === "merge" && isRecord(value) && isRecord(current);
    return [name, isMerged ? { ...current, ...value } : value];
  });
  return { ...details, ...Object.fromEntries(changes) };
}

function changeTags(
  state: SmartrecruitersState,
  settings: SmartrecruitersSettings,
  method: "GET" | "POST" | "PUT" | "DELETE",
  request: SimulatedRequest,
  candidate: SmartrecruitersCandidate,
): SimulatedAnswer {
  const current = candidate.details.tags ?? [];
  if (method === "GET") return { status: 200, body: { tags: current } };
  const isNamed = method !== "DELETE" || (settings.deleteTags === "named" && request.body.length > 0);
  const given = isNamed ? (valid(settings, request.json(), TAGS).tags as string[]) : current;
  const isAdded = method === "POST" || (method === "PUT" && settings.putTags === "add");
  const kept = method === "DELETE" ? current.filter((tag) => !given.includes(tag)) : given;
  const tags = isAdded ? [...new Set([...current, ...given])] : kept;
  state.save({ ...candidate, details: { ...candidate.details, tags } });
  if (method === "DELETE") return { status: 204, changed: true };
  return { status: 200, changed: true, body: { tags } };
}

function toStatus(
  settings: SmartrecruitersSettings,
  request: SimulatedRequest,
): Partial<SmartrecruitersAssignment> {
  const { status, subStatus, startsOn } = valid(settings, request.json(), STATUS);
  return JSON.parse(JSON.stringify({ status, subStatus, startsOn })) as Partial<SmartrecruitersAssignment>;
}

function changeAssignment(
  state: SmartrecruitersState,
  candidate: SmartrecruitersCandidate,
  jobId: string,
  changes: Partial<SmartrecruitersAssignment>,
): SimulatedAnswer {
  const assignments = candidate.assignments.map((assignment) =>
    assignment.jobId === jobId ? { ...assignment, ...changes } : assignment,
  );
  state.save({ ...candidate, assignments });
  return { status: 204, changed: true };
}
