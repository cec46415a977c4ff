/** The function behind the webhook route, as a test calls it: with events of the HTTP API, on a real SQS. */
import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import { type SignatureScheme, signWebhook } from "../../local/vendors/hrflow-webhook.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

export const WEBHOOK_SECRET = "whsec_test_1234";
export const SECRETS = { "hrflow/acme": { webhook_secret: WEBHOOK_SECRET } };
export const SOURCE = "2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093";
export const PROFILE = "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4";
const ACTION = "push_profile_to_teamtailor";

export function workflow(changes: object = {}) {
  return {
    workflow_id: "acme-teamtailor",
    action: ACTION,
    webhook: "acme",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "teamtailor/acme" },
    ...changes,
  };
}

/** An event of HrFlow about one profile. */
export function event(changes: { type?: string; key?: unknown; source?: unknown } = {}) {
  const { type = "profile.parsing.success", key = PROFILE, source = SOURCE } = changes;
  const profile = { key, reference: null, source: { key: source } };
  return { type, origin: "api", message: "Profile parsing succeed", profile };
}

/** How a request differs from a signed one to the webhook `acme`. */
export interface RequestChanges {
  name?: string;
  secret?: string;
  scheme?: SignatureScheme;
  /** In place of the true signature; null leaves the header out. */
  signature?: string | null;
  headers?: Record<string, string>;
  isBase64Encoded?: boolean;
}

/** A request, as API Gateway hands it to the function. An object as body is sent as JSON. */
export function webhookRequest(content: unknown, changes: RequestChanges = {}): APIGatewayProxyEventV2 {
  const { name = "acme", secret = WEBHOOK_SECRET, scheme = "body_hex", isBase64Encoded = false } = changes;
  const body = typeof content === "string" ? content : JSON.stringify(content);
  const signature = changes.signature === undefined ? signWebhook(body, secret, scheme) : changes.signature;
  const path = `/webhooks/${encodeURIComponent(name)}`;
  return {
    version: "2.0",
    routeKey: "POST /webhooks/{name}",
    rawPath: path,
    rawQueryString: "",
    headers: {
      "content-type": "application/json",
      ...(signature !== null && { "http-hrflow-signature": signature }),
      ...changes.headers,
    },
    requestContext: {
      accountId: "000000000000",
      apiId: "test",
      domainName: "test",
      domainPrefix: "test",
      http: { method: "POST", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      requestId: "test",
      routeKey: "POST /webhooks/{name}",
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: 0,
    },
    pathParameters: { name },
    body: isBase64Encoded ? Buffer.from(body).toString("base64") : body,
    isBase64Encoded,
  };
}

/** What a sender sees. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

export type Receive = (request: APIGatewayProxyEventV2) => Promise<Answer>;

/** The function with these workflows. Every answer is JSON, or this throws. */
export function receiver(workflows: unknown, environment: TestEnvironment): Receive {
  const handler = webhookFunction(workflows, environment);
  return async (request) => {
    const answer = (await handler(request, CONTEXT)) as APIGatewayProxyStructuredResultV2;
    const { statusCode = 0, headers = {}, body = "" } = answer;
    return { status: statusCode, headers, body: JSON.parse(body) };
  };
}

/** What lies in the queue of a push function: of Teamtailor's, unless another is named. */
export function storedMessages(
  environment: TestEnvironment,
  action: string = ACTION,
): Record<string, unknown>[] {
  return environment.inspectQueue(`${action.replaceAll("_", "-")}.fifo`).map(({ body }) => JSON.parse(body));
}

export async function emptyQueue(environment: TestEnvironment): Promise<void> {
  const QueueUrl = environment.settings.queueUrl(ACTION);
  await environment.sqs.send(new PurgeQueueCommand({ QueueUrl }));
}

export const startReceiverEnvironment = () => startTestEnvironment(SECRETS);

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: "receive-hrflow-webhook",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:receive-hrflow-webhook",
  memoryLimitInMB: "512",
  awsRequestId: "test",
  logGroupName: "test",
  logStreamName: "test",
  getRemainingTimeInMillis: () => 20_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};
