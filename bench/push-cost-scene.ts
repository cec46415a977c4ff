/** A function as it is deployed, in a process of its own, with simulated vendors and a local AWS in this one. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import limits from "../infra/limits.json" with { type: "json" };
import { startDynamoDb } from "../local/aws/dynamodb.ts";
import { startSecretsManager } from "../local/aws/secrets-manager.ts";
import { startSqs } from "../local/aws/sqs.ts";
import { demoSecrets } from "../local/demo-secrets.ts";
import { awsEnvironment } from "../local/functions.ts";
import { addSampleData } from "../local/sample-data.ts";
import { startSimulators } from "../local/simulators.ts";
import { sampleProfile } from "../local/vendors/sample-profiles.ts";
import { readWorkflows } from "../local/workflow-list.ts";
import { packageCopy, unpack } from "../test/infra/package-copy.ts";
import type { Cost } from "./push-cost-worker.ts";

const QUEUES = ["push-profile-to-flatchr", "push-profile-to-smartrecruiters", "push-profile-to-teamtailor"];
/** Lambda's Node keeps its heap to about nine tenths of the memory; what is beside the heap comes on top. */
const HEAP_SHARE = 0.9;

export interface CostScene {
  webhookSecret: string;
  run(event: unknown): Promise<Cost>;
  /** An event of the queue: new profiles with CVs of these sizes. */
  batch(cvSizesInBytes: readonly number[], workflowId: string): object;
  stop(): Promise<void>;
}

export async function startCostScene(functionName: string): Promise<CostScene> {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  simulators.teamtailor.settings.rateLimit = false;
  simulators.smartrecruiters.settings.rateLimit = false;
  const [sqs, dynamodb, secretsManager] = await Promise.all([
    startSqs(undefined),
    startDynamoDb(undefined),
    startSecretsManager(undefined),
  ]);
  for (const [name, value] of Object.entries(secrets)) secretsManager.put(name, value);
  addSampleData(
    simulators,
    await readWorkflows(fileURLToPath(new URL("../workflows/index.ts", import.meta.url))),
  );
  const queues = await Promise.all(
    QUEUES.map(async (name) => [name, await sqs.openQueue(name, limits.push)] as const),
  );
  const endpoints = {
    sqs: sqs.endpoint,
    dynamodb: dynamodb.endpoint,
    secretsManager: secretsManager.endpoint,
    tableName: dynamodb.tableName,
  };
  const packaged = await packageCopy();
  const bundle = pathToFileURL(join(unpack(packaged), `${functionName}.mjs`)).href;
  const worker = await startWorker(bundle, functionName, {
    ...awsEnvironment(endpoints, new Map(queues)),
    ...simulators.environment,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
  });
  const source = simulators.hrflow.addSource({});
  let people = 0;

  return {
    webhookSecret: (secrets["hrflow/demo"] as { webhook_secret: string }).webhook_secret,
    async run(event) {
      worker.send(event as object);
      const [cost] = (await once(worker, "message")) as [Cost];
      return cost;
    },
    batch: (cvSizesInBytes, workflowId) => ({
      Records: cvSizesInBytes.map((bytes) => {
        people += 1;
        const { profile } = sampleProfile(people);
        const { key } = simulators.hrflow.putProfile({ ...profile, source_key: source.key });
        const cv = Buffer.alloc(bytes, `%PDF-1.4 ${people} `);
        simulators.hrflow.addAttachment(key, {
          type: "resume",
          extension: ".pdf",
          fileName: "CV.pdf",
          bytes: cv,
        });
        return recordOf({ workflow_id: workflowId, source_key: source.key, profile_key: key });
      }),
    }),
    async stop() {
      worker.kill("SIGKILL");
      packaged.remove();
      await Promise.all([simulators.stop(), sqs.stop(), dynamodb.stop(), secretsManager.stop()]);
    },
  };
}

async function startWorker(
  bundle: string,
  functionName: string,
  environment: Record<string, string>,
): Promise<ChildProcess> {
  const memory = limits.memoryInMegabytes[functionName as keyof typeof limits.memoryInMegabytes];
  const worker = fork(new URL("push-cost-worker.ts", import.meta.url), [bundle], {
    env: environment,
    execArgv: [`--max-old-space-size=${Math.round(memory * HEAP_SHARE)}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"], // its log and metrics are made, and go nowhere
  });
  await once(worker, "message");
  return worker;
}

function recordOf(message: { workflow_id: string; source_key: string; profile_key: string }): object {
  return {
    messageId: message.profile_key,
    receiptHandle: message.profile_key,
    body: JSON.stringify(message),
    attributes: {
      MessageGroupId: message.profile_key,
      SentTimestamp: `${Date.now()}`,
      ApproximateReceiveCount: "1",
    },
    eventSource: "aws:sqs",
  };
}
