import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpHeaderNormalizer from "@middy/http-header-normalizer";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { createReceiverEnvironment, type ReceiverEnvironment } from "../environment.ts";
import { logFailure, observed } from "../observability/observed.ts";
import { receiveWebhook } from "../receive.ts";
import { checkWorkflows } from "../workflow/workflow.ts";

/** The function behind the webhook route. It runs no workflow, so no connector is in its bundle, and no table client. */
export function webhookFunction(
  list: unknown,
  environment: ReceiverEnvironment = createReceiverEnvironment(),
) {
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
