import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type LocalDynamoDb, startDynamoDb } from "./aws/dynamodb.ts";
import type { EventSource } from "./aws/event-source.ts";
import type { HttpRoute } from "./aws/http-api.ts";
import { startHttpServer } from "./aws/http-server.ts";
import { createLambda, type Lambda, type LogLine } from "./aws/lambda.ts";
import type { StartInstance } from "./aws/lambda-instance.ts";
import { type Scheduler, startScheduler } from "./aws/scheduler.ts";
import { type LocalSecretsManager, type SecretValues, startSecretsManager } from "./aws/secrets-manager.ts";
import { type LocalSqs, type QueuedMessage, type QueueWithDeadLetters, startSqs } from "./aws/sqs.ts";
import { openDataDirectory } from "./data-directory.ts";
import { awsEnvironment, defineFunction, listFunctions } from "./functions.ts";
import { openPage } from "./page/server.ts";
import { connectQueue, openQueues, waitUntilEmpty } from "./queues.ts";
import { StartError } from "./start-error.ts";
import { type DeclaredWorkflow, readWorkflows } from "./workflow-list.ts";

export interface SystemOptions {
  /** Takes the place of `workflows/index.ts`. */
  workflowsFile?: string;
  secrets?: SecretValues;
  /** Where tables, queues and secrets are kept; in memory when absent. */
  dataDirectory?: string;
  /** 0, any free port, unless given. */
  port?: number;
  /** Divides our own waiting times. 1 unless given. */
  speed?: number;
  /** More environment variables of the functions: base URLs, CV_ALLOWED_ORIGINS. */
  environment?: Record<string, string>;
  /** Leaves scheduled workflows alone until `startSchedules`. */
  holdSchedules?: boolean;
  /** Each line that a function writes to its log. */
  onLog?(line: LogLine): void;
  /** `functions/` unless given. */
  functionsDirectory?: string;
  /** How functions are run: their sources, as worker threads, unless given. */
  startInstance?: StartInstance;
}

export interface System {
  /** Where webhooks and invocations go, and the page is: "http://127.0.0.1:3000". */
  url: string;
  workflows: DeclaredWorkflow[];
  /** Runs functions, and makes them crash. */
  lambda: Lambda;
  sqs: LocalSqs;
  dynamodb: LocalDynamoDb;
  secretsManager: LocalSecretsManager;
  /** By the name of the function that works on them: "push-profile-to-teamtailor". */
  queues: Map<string, QueueWithDeadLetters>;
  /** What lies in all dead-letter queues. */
  deadLetters(): QueuedMessage[];
  /**
   * Resolves when all queues are empty, but for messages of workflows that lack a secret, which may wait for days; rejects
   * after the time, saying how much is left.
   */
  whenDelivered(timeoutInSeconds: number): Promise<void>;
  /**
   * Runs scheduled workflows from now on.
   *
   * @throws StartError naming the workflow whose schedule is malformed.
   */
  startSchedules(): void;
  /** Ends everything. What functions still do after the grace, a second unless given, is cut off as by a kill. */
  stop(options?: { graceInSeconds?: number }): Promise<void>;
}

const ROUTES: HttpRoute[] = [
  { method: "POST", path: "/webhooks/{name}", functionName: "receive-hrflow-webhook" },
];

/**
 * The whole of Relay on this machine: its functions, and around them an SQS, a DynamoDB, a Secrets Manager, a Lambda, an
 * API Gateway and a Scheduler. Several may run in one process.
 *
 * @throws StartError that says what to do.
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { speed = 1, onLog = () => {} } = options;
  const files = listFunctions(options.functionsDirectory ?? pathInRepository("functions"));
  const workflowsAreRead = readWorkflowsOf(options);
  workflowsAreRead.catch(() => {}); // It is awaited below, when what is to be stopped then has started.
  const stops: (() => Promise<void> | void)[] = [];
  try {
    const dataDirectory =
      options.dataDirectory === undefined ? undefined : openDataDirectory(options.dataDirectory);
    stops.push(() => dataDirectory?.close());
    const sqs = await startSqs(dataDirectory);
    stops.push(sqs.stop);
    const dynamodb = await startDynamoDb(dataDirectory);
    stops.push(dynamodb.stop);
    const secretsManager = await startSecretsManager(dataDirectory);
    stops.push(secretsManager.stop);
    for (const [name, value] of Object.entries(options.secrets ?? {})) secretsManager.put(name, value);
    const queues = await openQueues(sqs, files, speed);
    const workflows = await workflowsAreRead;

    const endpoints = {
      sqs: sqs.endpoint,
      dynamodb: dynamodb.endpoint,
      secretsManager: secretsManager.endpoint,
    };
    const environment = {
      ...awsEnvironment({ ...endpoints, tableName: dynamodb.tableName }, queues),
      RELAY_SPEED: String(speed),
      ...options.environment,
    };
    const settings = { speed, workflowsFile: options.workflowsFile, environment };
    const lambda = createLambda({
      functions: files.map((file) => defineFunction(file, settings)),
      onLog,
      speed,
      ...(options.startInstance ? { startInstance: options.startInstance } : {}),
    });
    const eventSources: EventSource[] = [];
    const drained = () => Promise.all(eventSources.map((eventSource) => eventSource.drained()));
    stops.push(async () => {
      await lambda.stop();
      await drained();
    });
    const deadLetters = () => [...queues.values()].flatMap((queue) => sqs.inspect(queue.deadLetters.name));
    const lacksSecret = ({ hrflowSecret, connectorSecret }: DeclaredWorkflow) =>
      ![hrflowSecret, connectorSecret].every(secretsManager.has);
    const canBeDelivered = ({ body }: QueuedMessage) =>
      !workflows.filter(lacksSecret).some(({ workflowId }) => body.includes(`"workflow_id":"${workflowId}"`));
    const page = openPage({
      workflows,
      dynamodb: dynamodb.client,
      tableName: dynamodb.tableName,
      operations: dynamodb.operations,
      hasSecret: secretsManager.has,
      waiting: (functionName) => {
        const queue = queues.get(functionName);
        return queue ? sqs.inspect(queue.name) : [];
      },
      deadLetters,
    });
    const server = await startHttpServer(lambda, ROUTES, page, options.port ?? 0);
    stops.push(server.stop, page.stop);
    let scheduler: Scheduler | undefined;
    stops.push(() => scheduler?.stop());
    const startSchedules = () => {
      scheduler ??= startSchedulesOf(workflows, lambda, speed);
    };
    if (!options.holdSchedules) startSchedules();
    for (const [name, queue] of queues) eventSources.push(connectQueue(name, queue, sqs, lambda, onLog));

    return {
      url: server.url,
      workflows,
      lambda,
      sqs,
      dynamodb,
      secretsManager,
      queues,
      deadLetters,
      whenDelivered: (timeoutInSeconds) =>
        waitUntilEmpty([...queues.values()], sqs, timeoutInSeconds, canBeDelivered),
      startSchedules,
      stop: async ({ graceInSeconds = 1 } = {}) => {
        for (const eventSource of eventSources) eventSource.stop();
        await Promise.race([drained(), delay(graceInSeconds * 1000, undefined, { ref: false })]);
        await stopAll(stops);
      },
    };
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** The last that was started ends first, once. */
async function stopAll(stops: (() => Promise<void> | void)[]): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}

async function readWorkflowsOf({ workflowsFile }: SystemOptions): Promise<DeclaredWorkflow[]> {
  if (workflowsFile !== undefined) return readWorkflows(workflowsFile);
  const ownFile = pathInRepository("workflows/index.ts");
  return existsSync(ownFile) ? readWorkflows(ownFile) : [];
}

/** Scheduled workflows run in the function that is named as their action is. */
function startSchedulesOf(workflows: DeclaredWorkflow[], lambda: Lambda, speed: number): Scheduler {
  const schedules = workflows.flatMap(({ workflowId, action, schedule }) => {
    const functionName = action.replaceAll("_", "-");
    if (!schedule || !lambda.has(functionName)) return [];
    return [{ name: workflowId, functionName, input: { workflow_id: workflowId }, ...schedule }];
  });
  try {
    return startScheduler(schedules, speed, lambda.invokeAsynchronously);
  } catch (error) {
    throw new StartError(`Workflow ${error instanceof Error ? error.message : String(error)}`);
  }
}

function pathInRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
