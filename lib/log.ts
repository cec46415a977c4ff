/** The log as the code sees it. Lines hold keys, reasons and counts: nothing of a person, and no error as it was thrown. */
import type { Context } from "aws-lambda";
import type { Environment } from "./environment.ts";
import type { Metrics } from "./metrics.ts";

/** What may stand in a line. An `Error` may not: its message, stack and cause can quote anything. */
type Loggable =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Loggable[]
  | { readonly [field: string]: Loggable };
export type LogFields = Readonly<Record<string, Loggable>>;
type Say = (message: string, fields: LogFields) => void;

/** Writes lines of JSON. Powertools' logger is one. */
export interface Log {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
  /** From now on, lines say which request of which function they are of. */
  addContext(context: Context): void;
}

/** How often a vendor was called, and how long that took in all; calls that go side by side each count in full. */
export type VendorCalls = Record<string, { calls: number; duration_ms: number }>;

/** The same environment, in which every line of the log says what it is about. */
export function logAbout<World extends { log: Log }>(about: LogFields, environment: World): World {
  const { log } = environment;
  return {
    ...environment,
    log: {
      debug: (message, fields) => log.debug(message, { ...about, ...fields }),
      info: (message, fields) => log.info(message, { ...about, ...fields }),
      warn: (message, fields) => log.warn(message, { ...about, ...fields }),
      error: (message, fields) => log.error(message, { ...about, ...fields }),
      addContext: (context) => log.addContext(context),
    },
  };
}

/** The environment of one run: lines of the log name the run, and its calls of vendors are counted. */
export function environmentOfRun(
  run: { run_id: string; workflow_id: string; action: string },
  environment: Environment,
): { environment: Environment; vendorCalls: VendorCalls } {
  const vendorCalls: VendorCalls = {};
  const metrics: Metrics = {
    add(name, value, about) {
      environment.metrics.add(name, value, about);
      if (name !== "vendor_latency" || !("vendor" in about)) return;
      const { vendor } = about as { vendor: string };
      const { calls, duration_ms } = vendorCalls[vendor] ?? { calls: 0, duration_ms: 0 };
      vendorCalls[vendor] = { calls: calls + 1, duration_ms: duration_ms + value };
    },
    flush: () => environment.metrics.flush(),
  };
  return { environment: { ...logAbout(run, environment), metrics }, vendorCalls };
}
