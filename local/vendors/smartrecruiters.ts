import { openStorage } from "./collection.ts";
import { type Place, type SimulatedRequest, type Simulator, startSimulator } from "./simulator.ts";
import { attachmentRoutes } from "./smartrecruiters-attachments.ts";
import { candidateRoutes } from "./smartrecruiters-candidates.ts";
import { assign, creationRoutes } from "./smartrecruiters-creation.ts";
import { errorBody, refusal } from "./smartrecruiters-errors.ts";
import { jobRoutes } from "./smartrecruiters-jobs.ts";
import { createLimits } from "./smartrecruiters-limits.ts";
import { searchRoutes } from "./smartrecruiters-search.ts";
import {
  DEFAULT_SMARTRECRUITERS_SETTINGS,
  type SmartrecruitersSettings,
} from "./smartrecruiters-settings.ts";
import { sourceRoutes } from "./smartrecruiters-sources.ts";
import {
  createSmartrecruitersState,
  type SmartrecruitersAttachment,
  type SmartrecruitersCandidate,
  type SmartrecruitersDetails,
  type SmartrecruitersJob,
} from "./smartrecruiters-state.ts";

export interface SmartrecruitersOptions extends Partial<SmartrecruitersSettings>, Place {
  /** Taken as `X-SmartToken` and as `Authorization: Bearer`. */
  keys?: string[];
  /** Where the state is kept over restarts; in memory when absent. */
  dataFile?: string;
}

export interface SimulatedSmartrecruiters extends Simulator {
  settings: SmartrecruitersSettings;
  /** From now on these keys are valid, and no others. */
  acceptKeys(keys: string[]): void;
  addJob(job?: Partial<SmartrecruitersJob>): SmartrecruitersJob;
  removeJob(id: string): void;
  /** Into the talent pool, or on a job; found at once. */
  addCandidate(details?: Partial<SmartrecruitersDetails>, jobId?: string): SmartrecruitersCandidate;
  /** As a recruiter edits one in SmartRecruiters: what is named is replaced. */
  editCandidate(id: string, details: Partial<SmartrecruitersDetails>): SmartrecruitersCandidate;
  deleteCandidate(id: string): void;
  candidates(): SmartrecruitersCandidate[];
  attachments(): SmartrecruitersAttachment[];
  /** Groups of candidates that have the same e-mail, whatever its case. */
  duplicates(): SmartrecruitersCandidate[][];
}

export const DEFAULT_SMARTRECRUITERS_KEY = "smartrecruiters-api-key";

/** A simulated SmartRecruiters company: https://developers.smartrecruiters.com. The Candidate API has no version in its path. */
export async function startSmartrecruiters(
  options: SmartrecruitersOptions = {},
): Promise<SimulatedSmartrecruiters> {
  const { keys: firstKeys, port, origin, latencyInMs, dataFile, ...chosen } = options;
  const settings: SmartrecruitersSettings = { ...DEFAULT_SMARTRECRUITERS_SETTINGS, ...chosen };
  let keys = firstKeys ?? [DEFAULT_SMARTRECRUITERS_KEY];
  const storage = openStorage(dataFile);
  const state = createSmartrecruitersState(storage, settings);
  const limited = createLimits(settings);

  const simulator = await startSimulator({
    routes: [
      ...creationRoutes(state, settings),
      ...searchRoutes(state, settings),
      ...candidateRoutes(state, settings),
      ...attachmentRoutes(state, settings),
      ...sourceRoutes(settings),
      ...jobRoutes(state, settings),
    ],
    port,
    origin,
    latencyInMs,
    errorBody: (status, message) => errorBody(settings, status, message),
    around: async (request, answer) => {
      const key = keyOf(request);
      if (!keys.includes(key)) throw refusal(settings, 401, "Unauthorized");
      if (settings.access === "no_feature")
        return { status: 403, body: { message: "No access to feature: Customer API" } };
      return limited(key, request.route, answer);
    },
    onStop: storage.close,
  });

  return Object.assign(simulator, {
    settings,
    acceptKeys: (accepted: string[]) => {
      keys = accepted;
    },
    addJob: state.addJob,
    removeJob: state.removeJob,
    addCandidate: (details: Partial<SmartrecruitersDetails> = {}, jobId?: string) => {
      const email = `camille.durand.${state.candidates().length + 1}@example.com`;
      const candidate = state.create({ firstName: "Camille", lastName: "Durand", email, ...details });
      return jobId === undefined ? candidate : state.save(assign(settings, candidate, jobId, "API"));
    },
    editCandidate: (id: string, details: Partial<SmartrecruitersDetails>) => {
      const candidate = state.candidate(id);
      if (!candidate) throw new Error(`No candidate has the id ${id}`);
      return state.save({ ...candidate, details: { ...candidate.details, ...details } });
    },
    deleteCandidate: state.remove,
    candidates: state.candidates,
    attachments: state.attachments,
    duplicates: () => {
      const byEmail = Map.groupBy(state.candidates(), ({ details }) => details.email.toLowerCase());
      return [...byEmail.values()].filter((group) => group.length > 1);
    },
  });
}

function keyOf({ headers }: SimulatedRequest): string {
  const [, bearer] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  return bearer ?? String(headers["x-smarttoken"] ?? "");
}
