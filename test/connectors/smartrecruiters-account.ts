/** A simulated SmartRecruiters account with one job, and what the tests of its connector do with it. */
import { onTestFinished } from "vitest";
import type { CandidateStore, Cv } from "../../lib/connector.ts";
import { connect } from "../../lib/connectors/smartrecruiters/client.ts";
import type { SmartrecruitersCandidate } from "../../lib/connectors/smartrecruiters/schema.ts";
import type { Environment } from "../../lib/environment.ts";
import { unpaced } from "../../lib/http/pace.ts";
import {
  DEFAULT_SMARTRECRUITERS_KEY,
  type SimulatedSmartrecruiters,
  type SmartrecruitersOptions,
  startSmartrecruiters,
} from "../../local/vendors/smartrecruiters.ts";

export const CREATE = "POST /jobs/:jobId/candidates";
export const ATTACH = "POST /candidates/:id/attachments";

export const zoe = {
  firstName: "Zoë",
  lastName: "Martin-Canari",
  email: "zoe.canari@example.com",
} satisfies SmartrecruitersCandidate;

/** Zoë as a recruiter has completed her. */
export const zoeOfRecruiter = {
  ...zoe,
  phoneNumber: "+33639980001",
  location: {
    city: "Paris",
    region: "Île-de-France",
    regionCode: "IDF",
    countryCode: "FR",
    lat: 48.8,
    lng: 2.3,
  },
  web: { website: "https://zoe.example" },
  tags: ["Shortlist"],
  education: [{ institution: "Mines", degree: "Engineer" }],
  experience: [{ title: "Baker", company: "Les Fournils" }],
};

export interface Account {
  smartrecruiters: SimulatedSmartrecruiters;
  jobId: string;
  otherJobId: string;
  /** In which SmartRecruiters is this account. */
  environment: Environment;
  /** Moves the clock of that environment, and of SmartRecruiters. */
  pass(seconds: number): void;
  /** Opens the connector as the engine does for one push. */
  open(jobId?: string): CandidateStore<SmartrecruitersCandidate>;
}

/** Without rate limits: those are the engine's affair. */
export async function openAccount(
  environment: Environment,
  options: SmartrecruitersOptions = {},
): Promise<Account> {
  let passed = 0;
  const now = () => environment.now() + passed;
  const smartrecruiters = await startSmartrecruiters({
    now,
    rateLimit: false,
    concurrency: false,
    processingInMs: 0,
    ...options,
  });
  onTestFinished(() => smartrecruiters.stop());
  const jobId = smartrecruiters.addJob().id;
  const otherJobId = smartrecruiters.addJob({ title: "Another job" }).id;
  const { settings } = environment;
  const here: Environment = {
    ...environment,
    now,
    pacer: unpaced,
    settings: {
      ...settings,
      baseUrl: (name, real) =>
        name === "SMARTRECRUITERS_BASE_URL" ? smartrecruiters.url : settings.baseUrl(name, real),
    },
  };
  return {
    smartrecruiters,
    jobId,
    otherJobId,
    environment: here,
    pass: (seconds) => {
      passed += seconds * 1000;
    },
    open: (job = jobId) =>
      connect({
        auth: { auth: DEFAULT_SMARTRECRUITERS_KEY },
        parameters: { job_id: job },
        environment: here,
        signal: AbortSignal.timeout(30_000),
      }),
  };
}

export function cvOf(text: string, fileName = "Zoë Martin-Canari.pdf", contentType = "application/pdf"): Cv {
  return { url: "https://cv.example/1", fileName, contentType, bytes: new TextEncoder().encode(text) };
}

/** The jobs that a candidate is on. */
export function jobsOf({ smartrecruiters }: Account, candidateId: string | undefined): string[] {
  const candidate = smartrecruiters.candidates().find(({ id }) => id === candidateId);
  return (candidate?.assignments ?? []).map(({ jobId }) => jobId);
}

/** What the calls since the last look changed, by route. */
export function changesOf({ smartrecruiters }: Account): string[] {
  return smartrecruiters.calls
    .splice(0)
    .filter(({ changed }) => changed)
    .map(({ route }) => route);
}
