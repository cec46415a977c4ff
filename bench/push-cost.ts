/**
 * What an event costs a function: time of the processor, and memory with the largest CVs. From these, docs/scale.md takes
 * the memory of the functions and the price of an event. `npm exec node bench/push-cost.ts` for these alone; about a minute.
 */
import limits from "../infra/limits.json" with { type: "json" };
import { LARGE_AT_ONCE, LARGE_IN_BYTES } from "../lib/cv/turn.ts";
import { signWebhook } from "../local/vendors/hrflow-webhook.ts";
import { type Figure, median, toTable } from "./figure.ts";
import { startCostScene } from "./push-cost-scene.ts";
import type { Cost } from "./push-cost-worker.ts";

const VENDORS = ["teamtailor", "smartrecruiters", "flatchr"] as const;
const SMALL_CV_IN_BYTES = 1000;
const USUAL_CV_IN_BYTES = 300_000;
/** A larger one is left out: lib/cv/download.ts. */
const LARGEST_CV_IN_BYTES = 10_000_000;
/** The first ones also load and compile. */
const WARM_UPS = 3;
const REPETITIONS = 5;

if (import.meta.main) {
  console.log(toTable(await benchPushCost()));
  process.exit(0);
}

export async function benchPushCost(): Promise<Figure[]> {
  const figures = [await measureReceiver()];
  for (const vendor of VENDORS) figures.push(...(await measurePush(vendor)));
  return figures;
}

async function measureReceiver(): Promise<Figure> {
  const scene = await startCostScene("receive-hrflow-webhook");
  const key = "0".repeat(40);
  const profile = { key, source: { key } };
  const body = JSON.stringify({ type: "profile.parsing.success", origin: "api", message: "", profile });
  const signature = signWebhook(body, scene.webhookSecret, "body_hex");
  const headers = { "content-type": "application/json", "http-hrflow-signature": signature };
  const costs: Cost[] = [];
  for (let index = 0; index < 10 * (WARM_UPS + REPETITIONS); index += 1) {
    const event = { version: "2.0", headers, pathParameters: { name: "demo" }, body, isBase64Encoded: false };
    costs.push(await scene.run(event));
  }
  await scene.stop();
  const warm = costs.slice(10 * WARM_UPS);
  if (warm.some(({ answer }) => (answer as { statusCode: number }).statusCode !== 202))
    throw new Error("not stored");
  const cpuInMs = median(warm.map((cost) => cost.cpuInMs));
  return {
    what: "the receiver, processor for one webhook to three queues",
    measured: `${cpuInMs.toFixed(1)} ms`,
    floor: "—",
    values: warm.map((cost) => cost.cpuInMs),
    unit: "ms",
    goal: { atMost: 15 },
  };
}

async function measurePush(vendor: (typeof VENDORS)[number]): Promise<Figure[]> {
  const functionName = `push-profile-to-${vendor}`;
  const scene = await startCostScene(functionName);
  const push = async (cvSizesInBytes: readonly number[]): Promise<Cost> => {
    const cost = await scene.run(scene.batch(cvSizesInBytes, `demo-${vendor}`));
    const { batchItemFailures } = cost.answer as { batchItemFailures: unknown[] };
    if (batchItemFailures.length > 0)
      throw new Error(`${batchItemFailures.length} pushes to ${vendor} failed`);
    return cost;
  };
  const cpuOf = async (profiles: number): Promise<number[]> => {
    const costs: Cost[] = [];
    for (let index = 0; index < REPETITIONS; index += 1)
      costs.push(await push(manyOf(profiles, USUAL_CV_IN_BYTES)));
    return costs.map(({ cpuInMs }) => cpuInMs / profiles);
  };
  const { batchSize } = limits.push;
  for (let index = 0; index < WARM_UPS; index += 1) await push(manyOf(batchSize, SMALL_CV_IN_BYTES));
  const alone = await cpuOf(1);
  const inBatch = await cpuOf(batchSize);
  await push(manyOf(batchSize, LARGEST_CV_IN_BYTES));
  // Beside the large ones that have their turn, as many as wait for none.
  const mixed = [
    ...manyOf(LARGE_AT_ONCE, LARGEST_CV_IN_BYTES),
    ...manyOf(batchSize - LARGE_AT_ONCE, LARGE_IN_BYTES),
  ];
  const peak = (await push(mixed)).peakInKilobytes / 1024;
  await scene.stop();
  const memory = limits.memoryInMegabytes[functionName as keyof typeof limits.memoryInMegabytes];
  return [
    {
      what: `a push to ${vendor}, processor for a new candidate, in batches of ${batchSize}`,
      measured: `${median(inBatch).toFixed(0)} ms; alone ${median(alone).toFixed(0)} ms`,
      floor: "—",
      values: inBatch,
      unit: "ms",
      goal: { atMost: 50 },
    },
    {
      what: `pushes to ${vendor}, peak memory with ${batchSize} CVs of up to ${LARGEST_CV_IN_BYTES / 1e6} MB in a batch`,
      measured: `${Math.round(peak)} MB`,
      floor: `${memory} MB that it has`,
      values: [peak / memory],
      goal: { atMost: 0.8 },
    },
  ];
}

function manyOf(profiles: number, bytes: number): number[] {
  return Array.from({ length: profiles }, () => bytes);
}
