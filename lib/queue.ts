/** The queues between the receiver and the push functions: what stands in a message, and how one comes back later. */
import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import pMap from "p-map";
import * as v from "valibot";
import type { Environment } from "./environment.ts";
import { type RelayError, TemporaryError } from "./errors.ts";
import { keySchema } from "./hrflow/schema.ts";

const MAXIMUM_BATCH = 10;
/** A webhook may list thousands of profiles, and is answered when all are stored. */
const BATCHES_AT_ONCE = 10;
/** A message with one of these characters is refused. */
const NOT_FOR_SQS = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const MAXIMUM_VISIBILITY_IN_SECONDS = 12 * 3600;

/** Delays double from the first to the longest. */
const FIRST_DELAY_IN_SECONDS = 10;
const LONGEST_DELAY_IN_SECONDS = 1800;
/** A temporary failure is tried again for so long, and so often at least: an outage of a day needs no operator. */
const GIVE_UP_AFTER_IN_SECONDS = 48 * 3600;
const LEAST_ATTEMPTS = 12;
/** A profile that HrFlow does not find is waited for so long: it may still be parsed. */
const NOT_FOUND_FOR_IN_SECONDS = 15 * 60;

const messageSchema = v.object({
  workflow_id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  source_key: keySchema,
  profile_key: keySchema,
  event_type: v.optional(v.string()),
});
/** A message says which profile changed, for which workflow: keys only, no personal data. */
export type PushMessage = v.InferOutput<typeof messageSchema>;

/** Undefined when the body is not one of ours. */
export function readMessage(record: SQSRecord): PushMessage | undefined {
  try {
    const result = v.safeParse(messageSchema, JSON.parse(record.body));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stores messages in the queue of an action, one for each workflow and profile.
 *
 * @throws Error when one of them could not be stored; others may have been
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export async function enqueue(
  action: string,
  messages: readonly PushMessage[],
  environment: Pick<Environment, "settings" | "sqs" | "randomId">,
): Promise<void> {
  const QueueUrl = environment.settings.queueUrl(action);
  const entries = messages.map((message) => ({
    MessageBody: JSON.stringify(message),
    MessageGroupId: `${message.workflow_id}.${message.profile_key}`,
    // Never a hash of the body: two changes of one profile look the same, and the second must not be dropped.
    MessageDeduplicationId: environment.randomId(),
  }));
  const [first] = entries;
  if (entries.length === 1 && first) {
    await environment.sqs.send(new SendMessageCommand({ QueueUrl, ...first }));
    return;
  }
  const batches: SendMessageBatchRequestEntry[][] = [];
  for (let start = 0; start < entries.length; start += MAXIMUM_BATCH) {
    const batch = entries.slice(start, start + MAXIMUM_BATCH);
    batches.push(batch.map((entry, index) => ({ Id: `${index}`, ...entry })));
  }
  const send = async (Entries: SendMessageBatchRequestEntry[]) => {
    const { Failed = [] } = await environment.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length === 0) return;
    const problem = `SQS SendMessageBatch: ${Failed.length} not stored (${Failed[0]?.Code})`;
    throw new TemporaryError("state_failure", problem);
  };
  await pMap(batches, send, { concurrency: BATCHES_AT_ONCE });
}

/** Stores one message of any kind, in order within its group. */
export async function enqueueOne(
  action: string,
  groupId: string,
  message: object,
  environment: Environment,
): Promise<void> {
  await environment.sqs.send(
    new SendMessageCommand({
      QueueUrl: environment.settings.queueUrl(action),
      MessageBody: JSON.stringify(message),
      MessageGroupId: groupId,
      MessageDeduplicationId: environment.randomId(),
    }),
  );
}

/**
 * Moves a message to the dead-letter queue with its reason, because trying again cannot help.
 *
 * @param about the workflow of the message, as the metrics name it
 * @param subject what the message is about
 * @returns whether it lies there; when not, it stays in its queue
 */
export async function deadLetter(
  about: { workflow_id: string; action: string },
  subject: "profile" | "run",
  record: SQSRecord,
  failure: RelayError,
  environment: Environment,
): Promise<boolean> {
  const said = { reason: failure.reason, detail: failure.message };
  try {
    await sendToDeadLetterQueue(about.action, record, failure, environment);
  } catch (error) {
    const detail = error instanceof Error ? error.name : "failed";
    environment.log.error("dead letter not stored: the message stays in its queue", { ...said, detail });
    return false;
  }
  const isRun = subject === "run";
  environment.log.error(isRun ? "run dead-lettered" : "profile dead-lettered", said);
  environment.metrics.add("messages_dead_lettered", 1, { ...about, reason: failure.reason });
  return true;
}

async function sendToDeadLetterQueue(
  action: string,
  record: SQSRecord,
  failure: RelayError,
  environment: Environment,
): Promise<void> {
  const attribute = (text: string) => ({ DataType: "String", StringValue: text.replace(NOT_FOR_SQS, "…") });
  await environment.sqs.send(
    new SendMessageCommand({
      QueueUrl: environment.settings.deadLetterQueueUrl(action),
      MessageBody: record.body,
      // A group each: SQS shows ten of a group, and hides what is behind them until those are gone.
      MessageGroupId: record.messageId,
      MessageDeduplicationId: record.messageId, // a second try of the same move is one message
      MessageAttributes: {
        group: attribute(record.attributes.MessageGroupId ?? record.messageId),
        reason: attribute(failure.reason),
        detail: attribute(failure.message.slice(0, 500)),
        attempts: attribute(record.attributes.ApproximateReceiveCount),
      },
    }),
  );
}

/** How long ago a message was stored. */
export function ageInSeconds(record: SQSRecord, { now }: Environment): number {
  return Math.max(0, now() - Number(record.attributes.SentTimestamp)) / 1000;
}

/** Whether a message is given up, after all the time that a temporary failure has. */
export function isOverdue(record: SQSRecord, isNotFound: boolean, environment: Environment): boolean {
  const age = ageInSeconds(record, environment) * environment.settings.speed;
  if (isNotFound) return age > NOT_FOUND_FOR_IN_SECONDS;
  return (
    age > GIVE_UP_AFTER_IN_SECONDS && Number(record.attributes.ApproximateReceiveCount) >= LEAST_ATTEMPTS
  );
}

/** Seconds until the next attempt: growing with each, never before the vendor said, and not all at the same moment. */
export function nextDelayInSeconds(record: SQSRecord, failure: RelayError, environment: Environment): number {
  const attempt = Number(record.attributes.ApproximateReceiveCount);
  const longest = Math.min(FIRST_DELAY_IN_SECONDS * 2 ** Math.min(attempt - 1, 20), LONGEST_DELAY_IN_SECONDS);
  const asked = (failure instanceof TemporaryError && failure.retryAfterInSeconds) || 0;
  const own = (longest * (0.75 + environment.random() / 4)) / environment.settings.speed;
  return Math.min(Math.ceil(Math.max(own, asked)), MAXIMUM_VISIBILITY_IN_SECONDS);
}

/**
 * Lets messages come back after so many seconds. If that fails they come back after the queue's visibility time-out,
 * which is as safe and only slower.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
 */
export async function comeBackIn(
  seconds: number,
  action: string,
  records: readonly SQSRecord[],
  environment: Environment,
): Promise<void> {
  const Entries = records.map(({ receiptHandle }, index) => ({
    Id: `${index}`,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  }));
  try {
    const QueueUrl = environment.settings.queueUrl(action);
    await environment.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  } catch (error) {
    environment.log.warn("visibility not changed", {
      detail: error instanceof Error ? error.name : "failed",
    });
  }
}
