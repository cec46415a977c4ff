/** The stage of one conformance test: an ATS, an HrFlow, an engine with a clock of its own, and one person to push. */
import { expect, onTestFinished } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { createPacer } from "../../lib/http/pace.ts";
import type { PushResult } from "../../lib/push/open.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { type CheckedPushWorkflow, checkWorkflow } from "../../lib/workflow/check.ts";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import type { HrflowProfile, ProfileInput } from "../../local/vendors/hrflow-profile.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import type { Account, Bench, SeenCandidate } from "./conformance.ts";
import { hash } from "./hash.ts";

/** More than any connector's budget. */
const LONG_ENOUGH_IN_MILLISECONDS = 200_000;
const MAXIMUM_ATTEMPTS = 50;

export { hash };

/** Every text of the fixtures that nobody may find in a log or an error has this in it. */
export const MARK = "canari";
export const KEY = `ats-key-${MARK}`;
export const FIRST_CV = `%PDF-1.4 the CV of a ${MARK}`;
export const SECOND_CV = `%PDF-1.4 the next CV of a ${MARK}`;
export const PHONE = "+33639980001";
export const NEXT_PHONE = "+33639980002";

export interface Scene<Ats extends Simulator = Simulator> {
  account: Account<Ats>;
  hrflow: SimulatedHrflow;
  environment: TestEnvironment;
  /** The name of the secret with the ATS's key. */
  secret: string;
  /** Puts a person into HrFlow, with a CV unless told otherwise. */
  addProfile(changes?: ProfileInput, options?: { cv?: string | null }): HrflowProfile;
  addCv(profile: HrflowProfile, text: string): void;
  /** HrFlow answers with this, whatever it knows of the profile. */
  answerWith(profile: HrflowProfile, changes: object): void;
  push(profile: HrflowProfile, changes?: object, timeLeftInMilliseconds?: number): Promise<PushResult>;
  /** The workflow of these pushes. */
  workflow(changes?: object): CheckedPushWorkflow;
  /** The candidates that are this person. */
  candidatesOf(profile: HrflowProfile): Promise<SeenCandidate[]>;
  /** Adds a text that may not be found in a log or an error either. */
  keepSecret(text: string): void;
}

/** Opens a scene; at the end of the test all that was said in it is searched for what may not be said. */
export async function openScene<Ats extends Simulator>(
  connector: Connector,
  bench: Bench<Ats>,
): Promise<Scene<Ats>> {
  const hrflowKey = {
    api_secret: `ask_${MARK}`,
    api_user: `${MARK}@example.com`,
    permission: "all" as const,
  };
  const secret = `${connector.name}/conformance`;
  const hrflow = await startHrflow({ keys: [hrflowKey] });
  const account = await bench.start();
  account.acceptKey(KEY);
  const sourceKey = hrflow.addSource({}).key;
  const world = await startTestEnvironment(
    { "hrflow/conformance": { ...hrflowKey }, [secret]: account.secretOf(KEY) },
    {
      HRFLOW_BASE_URL: hrflow.url,
      CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin,
      ...account.variables,
    },
  );
  // Whoever waits in the code lets the clock of the code pass, and no time of ours.
  const clocked = {
    ...world,
    sleep: async (milliseconds: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      world.pass(milliseconds / 1000);
    },
  };
  const environment = { ...clocked, pacer: createPacer(clocked) };

  const confidential = [MARK, PHONE, NEXT_PHONE, PHONE.slice(1), NEXT_PHONE.slice(1)];
  const said: string[] = [];
  onTestFinished(async () => {
    await Promise.all([environment.stop(), hrflow.stop(), account.simulator.stop()]);
    const all = [...said, ...environment.logged].join("\n").toLowerCase();
    expect(confidential.filter((text) => all.includes(text.toLowerCase()))).toEqual([]);
  });

  const workflowWith = (changes: object = {}) => {
    const workflow = checkWorkflow({
      workflow_id: `conformance-${connector.name}`,
      action: `push_profile_to_${connector.name}`,
      hrflow_auth: { secret: "hrflow/conformance" },
      connector_auth: { secret },
      push_parameters: account.parameters,
      ...changes,
    });
    if (workflow.direction !== "push") throw new Error("it is a push");
    return { ...workflow, connector };
  };
  const addCv = (profile: HrflowProfile, text: string) => {
    hrflow.addAttachment(profile.key, {
      type: "resume",
      extension: ".pdf",
      fileName: `CV ${MARK}.pdf`,
      bytes: Buffer.from(text),
    });
  };

  return {
    account,
    hrflow,
    environment,
    secret,
    addCv,
    addProfile(changes = {}, { cv = FIRST_CV } = {}) {
      const person = aPerson();
      const profile = hrflow.putProfile({
        source_key: sourceKey,
        ...person,
        ...changes,
        info: { ...person.info, ...changes.info },
      });
      if (cv !== null) addCv(profile, cv);
      return profile;
    },
    answerWith(profile, changes) {
      const body = {
        code: 200,
        message: "Profile details",
        data: { ...hrflow.profile(profile.key), ...changes },
      };
      const always = Number.POSITIVE_INFINITY;
      hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "status", status: 200, body }, always);
    },
    async push(profile, changes = {}, timeLeft = LONG_ENOUGH_IN_MILLISECONDS) {
      try {
        const reference = { sourceKey, profileKey: profile.key };
        const result = await pushProfile(workflowWith(changes), reference, timeLeft, environment);
        said.push(...result.notes);
        return result;
      } catch (error) {
        said.push(...messagesOf(error));
        throw error;
      }
    },
    async candidatesOf(profile) {
      const email = profile.info.email?.toLowerCase();
      return (await account.candidates()).filter((candidate) => candidate.email?.toLowerCase() === email);
    },
    workflow: workflowWith,
    keepSecret: (text) => confidential.push(text),
  };
}

/** A person of whom every field is known that any ATS takes. */
export function aPerson() {
  return {
    info: {
      first_name: `Jean-${MARK}`,
      last_name: `von ${MARK} und Söhne`,
      email: `jean.${MARK}@example.com`,
      phone: PHONE,
      summary: `Ten years a ${MARK}`,
      location: { text: `1 rue du ${MARK}, Paris`, fields: { city: "Paris", country: "FRA" } },
      urls: [
        { type: "linkedin", url: `https://www.linkedin.com/in/${MARK}` },
        { type: "website", url: `https://${MARK}.example` },
      ],
    },
    experiences: [
      {
        title: `Tamer of a ${MARK}`,
        company: `${MARK} & Co`,
        description: `Sang as a ${MARK}`,
        date_start: "2020-01-01T00:00:00",
      },
    ],
    educations: [{ title: `Master of the ${MARK}`, school: `School of the ${MARK}` }],
    tags: [{ name: "senior", value: null }],
  };
}

/** What the queue does: pushes again after every temporary failure, no earlier than it says. Any other failure is one. */
export async function pushUntilDone(
  scene: Scene,
  profile: HrflowProfile,
): Promise<{ result: PushResult; failures: TemporaryError[] }> {
  const failures: TemporaryError[] = [];
  while (failures.length < MAXIMUM_ATTEMPTS) {
    try {
      return { result: await scene.push(profile), failures };
    } catch (error) {
      if (!(error instanceof TemporaryError)) throw error;
      failures.push(error);
      scene.environment.pass((error.retryAfterInSeconds ?? 0) + 1);
    }
  }
  throw new Error(`${MAXIMUM_ATTEMPTS} attempts were not enough`, { cause: failures.at(-1) });
}

/** The profile is one candidate, and complete: another push of it makes no call. */
export async function expectOneCandidate(
  scene: Scene,
  profile: HrflowProfile,
  { phone = PHONE, cvs = [FIRST_CV] }: { phone?: string; cvs?: string[] } = {},
): Promise<SeenCandidate> {
  const [candidate, ...others] = await scene.candidatesOf(profile);
  expect(others).toEqual([]);
  if (candidate === undefined) throw new Error("the profile is no candidate");
  const { first_name: firstName, last_name: lastName } = profile.info;
  expect(candidate).toMatchObject({ firstName, lastName, phone });
  expect(candidate.cvs.toSorted()).toEqual(cvs.map(hash).toSorted());

  const calls = scene.account.simulator.calls.length;
  expect(await scene.push(profile)).toMatchObject({ outcome: "unchanged" });
  expect(scene.account.simulator.calls.slice(calls)).toEqual([]);
  return candidate;
}

/** By the names of their settings, the addresses that clients would call if no setting named another, as all tests do. */
export function recordRealUrls({ environment }: Scene): Record<string, string> {
  const asked: Record<string, string> = {};
  const { settings } = environment;
  environment.settings = {
    ...settings,
    baseUrl(name, real) {
      asked[name] = real;
      return settings.baseUrl(name, real);
    },
  };
  return asked;
}

/** The messages of an error and of all that caused it. */
function messagesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [String(error)];
}
