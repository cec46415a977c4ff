import type * as v from "valibot";
import type { RateLimit } from "./pace.ts";

/** How to reach one vendor with one credential. */
export interface VendorConnection {
  /** The vendor's name as people write it. */
  vendor: string;
  baseUrl: string;
  /** Sent with every call; values are secret. A call's own header of the same name, letter by letter, takes its place. */
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

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

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
