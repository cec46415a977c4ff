/** One update run in a process of its own: what it takes is not mixed with what the simulated vendors take. */
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import flatchr from "../lib/connectors/flatchr/index.ts";
import { createEnvironment, type Environment } from "../lib/environment.ts";
import { saveCursor } from "../lib/update/cursor.ts";
import { readRecords } from "../lib/update/record.ts";
import { runUpdate } from "../lib/update/run.ts";
import { checkWorkflows } from "../lib/workflow/workflow.ts";
import { createTable } from "../test/simulation/table.ts";
import { peakInKilobytes } from "./peak-memory.ts";

/** What the process is to do. */
export interface Work {
  workflow: { workflow_id: string; connector_auth: { secret: string } };
  /** How often to run, from the beginning each time. */
  repetitions: number;
  /** Whether to read the search's answer and the fingerprints alone before each run. */
  isFloorWanted: boolean;
  /**
   * How long each call of the table takes, which is then in the memory of this process; undefined for the local DynamoDB. That
   * does one thing after the other, in the process of the simulated vendors, and would be what is measured.
   */
  tableLatencyInMs: number | undefined;
}

/** What a run took. */
export interface Report {
  runInMs: number;
  floorInMs: number | undefined;
  peakInKilobytes: number;
  status: string;
  events: Record<string, number>;
}

const RECORDS_PER_READ = 100;

const { workflow, repetitions, isFloorWanted, tableLatencyInMs } = JSON.parse(
  process.argv[2] ?? "{}",
) as Work;
const environment: Environment = {
  ...createEnvironment(),
  ...(tableLatencyInMs !== undefined && { dynamodb: tableInMemory(tableLatencyInMs) }),
};
const workflows = checkWorkflows([workflow], [flatchr]);
const checked = workflows.runnable.get(workflow.workflow_id);
if (checked?.direction !== "update") throw new Error("it is an update");

const reports: Report[] = [];
for (let index = 0; index < repetitions; index += 1) {
  // Without a cursor everything is read, every time.
  if (index > 0) await saveCursor(workflow.workflow_id, {}, environment);
  const floorInMs = isFloorWanted ? await readAlone() : undefined;
  const startedAt = performance.now();
  const { answer } = await runUpdate(checked, workflows, undefined, () => 900_000, environment);
  reports.push({
    runInMs: performance.now() - startedAt,
    floorInMs,
    peakInKilobytes: peakInKilobytes(),
    status: answer.status,
    events: { ...answer.events },
  });
}
process.send?.(reports);
process.disconnect?.();

function tableInMemory(latencyInMs: number): Environment["dynamodb"] {
  const table = createTable();
  const send = async (command: object) => {
    await delay(latencyInMs);
    return table.send(command);
  };
  return { send } as never;
}

async function readAlone(): Promise<number> {
  const auth = await environment.secrets.read(workflow.connector_auth.secret, flatchr.auth);
  const begun = performance.now();
  const url = environment.settings.baseUrl("FLATCHR_API_BASE_URL", auth.env_base_url);
  const answered = await fetch(`${url}/company/${auth.company_id}/search/applicants`, {
    method: "POST",
    headers: { authorization: `Bearer ${auth.api_key}`, "content-type": "application/json" },
    body: "{}",
  });
  const rows = v.parse(v.array(v.looseObject({ applicant: v.string() })), await answered.json());
  const ids = rows.map(({ applicant }) => applicant);
  for (let start = 0; start < ids.length; start += RECORDS_PER_READ)
    await readRecords(workflow.workflow_id, ids.slice(start, start + RECORDS_PER_READ), environment);
  return performance.now() - begun;
}
