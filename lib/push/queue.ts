/** From the queue to the push engine: which messages are done, which come back and when, which are given up. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Environment } from "../environment.ts";
import { PermanentError, type RelayError } from "../errors.ts";
import { logAbout } from "../observability/log.ts";
import {
  ageInSeconds,
  comeBackIn,
  deadLetter,
  isOverdue,
  nextDelayInSeconds,
  type PushMessage,
  readMessage,
} from "../queue.ts";
import type { RunAnswer } from "../run/answer.ts";
import { saveRun } from "../run/history.ts";
import { takesSource, type Workflows } from "../workflow/workflow.ts";
import { ProfileNotFoundError } from "./item.ts";
import { runPush } from "./run.ts";

/** Messages of this action are pushed; `timeLeft` says in milliseconds how long this invocation may still work. */
export interface QueueConsumer {
  action: string;
  workflows: Workflows;
  environment: Environment;
  timeLeft(): number;
}

/**
 * Pushes a batch. Groups (one workflow and profile each) go side by side, a group's messages in order.
 *
 * @returns the messages that are not done: SQS hands them out again
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function pushFromQueue(event: SQSEvent, consumer: QueueConsumer): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId);
  const failed = await Promise.all([...groups.values()].map((records) => pushGroup(records, consumer)));
  return { batchItemFailures: failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** Pushes the messages of one group; after a failure the later ones wait too, so that the group stays in order. */
async function pushGroup(
  records: readonly SQSRecord[],
  consumer: QueueConsumer,
): Promise<readonly SQSRecord[]> {
  // Messages are notifications: several of one profile are served by one push, which reads the profile after all of them.
  const sameProfile = [...Map.groupBy(records, subject).values()];
  for (const [index, same] of sameProfile.entries()) {
    const notDone = sameProfile.slice(index).flat();
    if (!(await pushMessages(same, notDone, consumer))) return notDone;
  }
  return [];
}

function subject(record: SQSRecord): string {
  const message = readMessage(record);
  return message ? `${message.workflow_id} ${message.source_key} ${message.profile_key}` : record.messageId;
}

/**
 * Pushes the profile that all of `records` are about.
 *
 * @param notDone the messages that come back together if this fails
 * @returns whether they are done: pushed, or in the dead-letter queue
 */
async function pushMessages(
  records: readonly SQSRecord[],
  notDone: readonly SQSRecord[],
  consumer: QueueConsumer,
): Promise<boolean> {
  const { action } = consumer;
  const newest = records.at(-1) as SQSRecord;
  const message = readMessage(newest);
  const { failure, answer } = await push(message, consumer);
  const workflow = { workflow_id: message?.workflow_id ?? "(unknown)", action };
  const about = { ...workflow, run_id: answer?.run_id, profile_key: message?.profile_key };
  const environment = logAbout(about, consumer.environment);
  const { log, metrics } = environment;
  if (failure === undefined) {
    metrics.add("push_lag", oldestAge(records, environment), workflow);
    return true;
  }

  const isNotFound = failure instanceof ProfileNotFoundError;
  const isHopeless = failure instanceof PermanentError || isOverdue(newest, isNotFound, environment);
  if (isHopeless && (await deadLetter(workflow, "profile", newest, failure, environment))) {
    if (answer !== undefined) await saveRun(answer, environment);
    return true;
  }
  // The one that has waited longest tells how long an outage lasts: a new webhook does not restart its delays.
  const seconds = Math.max(...records.map((record) => nextDelayInSeconds(record, failure, environment)));
  metrics.add("messages_retried", notDone.length, workflow);
  metrics.add("message_age", oldestAge(records, environment), workflow);
  log.warn("profile will be tried again", {
    reason: failure.reason,
    detail: failure.message,
    attempt: Number(newest.attributes.ApproximateReceiveCount),
    next_attempt_in_seconds: seconds,
  });
  await comeBackIn(seconds, action, notDone, environment);
  return false;
}

/** The age of the message that has waited longest, in seconds. */
function oldestAge(records: readonly SQSRecord[], environment: Environment): number {
  return Math.max(...records.map((record) => ageInSeconds(record, environment)));
}

/** @returns no failure when all went well, and no answer when there was no run */
async function push(
  message: PushMessage | undefined,
  consumer: QueueConsumer,
): Promise<{ failure: RelayError | undefined; answer?: RunAnswer }> {
  if (message === undefined) {
    const problem = "the message is not one of the receiver's";
    return { failure: new PermanentError("event_parsing_failure", problem) };
  }
  const workflow = consumer.workflows.runnable.get(message.workflow_id);
  if (workflow?.direction !== "push" || workflow.action !== consumer.action) {
    const problem = `no workflow "${message.workflow_id}" with the action ${consumer.action} is deployed`;
    return { failure: new PermanentError("workflow_id_not_found", problem) };
  }
  if (!takesSource(workflow, message.source_key)) {
    const problem = "the workflow does not push this source (source_keys)";
    return { failure: new PermanentError("bad_origin_parameters", problem) };
  }
  const reference = { sourceKey: message.source_key, profileKey: message.profile_key };
  return runPush(workflow, reference, consumer.timeLeft(), consumer.environment);
}
