import { openStorage } from "./collection.ts";
import { createRateLimit, type RateLimitSettings } from "./rate-limit.ts";
import {
  type Place,
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from "./simulator.ts";
import { additionRoutes, type TeamtailorAdditionSettings } from "./teamtailor-additions.ts";
import { candidateWriteRoutes, type TeamtailorCandidateSettings } from "./teamtailor-candidates.ts";
import { apiError, plainErrorBody, versionError } from "./teamtailor-errors.ts";
import { readRoutes, resumeRoute, type TeamtailorReadSettings } from "./teamtailor-reads.ts";
import {
  type CandidateAttributes,
  createTeamtailorState,
  type FileFetch,
  type TeamtailorCandidate,
} from "./teamtailor-state.ts";

/** What Teamtailor's pages leave open. May be changed while the server runs. */
export interface TeamtailorSettings
  extends TeamtailorCandidateSettings,
    TeamtailorReadSettings,
    TeamtailorAdditionSettings {
  /** How Teamtailor fetches the files whose addresses it is given. */
  fetch: typeof globalThis.fetch;
  /** The versions that are accepted; the last is the current one, which the refusal of another names. */
  apiVersions: string[];
  /** Whether a write must come as `application/vnd.api+json`. */
  wrongContentType: "refuse" | "accept";
  /** For each key; false for none. */
  rateLimit: RateLimitSettings | false;
  /** In which form a 429 says when to come again. */
  retryAfter: "seconds" | "date" | "none";
}

export interface TeamtailorKey {
  token: string;
  /** Candidates need `admin`. */
  scope: "admin" | "internal" | "public";
  /** A change needs both. */
  access: "read_write" | "read" | "write";
}

export interface TeamtailorOptions extends Partial<TeamtailorSettings>, Place {
  keys?: TeamtailorKey[];
  /** Where the state is kept over restarts; in memory when absent. */
  dataFile?: string;
}

export interface SimulatedTeamtailor extends Simulator {
  settings: TeamtailorSettings;
  /** From now on these keys are valid, and no others. */
  acceptKeys(keys: TeamtailorKey[]): void;
  candidates(): TeamtailorCandidate[];
  addCandidate(attributes: Partial<CandidateAttributes>): TeamtailorCandidate;
  /** As a recruiter edits one in Teamtailor. */
  editCandidate(id: string, attributes: Partial<CandidateAttributes>): TeamtailorCandidate;
  deleteCandidate(id: string): void;
  /** Groups of candidates that have the same e-mail, whatever its case. */
  duplicates(): TeamtailorCandidate[][];
  applications(): { id: string; candidateId: string; jobId: string }[];
  /** Every CV and upload that Teamtailor tried to fetch. */
  readonly fetches: FileFetch[];
  /** Resolves when no fetch is underway. */
  settled(): Promise<void>;
}

export const DEFAULT_TEAMTAILOR_KEY: TeamtailorKey = {
  token: "teamtailor-key-of-the-example",
  scope: "admin",
  access: "read_write",
};

const MEDIA_TYPE = "application/vnd.api+json";

/** A simulated Teamtailor account: https://docs.teamtailor.com. Its `url` ends in `/v1`. */
export async function startTeamtailor(options: TeamtailorOptions = {}): Promise<SimulatedTeamtailor> {
  const { keys: firstKeys, port, origin, latencyInMs, dataFile, ...chosen } = options;
  const settings: TeamtailorSettings = {
    apiVersions: ["20161108", "20180828", "20210218", "20240404", "20240904"],
    wrongContentType: "refuse",
    rateLimit: { limit: 50, periodInMs: 10_000 },
    retryAfter: "seconds",
    emailUniqueness: "insensitive",
    mergeStatus: 200,
    tagsOnUpdate: "replace",
    resumeFetch: "async",
    idMismatchStatus: 409,
    pitchOverLimit: "refuse",
    unknownAttribute: "refuse",
    emailFilter: "sensitive",
    pageSizeOverLimit: "clamp",
    searchLagInMs: 0,
    secondApplication: "create",
    fetch: globalThis.fetch,
    now: Date.now,
    ...chosen,
  };
  let keys = firstKeys ?? [DEFAULT_TEAMTAILOR_KEY];
  const storage = openStorage(dataFile);
  const state = createTeamtailorState(storage, settings);
  const takeRequest = createRateLimit(settings);
  const underway = new Set<Promise<void>>();

  function later(work: () => Promise<void>): void {
    const running = work().finally(() => underway.delete(running));
    underway.add(running);
  }
  const settled = async () => {
    while (underway.size > 0) await Promise.all(underway);
  };

  async function guarded(
    request: SimulatedRequest,
    answer: () => Promise<SimulatedAnswer>,
  ): Promise<SimulatedAnswer> {
    if (!request.path.startsWith("/v1/")) return answer();
    const token = /^Token token="?([^"]*)"?$/.exec(request.headers.authorization ?? "")?.[1];
    const key = keys.find((candidate) => candidate.token === token);
    if (!key) return { status: 401 };
    const limit = settings.rateLimit ? takeRequest(key.token, settings.rateLimit) : undefined;
    const limitHeaders: Record<string, string> = limit
      ? {
          "x-rate-limit-limit": String(limit.limit),
          "x-rate-limit-remaining": String(limit.remaining),
          "x-rate-limit-reset": String(Math.ceil(limit.resetInMs / 1_000)),
        }
      : {};
    if (limit && !limit.isAllowed) {
      const headers = { ...limitHeaders, ...retryAfterHeader(limit.resetInMs, settings) };
      return { status: 429, headers: { ...headers, "content-type": "text/plain" }, body: "Retry later\n" };
    }
    const version = String(request.headers["x-api-version"] ?? "");
    if (!settings.apiVersions.includes(version)) return versionError(settings.apiVersions.at(-1) ?? "");
    checkAccess(request, key);
    checkContentType(request, settings);
    const given = await answer();
    return { ...given, headers: { ...given.headers, ...limitHeaders, "x-api-version": version } };
  }

  const simulator = await startSimulator({
    basePath: "/v1",
    routes: [
      ...readRoutes(state, settings),
      ...candidateWriteRoutes({ state, settings, later }),
      ...additionRoutes(state, settings),
      resumeRoute(state, settings),
    ],
    port,
    origin,
    latencyInMs,
    contentType: () => MEDIA_TYPE,
    errorBody: plainErrorBody,
    around: guarded,
    onStop: async () => {
      await settled();
      storage.close();
    },
  });

  return Object.assign(simulator, {
    settings,
    acceptKeys: (accepted: TeamtailorKey[]) => {
      keys = accepted;
    },
    candidates: state.candidates,
    addCandidate: state.create,
    editCandidate: (id: string, attributes: Partial<CandidateAttributes>) => {
      const candidate = state.candidate(id);
      if (!candidate) throw new Error(`No candidate has the id ${id}`);
      const updatedAtInMs = settings.now();
      const next = { ...candidate, updatedAtInMs, attributes: { ...candidate.attributes, ...attributes } };
      state.save(next);
      return next;
    },
    deleteCandidate: state.remove,
    duplicates: () => {
      const byEmail = Map.groupBy(state.candidates(), ({ attributes }) => attributes.email?.toLowerCase());
      byEmail.delete(undefined);
      return [...byEmail.values()].filter((group) => group.length > 1);
    },
    applications: state.applications,
    fetches: state.fetches,
    settled,
  });
}

/** A key that is not of the scope or the access that is needed is refused with 403. */
function checkAccess({ method, path }: SimulatedRequest, { scope, access }: TeamtailorKey): void {
  const needed =
    method === "GET" ? ["read", "read_write"] : method === "POST" ? ["write", "read_write"] : ["read_write"];
  if (needed.includes(access) && (scope === "admin" || path.endsWith("/company"))) return;
  throw apiError(403, "Forbidden", "The key does not have the scope that this needs.");
}

function checkContentType({ method, headers }: SimulatedRequest, settings: TeamtailorSettings): void {
  const given = headers["content-type"]?.split(";")[0]?.trim();
  if (method === "GET" || settings.wrongContentType === "accept" || given === MEDIA_TYPE) return;
  const detail = `All requests that create or update must use the '${MEDIA_TYPE}' Content-Type. This request specified '${given ?? ""}'.`;
  throw apiError(415, "Unsupported media type", detail);
}

function retryAfterHeader(
  waitInMs: number,
  { retryAfter: form, now }: TeamtailorSettings,
): Record<string, string> {
  if (form === "none") return {};
  if (form === "seconds") return { "retry-after": String(Math.ceil(waitInMs / 1_000)) };
  return { "retry-after": new Date(Math.ceil((now() + waitInMs) / 1_000) * 1_000).toUTCString() };
}
