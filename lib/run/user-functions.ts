/** The functions of a workflow's user: its logics and its format, between read and write, and its callback, after a run. */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { PermanentError } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import { scrub } from "../scrub/scrub.ts";
import type { Callback, Logic } from "../workflow/workflow.ts";
import type { RunEvents } from "./answer.ts";

/**
 * Passes an item through the logics.
 *
 * @returns the item, or undefined when one of them discarded it
 * @throws PermanentError `logics_failure` when one throws, or returns what is neither an item nor a yes or no
 */
export async function applyLogics<Item extends object>(
  item: Item,
  logics: readonly Logic<Item>[],
  schema: v.GenericSchema<unknown, Item>,
): Promise<Item | undefined> {
  let current = item;
  for (const [index, logic] of logics.entries()) {
    const name = `logics[${index}]${logic.name ? ` (${logic.name})` : ""}`;
    let result: unknown;
    try {
      result = await logic(current);
    } catch (error) {
      throw new PermanentError("logics_failure", `${name} threw ${describeThrown(error, [item, current])}`);
    }
    if (result === null || result === undefined || result === false) return undefined;
    if (result === true) continue;
    const checked = v.safeParse(schema, result);
    if (!checked.success) {
      throw new PermanentError(
        "logics_failure",
        `${name} must return the item, true, false or nothing; what it returned is no item`,
      );
    }
    current = checked.output;
  }
  return current;
}

/**
 * Formats an item and checks the result.
 *
 * @throws PermanentError `format_failure` when the function throws or returns nothing, or what the target cannot take
 */
export async function applyFormat<Item extends object, Result>(
  item: Item,
  format: (item: Item) => unknown,
  schema: v.GenericSchema<unknown, Result>,
): Promise<Result> {
  let formatted: unknown;
  try {
    formatted = await format(item);
    // What cannot be sent would fail in the middle of a call, and look like a connection that broke.
    JSON.stringify(formatted);
  } catch (error) {
    const name = `format${format.name ? ` (${format.name})` : ""}`;
    throw new PermanentError("format_failure", `${name} threw ${describeThrown(error, item)}`);
  }
  if (formatted === null || formatted === undefined) {
    throw new PermanentError("format_failure", "format returned nothing");
  }
  const result = v.safeParse(schema, formatted);
  if (result.success) return result.output;
  const knownKeys = "entries" in schema ? Object.keys(schema.entries as object) : [];
  const problems = describeIssues(result.issues, knownKeys).join("; ");
  throw new PermanentError("format_failure", `what format returned: ${problems}`);
}

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

/** What a function of the user threw, without the personal data that its message may quote. */
function describeThrown(error: unknown, item: unknown): string {
  return error instanceof Error
    ? scrub(`${error.name}: ${error.message}`, item)
    : "something that is no Error";
}
