import { existsSync, readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { pathToFileURL } from "node:url";
import limits from "../infra/limits.json" with { type: "json" };
import { ACCOUNT_ID, CREDENTIALS, REGION } from "./aws/identity.ts";
import type { FunctionDefinition } from "./aws/lambda-instance.ts";
import type { QueueSettings, QueueWithDeadLetters } from "./aws/sqs.ts";

/** A function by its file: what it is called, and by whose queue it is driven. */
export interface FunctionFile {
  name: string;
  url: string;
  /** The queue it works on, without `.fifo`; undefined when no queue drives it. */
  queueName: string | undefined;
}

/** Every module of the directory is a function; its name is the file's. */
export function listFunctions(directory: string): FunctionFile[] {
  if (!existsSync(directory)) return [];
  const modules = readdirSync(directory).filter((file) => /(?<!\.d)\.(ts|js|mjs)$/.test(file));
  return modules.sort().map((file) => {
    const { name } = parse(file);
    const queueName = QUEUE_DRIVEN.some((start) => name.startsWith(start)) ? name : undefined;
    return { name, url: pathToFileURL(join(directory, file)).href, queueName };
  });
}

/** Pushes are driven by webhooks that wait in a queue, updates go on by it where they were cut off. */
const QUEUE_DRIVEN = ["push-profile-to-", "update-profiles-in-hrflow-from-"];

/** At any speed a function has this long: enough for a computer that is busy with other things. */
const LEAST_TIMEOUT_IN_SECONDS = 20;
/** At any speed a message is not shown again before this. */
const LEAST_VISIBILITY_IN_SECONDS = {
  push: 2,
  // Not while a run may still be at work on it: who goes on with a run takes it for its own.
  update: LEAST_TIMEOUT_IN_SECONDS + 1,
};

export function queueSettings(functionName: string, speed: number): QueueSettings {
  const { visibilityTimeoutInSeconds, maximumReceiveCount, retentionInDays } = queueLimitsOf(functionName);
  const least = LEAST_VISIBILITY_IN_SECONDS[isPush(functionName) ? "push" : "update"];
  return {
    visibilityTimeoutInSeconds: Math.max(least, Math.ceil(visibilityTimeoutInSeconds / speed)),
    maximumReceiveCount,
    retentionInDays,
  };
}

/** How many messages a queue hands to its function at once, and how many instances work on them at a time. */
export function queueLimitsOf(functionName: string): typeof limits.push {
  return isPush(functionName) ? limits.push : limits.update;
}

function isPush(functionName: string): boolean {
  return functionName.startsWith("push-");
}

/** Beside the queue, so many people may run a function by hand at the same time. */
const INSTANCES_FOR_RUNS_BY_HAND = 2;
const INSTANCES_WITHOUT_A_QUEUE = 4;

export interface FunctionSettings {
  speed: number;
  workflowsFile: string | undefined;
  environment: Record<string, string>;
}

export function defineFunction(file: FunctionFile, settings: FunctionSettings): FunctionDefinition {
  const { name, url, queueName } = file;
  const { speed, workflowsFile, environment } = settings;
  return {
    name,
    file: url,
    timeoutInSeconds: Math.max(LEAST_TIMEOUT_IN_SECONDS, limitsOf(name).timeoutInSeconds / speed),
    maximumConcurrency: queueName
      ? queueLimitsOf(queueName).maximumConcurrency + INSTANCES_FOR_RUNS_BY_HAND
      : INSTANCES_WITHOUT_A_QUEUE,
    environment: { ...environment, AWS_LAMBDA_FUNCTION_NAME: name },
    ...(workflowsFile === undefined ? {} : { workflowsFile: pathToFileURL(workflowsFile).href }),
  };
}

function limitsOf(functionName: string): { timeoutInSeconds: number } {
  return functionName.startsWith("receive-") ? limits.receive : queueLimitsOf(functionName);
}

export interface Endpoints {
  sqs: string;
  dynamodb: string;
  secretsManager: string;
  tableName: string;
}

/** What the template sets on every function, with the local services in place of AWS's. */
export function awsEnvironment(
  endpoints: Endpoints,
  queues: Map<string, QueueWithDeadLetters>,
): Record<string, string> {
  const queueUrls = [...queues].flatMap(([name, { url, deadLetters }]) => {
    const action = name.replaceAll("-", "_").toUpperCase();
    return [
      [`${action}_QUEUE_URL`, url],
      [`${action}_DEAD_LETTER_QUEUE_URL`, deadLetters.url],
    ];
  });
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCOUNT_ID: ACCOUNT_ID,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    TABLE_NAME: endpoints.tableName,
    ...Object.fromEntries(queueUrls),
  };
}
