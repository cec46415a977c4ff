import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { decideOutcome, type Outcome } from "./answer.ts";
import { createFaultPlan, type Fault, type FaultMatch } from "./faults.ts";
import { startServer } from "./http-server.ts";
import { signalOf, toAsked, toResponse } from "./in-process.ts";
import { type CompiledRoute, compileRoute } from "./route-match.ts";

/** One request as it arrives. */
export interface Asked {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

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
  /** How long every request takes at least, the vendor's own work included: its answer leaves no earlier. */
  latencyInMs: number;
  /** The next `times` requests that match (1 unless given, Infinity for an outage) get this fault. */
  failNext(match: FaultMatch, fault: Fault, times?: number): void;
  /** Each request gets one of the faults with this probability; the same requests for the same seed. */
  failRandomly(probability: number, faults: Fault[], seed: number, match?: FaultMatch): void;
  /** Removes all faults. */
  recover(): void;
  /** Lets a request take effect, and says what its client gets. With this fault, or with the next of the faults above. */
  perform(asked: Asked, fault?: Fault): Promise<Outcome>;
  /** Calls the vendor without its server: with the same state, record and faults. */
  fetch: typeof globalThis.fetch;
  /** Ends all connections, idle, open or held, and closes the port. */
  stop(): Promise<void>;
}

/** Where a vendor is: behind a real HTTP server on 127.0.0.1, or in the process of its caller. */
export interface Place {
  /** 0, any free port, unless given. */
  port?: number | undefined;
  /** In place of a server: only `fetch` and `perform` reach the vendor, under this address. "http://vendor.example" */
  origin?: string | undefined;
  latencyInMs?: number | undefined;
}

export interface SimulatorOptions extends Place {
  routes: Route[];
  /** "/v1"; empty unless given. */
  basePath?: string;
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

/** A vendor with routes, a record of its calls, and faults on demand. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const calls: SimulatedCall[] = [];
  const faults = createFaultPlan();
  const stopping = new AbortController();
  const routes = options.routes.map((route) => compileRoute(route, options.basePath ?? ""));
  const errorBody = options.errorBody ?? ((_status, message) => ({ message }));
  const server =
    options.origin === undefined
      ? await startServer(options.port ?? 0, stopping.signal, (asked) => perform(asked))
      : { origin: options.origin, stop: async () => {} };

  async function perform(asked: Asked, given?: Fault): Promise<Outcome> {
    const arrivedAt = performance.now();
    const at = Date.now();
    const { route, request } = understand(asked);
    // Half of the way before the effect and half after it: who goes away meanwhile has asked in vain, or has not.
    await waitUntil(arrivedAt + simulator.latencyInMs / 2);
    const outcome = await decideOutcome({
      fault: given ?? faults.take(request.method, request.route),
      stopped: stopping.signal,
      contentType: options.contentType?.() ?? "application/json",
      errorBody,
      answer: () => answerOf(request, route),
      onAnswer: (status, changed) => {
        const write = route?.write ?? !["GET", "HEAD"].includes(request.method);
        const { method, path, route: name } = request;
        calls.push({ at, method, path, route: name, status, changed, write });
      },
    });
    await waitUntil(arrivedAt + simulator.latencyInMs);
    return outcome;
  }

  async function waitUntil(time: number): Promise<void> {
    const left = Math.ceil(time - performance.now());
    if (left > 0) await delay(left, undefined, { signal: stopping.signal });
  }

  function understand({ method, url, headers, body }: Asked): {
    route: CompiledRoute | undefined;
    request: SimulatedRequest;
  } {
    const { pathname, searchParams } = url;
    const [route, parameters = {}] = routeOf(method, pathname);
    const request: SimulatedRequest = {
      method,
      path: pathname,
      route: route?.name ?? `${method} unknown`,
      parameters,
      query: searchParams,
      headers,
      body,
      origin: server.origin,
      json: () => {
        try {
          return JSON.parse(body.toString("utf8")) as unknown;
        } catch {
          throw new Refusal({ status: 400, body: errorBody(400, "The body is not valid JSON") });
        }
      },
      form: async () => {
        const contentType = { "content-type": headers["content-type"] ?? "" };
        try {
          return await new Response(new Uint8Array(body), { headers: contentType }).formData();
        } catch {
          throw new Refusal({ status: 400, body: errorBody(400, "The body is not a valid form") });
        }
      },
    };
    return { route, request };
  }

  function routeOf(method: string, path: string): [CompiledRoute?, Record<string, string>?] {
    for (const route of routes) {
      const parameters = route.method === method ? route.match(path) : undefined;
      if (parameters) return [route, parameters];
    }
    return [];
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
    url: `${server.origin}${options.basePath ?? ""}`,
    calls,
    latencyInMs: options.latencyInMs ?? 0,
    failNext: faults.failNext,
    failRandomly: faults.failRandomly,
    recover: faults.recover,
    perform,
    fetch: async (input, init) => {
      const asked = await toAsked(input, init);
      return toResponse(await perform(asked), asked.url.href, signalOf(input, init));
    },
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await server.stop();
      await options.onStop?.();
    },
  };
  return simulator;
}

function answerOfRefusal(error: unknown): SimulatedAnswer {
  if (error instanceof Refusal) return error.answer;
  throw error;
}
