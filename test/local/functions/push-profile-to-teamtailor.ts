import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ChangeMessageVisibilityCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";

const sqs = new SQSClient({});

/** What a message of the tests asks for. */
interface Instruction {
  name: string;
  /** Fails so often before it succeeds. */
  failures?: number;
  /** Fails until this is noted. */
  failsUntil?: string;
  /** Fails by throwing, and not by naming the message. */
  throws?: boolean;
  /** Becomes visible again after so long. */
  againInSeconds?: number;
  takesMs?: number;
  /** Does not end the first time. */
  hangs?: boolean;
}

/** A stand-in: writes what it handles to the file of the test, and fails as it is told. */
export async function handler(event: SQSEvent, context: Context) {
  const failures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    const {
      name,
      failures: wanted = 0,
      failsUntil,
      throws,
      againInSeconds,
      takesMs = 0,
      hangs,
    } = JSON.parse(record.body) as Instruction;
    note(`start ${name}`);
    await delay(hangs && attempts(name) === 1 ? FOR_EVER_IN_MS : takesMs);
    if (attempts(name) <= wanted || (failsUntil !== undefined && !notes().includes(failsUntil))) {
      if (throws)
        throw new TypeError(
          `${name} fails as it was told, with ${context.getRemainingTimeInMillis()} ms left`,
        );
      failures.push({ itemIdentifier: record.messageId });
      if (againInSeconds !== undefined) {
        await showAgain(record.receiptHandle, againInSeconds);
        note(`hidden ${name}`);
      }
    } else {
      note(`done ${name} ${record.attributes.MessageGroupId} ${record.attributes.ApproximateReceiveCount}`);
    }
  }
  return { batchItemFailures: failures };
}

async function showAgain(receiptHandle: string, seconds: number): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: process.env.PUSH_PROFILE_TO_TEAMTAILOR_QUEUE_URL,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

const file = process.env.TEST_FILE ?? "";
const FOR_EVER_IN_MS = 600_000;

function note(line: string): void {
  appendFileSync(file, `${line}\n`);
}

function notes(): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

function attempts(name: string): number {
  return notes().filter((line) => line === `start ${name}`).length;
}
