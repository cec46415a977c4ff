/** Plays histories in a thread of its own, or from the command line: `node test/update-model-worker.ts <first seed> <how many>`. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { DEFAULT_FLATCHR_KEY } from "../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY } from "../local/vendors/hrflow.ts";
import { startTestEnvironment } from "./environment.ts";
import { createTable } from "./update-model-table.ts";
import { playHistory } from "./update-model.ts";

const { first, count } = isMainThread
  ? { first: Number(process.argv[2] ?? 1), count: Number(process.argv[3] ?? 1) }
  : (workerData as { first: number; count: number });
const aws = await startTestEnvironment({
  "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
  "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: "G6KzqPnNLyp31m0l" },
});
const t=performance.now();
let n=0, bad=0;
const total: Record<string, number> = {};
for (let seed = first; seed < first + count; seed += 1) {
  const history = await playHistory(seed, aws, process.env.REAL ? (aws.dynamodb as never) : createTable());
  n++;
  for (const [k, c] of Object.entries(history.counts)) total[k]=(total[k]??0)+c;
  if (history.wrong.length || count===1) { bad++; console.log("seed", seed, history.wrong, "\n"+history.trace.join("\n")); if (bad>=3) break; }
}
console.log(n, performance.now()-t, total);
await aws.stop();
process.exit(0);
