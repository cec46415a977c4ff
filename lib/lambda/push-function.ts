import middy from "@middy/core";
import type { Context, SQSBatchResponse } from "aws-lambda";
import { type HandAnswer, runByHand } from "../by-hand/by-hand.ts";
import type { Connector } from "../connector.ts";
import { createEnvironment, type Environment } from "../environment.ts";
import { observed } from "../observability/observed.ts";
import { pushFromQueue } from "../push/queue.ts";
import { runPushByHand } from "../push/run.ts";
import type { CheckedPushWorkflow, CheckedWorkflow } from "../workflow/check.ts";
import { checkWorkflows } from "../workflow/workflow.ts";
import { isQueueEvent } from "./queue-event.ts";
import type { UserModules } from "./user-modules.ts";

/** The function that pushes to one ATS: from its queue, or by hand. */
export function pushFunction(
  connector: Connector,
  user: UserModules,
  environment: Environment = createEnvironment(),
) {
  const workflows = checkWorkflows(user.workflows, [connector]);
  const action = `push_profile_to_${connector.name}`;
  const help = {
    says: `Pushes one profile of HrFlow to ${connector.label}.`,
    parameters: { pull_parameters: { source_key: "…", profile_key: "…" } },
  };
  return middy()
    .use(observed(environment))
    .handler(async (event: unknown, context: Context): Promise<SQSBatchResponse | HandAnswer> => {
      const timeLeft = () => context.getRemainingTimeInMillis();
      if (isQueueEvent(event)) return pushFromQueue(event, { action, workflows, environment, timeLeft });
      const { functions } = user;
      const run = (workflow: CheckedWorkflow) =>
        runPushByHand(workflow as CheckedPushWorkflow, timeLeft(), environment);
      const known = { action, connector, direction: "push" as const, workflows, functions };
      return runByHand(event, { ...known, environment, help, timeLeft, run });
    });
}
