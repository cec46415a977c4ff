/** One update run in a process of its own: what it takes is not mixed with what the simulated vendors take. */
import { performance } from "node:perf_hooks";
import * as v from "valibot";
import flatchr from "../lib/connectors/flatchr/index.ts";
import { createEnvironment } from "../lib/environment.ts";
import { runUpdate } from "../lib/update-run.ts";
import { readRecords } from "../lib/update-state.ts";
import { checkWorkflows } from "../lib/workflow.ts";

/** What the process is to do. */
export interface Work {
  workflow: { workflow_id: string; connector_auth: { secret: string } };
  /** How often to read the search's answer and the fingerprints alone. */
  floors: number;
}

/** What it took. */
export interface Report {
  runInMs: number;
  /** The fastest, without the first, which compiles. */
  floorInMs: number | undefined;
  peakInKilobytes: number;
  status: string;
  events: Record<string, number>;
}

const RECORDS_PER_READ = 100;

const { workflow, floors } = JSON.parse(process.argv[2] ?? "{}") as Work;
const environment = createEnvironment();
const workflows = checkWorkflows([workflow]);
const checked = workflows.byId.get(workflow.workflow_id);
if (checked?.direction !== "update") throw new Error("it is an update");

const readings: number[] = [];
for (let index = 0; index < floors; index += 1) readings.push(await readAlone());
const startedAt = performance.now();
const { answer } = await runUpdate(checked, workflows, undefined, () => 900_000, environment);
const report: Report = {
  runInMs: performance.now() - startedAt,
  floorInMs: readings.length > 0 ? Math.min(...readings) : undefined,
  peakInKilobytes: process.resourceUsage().maxRSS,
  status: answer.status,
  events: { ...answer.events },
};
process.send?.(report);
process.disconnect?.();

async function readAlone(): Promise<number> {
  const auth = await environment.secrets.read(workflow.connector_auth.secret, flatchr.auth);
  const begun = performance.now();
  const { url } = environment.settings.baseUrl("FLATCHR_API_BASE_URL");
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
