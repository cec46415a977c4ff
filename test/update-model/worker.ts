/** Plays histories in a thread of its own, so that a thousand of them take as many cores as there are. */
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { DEFAULT_COMPANY_ID } from "../../local/vendors/flatchr-organisation.ts";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import { plant } from "../simulation/defects.ts";
import { endAt, type Seeds, seedsOf } from "../simulation/seeds.ts";
import { createTable } from "../simulation/table.ts";
import { UPDATE_DEFECTS } from "./defects.ts";
import type { History } from "./model.ts";
import type { Table } from "./world.ts";

/** Which histories a thread plays, and on which table. */
export interface Work {
  seeds: Seeds;
  table: "real" | "in memory";
  /** The name of a planted one. */
  defect: string | undefined;
}

enableCompileCache();
Error.stackTraceLimit = 0; // Thousands of faults are thrown, and no stack is looked at.
const { seeds, table, defect } = workerData as Work;
if (defect !== undefined) plant(defect, UPDATE_DEFECTS);
const { playHistory } = await import("./model.ts");
const { startTestEnvironment } = await import("../environment.ts");
const start = () =>
  startTestEnvironment({
    "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
    "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: DEFAULT_COMPANY_ID },
  });
const shared = await start();
const histories: History[] = [];
for (const seed of seedsOf(seeds)) {
  const history = await (table === "real" ? playOnReal(seed) : playHistory(seed, shared, inMemory()));
  histories.push(history);
  if (history.wrong.length > 0) endAt(seeds, seed);
}
await shared.stop();
parentPort?.postMessage(histories);

function inMemory(): Table {
  const { answer } = createTable();
  return { send: async (command) => answer(command) };
}

/** On a table of its own: what one history leaves behind, such as a rate limit's time line, lies in another's future. */
async function playOnReal(seed: number): Promise<History> {
  const aws = await start();
  try {
    return await playHistory(seed, aws, { send: (command) => aws.dynamodb.send(command as never) });
  } finally {
    await aws.stop();
  }
}
