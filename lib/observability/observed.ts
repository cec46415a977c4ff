/** What is the same for every function: its log names the request, and what it measured is written at its end. */
import type { MiddlewareObj } from "@middy/core";
import type { Environment } from "../environment.ts";
import { asRelayError, TemporaryError } from "../errors.ts";
import type { Log } from "./log.ts";

/** Comes first in a stack, so that it is the last to see how the invocation ended. */
export function observed({ log, metrics }: Pick<Environment, "log" | "metrics">): MiddlewareObj {
  return {
    before: ({ context }) => log.addContext(context),
    after: () => metrics.flush(),
    onError: (request) => {
      // Lambda logs what is thrown, with its cause; so what is thrown is an error of ours.
      if (request.response === undefined) request.error = logFailure(request.error, log);
      metrics.flush();
    },
  };
}

/** Logs a failure that nobody expected, and returns it without what its message may quote. */
export function logFailure(error: unknown, log: Log): Error {
  const { reason, message } = asRelayError(error, "unexpected_failure");
  log.error("function failed", { reason, detail: message });
  return new TemporaryError(reason, message);
}
