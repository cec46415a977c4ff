/**
 * Calls to a vendor's API: each goes out when the rate limit permits it, and a 429 is waited for. What becomes of one call
 * is in send.ts.
 */
import type { Environment } from "../environment.ts";
import { PermanentError, VendorError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import type { Method, VendorCall, VendorConnection } from "./connection.ts";
import type { Pace, RateLimit } from "./pace.ts";
import { createSender } from "./send.ts";

/** A 429 is waited for within a push when the pause is no longer than this, and so often. */
const LONGEST_PAUSE_IN_SECONDS = 12;
const MAXIMUM_PAUSES = 4;

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
  const send = createSender(connection, environment);
  const credential = fingerprint(connection.secrets[0]).slice(0, 22);

  return {
    async call(method, path, call) {
      refuseOtherPath(path, connection.vendor);
      const limit = call.limit ?? connection.limit;
      const pace = limit && paceOf(limit, call.endpoint);
      const sendInTurn = () =>
        environment.pacer.take(pace, connection.signal, () => send(method, path, call, pace));
      if (pace === undefined) return sendInTurn();
      for (let pauses = 0; ; pauses += 1) {
        try {
          return await sendInTurn();
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
