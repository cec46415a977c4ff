/** Runs inside a worker thread: loads a module of workflows and answers what they declare. */
import { parentPort, workerData } from "node:worker_threads";
import type { DeclaredWorkflow, WorkflowListAnswer } from "./workflow-list.ts";

parentPort?.postMessage(await readList(String(workerData)));

async function readList(url: string): Promise<WorkflowListAnswer> {
  try {
    const { default: list } = (await import(url)) as { default?: unknown };
    if (!Array.isArray(list)) return { problem: "its default export must be the list of workflows" };
    return { workflows: list.map(toDeclaredWorkflow) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Reads leniently: whatever is wrong with a workflow is found, and named better, where the functions check it. */
function toDeclaredWorkflow(workflow: unknown): DeclaredWorkflow {
  const fields = toFields(workflow);
  const schedule = fields.schedule;
  const { expression, timezone, time_zone } = toFields(schedule);
  const timeZone = toText(timezone) || toText(time_zone);
  const pullParameters = toPlainFields(fields.pull_parameters);
  const pushParameters = toPlainFields(fields.push_parameters);
  const { source_keys: sourceKeys } = pullParameters;
  const workflowId = toText(fields.workflow_id);
  return {
    workflowId,
    action: toText(fields.action),
    webhook: toText(fields.webhook) || workflowId,
    sourceKeys: Array.isArray(sourceKeys) ? sourceKeys.map(toText) : [],
    pullParameters,
    pushParameters,
    hrflowSecret: toText(toFields(fields.hrflow_auth).secret),
    connectorSecret: toText(toFields(fields.connector_auth).secret),
    schedule: schedule
      ? { expression: toText(expression) || toText(schedule), ...(timeZone === "" ? {} : { timeZone }) }
      : undefined,
    isDryRun: fields.persist === false,
    isCustomised:
      (Array.isArray(fields.logics) && fields.logics.length > 0) ||
      Boolean(fields.format) ||
      Boolean(pushParameters.only_edit_fields),
  };
}

/** Functions and the like cannot leave the thread. */
function toPlainFields(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(toFields(value))) as Record<string, unknown>;
}

function toFields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
