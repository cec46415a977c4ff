/**
 * What serverless.yml takes from here: `environment`, `queueEvent` and `missedRuns` in a function's block, `stack` as a
 * whole. All of it is made from the list of connectors and the list of workflows: a new one changes nothing here.
 */
import { alarms } from "./alarms.ts";
import { arnOf, idsOf, type Reference, ref } from "./cloudformation.ts";
import { dashboard } from "./dashboard.ts";
import { pushFunctions, type QueueFunction, RECEIVER, updateFunctions } from "./functions.ts";
import { metricsNamespace } from "./metric.ts";
import { notification } from "./notification.ts";
import { outputs } from "./outputs.ts";
import { queries } from "./queries.ts";
import { missedRunsOf, queuesOf } from "./queues.ts";
import { queueFunctionRole, receiverRole } from "./roles.ts";
import { schedulesOf } from "./schedules.ts";

const queueFunctions = [...pushFunctions, ...updateFunctions];

/** By the name of the function, what `lib/settings.ts` reads there, and what Node reads. */
export const environment: Record<string, Record<string, Reference | string>> = {
  [RECEIVER]: {
    METRICS_NAMESPACE: metricsNamespace,
    ...Object.fromEntries(
      pushFunctions.map(({ name }) => [`${settingOf(name)}_QUEUE_URL`, ref(idsOf(name).queue)]),
    ),
  },
  ...byName(queueFunctions, ({ name, nodeOptions }) => ({
    METRICS_NAMESPACE: metricsNamespace,
    TABLE_NAME: ref("Table"),
    [`${settingOf(name)}_QUEUE_URL`]: ref(idsOf(name).queue),
    [`${settingOf(name)}_DEAD_LETTER_QUEUE_URL`]: ref(idsOf(name).deadLetters),
    ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }),
  })),
};

export const queueEvent = byName(queueFunctions, ({ name, limits }) => ({
  arn: arnOf(idsOf(name).queue),
  batchSize: limits.batchSize,
  maximumConcurrency: limits.maximumConcurrency,
  functionResponseType: "ReportBatchItemFailures",
}));

export const missedRuns = byName(updateFunctions, ({ name }) => arnOf(idsOf(name).missedRuns));

export const stack = {
  Description: "HrFlow Relay: between HrFlow.ai and applicant tracking systems",
  Resources: Object.assign(
    receiverRole(),
    ...queueFunctions.map(queueFunctionRole),
    ...queueFunctions.map(queuesOf),
    ...updateFunctions.map(missedRunsOf),
    ...updateFunctions.map(schedulesOf),
    notification(),
    alarms(),
    dashboard(),
    queries(),
  ),
  Outputs: outputs(),
};

function byName<T>(functions: QueueFunction[], describe: (one: QueueFunction) => T): Record<string, T> {
  return Object.fromEntries(functions.map((one) => [one.name, describe(one)]));
}

/** The settings of an action are named as the function is that runs it. */
function settingOf(functionName: string): string {
  return functionName.replaceAll("-", "_").toUpperCase();
}
