/**
 * The errors of Relay, named by what happens next. Everything that is thrown on purpose is one of these; anything
 * else is a defect of ours and is treated as temporary, so that nothing is lost to it.
 */

/** Why a run, an item or an event failed: the words of a run's answer, of the log and of the dead-letter queue. */
export const REASONS = [
  "none",
  "workflow_id_not_found",
  "bad_action_parameters",
  "bad_origin_parameters",
  "bad_target_parameters",
  "origin_does_not_support_incremental",
  "event_parsing_failure",
  "read_failure",
  "logics_failure",
  "format_failure",
  "write_failure",
  "callback_failure",
  "cursor_failure",
  "create_outcome_unknown",
  "credential_failure",
  "state_failure",
  "already_running",
  "unexpected_failure",
] as const;
export type Reason = (typeof REASONS)[number];

/** A failure whose reason is known. `message` is for a person and holds no personal data and no credential. */
export class RelayError extends Error {
  override name = "RelayError";
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Trying again cannot help: the event goes to the dead-letter queue at once. */
export class PermanentError extends RelayError {
  override name = "PermanentError";
}

/** Trying again later can help: the event comes back. */
export class TemporaryError extends RelayError {
  override name = "TemporaryError";
  /** Not before this many seconds, as the vendor asked or as we know; undefined when only our own delays count. */
  readonly retryAfterInSeconds: number | undefined;

  constructor(
    reason: Reason,
    message: string,
    options: ErrorOptions & { retryAfterInSeconds?: number | undefined } = {},
  ) {
    super(reason, message, options);
    this.retryAfterInSeconds = options.retryAfterInSeconds;
  }
}

/** A call to a vendor that did not do what it should. */
export class VendorError extends Error {
  override name = "VendorError";
  /** The vendor's name as people write it. */
  readonly vendor: string;
  /** HTTP status; undefined when no whole answer came. */
  readonly status: number | undefined;
  /** Whether the request may have taken effect: `none` when it certainly did not, `unknown` otherwise. */
  readonly effect: "none" | "unknown";
  readonly retryAfterInSeconds: number | undefined;
  /** The vendor's own words, cleaned of personal data. */
  readonly detail: string;
  /** The same as they came, and how they are cleaned: neither is ever shown, for private fields are not printed. */
  readonly #words: string;
  readonly #clean: (person: unknown) => string;

  constructor(
    call: { vendor: string; method: string; url: string },
    failure: {
      status?: number | undefined;
      effect: "none" | "unknown";
      detail: string;
      /** What the vendor said, before it was cleaned; the detail unless given. */
      words?: string;
      /** Cleans the same words of what is known of a person as well. */
      clean?: (person: unknown) => string;
      retryAfterInSeconds?: number | undefined;
      cause?: unknown;
    },
  ) {
    const status = failure.status === undefined ? "" : ` ${failure.status}`;
    super(`${call.vendor} ${call.method} ${call.url}:${status} ${failure.detail}`, { cause: failure.cause });
    this.vendor = call.vendor;
    this.status = failure.status;
    this.effect = failure.effect;
    this.detail = failure.detail;
    this.#words = failure.words ?? failure.detail;
    this.#clean = failure.clean ?? (() => failure.detail);
    this.retryAfterInSeconds = failure.retryAfterInSeconds;
  }

  /** Whether the vendor's words are of this kind; also where one of them is somebody's name, and not in `detail`. */
  says(pattern: RegExp): boolean {
    return pattern.test(this.#words);
  }

  /** The detail, cleaned also of what is known of the person whom the call is about. */
  detailWithout(person: unknown): string {
    return this.#clean(person);
  }

  /** The credential was refused, or does not permit the call. */
  get isCredentialRefused(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** The vendor understood the request and refused it: the same request would be refused again. 402: a quota is used up. */
  get isRefused(): boolean {
    return (
      this.status !== undefined &&
      this.status >= 400 &&
      this.status < 500 &&
      ![402, 408, 425, 429].includes(this.status) &&
      !this.isCredentialRefused
    );
  }
}

/**
 * What any failure of a read or write means for the event: permanent or temporary, with its reason.
 * A refused credential is temporary, because the event is not at fault: it waits until the secret is mended.
 */
export function asRelayError(error: unknown, reason: Reason): RelayError {
  if (error instanceof RelayError) return error;
  if (error instanceof VendorError) {
    if (error.isRefused) return new PermanentError(reason, error.message, { cause: error });
    if (error.isCredentialRefused) {
      return new TemporaryError(
        "credential_failure",
        `${error.message}. Put a valid credential into the secret`,
        {
          cause: error,
          retryAfterInSeconds: error.retryAfterInSeconds,
        },
      );
    }
    return new TemporaryError(reason, error.message, {
      cause: error,
      retryAfterInSeconds: error.retryAfterInSeconds,
    });
  }
  // The message of a foreign error may quote data; its name may not.
  const name = error instanceof Error ? error.name : typeof error;
  return new TemporaryError("unexpected_failure", `unexpected ${name}`, { cause: error });
}
