/** A thread that plays schedules, if need be with a defect planted in the code under test. */
import { parentPort, workerData } from "node:worker_threads";
import type { AtsName } from "./ats.ts";
import { plant } from "./defects.ts";
import type { Share } from "./play.ts";

/** Every `step`th seed from `first` to before `end`. */
export interface Work {
  ats: AtsName;
  first: number;
  step: number;
  end: number;
  defect: string | undefined;
}

const { ats, first, step, end, defect } = workerData as Work;
if (defect !== undefined) plant(defect);
const { playPush } = await import("./push-schedule.ts");

const share: Share = { schedules: 0, failures: [], counts: {} as Share["counts"], crashPoints: [] };
const crashPoints = new Set<string>();
for (let seed = first; seed < end && share.failures.length === 0; seed += step) {
  const played = await playPush(ats, seed);
  share.schedules += 1;
  for (const [what, times] of Object.entries(played.counts) as [keyof Share["counts"], number][])
    share.counts[what] = (share.counts[what] ?? 0) + times;
  for (const point of played.crashPoints) crashPoints.add(point);
  if (played.wrong.length > 0) share.failures.push(played);
}
parentPort?.postMessage({ ...share, crashPoints: [...crashPoints] });
