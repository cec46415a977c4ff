/** Plays histories in as many threads as there are cores. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { shareSeeds } from "../simulation/seeds.ts";
import type { History } from "./model.ts";
import type { Work } from "./worker.ts";

/**
 * @param seeds so many, from the first on
 * @param table each history on a real one of its own, or in memory
 * @param defect the name of a planted one, see defects.ts
 */
export async function play(
  seeds: { first: number; count: number },
  table: Work["table"] = "in memory",
  defect?: string,
): Promise<History[]> {
  const threads = Math.min(availableParallelism(), 4, seeds.count);
  const shared = shareSeeds(seeds.first, seeds.count);
  const played = await Promise.all(
    Array.from({ length: threads }, () => playInThread({ seeds: shared, table, defect })),
  );
  return played.flat().sort((one, other) => one.seed - other.seed);
}

function playInThread(workerData: Work): Promise<History[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 128 }, // Everything here is short-lived.
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread ended before it was done")));
  });
}

/** A history that went wrong, and how to play it again. */
export function told({ seed, wrong, trace }: History): string {
  const command = `UPDATE_MODEL_SEED=${seed} npm exec vitest run test/update-model/model.test.ts`;
  return [...wrong.map((what) => `✗ ${what}`), `Play it again: ${command}`, ...trace].join("\n");
}
