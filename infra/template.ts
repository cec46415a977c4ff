/**
 * What the template gets from the list of connectors and the list of workflows. A new connector or workflow changes
 * nothing here. `environment` and `queueEvent` are for a function's block in serverless.yml, `stack` is added as it is.
 */
import { connectors } from "../lib/connectors/index.ts";
import { checkWorkflows } from "../lib/workflow.ts";
import list from "../workflows/index.ts";
import { arnOf, idOf, type Reference, ref } from "./cloudformation.ts";
import limits from "./limits.json" with { type: "json" };
import { outputsOf } from "./outputs.ts";
import { queueIdsOf, queuesOf } from "./queues.ts";
import { pushRole, receiverRole } from "./roles.ts";

const receiver = "receive-hrflow-webhook";
const pushFunctions = connectors.map((connector) => `push-profile-to-${connector.name}`);
const { byId, byWebhook } = checkWorkflows(list);
const workflows = [...byId.values()];

/** By the name of the function, what `lib/settings.ts` reads there. */
export const environment: Record<string, Record<string, Reference>> = {
  [receiver]: Object.fromEntries(
    pushFunctions.map((name) => [`${settingOf(name)}_QUEUE_URL`, ref(queueIdsOf(name).queue)]),
  ),
  ...forEachPushFunction((name) => ({
    TABLE_NAME: ref("Table"),
    [`${settingOf(name)}_QUEUE_URL`]: ref(queueIdsOf(name).queue),
    [`${settingOf(name)}_DEAD_LETTER_QUEUE_URL`]: ref(queueIdsOf(name).deadLetters),
  })),
};

export const queueEvent = forEachPushFunction((name) => ({
  arn: arnOf(queueIdsOf(name).queue),
  batchSize: limits.push.batchSize,
  maximumConcurrency: limits.push.maximumConcurrency,
  functionResponseType: "ReportBatchItemFailures",
}));

export const stack = {
  Description: "HrFlow Relay: from HrFlow.ai to applicant tracking systems",
  Resources: {
    [`${idOf(receiver)}Role`]: receiverRole(receiver, pushFunctions, workflows),
    ...Object.fromEntries(
      pushFunctions.map((name) => [`${idOf(name)}Role`, pushRole(name, workflowsRunBy(name))]),
    ),
    ...Object.assign({}, ...pushFunctions.map(queuesOf)),
  },
  Outputs: outputsOf([receiver, ...pushFunctions], pushFunctions, byWebhook.keys()),
};

function forEachPushFunction<T>(describe: (name: string) => T): Record<string, T> {
  return Object.fromEntries(pushFunctions.map((name) => [name, describe(name)]));
}

/** The settings of an action are named as it is. */
function settingOf(functionName: string): string {
  return functionName.replaceAll("-", "_").toUpperCase();
}

function workflowsRunBy(functionName: string) {
  return workflows.filter(({ action }) => action === functionName.replaceAll("-", "_"));
}
