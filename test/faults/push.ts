/** One push from its queue in which one call meets one fault, and every attempt after it until the message is done. */
import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { enqueue } from "../../lib/queue.ts";
import type { HrflowProfile } from "../../local/vendors/hrflow-profile.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { SeenCandidate } from "../conformance/conformance.ts";
import { FIRST_CV, hash, PHONE } from "../conformance/scene.ts";
import { type DeadLetter, queueWorkerOf } from "../push/queue-worker.ts";
import { type CallFault, PAUSE_IN_SECONDS } from "./faults.ts";
import { type PlantedEnvironment, plant } from "./planted.ts";
import type { CallOfPush, PushStage } from "./push-stage.ts";

const MAXIMUM_ATTEMPTS = 5;
/** An HTTP date has no fractions of a second, and on a slow machine some time passes before it is read. */
const SOME_SECONDS = 10;
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
export async function pushFromQueue(
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
