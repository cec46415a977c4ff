import type { Environment } from "../environment.ts";
import type { Callback } from "../workflow/workflow.ts";
import { describeThrown } from "./item.ts";
import type { RunEvents } from "./run.ts";

/** Calls a workflow's callback, once after a run. Its failure is counted and logged, and changes nothing else. */
export async function executeCallback(
  callback: Callback | undefined,
  run: { run_id: string; workflow_id: string; action: string; events: RunEvents },
  environment: Environment,
): Promise<void> {
  if (callback === undefined) return;
  run.events.callback_executed += 1;
  try {
    await callback({ ...run, events: { ...run.events } });
  } catch (error) {
    run.events.callback_failure += 1;
    const { events: _, ...about } = run;
    environment.log.error("callback failed", { ...about, detail: describeThrown(error, undefined) });
  }
}
