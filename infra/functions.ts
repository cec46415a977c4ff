/** The functions, by the lists of connectors and of workflows, and what each is given to work with. */
import type { Connector } from "../lib/connector.ts";
import { connectors as list } from "../lib/connectors/index.ts";
import { checkWorkflows } from "../lib/workflow/workflow.ts";
import declared from "../workflows/index.ts";
import limits from "./limits.json" with { type: "json" };

const connectors: readonly Connector[] = list;
export const { byId, byWebhook } = checkWorkflows(declared);

interface TableRight {
  actions: string[];
  keys: string[];
}

/** A function that works on a queue of its own. */
export interface QueueFunction {
  name: string;
  limits: typeof limits.push;
  /** What it does in the table, and by which keys: see docs/state.md. */
  table: TableRight[];
  /** Whether schedules start it: what they could not start is kept. */
  isScheduled: boolean;
  /** Options of Node itself, by the variable that the runtime reads. */
  nodeOptions?: string;
}

/**
 * A long run makes much that is soon forgotten, and V8 answers with a larger heap, of which it gives little back. With a young
 * generation of 4 MB, and the rest kept at half of what the function has, memory hardly grows with the number of candidates: see
 * docs/decisions/0009-small-bundles.md.
 */
export const UPDATE_NODE_OPTIONS = "--max-semi-space-size=4 --max-old-space-size=512";

export const RECEIVER = "receive-hrflow-webhook";

/** HrFlow → ATS, one for each connector. */
export const pushFunctions: QueueFunction[] = connectors.map(({ name, pull }) => ({
  name: `push-profile-to-${name}`,
  limits: limits.push,
  table: [
    { actions: ["DeleteItem", "GetItem", "UpdateItem"], keys: ["link#*"] },
    { actions: ["UpdateItem"], keys: ["rate#*"] },
    { actions: ["PutItem", "Query"], keys: ["run#*"] },
    // Only where an update from the same ATS leaves them.
    ...(pull ? [{ actions: ["DeleteItem", "GetItem"], keys: ["echo#*"] }] : []),
  ],
  isScheduled: false,
}));

/** ATS → HrFlow, one for each connector that can be read. */
export const updateFunctions: QueueFunction[] = connectors
  .filter(({ pull }) => pull !== undefined)
  .map(({ name }) => ({
    name: `update-profiles-in-hrflow-from-${name}`,
    limits: limits.update,
    table: [
      { actions: ["BatchGetItem", "DeleteItem", "PutItem"], keys: ["candidate#*"] },
      { actions: ["GetItem", "PutItem"], keys: ["cursor#*"] },
      { actions: ["DeleteItem", "GetItem", "PutItem"], keys: ["echo#*"] },
      { actions: ["GetItem", "UpdateItem"], keys: ["lease#*"] },
      { actions: ["UpdateItem"], keys: ["rate#*"] },
      { actions: ["DeleteItem", "GetItem", "PutItem", "Query"], keys: ["pending#*"] },
      { actions: ["PutItem", "Query"], keys: ["run#*"] },
    ],
    isScheduled: true,
    nodeOptions: UPDATE_NODE_OPTIONS,
  }));

/** The workflows that a function runs: it has the name of their action. */
export function workflowsOf(functionName: string) {
  return [...byId.values()].filter(({ action }) => action === functionName.replaceAll("-", "_"));
}

export type DeclaredWorkflow = ReturnType<typeof workflowsOf>[number];
