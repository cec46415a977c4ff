/**
 * Pushes without rate limits: how near they come to the time that their calls of vendors need. The table is in memory and
 * answers at once: a local DynamoDB does one thing after the other, and would be what is measured.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import limits from "../infra/limits.json" with { type: "json" };
import { startSecretsManager } from "../local/aws/secrets-manager.ts";
import { startSqs } from "../local/aws/sqs.ts";
import { awsEnvironment } from "../local/functions.ts";
import { startSimulators } from "../local/simulators.ts";
import { sampleProfile } from "../local/vendors/sample-profiles.ts";
import { type Figure, median } from "./figure.ts";
import type { PushReport, PushWork } from "./push-worker.ts";

const PUSH = "push-profile-to-teamtailor";
const LATENCY_IN_MS = 50;
/** So many profiles are pushed at once: by a few messages, and by a full batch. */
const CONCURRENCIES = [4, limits.push.batchSize];
const ROUNDS = 7;
/** In a round so many follow each other at each of the places. */
const PUSHES_IN_TURN = 10;
/** The first rounds load and compile code. */
const WARM_UP_ROUNDS = 2;
const SECRETS = {
  "hrflow/bench": { api_secret: "ask_bench", api_user: "bench@example.com", webhook_secret: "bench" },
  "teamtailor/bench": { auth: "bench" },
};

export async function benchPush(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const concurrency of CONCURRENCIES) figures.push(await measure(concurrency));
  return figures;
}

async function measure(concurrency: number): Promise<Figure> {
  const simulators = await startSimulators(SECRETS, () => undefined);
  simulators.teamtailor.settings.rateLimit = false;
  const [sqs, secretsManager] = await Promise.all([startSqs(undefined), startSecretsManager(undefined)]);
  for (const [name, value] of Object.entries(SECRETS)) secretsManager.put(name, value);
  const queue = await sqs.openQueue(PUSH, limits.push);
  const source = simulators.hrflow.addSource({});
  const pushesPerRound = PUSHES_IN_TURN * concurrency;
  const pushes = (WARM_UP_ROUNDS + ROUNDS) * pushesPerRound;
  const profileKeys = Array.from({ length: pushes }, (_, index) => {
    const { profile } = sampleProfile(index);
    return simulators.hrflow.putProfile({ ...profile, source_key: source.key }).key;
  });
  simulators.hrflow.latencyInMs = LATENCY_IN_MS;
  simulators.teamtailor.latencyInMs = LATENCY_IN_MS;

  const work: PushWork = {
    sourceKey: source.key,
    profileKeys,
    pushesPerRound,
    concurrency,
  };
  const worker = fork(new URL("push-worker.ts", import.meta.url), [JSON.stringify(work)], {
    env: {
      PATH: process.env.PATH,
      ...awsEnvironment(
        {
          sqs: sqs.endpoint,
          dynamodb: sqs.endpoint, // No call goes there: the table is in the worker's memory.
          secretsManager: secretsManager.endpoint,
          tableName: "bench",
        },
        new Map([[PUSH, queue]]),
      ),
      ...simulators.environment,
      POWERTOOLS_LOG_LEVEL: "SILENT",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"], // Metrics go to standard output.
  });
  const [{ roundsInMs }] = (await once(worker, "message")) as [PushReport];
  const created = simulators.teamtailor.candidates().length;
  const calls = simulators.hrflow.calls.length + simulators.teamtailor.calls.length;
  await Promise.all([simulators.stop(), sqs.stop(), secretsManager.stop()]);
  if (created !== profileKeys.length)
    throw new Error(`${created} of ${profileKeys.length} candidates were created`);

  const callsPerPush = calls / pushes;
  const idealInMs = (pushesPerRound * callsPerPush * LATENCY_IN_MS) / concurrency;
  const measured = roundsInMs.slice(WARM_UP_ROUNDS);
  return {
    what: `push without limits, ${LATENCY_IN_MS} ms latency, ${pushesPerRound} creates of ${callsPerPush} calls, ${concurrency} at once`,
    measured: `${median(measured).toFixed(0)} ms`,
    floor: `${idealInMs.toFixed(0)} ms for the calls`,
    values: measured.map((milliseconds) => milliseconds / idealInMs),
    goal: { atMost: 1.15 },
  };
}
