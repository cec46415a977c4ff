/** The receiver's bundle in a process of its own: blocks of events, and blocks of the SQS call alone, in turn. */
import { performance } from "node:perf_hooks";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { median } from "./figure.ts";

/** What the process is to do. */
export interface ReceiverWork {
  bundle: string;
  queueUrl: string;
  genuine: object;
  forged: object;
}

/** What one event took, as the median of its block. */
interface Cost {
  wallInMs: number;
  cpuInMs: number;
}

export interface ReceiverReport {
  blocks: { own: Cost; send: Cost }[];
  forgedStatus: number;
}

const WARM_UP = 300;
const BLOCKS = 25;
const EVENTS_PER_BLOCK = 30;

const work = JSON.parse(process.argv[2] ?? "{}") as ReceiverWork;
const { handler } = (await import(work.bundle)) as {
  handler(event: object, context: object): Promise<{ statusCode: number }>;
};
const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 20_000 };
const sqs = new SQSClient({ maxAttempts: 4 });
let sent = 0;

async function receive(): Promise<void> {
  // A fresh object each time: the middleware writes into it.
  const { statusCode } = await handler(structuredClone(work.genuine), context);
  if (statusCode !== 202) throw new Error(`the receiver answered ${statusCode}`);
}

/** What the receiver cannot do without, and what the bench does for it. */
async function send(): Promise<void> {
  structuredClone(work.genuine);
  sent += 1;
  const keys = { source_key: "b".repeat(40), profile_key: "a".repeat(40) };
  const message = { workflow_id: "bench-teamtailor", ...keys, event_type: "profile.parsing.success" };
  const command = new SendMessageCommand({
    QueueUrl: work.queueUrl,
    MessageBody: JSON.stringify(message),
    MessageGroupId: `bench-teamtailor.${"a".repeat(40)}`,
    MessageDeduplicationId: `${sent}`,
  });
  await sqs.send(command);
}

async function costOf(call: () => Promise<void>): Promise<Cost> {
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let index = 0; index < EVENTS_PER_BLOCK; index += 1) {
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await call();
    walls.push(performance.now() - begun);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1000);
  }
  return { wallInMs: median(walls), cpuInMs: median(cpus) };
}

for (let index = 0; index < WARM_UP; index += 1) {
  await receive();
  await send();
}
const blocks: ReceiverReport["blocks"] = [];
for (let block = 0; block < BLOCKS; block += 1)
  blocks.push({ own: await costOf(receive), send: await costOf(send) });
const { statusCode: forgedStatus } = await handler(structuredClone(work.forged), context);
process.send?.({ blocks, forgedStatus } satisfies ReceiverReport);
process.disconnect?.();
