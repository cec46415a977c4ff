import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { ACCOUNT_ID } from "./identity.ts";
import type { Lambda } from "./lambda.ts";
import { readBody } from "./request-body.ts";

/** A request that the API hands to a function; `{name}` in the path stands for one segment. */
export interface HttpRoute {
  method: string;
  path: string;
  functionName: string;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAXIMUM_BODY_IN_BYTES = 10 * 1024 * 1024;
const MAXIMUM_EVENT_IN_BYTES = 6 * 1024 * 1024;

/**
 * Answers a request as API Gateway's HTTP API does in front of Lambda (payload format 2.0).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export async function answerHttpApi(
  lambda: Lambda,
  routes: HttpRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const matching = findRoute(routes, request.method ?? "GET", pathname);
  if (!matching) return sendMessage(response, 404, "Not Found");
  const body = await readBody(request, MAXIMUM_BODY_IN_BYTES);
  if (body === "too large") return sendMessage(response, 413, "Request Entity Too Large");

  const event = toEvent(request, pathname, query, matching, body);
  if (Buffer.byteLength(JSON.stringify(event)) > MAXIMUM_EVENT_IN_BYTES) {
    return sendMessage(response, 413, "Request Entity Too Large");
  }
  const { payload, error } = await lambda.invoke(matching.route.functionName, event);
  if (error) return sendMessage(response, 500, "Internal Server Error");
  sendResult(response, JSON.parse(payload));
}

interface MatchingRoute {
  route: HttpRoute;
  parameters: Record<string, string>;
}

function findRoute(routes: HttpRoute[], method: string, pathname: string): MatchingRoute | undefined {
  for (const route of routes) {
    const parameters = matchPath(route.path, pathname);
    if (route.method === method && parameters) return { route, parameters };
  }
  return undefined;
}

function matchPath(pattern: string, pathname: string): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const given = pathname.split("/");
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = decode(given[index] ?? "");
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name !== undefined && value !== "") parameters[name] = value;
    else if (segment !== value) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function toEvent(
  request: IncomingMessage,
  pathname: string,
  query: string,
  { route, parameters }: MatchingRoute,
  body: Buffer,
): APIGatewayProxyEventV2 {
  const headers = toHeaders(request);
  const { cookie, ...headersWithoutCookie } = headers;
  const isBase64Encoded = body.length > 0 && !isTextual(headers["content-type"]);
  const now = new Date();
  return {
    version: "2.0",
    routeKey: `${route.method} ${route.path}`,
    rawPath: pathname,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; ?/) }),
    headers: headersWithoutCookie,
    ...(query === "" ? {} : { queryStringParameters: toQueryParameters(query) }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: "local",
      domainName: headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method: route.method,
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: `${route.method} ${route.path}`,
      stage: "$default",
      time: toCommonLogTime(now),
      timeEpoch: now.getTime(),
    },
    pathParameters: parameters,
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
    isBase64Encoded,
  };
}

/** Names in lower case, the values of repeated headers joined by commas. */
function toHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(",")]),
  );
}

function toQueryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

/** API Gateway hands these bodies over as text and all others, forms and unknown types included, as base64. */
function isTextual(contentType = ""): boolean {
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return (
    mediaType.startsWith("text/") || /^application\/(json|javascript|xml|.+\+(json|xml))$/.test(mediaType)
  );
}

/** `12/Mar/2020:19:03:58 +0000` */
function toCommonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(" ");
  return `${day}/${month}/${year}:${clock} +0000`;
}

function sendResult(response: ServerResponse, result: unknown): void {
  if (typeof result !== "object" || result === null || !("statusCode" in result)) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof result === "string" ? result : JSON.stringify(result));
    return;
  }
  const {
    statusCode = 200,
    headers = {},
    cookies,
    body = "",
    isBase64Encoded,
  } = result as APIGatewayProxyStructuredResultV2;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  if (cookies) response.setHeader("set-cookie", cookies);
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "text/plain;charset=utf-8");
  response.writeHead(statusCode);
  response.end(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
}

function sendMessage(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ message }));
}
