/** Calls to a vendor's API: one place for time-outs, keep-alive, and errors that say who, what call, which status. */
import ky, { type KyResponse } from "ky";
import * as v from "valibot";
import type { Environment } from "./environment.ts";
import { VendorError } from "./errors.ts";
import { scrub } from "./scrub.ts";

const MAXIMUM_ANSWER_IN_BYTES = 20_000_000;
/** Longer pauses than this are not obeyed: the event would be forgotten by its queue (visibility is at most 12 h). */
const MAXIMUM_RETRY_AFTER_IN_SECONDS = 6 * 3600;

/** How to reach one vendor with one credential. */
export interface VendorConnection {
  /** The vendor's name as people write it. */
  vendor: string;
  baseUrl: string;
  /** Sent with every call; values are secret. */
  headers: Record<string, string>;
  /** How long the vendor may take for one call. */
  timeoutInSeconds: number;
  /** Aborts every call, because the time for the whole push is over. */
  signal: AbortSignal;
  /** Strings that may not stand in an error: the credential. */
  secrets: string[];
  /** Reads the vendor's error body into one clear phrase; undefined when the body has another shape. */
  describeError(body: unknown): string | undefined;
  /** Where a vendor answers HTTP 200 and puts an error's status into the body: that status. */
  statusIn?(body: unknown): number | undefined;
}

/** One call. */
export interface VendorCall<T> {
  query?: Record<string, string>;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  /** The fields of the answer that are read. An answer without them is an error. */
  answer: v.GenericSchema<unknown, T>;
}

/** Makes calls with one connection. */
export interface VendorClient {
  /**
   * @returns the checked answer.
   * @throws VendorError for anything else than a 2xx with the expected answer.
   */
  call<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, call: VendorCall<T>): Promise<T>;
}

export function createVendorClient(connection: VendorConnection, environment: Environment): VendorClient {
  const http = ky.create({
    prefix: connection.baseUrl,
    headers: connection.headers,
    timeout: false, // Ky's ends with the head of the answer; the signal below covers the body too.
    retry: 0, // The queue and the next run are what tries again: they know whether a repetition is safe.
    redirect: "error", // A credential is not carried to another address.
    throwHttpErrors: false,
    fetch: (input, init) => environment.fetch(input, init),
  });

  return {
    async call(method, path, call) {
      const target = { vendor: connection.vendor, method, url: `${connection.baseUrl}/${path}` };
      const startedAt = environment.now();
      const log = (status: number | string) =>
        environment.log.debug("vendor called", {
          vendor: connection.vendor,
          method,
          status,
          duration_ms: environment.now() - startedAt,
        });

      let response: KyResponse;
      let text: string;
      try {
        response = await http(path, {
          method,
          signal: AbortSignal.any([
            connection.signal,
            environment.abortAfter(connection.timeoutInSeconds * 1000),
          ]),
          ...(call.query && { searchParams: call.query }),
          ...(call.json !== undefined && { body: JSON.stringify(call.json) }),
          ...(call.form && { body: call.form }),
          headers: {
            ...(call.json !== undefined && { "content-type": "application/json" }),
            ...call.headers,
          },
        });
        text = await readText(response);
      } catch (error) {
        const problem = describeNetworkProblem(error);
        log(problem.code);
        throw new VendorError(target, { effect: problem.effect, detail: problem.text, cause: error });
      }

      const body = parseJson(text);
      const status = response.ok ? (connection.statusIn?.(body) ?? response.status) : response.status;
      log(status);
      if (status < 200 || status > 299) {
        const words = body === undefined ? describeForeignBody(text) : connection.describeError(body);
        throw new VendorError(target, {
          status,
          effect: status >= 400 && status < 500 && status !== 408 ? "none" : "unknown",
          detail: scrub(words ?? "", call.json, connection.secrets),
          retryAfterInSeconds: retryAfter(response.headers, environment.now()),
        });
      }

      const result = v.safeParse(call.answer, body);
      if (!result.success) {
        const words = body === undefined ? describeForeignBody(text) : "the answer is not as documented";
        throw new VendorError(target, {
          status: undefined,
          effect: "unknown",
          detail: `${response.status} but ${words}`,
        });
      }
      return result.output;
    },
  };
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAXIMUM_ANSWER_IN_BYTES) throw new Error("the answer is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeForeignBody(text: string): string {
  if (text.trim() === "") return "an empty answer";
  return /^\s*</.test(text) ? "an HTML page instead of JSON" : "no valid JSON";
}

/** Failures that happen before a request has left: it had no effect. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function describeNetworkProblem(error: unknown): { code: string; text: string; effect: "none" | "unknown" } {
  const code = causes(error)
    .map((cause) => ("code" in cause && typeof cause.code === "string" ? cause.code : ""))
    .find((found) => found !== "");
  if (code && NOT_SENT.has(code)) return { code, text: `could not be reached (${code})`, effect: "none" };
  if (causes(error).some((cause) => cause.name === "TimeoutError" || cause.name === "AbortError")) {
    return { code: "timeout", text: "gave no answer in time", effect: "unknown" };
  }
  return { code: code ?? "network", text: `the connection broke (${code ?? "no code"})`, effect: "unknown" };
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error && chain.length < 10; cause = cause.cause) chain.push(cause);
  return chain;
}

/**
 * Seconds to wait, from `Retry-After` (seconds or a date) or Teamtailor's `X-Rate-Limit-Reset` (seconds left).
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after") ?? headers.get("x-rate-limit-reset");
  if (value === null || value.trim() === "") return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 0), MAXIMUM_RETRY_AFTER_IN_SECONDS);
}
