/**
 * A thousand random histories of an update workflow. One that goes wrong prints its seed and what happened; with
 * `UPDATE_MODEL_SEED=<seed>` it is played again alone.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import type { Happening, History } from "./model.ts";
import type { Work } from "./worker.ts";

const HISTORIES = 1000;
const TIME_LIMIT = 600_000;
const only = process.env.UPDATE_MODEL_SEED;

async function play(seeds: readonly number[], table: Work["table"] = "in memory"): Promise<History[]> {
  const threads = Math.min(availableParallelism(), 4, seeds.length);
  const shares = Array.from({ length: threads }, (_, thread) =>
    seeds.filter((_seed, index) => index % threads === thread),
  );
  const played = await Promise.all(shares.map((share) => playInThread({ seeds: share, table })));
  return played.flat().sort((one, other) => one.seed - other.seed);
}

function playInThread(workerData: Work): Promise<History[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread ended before it was done")));
  });
}

function told({ seed, wrong, trace }: History): string {
  return [`UPDATE_MODEL_SEED=${seed}`, ...wrong, ...trace].join("\n");
}

test(
  "whatever happens, HrFlow ends as Flatchr is, nothing foreign is lost, and the cursor never skips",
  async () => {
    const seeds =
      only === undefined ? Array.from({ length: HISTORIES }, (_, index) => index + 1) : [Number(only)];
    const histories = await play(seeds);
    expect(histories.filter(({ wrong }) => wrong.length > 0).map(told)).toEqual([]);
    if (only !== undefined) {
      console.log(histories.map(told).join("\n"));
      return;
    }
    expect(histories).toHaveLength(HISTORIES);
    // What the histories are about has happened in them.
    const times = (what: Happening) => histories.reduce((sum, { counts }) => sum + counts[what], 0);
    const atLeast = {
      run: 4000,
      killed: 300,
      "failing vendor": 300,
      "failing table": 100,
      "cut off": 40,
      continued: 20,
      refused: 200,
    };
    for (const [what, least] of Object.entries(atLeast))
      expect(times(what as Happening), what).toBeGreaterThan(least);
  },
  TIME_LIMIT,
);

test(
  "a history is the same on a real table as on the one in memory, and the same every time",
  async () => {
    const seeds = Array.from({ length: 16 }, (_, index) => 5001 + index);
    const [onReal, inMemory] = [await play(seeds, "real"), await play(seeds)];
    expect(onReal).toEqual(inMemory);
  },
  TIME_LIMIT,
);
