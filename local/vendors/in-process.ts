/** A simulated vendor without a server: what `fetch` gives its caller for each outcome. */
import type { Outcome } from "./answer.ts";
import type { Asked } from "./simulator.ts";

/** What a caller of `fetch` asks. */
export async function toAsked(input: string | URL | Request, init: RequestInit = {}): Promise<Asked> {
  const { method = "GET", headers = {}, body = null } = init;
  const hasPlainBody = body === null || typeof body === "string";
  // What is plain needs no `Request`, which costs more than all the rest of a call.
  if (!(input instanceof Request) && hasPlainBody && isRecord(headers)) {
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { method, url: new URL(input), headers: Object.fromEntries(named), body: Buffer.from(body ?? "") };
  }
  const request = new Request(input, init);
  return {
    method: request.method,
    url: new URL(request.url),
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? Buffer.alloc(0) : Buffer.from(await request.arrayBuffer()),
  };
}

function isRecord(headers: NonNullable<RequestInit["headers"]>): headers is Record<string, string> {
  return Object.getPrototypeOf(headers) === Object.prototype;
}

/** What ends the waiting of a caller of `fetch`. */
export function signalOf(input: string | URL | Request, init: RequestInit = {}): AbortSignal {
  return init.signal ?? (input instanceof Request ? input.signal : NEVER);
}

const NEVER = new AbortController().signal;

/** The answer, or the failure of `fetch` that such an outcome is. One that never comes ends with the signal. */
export async function toResponse(outcome: Outcome, url: string, signal: AbortSignal): Promise<Response> {
  signal.throwIfAborted();
  switch (outcome.kind) {
    case "reset":
      throw fetchFailed("ECONNRESET");
    case "garbage":
      throw fetchFailed("HPE_INVALID_CONSTANT");
    case "never":
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
  }
  const { status, headers, bytes } = outcome;
  const isEmpty = [204, 304].includes(status);
  const body = outcome.kind === "cut_body" ? cut(bytes) : new Uint8Array(bytes);
  const response = new Response(isEmpty ? null : body, { status, headers });
  return Object.defineProperty(response, "url", { value: url });
}

/** As Node's own `fetch` fails. */
export function fetchFailed(code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
}

function cut(bytes: Buffer): ReadableStream {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(bytes.subarray(0, bytes.length / 2))),
    pull: (controller) =>
      controller.error(new TypeError("terminated", { cause: fetchFailed("UND_ERR_SOCKET").cause })),
  });
}
