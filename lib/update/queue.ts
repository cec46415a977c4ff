/** Runs that were cut off by the time limit go on in a next invocation, by a message in the queue of their action. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { PermanentError, type RelayError } from "../errors.ts";
import { logAbout } from "../observability/log.ts";
import { ageInSeconds, comeBackIn, deadLetter, enqueueOne, isOverdue, nextDelayInSeconds } from "../queue.ts";
import { noEvents, type RunAnswer } from "../run/answer.ts";
import type { CheckedUpdateWorkflow } from "../workflow/check.ts";
import type { Workflows } from "../workflow/workflow.ts";
import { runUpdate } from "./run.ts";

/** Who runs updates of one action, and for how long in milliseconds. */
export interface UpdateRunner {
  action: string;
  workflows: Workflows;
  environment: Environment;
  timeLeft(): number;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** It keys what is stored, and stands in every line of the log. */
const id = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
const messageSchema = v.object({
  workflow_id: id,
  continuation: v.object({
    run_id: id,
    started_at: v.pipe(v.string(), v.isoTimestamp()),
    events: v.object(
      Object.fromEntries(Object.keys(noEvents()).map((name) => [name, count])) as Record<
        keyof ReturnType<typeof noEvents>,
        typeof count
      >,
    ),
  }),
});

type ContinuationMessage = v.InferOutput<typeof messageSchema>;

/** Runs a workflow from its beginning. A declared one that was cut off goes on by itself. */
export async function startUpdate(
  workflow: CheckedUpdateWorkflow,
  isAsDeclared: boolean,
  runner: UpdateRunner,
): Promise<RunAnswer> {
  const { action, workflows, environment, timeLeft } = runner;
  const { answer, continuation } = await runUpdate(workflow, workflows, undefined, timeLeft, environment);
  if (continuation === undefined) return answer;
  // What was laid over a workflow may be personal data, which may not stand in a queue.
  if (!isAsDeclared || !workflow.persist) {
    return {
      ...answer,
      message: "the time of this invocation was over before all candidates were done: narrow the filters",
    };
  }
  await enqueueOne(
    action,
    workflow.workflow_id,
    { workflow_id: workflow.workflow_id, continuation },
    environment,
  );
  return answer;
}

/** Goes on with runs that were cut off. */
export async function continueUpdates(event: SQSEvent, runner: UpdateRunner): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of event.Records) {
    if (!(await continueUpdate(record, runner))) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

/** @returns whether the message is done */
async function continueUpdate(record: SQSRecord, runner: UpdateRunner): Promise<boolean> {
  const { action } = runner;
  const message = readMessage(record);
  const failure = await tryToContinue(message, runner);
  if (failure === undefined) return true;
  const workflow = { workflow_id: message?.workflow_id ?? "(unknown)", action };
  const about = { ...workflow, run_id: message?.continuation.run_id };
  const environment = logAbout(about, runner.environment);
  const isHopeless = failure instanceof PermanentError || isOverdue(record, false, environment);
  if (isHopeless && (await deadLetter(workflow, "run", record, failure, environment))) return true;
  const seconds = nextDelayInSeconds(record, failure, environment);
  environment.metrics.add("messages_retried", 1, workflow);
  environment.metrics.add("message_age", ageInSeconds(record, environment), workflow);
  environment.log.warn("run will be tried again", {
    reason: failure.reason,
    detail: failure.message,
    next_attempt_in_seconds: seconds,
  });
  await comeBackIn(seconds, action, [record], environment);
  return false;
}

async function tryToContinue(
  message: ContinuationMessage | undefined,
  runner: UpdateRunner,
): Promise<RelayError | undefined> {
  const { action, workflows, environment, timeLeft } = runner;
  if (message === undefined)
    return new PermanentError("event_parsing_failure", "the message is not one of ours");
  const { workflow_id: id } = message;
  const workflow = workflows.runnable.get(id);
  if (workflow?.direction !== "update" || workflow.action !== action) {
    return new PermanentError(
      "workflow_id_not_found",
      `no workflow "${id}" with the action ${action} is deployed`,
    );
  }
  const { failure, continuation } = await runUpdate(
    workflow,
    workflows,
    message.continuation,
    timeLeft,
    environment,
  );
  if (continuation !== undefined) {
    await enqueueOne(action, id, { workflow_id: id, continuation }, environment);
  }
  return failure;
}

function readMessage(record: SQSRecord): ContinuationMessage | undefined {
  try {
    const result = v.safeParse(messageSchema, JSON.parse(record.body));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
