/** One call to a vendor: sent, measured, and its answer read; an error says who, what call, which status. */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { VendorError } from "../errors.ts";
import { scrub } from "../scrub/scrub.ts";
import { describeForeignBody, isRedirect, parseJson, readAllowance, readText } from "./answer.ts";
import type { Method, VendorCall, VendorConnection } from "./connection.ts";
import { describeNetworkProblem } from "./network-problem.ts";
import type { Pace } from "./pace.ts";
import { retryAfter } from "./retry-after.ts";

/**
 * Sends one call, and checks its answer.
 *
 * @param pace what is slowed down when the vendor says that little is left of its limit
 * @throws VendorError for anything else than a 2xx with the expected answer
 */
export type Send = <T>(method: Method, path: string, call: VendorCall<T>, pace?: Pace) => Promise<T>;

export function createSender(connection: VendorConnection, environment: Environment): Send {
  return send;

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

    let response: Response;
    let text = "";
    let body: unknown;
    let isRedirected = false;
    try {
      response = await environment.fetch(
        call.query ? `${target.url}?${new URLSearchParams(call.query)}` : target.url,
        {
          method,
          redirect: "manual", // A credential is not carried to another address.
          // It covers the body of the answer, too.
          signal: AbortSignal.any([
            connection.signal,
            environment.abortAfter(connection.timeoutInSeconds * 1000),
          ]),
          headers: {
            ...connection.headers,
            ...(call.json !== undefined && { "content-type": "application/json" }),
            ...call.headers,
          },
          body: call.json === undefined ? (call.form ?? null) : JSON.stringify(call.json),
        },
      );
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
      throw new VendorError(target, { effect: problem.effect, detail: problem.text, cause: error });
    }
    const allowance = readAllowance(response.headers);
    if (pace && allowance) environment.pacer.heed(pace, allowance);

    const status = response.ok ? (connection.statusIn?.(body) ?? response.status) : response.status;
    measure(status);
    if (!isRedirected && (status < 200 || status > 299)) {
      const words = isRedirect(status)
        ? "a redirect, which is not followed"
        : body === undefined
          ? describeForeignBody(text)
          : connection.describeError(body);
      const sent = [call.json, call.query, await textsOf(call.form), connection.secrets, connection.personal];
      const retryAfterInSeconds = retryAfter(response.headers, environment.now());
      throw refusal(target, status, words ?? "", sent, retryAfterInSeconds);
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

/**
 * The error of a call that the vendor refused.
 *
 * @param words the vendor's own, which may quote what it was sent: they are cleaned of that
 */
function refusal(
  target: { vendor: string; method: string; url: string },
  status: number,
  words: string,
  sent: readonly unknown[],
  retryAfterInSeconds: number | undefined,
): VendorError {
  const clean = (person: unknown) => scrub(words, sent, person);
  const effect = status >= 400 && status < 500 && status !== 408 ? "none" : "unknown";
  return new VendorError(target, {
    status,
    effect,
    detail: clean(undefined),
    words,
    clean,
    retryAfterInSeconds,
  });
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
