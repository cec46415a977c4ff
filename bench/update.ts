/** Update runs: what is unchanged costs nothing, a first run keeps the vendors busy, and memory does not grow. */
import { CALLS_AT_ONCE } from "../lib/update/run.ts";
import { type Figure, median, toTable } from "./figure.ts";
import { startUpdateScene } from "./update-scene.ts";

const LATENCY_IN_MS = 50;
/** What DynamoDB takes for a call, about. */
const TABLE_LATENCY_IN_MS = 5;
const UNCHANGED_RUNS = 5;

if (import.meta.main) {
  console.log(toTable(await benchUpdate()));
  process.exit(0);
}

/** Measures all; about two minutes. */
export async function benchUpdate(): Promise<Figure[]> {
  return [...(await measureUnchanged()), await measureFirstRun(), await measureMemory()];
}

/** 10,000 candidates that are known already: first none has changed, then one in a hundred. */
async function measureUnchanged(): Promise<Figure[]> {
  const candidates = 10_000;
  const changed = candidates / 100;
  const scene = await startUpdateScene(candidates);
  scene.putProfiles();
  await scene.fillTable();

  const first = await scene.run({ repetitions: UNCHANGED_RUNS, isFloorWanted: true });
  const ratios = first.map(({ runInMs, floorInMs = Number.NaN }) => runInMs / floorInMs);
  const runInMs = median(first.map((one) => one.runInMs));
  const floorInMs = median(first.map((one) => one.floorInMs ?? Number.NaN));
  const status = first[0]?.status;
  const writesFor = (calls: readonly { write: boolean; changed: boolean }[]) =>
    calls.filter(({ write, changed: isChanged }) => write && isChanged).length;
  const writesForNothing = writesFor(scene.hrflow.calls);

  for (const { id } of scene.flatchr.candidates().slice(0, changed))
    scene.flatchr.editCandidate(id, { phone: "+33 6 39 98 99 99" });
  const before = { flatchr: scene.flatchr.calls.length, hrflow: scene.hrflow.calls.length };
  const [second = neverRun()] = await scene.run();
  const calls = scene.flatchr.calls.length - before.flatchr;
  const writes = writesFor(scene.hrflow.calls.slice(before.hrflow));
  await scene.stop();
  return [
    {
      what: `update, unchanged run over ${candidates} candidates (${status})`,
      measured: `${Math.round(runInMs)} ms`,
      floor: `${Math.round(floorInMs)} ms to read the list and the fingerprints`,
      values: ratios,
      goal: { atMost: 1.5 },
    },
    {
      what: "update, writes of these runs",
      measured: `${writesForNothing}`,
      floor: "0",
      values: [writesForNothing],
      goal: { exactly: 0 },
    },
    {
      what: `update, ${changed} of ${candidates} changed (${second.status}): writes`,
      measured: `${writes}`,
      floor: `${changed} changed`,
      values: [writes / changed],
      goal: { exactly: 1 },
    },
    {
      what: "update, Flatchr calls of that run beyond those for the changed",
      measured: `${calls}`,
      floor: "3",
      values: [calls / 3],
      goal: { atMost: 1 },
    },
  ];
}

/** Every candidate is asked for, read and written: three calls that wait for each other. */
async function measureFirstRun(): Promise<Figure> {
  const candidates = 2000;
  const scene = await startUpdateScene(candidates);
  scene.putProfiles();
  scene.flatchr.latencyInMs = LATENCY_IN_MS;
  scene.hrflow.latencyInMs = LATENCY_IN_MS;
  const [{ runInMs, status } = neverRun()] = await scene.run({ tableLatencyInMs: TABLE_LATENCY_IN_MS });
  const ideal = (scene.calls() * LATENCY_IN_MS) / CALLS_AT_ONCE;
  await scene.stop();
  return {
    what: `update, first run over ${candidates} candidates without CVs at ${LATENCY_IN_MS} ms, the table at ${TABLE_LATENCY_IN_MS} ms (${status})`,
    measured: `${(runInMs / 1000).toFixed(1)} s`,
    floor: `${(ideal / 1000).toFixed(1)} s for the calls, ${CALLS_AT_ONCE} at once`,
    values: [runInMs / ideal],
    goal: { atMost: 1.15 },
  };
}

async function measureMemory(): Promise<Figure> {
  const few = 5000;
  const many = 50_000;
  const peaks: number[] = [];
  for (const candidates of [few, many]) {
    const scene = await startUpdateScene(candidates);
    await scene.fillTable();
    const [{ peakInKilobytes, events } = neverRun()] = await scene.run();
    if (events.write_unchanged !== candidates) throw new Error("the run has not seen every candidate");
    peaks.push(peakInKilobytes / 1024);
    await scene.stop();
  }
  const [peakOfFew = Number.NaN, peakOfMany = Number.NaN] = peaks;
  return {
    what: `update, peak memory of an unchanged run over ${many} candidates`,
    measured: `${Math.round(peakOfMany)} MB`,
    floor: `${Math.round(peakOfFew)} MB over ${few}`,
    values: [peakOfMany / peakOfFew],
    goal: { atMost: 1.3 },
  };
}

function neverRun(): never {
  throw new Error("no run has come to its end");
}
