import * as v from "valibot";
import { afterAll, onTestFinished } from "vitest";
import type { CandidateStore, Cv } from "../../lib/connector.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import type { FlatchrCandidate } from "../../lib/connectors/flatchr/schema.ts";
import { DEFAULT_FLATCHR_KEY, type FlatchrOptions, startFlatchr } from "../../local/vendors/flatchr.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

export const SEARCH = "POST /company/:companyId/search/applicants";
export const CREATION = "POST /vacancy/candidate/json";
export const MOVE = "PUT /company/:companyId/vacancy/:vacancyId/applicant/:applicantId";
export const ENRICHMENT = "POST /company/:companyId/search/candidate";

export const ada: FlatchrCandidate = {
  firstname: "Ada",
  lastname: "Lovelace",
  email: "ada@example.com",
  enrichment: { position: ["Poet"], experience: 6 },
};
export const cv: Cv = {
  url: "https://cv.example/ada.pdf",
  fileName: "L’Ada.pdf",
  contentType: "application/pdf",
  bytes: new Uint8Array(Buffer.from("%PDF-1.4 of Ada")),
};

let shared: Promise<TestEnvironment> | undefined;
afterAll(async () => (await shared)?.stop());

/** The environment of all tests of a file. */
export function sharedEnvironment(): Promise<TestEnvironment> {
  shared ??= startTestEnvironment({});
  return shared;
}

/** A Flatchr with one vacancy, and its door as a push opens it. */
export async function openAccount(options: FlatchrOptions = {}) {
  const flatchr = await startFlatchr(options);
  onTestFinished(() => flatchr.stop());
  const vacancy = flatchr.addVacancy({ title: "Technicien H/F" });
  const world = await sharedEnvironment();
  const urls = { FLATCHR_API_BASE_URL: flatchr.apiUrl, FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl };
  /** What was sent with every call but GET. */
  const bodies: unknown[] = [];
  const environment = {
    ...world,
    settings: {
      ...world.settings,
      baseUrl: (name: string) => urls[name as keyof typeof urls],
    },
    fetch: async (input: string | URL | Request, init?: RequestInit) => {
      const request = new Request(input, init);
      if (request.method !== "GET") bodies.push(await request.clone().json());
      return globalThis.fetch(request);
    },
  };
  /** A new push: nothing is remembered from the one before. */
  function open(parameters: object = {}, secret: object = {}): CandidateStore<FlatchrCandidate> {
    const { auth, push } = flatchrConnector;
    return push.connect({
      auth: v.parse(auth, { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId, ...secret }),
      parameters: v.parse(push.parameters, { vacancy: vacancy.slug, ...parameters }),
      environment,
      signal: AbortSignal.timeout(30_000),
    });
  }
  const callsTo = (route: string) => flatchr.calls.filter((call) => call.route === route);
  return { flatchr, vacancy, open, bodies, callsTo };
}

/** The answer of a look-up that is to find somebody. */
export async function found(store: CandidateStore<FlatchrCandidate>, candidate = ada) {
  const answer = await store.find(candidate);
  if (answer.outcome !== "found") throw new Error(answer.outcome);
  return answer;
}
