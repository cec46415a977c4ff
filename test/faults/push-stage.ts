/** Where pushes to one ATS meet faults: an HrFlow, an account of the ATS, and a function behind its queue. */
import { expect } from "vitest";
import type { ApiCall, Connector } from "../../lib/connector.ts";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import type { HrflowProfile, ProfileInput } from "../../local/vendors/hrflow-profile.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { Account, Bench } from "../conformance/conformance.ts";
import { aPerson, FIRST_CV, MARK, NEXT_PHONE, SECOND_CV } from "../conformance/scene.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { plant } from "./planted.ts";
import { pushFromQueue } from "./push.ts";

const HRFLOW_KEY = { api_secret: `ask_${MARK}`, api_user: `${MARK}@example.com`, permission: "all" as const };
const ATS_KEY = `ats-key-${MARK}`;

/** Where pushes to one ATS take place. */
export interface PushStage<Ats extends Simulator = Simulator> {
  connector: Connector;
  bench: Bench<Ats>;
  account: Account<Ats>;
  hrflow: SimulatedHrflow;
  environment: TestEnvironment;
  sourceKey: string;
  workflow: object;
  /** A person with a CV in HrFlow, whom nobody knows yet. */
  addProfile(changes?: ProfileInput): HrflowProfile;
  /** Pushes without any fault. */
  push(profile: HrflowProfile): Promise<void>;
  /** HrFlow learns of another phone number, a tag and another CV. */
  change(profile: HrflowProfile): void;
  stop(): Promise<void>;
}

/** One line of the table: a call, and a push that makes it. */
export interface CallOfPush<Ats extends Simulator = Simulator> {
  /** As in `calls.ts`. */
  call: Pick<ApiCall, "method" | "path">;
  /** Of HrFlow, where it is not the ATS's. */
  isHrflow?: true;
  /** What kind of call it is: the line of the table of what is expected. */
  kind: string;
  /** How many calls of the same push go there before it. */
  before?: number;
  /** In words, where the call alone does not say which one it is. */
  when?: string;
  /** Makes ready whatever the push needs to come to this call; a new person unless given. */
  arrange?(stage: PushStage<Ats>): Promise<HrflowProfile> | HrflowProfile;
  /** The phone number and the CVs that the candidate has in the end. */
  phone?: string;
  cvs?: string[];
  /** What an error says of a fault by its name, where it has other words than usual. */
  says?: Record<string, RegExp>;
}

export async function startPushStage<Ats extends Simulator>(
  connector: Connector,
  bench: Bench<Ats>,
): Promise<PushStage<Ats>> {
  const hrflow = await startHrflow({ keys: [HRFLOW_KEY] });
  const account = await bench.start();
  account.acceptKey(ATS_KEY);
  const sourceKey = hrflow.addSource({}).key;
  const secret = `${connector.name}/faults`;
  const environment = await startTestEnvironment(
    { "hrflow/faults": { ...HRFLOW_KEY, webhook_secret: MARK }, [secret]: account.secretOf(ATS_KEY) },
    { HRFLOW_BASE_URL: hrflow.url, CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin, ...account.variables },
  );
  let persons = 0;
  const stage: PushStage<Ats> = {
    connector,
    bench,
    account,
    hrflow,
    environment,
    sourceKey,
    workflow: {
      workflow_id: `faults-${connector.name}`,
      action: `push_profile_to_${connector.name}`,
      hrflow_auth: { secret: "hrflow/faults" },
      connector_auth: { secret },
      push_parameters: account.parameters,
    },
    addProfile(changes = {}) {
      const person = aPerson();
      persons += 1;
      const info = { ...person.info, email: `jean.${persons}.${MARK}@example.com`, ...changes.info };
      const profile = hrflow.putProfile({ source_key: sourceKey, ...person, ...changes, info });
      addCv(profile, FIRST_CV);
      return profile;
    },
    async push(profile) {
      const planted = plant(environment);
      const attempts = await pushFromQueue(stage, profile, planted);
      planted.close();
      expect(attempts.map(({ isDone }) => isDone)).toEqual([true]);
    },
    change(profile) {
      const tags = [{ name: "promoted", value: null }];
      hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE }, tags });
      addCv(profile, SECOND_CV);
    },
    async stop() {
      await Promise.all([environment.stop(), hrflow.stop(), account.simulator.stop()]);
    },
  };
  function addCv(profile: HrflowProfile, text: string): void {
    const bytes = Buffer.from(text);
    const fileName = `CV ${MARK}.pdf`;
    hrflow.addAttachment(profile.key, { type: "resume", extension: ".pdf", fileName, bytes });
  }
  return stage;
}

/** A person whom the ATS has by an earlier push, and of whom HrFlow has learned something since. */
export async function afterAChange<Ats extends Simulator>(stage: PushStage<Ats>): Promise<HrflowProfile> {
  const profile = stage.addProfile();
  await stage.push(profile);
  stage.change(profile);
  return profile;
}
