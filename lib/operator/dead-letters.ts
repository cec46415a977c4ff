/**
 * `dead_letters`: what lies in the dead-letter queue of a function, and why; and putting it back into the function's
 * queue. Putting back sends before it deletes: after a crash in between a message is there twice, which the link makes
 * harmless.
 */
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { HandOperated } from "../by-hand/operated.ts";
import { known } from "../known.ts";
import { nextStep } from "../run/next-step.ts";
import { type DeadLetter, removeDeadLetters, visitDeadLetters } from "./dead-letter-queue.ts";

/** Which dead letters are meant; all when nothing is said. */
export interface WantedLetters {
  reason?: string | null | undefined;
  workflow_id?: string | null | undefined;
  limit?: number | null | undefined;
}

/** What lies there, or what was put back. */
export interface DeadLettersAnswer {
  action: string;
  message: string;
  /** About how many lay there when this began, as SQS counts them. */
  total: number;
  /** How many of those that were looked at, and asked for, failed for which reason. */
  by_reason: Record<string, number>;
  /** Of a list: what to do, for each of these reasons. */
  next?: Record<string, string>;
  /** How many were put back into the queue, or would be in a dry run; of a list, none. */
  redriven: number;
  /** Of a list: the first of them. */
  letters?: Omit<DeadLetter, "body" | "groupId" | "receiptHandle">[];
}

const DEFAULT_LISTED = 20;
const MAXIMUM_LISTED = 100;
/** Counted by reason are those that can be looked at in some seconds. */
const MAXIMUM_COUNTED = 2_000;

/** Lists dead letters, and leaves them where they are. */
export async function listDeadLetters(
  wanted: WantedLetters,
  operated: HandOperated,
): Promise<DeadLettersAnswer> {
  const listed = Math.min(wanted.limit ?? DEFAULT_LISTED, MAXIMUM_LISTED);
  const found: DeadLetter[] = [];
  const { seen, total } = await visitDeadLetters(operated, MAXIMUM_COUNTED, async (letters) => {
    found.push(...letters.filter(isWanted(wanted)));
    return [];
  });
  const letters = found.slice(0, listed).map(({ body: _, groupId: __, receiptHandle: ___, ...said }) => said);
  return {
    action: operated.action,
    message: `${seen} of about ${total} were looked at, ${found.length} of them are meant, ${letters.length} are listed; nothing was changed`,
    total,
    by_reason: countByReason(found),
    next: nextByReason(found),
    redriven: 0,
    letters,
  };
}

/**
 * Puts dead letters back into the function's queue.
 *
 * @param persist false: only says which
 */
export async function redriveDeadLetters(
  wanted: WantedLetters,
  persist: boolean,
  operated: HandOperated,
): Promise<DeadLettersAnswer> {
  const { action, environment } = operated;
  const startedAt = environment.now();
  const limit = wanted.limit ?? Number.POSITIVE_INFINITY;
  const redriven: DeadLetter[] = [];
  // What fails again comes back here, and is not taken a second time.
  const isMeant = (letter: DeadLetter) => isWanted(wanted)(letter) && Date.parse(letter.since) <= startedAt;
  const { total, isComplete } = await visitDeadLetters(
    operated,
    Number.POSITIVE_INFINITY,
    async (letters) => {
      const chosen = letters.filter(isMeant).slice(0, limit - redriven.length);
      const sent = persist && chosen.length > 0 ? await sendBack(chosen, operated) : chosen;
      if (persist) await removeDeadLetters(sent, operated);
      redriven.push(...sent);
      return redriven.length >= limit || sent.length < chosen.length ? "enough" : persist ? sent : [];
    },
  );
  const about = { action, redriven: redriven.length, ...known({ reason: wanted.reason }) };
  if (persist) environment.log.info("dead letters redriven", about);
  return {
    action,
    message: sayRedriven(redriven.length, isComplete, persist),
    total,
    by_reason: countByReason(redriven),
    redriven: redriven.length,
  };
}

function sayRedriven(count: number, isComplete: boolean, persist: boolean): string {
  const done = persist
    ? `${count} were put back into the queue: each begins anew, with all its attempts`
    : `dry run: ${count} would be put back`;
  return isComplete ? done : `${done}; more may be left: ask again`;
}

/** Those that SQS has taken. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
async function sendBack(letters: DeadLetter[], { action, environment }: HandOperated): Promise<DeadLetter[]> {
  const Entries = letters.map(({ message_id, body, groupId }, index) => ({
    Id: `${index}`,
    MessageBody: body,
    MessageGroupId: groupId,
    MessageDeduplicationId: `redrive-${message_id}`, // within five minutes a second try of the same is one message
  }));
  const QueueUrl = environment.settings.queueUrl(action);
  const { Successful = [] } = await environment.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const ids = new Set(Successful.map(({ Id }) => Id));
  return letters.filter((_, index) => ids.has(`${index}`));
}

function isWanted({ reason, workflow_id }: WantedLetters): (letter: DeadLetter) => boolean {
  return (letter) =>
    (!reason || letter.reason === reason) && (!workflow_id || letter.workflow_id === workflow_id);
}

function countByReason(letters: readonly DeadLetter[]): Record<string, number> {
  const groups = Map.groupBy(letters, ({ reason }) => reason);
  return Object.fromEntries([...groups].map(([reason, { length }]) => [reason, length]));
}

const NOT_RECORDED_STEP =
  "SQS gave it up after too many attempts that ended without a word: see the function's log";

function nextByReason(letters: readonly DeadLetter[]): Record<string, string> {
  const reasons = new Set(letters.map(({ reason }) => reason));
  return Object.fromEntries([...reasons].map((reason) => [reason, nextStep(reason) ?? NOT_RECORDED_STEP]));
}
