/** The functions, by the lists of connectors and of workflows, and what each is given to work with. */
import type { Connector } from "../lib/connector.ts";
import { connectors as list } from "../lib/connectors/index.ts";
import { checkWorkflows } from "../lib/workflow.ts";
import declared from "../workflows/index.ts";
import limits from "./limits.json" with { type: "json" };

const connectors: readonly Connector[] = list;
export const { byId, byWebhook } = checkWorkflows(declared);

/** A function that works on a queue of its own. */
export interface QueueFunction {
  name: string;
  limits: typeof limits.push;
  /** What it does in the table, and by which keys: see docs/state.md. */
  table: { actions: string[]; keys: string[] };
  /** Whether it goes on with its own work by a message to itself. */
  sendsToItself: boolean;
}

export const RECEIVER = "receive-hrflow-webhook";

/** HrFlow → ATS, one for each connector. */
export const pushFunctions: QueueFunction[] = connectors.map(({ name }) => ({
  name: `push-profile-to-${name}`,
  limits: limits.push,
  table: { actions: ["GetItem", "UpdateItem"], keys: ["link#*", "rate#*"] },
  sendsToItself: false,
}));

/** ATS → HrFlow, one for each connector that can be read. */
export const updateFunctions: QueueFunction[] = connectors
  .filter(({ pull }) => pull !== undefined)
  .map(({ name }) => ({
    name: `update-profiles-in-hrflow-from-${name}`,
    limits: limits.update,
    table: {
      actions: ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"],
      keys: ["candidate#*", "cursor#*", "lease#*", "link#*", "pending#*", "rate#*"],
    },
    sendsToItself: true,
  }));

/** The workflows that a function runs: it has the name of their action. */
export function workflowsOf(functionName: string) {
  return [...byId.values()].filter(({ action }) => action === functionName.replaceAll("-", "_"));
}
