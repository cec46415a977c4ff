/** What every Lambda function of Relay is made of: one stack of middleware, and which event runs what. */
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpHeaderNormalizer from "@middy/http-header-normalizer";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";
import { type HandAnswer, runByHand } from "./by-hand/by-hand.ts";
import type { Connector } from "./connector.ts";
import { createEnvironment, type Environment } from "./environment.ts";
import { logFailure, observed } from "./observed.ts";
import { pushFromQueue } from "./push/queue.ts";
import { runPushByHand } from "./push/run.ts";
import { receiveWebhook } from "./receive.ts";
import { continueUpdates, startUpdate } from "./update/queue.ts";
import type { CheckedPushWorkflow, CheckedUpdateWorkflow, CheckedWorkflow } from "./workflow/check.ts";
import { checkWorkflows } from "./workflow/workflow.ts";

/** The user's own modules: the list of workflows, and the functions that events may name. */
export interface UserModules {
  workflows: unknown;
  functions: Readonly<Record<string, unknown>>;
}

/** The function behind the webhook route. */
export function webhookFunction(list: unknown, environment: Environment = createEnvironment()) {
  const workflows = checkWorkflows(list);
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(observed(environment))
    .use(
      httpErrorHandler({
        logger: (error) => logFailure(error, environment.log),
        fallbackMessage: '{"error":"the event could not be stored: try again"}',
      }),
    )
    .use(httpHeaderNormalizer())
    .handler(async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
      const { status, body } = await receiveWebhook(event, workflows, environment);
      return {
        statusCode: status,
        headers: { "content-type": "application/json", ...(status === 503 && { "retry-after": "10" }) },
        body: JSON.stringify(body),
      };
    });
}

/** The function that pushes to one ATS: from its queue, or by hand. */
export function pushFunction(
  connector: Connector,
  user: UserModules,
  environment: Environment = createEnvironment(),
) {
  const workflows = checkWorkflows(user.workflows);
  const action = `push_profile_to_${connector.name}`;
  const help = {
    says: `Pushes one profile of HrFlow to ${connector.label}.`,
    parameters: { pull_parameters: { source_key: "…", profile_key: "…" } },
  };
  return middy()
    .use(observed(environment))
    .handler(async (event: unknown, context: Context): Promise<SQSBatchResponse | HandAnswer> => {
      const timeLeft = () => context.getRemainingTimeInMillis();
      if (isQueueEvent(event)) return pushFromQueue(event, { action, workflows, environment, timeLeft });
      const { functions } = user;
      const run = (workflow: CheckedWorkflow) =>
        runPushByHand(workflow as CheckedPushWorkflow, timeLeft(), environment);
      const known = { action, direction: "push" as const, workflows, functions };
      return runByHand(event, { ...known, environment, help, timeLeft, run });
    });
}

/** The function that updates HrFlow from one ATS: on a schedule, by hand, or going on with a run that was cut off. */
export function updateFunction(
  connector: Connector,
  user: UserModules,
  environment: Environment = createEnvironment(),
) {
  const workflows = checkWorkflows(user.workflows);
  const action = `update_profiles_in_hrflow_from_${connector.name}`;
  const help = {
    says: `Updates profiles of HrFlow with what ${connector.label} knows.`,
    parameters: { pull_parameters: {}, push_parameters: { source_key: "…" } },
  };
  return middy()
    .use(observed(environment))
    .handler(async (event: unknown, context: Context): Promise<SQSBatchResponse | HandAnswer> => {
      const timeLeft = () => context.getRemainingTimeInMillis();
      const runner = { action, workflows, environment, timeLeft };
      if (isQueueEvent(event)) return continueUpdates(event, runner);
      const { functions } = user;
      const run = (workflow: CheckedWorkflow, isAsDeclared: boolean) =>
        startUpdate(workflow as CheckedUpdateWorkflow, isAsDeclared, runner);
      const known = { action, direction: "update" as const, workflows, functions };
      return runByHand(event, { ...known, environment, help, timeLeft, run });
    });
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function isQueueEvent(event: unknown): event is SQSEvent {
  if (typeof event !== "object" || event === null || !("Records" in event) || !Array.isArray(event.Records))
    return false;
  return event.Records.every((record: unknown) => {
    return (
      typeof record === "object" &&
      record !== null &&
      "eventSource" in record &&
      record.eventSource === "aws:sqs"
    );
  });
}
