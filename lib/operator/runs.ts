/** `runs`: the last runs of a workflow. */

import { declaredWorkflow, type KnownWorkflows } from "../by-hand/event-workflow.ts";
import type { Environment } from "../environment.ts";
import { type PastRun, readRuns } from "../run/history.ts";

export interface RunsAnswer {
  workflow_id: string;
  action: string;
  message: string;
  /** The newest first. */
  runs: PastRun[];
}

/** @throws WorkflowError when there are none, and no workflow of that id is declared */
export async function listRuns(
  workflowId: string,
  maximum: number,
  known: KnownWorkflows & { environment: Environment },
): Promise<RunsAnswer> {
  const runs = await readRuns(workflowId, maximum, known.environment);
  // An inline workflow, or one that is declared no more, has runs as well.
  if (runs.length === 0 || known.workflows.byId.has(workflowId)) declaredWorkflow(workflowId, known);
  const kept =
    known.direction === "push"
      ? "kept for 30 days are runs by hand, and pushes that ended in the dead-letter queue; what became of any other push, explain tells"
      : "kept for 30 days";
  return { workflow_id: workflowId, action: known.action, message: `${runs.length} runs; ${kept}`, runs };
}
