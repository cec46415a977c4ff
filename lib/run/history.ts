/**
 * The last runs of each workflow, for a person: those by hand, those of an update, and pushes that ended in the
 * dead-letter queue. Every other push is told by its link, for nothing may be written more often than a candidate is.
 * Keys and counts only; dry runs leave no entry.
 */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { asRelayError } from "../errors.ts";
import { known } from "../known.ts";
import { type Item, putItem, queryItems } from "../table.ts";
import type { RunAnswer } from "./answer.ts";

const KEPT_IN_DAYS = 30;
/** So many are told when nobody asks for another number, and so many at most. */
export const DEFAULT_RUNS = 20;
export const MAXIMUM_RUNS = 100;
const MAXIMUM_ITEMS = 20;
const MAXIMUM_CHARACTERS_OF_A_MESSAGE = 300;

const itemSchema = v.object({
  key: v.string(),
  outcome: v.string(),
  reason: v.optional(v.string()),
  candidate_id: v.optional(v.string()),
});
const runSchema = v.object({
  run_id: v.string(),
  action: v.string(),
  status: v.string(),
  reason: v.string(),
  message: v.optional(v.string()),
  /** How often each thing happened; what never did is left out. */
  events: v.record(v.string(), v.number()),
  /** The first items that are named in the run's answer. */
  items: v.array(itemSchema),
  cursor: v.optional(v.string()),
  started_at: v.string(),
  duration_ms: v.number(),
});
/** A run as it is remembered. */
export type PastRun = v.InferOutput<typeof runSchema>;
const storedSchema = v.object({ ...runSchema.entries, sk: v.string(), expires_at: v.number() });

const partition = (workflowId: string) => `run#${workflowId}`;

/** Remembers a run. Never throws: a history that cannot be written is no reason for a run to fail. */
export async function saveRun(answer: RunAnswer, environment: Environment): Promise<void> {
  const { workflow_id, message, items, events, cursor, ...said } = answer;
  const run: PastRun = {
    ...said,
    ...known({ message: message?.slice(0, MAXIMUM_CHARACTERS_OF_A_MESSAGE), cursor }),
    events: Object.fromEntries(Object.entries(events).filter(([, count]) => count > 0)),
    items: items.slice(0, MAXIMUM_ITEMS).map(({ key, outcome, reason, candidate_id }) => ({
      key,
      outcome,
      ...known({ reason, candidate_id }),
    })),
  };
  const expires_at = Math.ceil(environment.now() / 1000) + KEPT_IN_DAYS * 24 * 3600;
  try {
    const sk = `${run.started_at}#${run.run_id}`;
    await putItem({ pk: partition(workflow_id), sk }, { ...run, expires_at }, environment);
  } catch (error) {
    const { message: detail } = asRelayError(error, "state_failure");
    environment.log.warn("run not remembered", { run_id: run.run_id, workflow_id, detail });
  }
}

/** The last runs of a workflow, the newest first. */
export async function readRuns(
  workflowId: string,
  maximum: number,
  environment: Environment,
): Promise<PastRun[]> {
  const runs: PastRun[] = [];
  const order = { newestFirst: true, pageSize: Math.min(maximum, MAXIMUM_RUNS) };
  for await (const item of queryItems(partition(workflowId), environment, order)) {
    const { sk: _, expires_at, ...run } = v.parse(storedSchema, item);
    if (expires_at * 1000 <= environment.now()) break; // DynamoDB deletes it some day; older ones have expired too.
    runs.push(run);
    if (runs.length >= maximum) break;
  }
  return runs;
}

/**
 * Takes one profile or candidate out of all runs of a workflow, with the messages that may be about it.
 *
 * @param persist false: only counts
 * @returns how many runs named it
 */
export async function eraseFromRuns(
  workflowId: string,
  key: string,
  persist: boolean,
  environment: Environment,
): Promise<number> {
  let found = 0;
  for await (const item of queryItems(partition(workflowId), environment)) {
    const { sk, ...run } = v.parse(storedSchema, item);
    const items = run.items.filter((one) => one.key !== key);
    if (items.length === run.items.length) continue;
    found += 1;
    const without: Item = { ...run, items, message: undefined };
    if (persist) await putItem({ pk: partition(workflowId), sk }, without, environment);
  }
  return found;
}
