import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { answerWith } from "./answer.ts";
import { createFaultPlan, type Fault, type FaultMatch } from "./faults.ts";
import { type CompiledRoute, compileRoute } from "./route-match.ts";

/** One request as a route sees it. */
export interface SimulatedRequest {
  method: string;
  path: string;
  /** "PATCH /candidates/:id"; "GET unknown" when no route has this path. */
  route: string;
  /** What stood in the place of `:id`, decoded. */
  parameters: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The address that was called, without a path: "http://127.0.0.1:4711". */
  origin: string;
  /** The body as JSON; refuses the request with 400 when it is none. */
  json(): unknown;
  /** The body as multipart or URL-encoded form; refuses the request with 400 when it is none. */
  form(): Promise<FormData>;
}

export interface SimulatedAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Bytes and strings are sent as they are, anything else as JSON; nothing when undefined. */
  body?: unknown;
  /** The request changed what the vendor has stored. */
  changed?: boolean;
}

export interface Route {
  method: string;
  /** Relative to the base path: "/candidates/:id". */
  pattern: string;
  /** In place of the simulator's base path. */
  basePath?: string;
  /** Whether it is an effect that calls are counted by. Every method but GET and HEAD, unless given. */
  write?: boolean;
  handle(request: SimulatedRequest): SimulatedAnswer | Promise<SimulatedAnswer>;
}

export interface SimulatedCall {
  /** When the request had arrived, in milliseconds since 1970. */
  at: number;
  method: string;
  /** Without the query. */
  path: string;
  route: string;
  status: number | "reset" | "never" | "garbage";
  changed: boolean;
  write: boolean;
}

export interface Simulator {
  /** Where the vendor's API begins, base path included, without a slash at the end. */
  readonly url: string;
  /** Every request, in the order in which the answers were decided. Bodies are not kept. */
  readonly calls: SimulatedCall[];
  /** How long every request takes at least. */
  latencyInMs: number;
  /** The next `times` requests that match (1 unless given, Infinity for an outage) get this fault. */
  failNext(match: FaultMatch, fault: Fault, times?: number): void;
  /** Each request gets one of the faults with this probability; the same requests for the same seed. */
  failRandomly(probability: number, faults: Fault[], seed: number, match?: FaultMatch): void;
  /** Removes all faults. */
  recover(): void;
  /** Ends all connections, idle, open or held, and closes the port. */
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  routes: Route[];
  /** "/v1"; empty unless given. */
  basePath?: string;
  /** 0, any free port, unless given. */
  port?: number;
  latencyInMs?: number;
  /** What every request passes before and after its route: keys, versions, rate limits. Unknown paths pass it too. */
  around?(
    request: SimulatedRequest,
    answer: () => Promise<SimulatedAnswer>,
  ): SimulatedAnswer | Promise<SimulatedAnswer>;
  /** The vendor's form of an error that no route describes: an unknown path, invalid JSON, a fault without a body. */
  errorBody?(status: number, message: string): unknown;
  /** The content type of answers that do not say their own. `application/json` unless given. */
  contentType?(): string;
  /** Called when the server stops: close storage here. */
  onStop?(): void | Promise<void>;
}

/** Thrown by a route or by `around`, anywhere below it: this is the answer. */
export class Refusal extends Error {
  readonly answer: SimulatedAnswer;
  constructor(answer: SimulatedAnswer) {
    super(`Refused with ${answer.status}`);
    this.name = "Refusal";
    this.answer = answer;
  }
}

/** A vendor on 127.0.0.1: a real HTTP server with routes, a record of its calls, and faults on demand. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const calls: SimulatedCall[] = [];
  const faults = createFaultPlan();
  const stopping = new AbortController();
  const routes = options.routes.map((route) => compileRoute(route, options.basePath ?? ""));
  const errorBody = options.errorBody ?? ((_status, message) => ({ message }));

  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await readBody(incoming).catch(() => undefined);
      // A client that left before its request was complete has asked nothing.
      if (body) await serve(incoming, body, outgoing);
    } catch (error) {
      if (stopping.signal.aborted) return;
      console.error("A simulated vendor failed on its own:", error);
      if (!outgoing.headersSent) outgoing.writeHead(500).end();
    }
  });
  // A client may keep a connection for a minute; a shorter time would add resets that nobody asked for.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    const at = Date.now();
    const { route, request } = understand(incoming, body);
    if (simulator.latencyInMs > 0) await delay(simulator.latencyInMs, undefined, { signal: stopping.signal });
    const fault = faults.take(request.method, request.route);
    await answerWith({
      outgoing,
      fault,
      stopped: stopping.signal,
      contentType: options.contentType?.() ?? "application/json",
      errorBody,
      answer: () => answerOf(request, route),
      onAnswer: (status, changed) => {
        const write = route?.write ?? !["GET", "HEAD"].includes(request.method);
        calls.push({
          at,
          method: request.method,
          path: request.path,
          route: request.route,
          status,
          changed,
          write,
        });
      },
    });
  }

  function understand(
    incoming: IncomingMessage,
    body: Buffer,
  ): { route: CompiledRoute | undefined; request: SimulatedRequest } {
    const method = incoming.method ?? "GET";
    const { pathname, searchParams } = new URL(incoming.url ?? "/", origin);
    const route = routes.find((candidate) => candidate.method === method && candidate.match(pathname));
    const request: SimulatedRequest = {
      method,
      path: pathname,
      route: route?.name ?? `${method} unknown`,
      parameters: route?.match(pathname) ?? {},
      query: searchParams,
      headers: incoming.headers,
      body,
      origin,
      json: () => {
        try {
          return JSON.parse(body.toString("utf8")) as unknown;
        } catch {
          throw new Refusal({ status: 400, body: errorBody(400, "The body is not valid JSON") });
        }
      },
      form: async () => {
        const headers = { "content-type": incoming.headers["content-type"] ?? "" };
        try {
          return await new Response(new Uint8Array(body), { headers }).formData();
        } catch {
          throw new Refusal({ status: 400, body: errorBody(400, "The body is not a valid form") });
        }
      },
    };
    return { route, request };
  }

  async function answerOf(
    request: SimulatedRequest,
    route: CompiledRoute | undefined,
  ): Promise<SimulatedAnswer> {
    const routed = async () =>
      route?.handle(request) ?? { status: 404, body: errorBody(404, "No such route") };
    const refusable = () => routed().catch(answerOfRefusal);
    const surrounded = async () => (options.around ? options.around(request, refusable) : refusable());
    return surrounded().catch(answerOfRefusal);
  }

  const simulator: Simulator = {
    url: `${origin}${options.basePath ?? ""}`,
    calls,
    latencyInMs: options.latencyInMs ?? 0,
    failNext: faults.failNext,
    failRandomly: faults.failRandomly,
    recover: faults.recover,
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await options.onStop?.();
    },
  };
  return simulator;
}

function answerOfRefusal(error: unknown): SimulatedAnswer {
  if (error instanceof Refusal) return error.answer;
  throw error;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
