/** One push from its queue in which one call meets one fault, and every attempt after it until the message is done. */
import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import type { ApiCall, Connector } from "../../lib/connector.ts";
import { pushCalls } from "../../lib/hrflow/calls.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { enqueue } from "../../lib/queue.ts";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import type { HrflowProfile, ProfileInput } from "../../local/vendors/hrflow-profile.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { Account, Bench, SeenCandidate } from "../conformance/conformance.ts";
import { aPerson, FIRST_CV, hash, MARK, NEXT_PHONE, PHONE, SECOND_CV } from "../conformance/scene.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { type DeadLetter, queueWorkerOf } from "../push/queue-worker.ts";
import { type CallFault, PAUSE_IN_SECONDS } from "./faults.ts";
import { type PlantedEnvironment, plant } from "./planted.ts";

const MAXIMUM_ATTEMPTS = 5;
/** An HTTP date has no fractions of a second, and on a slow machine some time passes before it is read. */
const SOME_SECONDS = 10;
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

/** The lists of calls, in which a line is looked for. */
export function callsOf({ push }: Connector): readonly ApiCall[] {
  return [...pushCalls, ...push.calls];
}

/** One attempt, from the queue to what became of the message. */
interface Attempt {
  isDone: boolean;
  /** When it comes back, where it does: as the queue has it. */
  waitsInSeconds: number;
  /** What the log says of it. */
  said: Record<string, unknown>;
  made: string[];
  pauses: number;
  /** What a person is told when it ended well. */
  notes: string[];
}

/** What became of a push one of whose calls met a fault. */
export interface SeenPush {
  ending: string;
  attempts: Attempt[];
  deadLetters: DeadLetter[];
  candidates: SeenCandidate[];
  hasMet: boolean;
}

export async function pushUnderFault<Ats extends Simulator>(
  stage: PushStage<Ats>,
  row: CallOfPush<Ats>,
  fault: CallFault,
): Promise<SeenPush> {
  const { account, environment } = stage;
  const profile = (await row.arrange?.(stage)) ?? stage.addProfile();
  const simulator = row.isHrflow ? stage.hrflow : account.simulator;
  const planted = plant(environment, { simulator, call: row.call, before: row.before ?? 0, fault });
  try {
    const attempts = await pushFromQueue(stage, profile, planted);
    const deadLetters = await takeDeadLetters(stage, planted);
    if (deadLetters.length > 0) {
      // A person has mended it, and sends it round again.
      const again = await pushFromQueue(stage, profile, planted);
      expect(again.at(-1)?.isDone).toBe(true);
    }
    const email = profile.info.email?.toLowerCase();
    const everybody = await account.candidates();
    const candidates = everybody.filter((candidate) => candidate.email?.toLowerCase() === email);
    const ending = endingOf(attempts, deadLetters);
    return { ending, attempts, deadLetters, candidates, hasMet: planted.hasMet() };
  } finally {
    planted.close();
    simulator.recover();
    for (const { id } of await account.candidates()) account.remove(id);
  }
}

function endingOf([first, ...later]: Attempt[], deadLetters: DeadLetter[]): string {
  if (first === undefined) return "nothing";
  if (deadLetters.length > 0) return later.length === 0 ? "dead" : "dead-later";
  if (first.isDone && first.pauses > 0) return "wait";
  if (first.isDone) return first.notes.length > 0 ? "part" : "done";
  if (!later.at(-1)?.isDone) return "stuck";
  if (later.some(({ said }) => String(said.detail).includes("the outcome of a create is not known yet")))
    return "look";
  if (first.said.reason === "credential_failure") return "key";
  return Number(first.said.next_attempt_in_seconds) > PAUSE_IN_SECONDS - SOME_SECONDS ? "later" : "back";
}

/** Stores a message about the profile, and works until it is out of the queue. */
async function pushFromQueue(
  {
    connector,
    workflow,
    environment,
    sourceKey,
  }: Pick<PushStage, "connector" | "workflow" | "environment" | "sourceKey">,
  profile: HrflowProfile,
  planted: PlantedEnvironment,
): Promise<Attempt[]> {
  const action = `push_profile_to_${connector.name}`;
  const handler = pushFunction(connector, { workflows: [workflow], functions: {} }, planted);
  const worker = queueWorkerOf(action, handler as Parameters<typeof queueWorkerOf>[1], planted);
  const message = {
    workflow_id: `faults-${connector.name}`,
    source_key: sourceKey,
    profile_key: profile.key,
  };
  const storedAt = String(planted.now());
  await enqueue(action, [message], planted);
  const attempts: Attempt[] = [];
  while (attempts.length < MAXIMUM_ATTEMPTS) {
    const records = await worker.receive();
    expect(records).toHaveLength(1);
    // The queue's clock does not move with the code's.
    for (const { attributes } of records) attributes.SentTimestamp = storedAt;
    const [logged, made, pauses] = [environment.logged.length, planted.made.length, planted.pauses()];
    const failed = await worker.handle(records);
    const lines = environment.logged.slice(logged).map((line) => JSON.parse(line));
    const [waitsInSeconds = 0] = failed.length > 0 ? worker.waitingFor() : [];
    attempts.push({
      isDone: failed.length === 0,
      waitsInSeconds,
      said: lines.filter(({ level }) => level === "WARN" || level === "ERROR").at(-1) ?? {},
      made: planted.made.slice(made),
      pauses: planted.pauses() - pauses,
      notes: lines.find((line) => line.message === "profile pushed")?.notes ?? [],
    });
    if (failed.length === 0) break;
    planted.pass(waitsInSeconds);
    await worker.handBack(records);
  }
  return attempts;
}

async function takeDeadLetters(
  { connector, environment }: Pick<PushStage, "connector" | "environment">,
  planted: PlantedEnvironment,
) {
  const action = `push_profile_to_${connector.name}`;
  const queue = `${action.replaceAll("_", "-")}-dead-letters.fifo`;
  if (environment.inspectQueue(queue).length === 0) return [];
  const worker = queueWorkerOf(action, async () => ({}), planted);
  const letters = await worker.deadLetters();
  const QueueUrl = environment.settings.deadLetterQueueUrl(action);
  await environment.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  return letters;
}

/** The candidate is there once, with its data and its CV, whatever went wrong on the way. */
export function expectOneCandidate(
  { candidates, ending }: SeenPush,
  { phone = PHONE, cvs = [FIRST_CV] }: { phone?: string; cvs?: string[] },
): void {
  expect(candidates).toHaveLength(1);
  if (ending === "part") return;
  expect(candidates[0]).toMatchObject({ phone });
  expect(candidates[0]?.cvs.toSorted()).toEqual(cvs.map(hash).toSorted());
}
