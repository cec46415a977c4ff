/** A thread that plays schedules, if need be with a defect planted in the code under test. */
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { AtsName } from "./ats.ts";
import { plant } from "./defects.ts";
import type { Share } from "./play.ts";
import { endAt, type Seeds, seedsOf } from "./seeds.ts";

export interface Work {
  ats: AtsName;
  seeds: Seeds;
}

enableCompileCache(); // Each of some forty threads would compile the SDK anew.
Error.stackTraceLimit = 0; // Thousands of faults are thrown, and no stack is looked at. replay.ts has them.
/** The name of a planted one, see defects.ts. */
const defect = workerData as string | undefined;
if (defect !== undefined) plant(defect);
const { playPush } = await import("./push-schedule.ts");

parentPort?.on("message", async (work: Work) => parentPort?.postMessage(await playShare(work)));

async function playShare({ ats, seeds }: Work): Promise<Share> {
  const share: Share = { schedules: 0, failures: [], counts: {} as Share["counts"], crashPoints: [] };
  const crashPoints = new Set<string>();
  for (const seed of seedsOf(seeds)) {
    const played = await playPush(ats, seed);
    share.schedules += 1;
    for (const [what, times] of Object.entries(played.counts) as [keyof Share["counts"], number][])
      share.counts[what] = (share.counts[what] ?? 0) + times;
    for (const point of played.crashPoints) crashPoints.add(point);
    if (played.wrong.length === 0) continue;
    share.failures.push(played);
    endAt(seeds, seed);
  }
  return { ...share, crashPoints: [...crashPoints] };
}
