import type { Environment } from "../environment.ts";
import { logAbout } from "../observability/log.ts";
import type { Metrics } from "../observability/metrics.ts";

/** How often a vendor was called, and how long that took in all; calls that go side by side each count in full. */
type VendorCalls = Record<string, { calls: number; duration_ms: number }>;

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
