import { openStorage } from "./collection.ts";
import { applicantRoutes } from "./flatchr-applicants.ts";
import type {
  FlatchrApplicantInput,
  FlatchrCandidateInput,
  GeneratedCandidates,
} from "./flatchr-candidates.ts";
import { CAREERS_BASE_PATH, careersRoutes } from "./flatchr-careers.ts";
import { companyRoutes } from "./flatchr-company.ts";
import { fileRoutes } from "./flatchr-files.ts";
import { addFirstCompany, DEFAULT_COMPANY_ID, handsOnOrganisation } from "./flatchr-organisation.ts";
import { handsOnPeople } from "./flatchr-people.ts";
import { searchRoutes } from "./flatchr-search.ts";
import {
  DEFAULT_FLATCHR_SETTINGS,
  type FlatchrSettings,
  flatchrErrorBody,
  refusal,
} from "./flatchr-settings.ts";
import {
  createFlatchrState,
  type FlatchrApplicant,
  type FlatchrCandidate,
  type FlatchrColumn,
  type FlatchrCompany,
  type FlatchrEnrichment,
  type FlatchrFile,
  type FlatchrState,
  type FlatchrVacancy,
  type FlatchrWrites,
} from "./flatchr-state.ts";
import { type Place, type SimulatedRequest, type Simulator, startSimulator } from "./simulator.ts";

export interface FlatchrOptions extends Partial<FlatchrSettings>, Place {
  keys?: string[];
  /** Where the state is kept over restarts; in memory when absent. */
  dataFile?: string;
}

export interface SimulatedFlatchr extends Simulator {
  /** In place of https://api.flatchr.io. */
  readonly apiUrl: string;
  /** In place of https://careers.flatchr.io. */
  readonly careersUrl: string;
  settings: FlatchrSettings;
  /** The company that is there from the start, with four columns and no vacancy. */
  readonly companyId: string;
  /** From now on these keys are valid, and no others. */
  acceptKeys(keys: string[]): void;
  addCompany(name?: string): FlatchrCompany;
  closeCompany(companyId: string): void;
  addVacancy(vacancy?: Partial<FlatchrVacancy>): FlatchrVacancy;
  /** Gone from the list, and for every call; its applicants are still found. */
  closeVacancy(vacancyId: string): void;
  addColumn(title: string, column?: Partial<FlatchrColumn>): FlatchrColumn;
  columns(companyId?: string): FlatchrColumn[];
  renameColumn(columnId: number, title: string): void;
  /** Gone from the list; applicants that were in it still show its title. */
  removeColumn(columnId: number): void;
  /** A new person on a vacancy: the first open one, unless said otherwise. Found at once. */
  addCandidate(
    candidate?: Partial<FlatchrCandidateInput>,
    applicant?: FlatchrApplicantInput & { vacancyId?: string },
  ): { candidate: FlatchrCandidate; applicant: FlatchrApplicant };
  /** The same person on another vacancy. */
  addApplicant(candidateId: string, vacancyId: string, applicant?: FlatchrApplicantInput): FlatchrApplicant;
  /** As a person edits one in Flatchr: all the candidate's applicants are updated at `updatedAt`, now unless given. */
  editCandidate(
    candidateId: string,
    changes: Partial<FlatchrCandidateInput>,
    updatedAt?: number,
  ): FlatchrCandidate;
  /** As a person drags one into another column. */
  moveApplicant(applicantId: string, columnId: number, updatedAt?: number): void;
  removeApplicant(applicantId: string): void;
  /** Invented people, spread over the open vacancies, the columns and the year before now; the same every time. */
  generateCandidates(count: number, options?: Partial<GeneratedCandidates>): void;
  candidates(): FlatchrCandidate[];
  applicants(): FlatchrApplicant[];
  file(key: string): FlatchrFile | undefined;
  enrichments(): FlatchrEnrichment[];
  /** Active applicants of one vacancy with the same e-mail address, where there is more than one. */
  duplicates(): FlatchrApplicant[][];
  readonly writes: FlatchrWrites;
}

export const DEFAULT_FLATCHR_KEY = "flatchr-api-key";

/**
 * A simulated Flatchr: https://developers.flatchr.io. Its two roots are two paths of one server, with one record of calls.
 */
export async function startFlatchr(options: FlatchrOptions = {}): Promise<SimulatedFlatchr> {
  const { keys = [DEFAULT_FLATCHR_KEY], port, origin, latencyInMs, dataFile, ...chosen } = options;
  const settings: FlatchrSettings = { ...DEFAULT_FLATCHR_SETTINGS, ...chosen };
  const storage = openStorage(dataFile);
  const state = createFlatchrState(storage, settings, keys);
  if (state.companies.size === 0) addFirstCompany(state);

  const simulator = await startSimulator({
    routes: [
      ...careersRoutes(state),
      ...searchRoutes(state),
      ...companyRoutes(state),
      ...applicantRoutes(state),
      ...fileRoutes(state),
    ],
    port,
    origin,
    latencyInMs,
    errorBody: (status, message) => flatchrErrorBody(settings, status, message),
    around: async (request, answer) => {
      authorize(state, request);
      return answer();
    },
    onStop: storage.close,
  });

  return Object.assign(simulator, {
    apiUrl: simulator.url,
    careersUrl: `${simulator.url}${CAREERS_BASE_PATH}`,
    companyId: DEFAULT_COMPANY_ID,
    settings,
    writes: state.writes,
    acceptKeys: (accepted: string[]) => {
      state.keys = new Set(accepted);
    },
    ...handsOnOrganisation(state),
    ...handsOnPeople(state),
  });
}

/** The routes that need no key in a header: one takes it in the query, the other is signed. */
const OPEN_ROUTES = ["GET /company/:companyId/files/expire", "GET /storage/:file"];

function authorize(state: FlatchrState, { route, headers, query }: SimulatedRequest): void {
  if (OPEN_ROUTES.includes(route) || route.endsWith(" unknown")) return;
  const [, bearer] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  const key = bearer ?? query.get("token");
  if (!key) throw refusal(state.settings, 401, "Missing authentication");
  if (!state.keys.has(key)) throw refusal(state.settings, 401, "Invalid token");
}
