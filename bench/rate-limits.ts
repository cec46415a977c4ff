/** Four workers in four processes push with one credential, against the limits that the simulated vendors enforce. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import limits from "../infra/limits.json" with { type: "json" };
import { startDynamoDb } from "../local/aws/dynamodb.ts";
import { startSecretsManager } from "../local/aws/secrets-manager.ts";
import { startSqs } from "../local/aws/sqs.ts";
import { demoSecrets } from "../local/demo-secrets.ts";
import { awsEnvironment } from "../local/functions.ts";
import { startSimulators } from "../local/simulators.ts";
import { sampleProfile } from "../local/vendors/sample-profiles.ts";
import type { SimulatedCall } from "../local/vendors/simulator.ts";
import type { Figure } from "./figure.ts";

const WORKERS = 4;
const JOB_OF_THE_SAMPLE_WORKFLOW = "demo-data-engineer";

interface Subject {
  label: string;
  functionName: string;
  workflowId: string;
  vendor: "teamtailor" | "smartrecruiters";
  /** The calls that share the limit which is reached first, and that limit. */
  isLimited(call: SimulatedCall): boolean;
  requests: number;
  perSeconds: number;
  profiles: number;
  seconds: number;
}

export const SUBJECTS: Subject[] = [
  {
    label: "Teamtailor, 50 in 10 s",
    functionName: "push-profile-to-teamtailor",
    workflowId: "demo-teamtailor",
    vendor: "teamtailor",
    isLimited: () => true,
    requests: 50,
    perSeconds: 10,
    profiles: 120,
    seconds: 30,
  },
  {
    label: "SmartRecruiters, 10 a second on an endpoint",
    functionName: "push-profile-to-smartrecruiters",
    workflowId: "demo-smartrecruiters",
    vendor: "smartrecruiters",
    isLimited: ({ route }) => /^POST .jobs.*candidates$/.test(route),
    requests: 10,
    perSeconds: 1,
    profiles: 700,
    seconds: 60,
  },
];

/** Measures each vendor; a minute and a half. */
export async function benchRateLimits(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const subject of SUBJECTS) figures.push(...(await measureSubject(subject)));
  return figures;
}

export async function measureSubject(subject: Subject): Promise<Figure[]> {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  const [sqs, dynamodb, secretsManager] = await Promise.all([
    startSqs(undefined),
    startDynamoDb(undefined),
    startSecretsManager(undefined),
  ]);
  for (const [name, value] of Object.entries(secrets)) secretsManager.put(name, value);
  const queue = await sqs.openQueue(subject.functionName, {
    visibilityTimeoutInSeconds: limits.push.visibilityTimeoutInSeconds,
    maximumReceiveCount: limits.push.maximumReceiveCount,
    retentionInDays: limits.push.retentionInDays,
  });
  simulators.smartrecruiters.addJob({ id: JOB_OF_THE_SAMPLE_WORKFLOW });
  const source = simulators.hrflow.addSource({});
  const keys = Array.from({ length: subject.profiles }, (_, index) => {
    const { profile } = sampleProfile(index);
    return simulators.hrflow.putProfile({ ...profile, source_key: source.key }).key;
  });
  const endpoints = {
    sqs: sqs.endpoint,
    dynamodb: dynamodb.endpoint,
    secretsManager: secretsManager.endpoint,
    tableName: dynamodb.tableName,
  };
  const environment = {
    ...process.env,
    ...awsEnvironment(endpoints, new Map([[subject.functionName, queue]])),
    ...simulators.environment,
    AWS_LAMBDA_FUNCTION_NAME: subject.functionName,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  };
  const argument = JSON.stringify({
    functionName: subject.functionName,
    queue,
    sqs: sqs.endpoint,
    batchSize: limits.push.batchSize,
  });
  const workers: ChildProcess[] = [];
  for (let index = 0; index < WORKERS; index += 1) {
    const worker = fork(new URL("rate-limits-worker.ts", import.meta.url), [argument], {
      env: environment,
      stdio: ["ignore", "ignore", "inherit", "ipc"], // its log and metrics are not what is measured
    });
    await once(worker, "message");
    workers.push(worker);
  }
  const vendor = simulators[subject.vendor];
  // The messages come when all workers are ready, so that the first burst is measured too.
  for (let start = 0; start < keys.length; start += 10) {
    const Entries = keys.slice(start, start + 10).map((profile_key, index) => ({
      Id: `${index}`,
      MessageBody: JSON.stringify({ workflow_id: subject.workflowId, source_key: source.key, profile_key }),
      MessageGroupId: profile_key,
      MessageDeduplicationId: profile_key,
    }));
    await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
  // Measured from the first call on, first burst and all: not how soon four processes have loaded their code.
  while (vendor.calls.length === 0) await delay(10);
  const from = vendor.calls[0]?.at ?? Date.now();
  await delay(from + subject.seconds * 1000 - Date.now());
  await Promise.all(workers.map(stopped));
  const all = vendor.calls.filter(({ at }) => at >= from && at < from + subject.seconds * 1000);
  const limited = all.filter(subject.isLimited);
  const permitted = (subject.requests * subject.seconds) / subject.perSeconds;
  const done = limited.filter(({ status }) => status !== 429).length;
  const refused = all.filter(({ status }) => status === 429).length;
  const created = vendor.candidates().length;
  await Promise.all([simulators.stop(), sqs.stop(), dynamodb.stop(), secretsManager.stop()]);
  return [
    {
      what: `${subject.label}: ${WORKERS} processes, ${created} candidates in ${subject.seconds} s from the first call on`,
      measured: `${done} calls`,
      floor: `${permitted} permitted`,
      values: [done / permitted],
      goal: { atLeast: 0.95 },
    },
    {
      what: `${subject.label}: answered 429`,
      measured: `${refused}`,
      floor: `${all.length} calls`,
      values: [refused / all.length],
      goal: { atMost: 0.005 },
    },
  ];
}

async function stopped(worker: ChildProcess): Promise<void> {
  worker.kill("SIGTERM");
  await once(worker, "exit");
}
