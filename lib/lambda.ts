/** What every Lambda function of Relay is made of: one stack of middleware, and which event runs what. */
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
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
import { type HelpAnswer, runByHand } from "./by-hand.ts";
import type { Connector } from "./connector.ts";
import { createEnvironment, type Environment } from "./environment.ts";
import { pushFromQueue } from "./push-queue.ts";
import { receiveWebhook } from "./receive.ts";
import type { RunAnswer } from "./run.ts";
import { checkWorkflows } from "./workflow.ts";

/** The user's own modules: the list of workflows, and the functions that events may name. */
export interface UserModules {
  workflows: unknown;
  functions: Readonly<Record<string, unknown>>;
}

/** The function behind the webhook route. */
export function webhookFunction(list: unknown, environment: Environment = createEnvironment()) {
  const workflows = checkWorkflows(list);
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(environment.log))
    .use(
      httpErrorHandler({
        logger: false,
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
  return middy()
    .use(injectLambdaContext(environment.log))
    .handler(async (event: unknown, context: Context): Promise<SQSBatchResponse | RunAnswer | HelpAnswer> => {
      const timeLeft = () => context.getRemainingTimeInMillis();
      return isQueueEvent(event)
        ? pushFromQueue(event, { action, workflows, environment, timeLeft })
        : runByHand(event, {
            action,
            connector,
            workflows,
            functions: user.functions,
            environment,
            timeLeft,
          });
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
