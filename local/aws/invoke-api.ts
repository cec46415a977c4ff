import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { functionArn } from "./identity.ts";
import type { Lambda } from "./lambda.ts";
import { readBody } from "./request-body.ts";

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAXIMUM_EVENT_IN_BYTES = 6 * 1024 * 1024;
const MAXIMUM_ASYNCHRONOUS_EVENT_IN_BYTES = 1024 * 1024;
const LOG_TAIL_IN_BYTES = 4096;

export function isInvokeRequest(request: IncomingMessage): boolean {
  return request.method === "POST" && INVOKE_PATH.test(pathOf(request));
}

/**
 * Lambda's Invoke API, for `aws lambda invoke --endpoint-url …` and the SDK.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function answerInvoke(
  lambda: Lambda,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Whoever calls a function by hand is no browser. One that is sent here by some website says where it comes from.
  if (request.headers.origin !== undefined) {
    request.resume();
    return sendError(response, 403, "AccessDeniedException", "Functions are not invoked from web pages");
  }
  const functionName = readFunctionName(decodeURIComponent(INVOKE_PATH.exec(pathOf(request))?.[1] ?? ""));
  const isAsynchronous = request.headers["x-amz-invocation-type"] === "Event";
  const maximum = isAsynchronous ? MAXIMUM_ASYNCHRONOUS_EVENT_IN_BYTES : MAXIMUM_EVENT_IN_BYTES;
  const body = await readBody(request, maximum);
  response.setHeader("x-amzn-RequestId", randomUUID());
  if (!lambda.has(functionName)) {
    return sendError(
      response,
      404,
      "ResourceNotFoundException",
      `Function not found: ${functionArn(functionName)}`,
    );
  }
  if (body === "too large") {
    const message = `${maximum} byte payload limit exceeded for the Invoke operation`;
    return sendError(response, 413, "RequestTooLargeException", message);
  }
  const event = parseEvent(body);
  if (!event) {
    return sendError(
      response,
      400,
      "InvalidRequestContentException",
      "Could not parse request body into json",
    );
  }
  response.setHeader("X-Amz-Executed-Version", "$LATEST");

  if (request.headers["x-amz-invocation-type"] === "DryRun") {
    response.writeHead(204).end();
  } else if (isAsynchronous) {
    lambda.invokeAsynchronously(functionName, event.value);
    response.writeHead(202).end();
  } else {
    await answerSynchronously(lambda, functionName, event.value, request, response);
  }
}

async function answerSynchronously(
  lambda: Lambda,
  functionName: string,
  event: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const clientContext = readClientContext(request.headers["x-amz-client-context"]);
  const { payload, error, log } = await lambda.invoke(functionName, event, { clientContext });
  if (error) response.setHeader("X-Amz-Function-Error", "Unhandled");
  if (request.headers["x-amz-log-type"] === "Tail") {
    const tail = Buffer.from(log.join("\n")).subarray(-LOG_TAIL_IN_BYTES);
    response.setHeader("X-Amz-Log-Result", tail.toString("base64"));
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.end(payload);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?")[0] ?? "/";
}

/** `name`, `name:qualifier`, `account:function:name`, or an ARN with or without a qualifier. */
function readFunctionName(identifier: string): string {
  const parts = identifier.split(":");
  const marker = parts.indexOf("function");
  return parts[marker === -1 ? 0 : marker + 1] ?? "";
}

/** No payload is an empty event. */
function parseEvent(body: Buffer): { value: unknown } | undefined {
  if (body.length === 0) return { value: {} };
  try {
    return { value: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return undefined;
  }
}

function readClientContext(header: string | string[] | undefined): unknown {
  if (typeof header !== "string") return undefined;
  try {
    return JSON.parse(Buffer.from(header, "base64").toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-ErrorType": type });
  response.end(JSON.stringify({ Type: "User", Message: message }));
}
