import middy from "@middy/core";
import type { Context, SQSBatchResponse } from "aws-lambda";
import { type HandAnswer, runByHand } from "../by-hand/by-hand.ts";
import type { Connector } from "../connector.ts";
import { createEnvironment, type Environment } from "../environment.ts";
import { observed } from "../observability/observed.ts";
import { continueUpdates, startUpdate } from "../update/queue.ts";
import type { CheckedUpdateWorkflow, CheckedWorkflow } from "../workflow/check.ts";
import { checkWorkflows } from "../workflow/workflow.ts";
import { isQueueEvent } from "./queue-event.ts";
import type { UserModules } from "./user-modules.ts";

/** The function that updates HrFlow from one ATS: on a schedule, by hand, or going on with a run that was cut off. */
export function updateFunction(
  connector: Connector,
  user: UserModules,
  environment: Environment = createEnvironment(),
) {
  const workflows = checkWorkflows(user.workflows, [connector]);
  const action = `update_profiles_in_hrflow_from_${connector.name}`;
  const help = {
    says: `Updates profiles of HrFlow with what ${connector.label} knows.`,
    parameters: { pull_parameters: {}, push_parameters: { source_key: "…" } },
  };
  return middy()
    .use(observed(environment))
    .handler(async (event: unknown, context: Context): Promise<SQSBatchResponse | HandAnswer> => {
      const timeLeft = () => context.getRemainingTimeInMillis();
      const runner = { action, workflows, environment, timeLeft };
      if (isQueueEvent(event)) return continueUpdates(event, runner);
      const { functions } = user;
      const run = (workflow: CheckedWorkflow, isAsDeclared: boolean) =>
        startUpdate(workflow as CheckedUpdateWorkflow, isAsDeclared, runner);
      const known = { action, connector, direction: "update" as const, workflows, functions };
      return runByHand(event, { ...known, environment, help, timeLeft, run });
    });
}
