import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "../page/server.ts";
import { StartError } from "../start-error.ts";
import { answerHttpApi, type HttpRoute } from "./http-api.ts";
import { answerInvoke, isInvokeRequest } from "./invoke-api.ts";
import type { Lambda } from "./lambda.ts";

export interface HttpServer {
  /** "http://127.0.0.1:3000" */
  url: string;
  stop(): Promise<void>;
}

/** API Gateway refuses requests with more than this in their headers. */
const MAXIMUM_HEADERS_IN_BYTES = 10_240;

/**
 * The system's one door, on loopback: the HTTP API with its routes, Lambda's Invoke API, and the page.
 *
 * @throws StartError when the port cannot be had.
 */
export async function startHttpServer(
  lambda: Lambda,
  routes: HttpRoute[],
  page: Pick<Page, "answer">,
  port: number,
): Promise<HttpServer> {
  const server = createServer({ maxHeaderSize: MAXIMUM_HEADERS_IN_BYTES }, async (request, response) => {
    try {
      if (isInvokeRequest(request)) await answerInvoke(lambda, request, response);
      else if (!(await page.answer(request, response)))
        await answerHttpApi(lambda, routes, request, response);
    } catch {
      failVisibly(request, response);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(toStartError(error, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** A request that broke off gets nothing; anything else that was not foreseen is told to the caller without details. */
function failVisibly(request: IncomingMessage, response: ServerResponse): void {
  if (request.destroyed || response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: "Internal Server Error" }));
}

function toStartError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new StartError(
      `Port ${port} is in use: stop what uses it, or give another with --port (0 takes any free one)`,
    );
  }
  if (error.code === "EACCES")
    return new StartError(`Port ${port} is not allowed here: give another with --port`);
  return error;
}
