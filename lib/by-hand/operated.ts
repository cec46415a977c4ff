import type { Environment } from "../environment.ts";
import type { RunAnswer } from "../run/answer.ts";
import type { CheckedWorkflow } from "../workflow/check.ts";
import type { KnownWorkflows } from "./event-workflow.ts";

/** The function that an event by hand has reached. */
export interface HandOperated extends KnownWorkflows {
  environment: Environment;
  /** What the function does, and the parameters that its examples show. */
  help: { says: string; parameters: object };
  /** How long this invocation may still work, in milliseconds. */
  timeLeft(): number;
  /**
   * Runs the workflow.
   *
   * @param isAsDeclared nothing was laid over it
   * @throws WorkflowError when it lacks what a run needs
   */
  run(workflow: CheckedWorkflow, isAsDeclared: boolean): Promise<RunAnswer>;
}
