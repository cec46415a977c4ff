/** The calls to a function's dead-letter queue. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as v from "valibot";
import type { HandOperated } from "../by-hand/operated.ts";
import { known } from "../known.ts";

/** A message that was given up. */
export interface DeadLetter {
  message_id: string;
  /** Why; `not_recorded` where SQS itself gave it up, after too many attempts that ended without a word. */
  reason: string;
  detail?: string;
  attempts?: string;
  /** When it came here or, where SQS itself gave it up, when it was first sent. */
  since: string;
  workflow_id?: string;
  source_key?: string;
  profile_key?: string;
  body: string;
  /** That of the queue it came from. */
  groupId: string;
  receiptHandle: string;
}

type Operated = Pick<HandOperated, "action" | "environment" | "timeLeft">;

const BATCH = 10;
/** While they are looked at, nobody else sees them; if we die, they are seen again after this. */
const VISIBILITY_TIMEOUT_IN_SECONDS = 60;
/** An empty answer without waiting may come from servers that have none, beside others that have some. */
const WAIT_IN_SECONDS = 1;
const RESERVE_IN_MILLISECONDS = 10_000;
export const NOT_RECORDED = "not_recorded";

/** What a visit has come to. */
export interface Visit {
  /** How many were shown. */
  seen: number;
  /** About how many there were when it began. */
  total: number;
  /** Whether it was shown all of them. */
  isComplete: boolean;
}

/**
 * Shows dead letters, each once, in batches; those that stay are seen by others again when it ends.
 *
 * Each that we put there is a group by itself. Those that SQS itself gave up are in the groups of their queue, and of a
 * group SQS hands out the first messages and holds back the rest until those are gone or visible again. So a pass over all
 * groups is followed by another while it has removed some; what lies behind ten of theirs that stay is not shown.
 *
 * @param visit answers which ones it has removed, or that it has seen enough
 */
export async function visitDeadLetters(
  operated: Operated,
  maximum: number,
  visit: (letters: DeadLetter[]) => Promise<readonly DeadLetter[] | "enough">,
): Promise<Visit> {
  const seen = new Set<string>();
  const total = await countDeadLetters(operated);
  const reserve = Math.min(RESERVE_IN_MILLISECONDS, operated.timeLeft() / 5);
  const isOver = () => seen.size >= Math.min(total, maximum) || operated.timeLeft() < reserve;
  let goesOn = true;
  while (goesOn) {
    goesOn = false;
    const held = new Map<string, DeadLetter>();
    try {
      while (!isOver()) {
        const letters = await receive(operated);
        if (letters.length === 0) break;
        for (const letter of letters) held.set(letter.message_id, letter);
        const fresh = letters.filter(({ message_id }) => !seen.has(message_id));
        for (const { message_id } of fresh) seen.add(message_id);
        const removed = await visit(fresh);
        if (removed === "enough") return { seen: seen.size, total, isComplete: false };
        for (const { message_id } of removed) held.delete(message_id);
        goesOn ||= removed.length > 0;
      }
    } finally {
      await release([...held.values()], operated);
    }
    goesOn &&= held.size > 0 && !isOver();
  }
  return { seen: seen.size, total, isComplete: seen.size >= total };
}

/** About how many there are, seen or unseen. */
async function countDeadLetters({ action, environment }: Operated): Promise<number> {
  const { Attributes = {} } = await environment.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: environment.settings.deadLetterQueueUrl(action),
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** What cannot be deleted now is there once more later, which is harmless. */
export async function removeDeadLetters(
  letters: readonly DeadLetter[],
  { action, environment }: Operated,
): Promise<void> {
  if (letters.length === 0) return;
  const Entries = letters.map(({ receiptHandle: ReceiptHandle }, index) => ({
    Id: `${index}`,
    ReceiptHandle,
  }));
  const QueueUrl = environment.settings.deadLetterQueueUrl(action);
  await environment.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

async function receive({ action, environment }: Operated): Promise<DeadLetter[]> {
  const { Messages = [] } = await environment.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: environment.settings.deadLetterQueueUrl(action),
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: VISIBILITY_TIMEOUT_IN_SECONDS,
      WaitTimeSeconds: WAIT_IN_SECONDS,
      MessageSystemAttributeNames: ["MessageGroupId", "SentTimestamp"],
      MessageAttributeNames: ["All"],
    }),
  );
  return Messages.map(toDeadLetter);
}

/** If this fails, they are seen again by themselves after the visibility time-out. */
async function release(letters: readonly DeadLetter[], { action, environment }: Operated): Promise<void> {
  const QueueUrl = environment.settings.deadLetterQueueUrl(action);
  for (let start = 0; start < letters.length; start += BATCH) {
    const Entries = letters.slice(start, start + BATCH).map(({ receiptHandle: ReceiptHandle }, index) => ({
      Id: `${index}`,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    try {
      await environment.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    } catch (error) {
      const detail = error instanceof Error ? error.name : "failed";
      environment.log.warn("visibility not changed", { detail });
      return;
    }
  }
}

const bodySchema = v.object({
  workflow_id: v.fallback(v.optional(v.string()), undefined),
  source_key: v.fallback(v.optional(v.string()), undefined),
  profile_key: v.fallback(v.optional(v.string()), undefined),
});

function toDeadLetter(message: Message): DeadLetter {
  const { MessageId = "", Body = "", ReceiptHandle = "", Attributes = {}, MessageAttributes = {} } = message;
  return {
    message_id: MessageId,
    reason: MessageAttributes.reason?.StringValue ?? NOT_RECORDED,
    ...known({
      detail: MessageAttributes.detail?.StringValue,
      attempts: MessageAttributes.attempts?.StringValue,
    }),
    since: new Date(Number(Attributes.SentTimestamp)).toISOString(),
    ...keysIn(Body),
    body: Body,
    groupId: MessageAttributes.group?.StringValue ?? Attributes.MessageGroupId ?? MessageId,
    receiptHandle: ReceiptHandle,
  };
}

/** What a message is about, where it is one of ours. */
function keysIn(body: string) {
  try {
    const result = v.safeParse(bodySchema, JSON.parse(body));
    return result.success ? known(result.output) : {};
  } catch {
    return {};
  }
}
