/** Calls to a vendor's API: one place for time-outs, keep-alive, and errors that say who, what call, which status. */
import ky, { isNetworkError, type KyResponse } from "ky";
import * as v from "valibot";
import type { Environment } from "./environment.ts";
import { PermanentError, VendorError } from "./errors.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Pace, RateLimit } from "./pace.ts";
import { retryAfter } from "./retry-after.ts";
import { scrub } from "./scrub.ts";

/** A 429 is waited for within a push when the pause is no longer than this, and so often. */
const LONGEST_PAUSE_IN_SECONDS = 12;
const MAXIMUM_PAUSES = 4;
/** A vendor that says that less than this share of its limit is left is called in turn with all other workers. */
const SHARE_LEFT_UNDER_PRESSURE = 0.4;
const TIGHT_PERIODS = 3;
const MAXIMUM_ANSWER_IN_BYTES = 20_000_000;

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
  /** Strings that may not stand in an error: the credential, whose first part tells whose rate limit it is. */
  secrets: [string, ...string[]];
  /** What an error may not quote besides: whatever is known of the person whom the calls are about. */
  personal?: unknown;
  /** What the vendor permits this credential, all calls together; undefined where nothing is known. */
  limit?: RateLimit;
  /** Reads the vendor's error body into one clear phrase; undefined when the body has another shape. */
  describeError(body: unknown): string | undefined;
  /** Where a vendor answers HTTP 200 and puts an error's status into the body: that status. */
  statusIn?(body: unknown): number | undefined;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One call. */
export interface VendorCall<T> {
  query?: Record<string, string>;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  /** Where an endpoint has a limit of its own: the endpoint and, unless it is the connection's, the limit. */
  endpoint?: string;
  limit?: RateLimit;
  /** Reads an answer that is a file, or too long to be held, in place of ours; `answer` checks what it returns. */
  read?(response: Response): Promise<unknown>;
  /** A redirect is an answer, too: for a caller who follows it, without the credential. */
  redirect?: "manual";
  /** The fields of the answer that are read. An answer without them is an error. */
  answer: v.GenericSchema<unknown, T>;
}

/** Thrown by `read` when an answer came whole, but is not what it should be. The message goes on after "200 but". */
export class UnreadableAnswerError extends Error {
  override name = "UnreadableAnswerError";
}

/** Makes calls with one connection. */
export interface VendorClient {
  /**
   * @returns the checked answer.
   * @throws VendorError for anything else than a 2xx with the expected answer.
   * @throws PermanentError for a path that an id has turned into another one.
   */
  call<T>(method: Method, path: string, call: VendorCall<T>): Promise<T>;
}

export function createVendorClient(connection: VendorConnection, environment: Environment): VendorClient {
  const http = ky.create({
    prefix: connection.baseUrl,
    headers: connection.headers,
    timeout: false, // Ky's ends with the head of the answer; the signal below covers the body too.
    retry: 0, // The queue and the next run are what tries again: they know whether a repetition is safe.
    redirect: "manual", // A credential is not carried to another address.
    throwHttpErrors: false,
    fetch: (input, init) => environment.fetch(input, init),
  });

  const credential = fingerprint(connection.secrets[0]).slice(0, 22);

  return {
    async call(method, path, call) {
      refuseOtherPath(path, connection.vendor);
      const limit = call.limit ?? connection.limit;
      if (limit === undefined) return send(method, path, call);
      const pace = paceOf(limit, call.endpoint);
      for (let pauses = 0; ; pauses += 1) {
        try {
          return await environment.pacer.take(pace, connection.signal, () => send(method, path, call, pace));
        } catch (error) {
          if (!(error instanceof VendorError)) throw notSent(method, path, error);
          const pause = pauseAfter(error);
          if (pause === undefined || pauses >= MAXIMUM_PAUSES) throw error;
          environment.pacer.tighten(pace, pause);
          await environment.sleep(pause * 1000, connection.signal).catch(() => {
            throw error; // The budget ended first: then the 429 is what the push failed of.
          });
        }
      }
    },
  };

  function paceOf(limit: RateLimit, endpoint = "all"): Pace {
    const bucket = `${connection.vendor}#${credential}`;
    const concurrency = connection.limit?.concurrency;
    const together = concurrency === undefined ? {} : { together: { bucket, concurrency } };
    return { bucket: `${bucket}#${endpoint}`, limit, ...together };
  }

  function notSent(method: Method, path: string, cause: unknown): VendorError {
    const target = { vendor: connection.vendor, method, url: `${connection.baseUrl}/${path}` };
    const detail = connection.signal.aborted
      ? "no turn came within the rate limit in the time of this push"
      : "the rate limit that is shared with other workers could not be read";
    return new VendorError(target, { effect: "none", detail, cause });
  }

  async function send<T>(method: Method, path: string, call: VendorCall<T>, pace?: Pace): Promise<T> {
    const target = { vendor: connection.vendor, method, url: `${connection.baseUrl}/${path}` };
    const startedAt = environment.now();
    const measure = (status: number | string) => {
      const { vendor } = connection;
      const duration_ms = environment.now() - startedAt;
      environment.log.debug("vendor called", { vendor, method, status, duration_ms });
      environment.metrics.add("vendor_latency", duration_ms, { vendor });
      if (status === 429) environment.metrics.add("vendor_rate_limited", 1, { vendor });
    };

    let response: KyResponse;
    let text = "";
    let body: unknown;
    let isRedirected = false;
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
      isRedirected = call.redirect === "manual" && isRedirect(response.status);
      if (call.read && (response.ok || isRedirected)) {
        body = await call.read(response);
      } else {
        text = await readText(response);
        body = parseJson(text);
      }
    } catch (error) {
      const problem = describeNetworkProblem(error);
      measure(problem.code);
      // Ky's own error holds the request, and with it the credential.
      const cause = isNetworkError(error) ? error.cause : error;
      throw new VendorError(target, { effect: problem.effect, detail: problem.text, cause });
    }
    const scarce = readScarcity(response.headers);
    if (pace && scarce) environment.pacer.tighten(pace, TIGHT_PERIODS * pace.limit.perSeconds, scarce);

    const status = response.ok ? (connection.statusIn?.(body) ?? response.status) : response.status;
    measure(status);
    if (!isRedirected && (status < 200 || status > 299)) {
      const words = isRedirect(status)
        ? "a redirect, which is not followed"
        : body === undefined
          ? describeForeignBody(text)
          : connection.describeError(body);
      const said = words ?? "";
      const sent = [call.json, call.query, await textsOf(call.form), connection.secrets, connection.personal];
      const clean = (person: unknown) => scrub(said, sent, person);
      throw new VendorError(target, {
        status,
        effect: status >= 400 && status < 500 && status !== 408 ? "none" : "unknown",
        detail: clean(undefined),
        words: said,
        clean,
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
  }
}

/** An id of dots is no id: it would make the path of another call. What else an id may hold is encoded by who puts it there. */
function refuseOtherPath(path: string, vendor: string): void {
  if (!/(^|\/)(\.|%2e){1,2}(\/|\?|$)/i.test(path)) return;
  throw new PermanentError("bad_target_parameters", `an id of ${vendor} is "." or "..": no call was made`);
}

/** Seconds to wait before a call that was refused with 429 is made again; undefined when it is not worth waiting for. */
function pauseAfter(error: VendorError): number | undefined {
  if (error.status !== 429) return undefined;
  const seconds = Math.max(1, error.retryAfterInSeconds ?? 1);
  return seconds <= LONGEST_PAUSE_IN_SECONDS ? seconds : undefined;
}

/**
 * The limit and what is left of it, when the vendor says that this is little.
 *
 * @see `X-Rate-Limit-*` of Teamtailor, `X-RateLimit-*` of SmartRecruiters
 */
function readScarcity(headers: Headers): { requests: number; remaining: number } | undefined {
  const remaining = Number(
    headers.get("x-ratelimit-remaining") ?? headers.get("x-rate-limit-remaining") ?? "NaN",
  );
  const requests = Number(headers.get("x-ratelimit-limit") ?? headers.get("x-rate-limit-limit") ?? "NaN");
  return remaining < requests * SHARE_LEFT_UNDER_PRESSURE ? { requests, remaining } : undefined;
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAXIMUM_ANSWER_IN_BYTES) throw new UnreadableAnswerError("the answer is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A file that is a text may be quoted; a larger one is no text. */
const MAXIMUM_TEXT_IN_BYTES = 200_000;

/** What stands in a form, in its files too, and what those are called: often by a person's name. */
async function textsOf(form: FormData | undefined): Promise<string[]> {
  const texts = [...(form?.values() ?? [])].map(async (value) => {
    if (typeof value === "string") return [value];
    const content = value.size <= MAXIMUM_TEXT_IN_BYTES ? await value.text() : "";
    return [value.name, value.name.replace(/\.\w+$/, ""), content];
  });
  return (await Promise.all(texts)).flat();
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
  if (error instanceof UnreadableAnswerError) {
    return { code: "unreadable", text: `200 but ${error.message}`, effect: "unknown" };
  }
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
