/** A run that meets the time limit of its function goes on by itself, from a queue of its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import limits from "../../infra/limits.json" with { type: "json" };
import type { LogLine } from "../../local/aws/lambda.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { readLogEntry } from "../../local/narrator.ts";
import { addPerson, addSampleData } from "../../local/sample-data.ts";
import { startSimulators } from "../../local/simulators.ts";
import { startSystem } from "../../local/system.ts";
import { temporaryDirectory } from "./stand-ins.ts";

const FUNCTION = "update-profiles-in-hrflow-from-flatchr";
const CANDIDATES = 150;
/**
 * A workflow that makes the clock of its function leap, at the sixtieth candidate, until 30 seconds are left: too little to
 * begin with another. It goes right again at the eightieth, when those that were at work then, ten at most, have ended.
 */
const LEAPING = `
const now = Date.now;
let calls = 0;
function leap(candidate) {
  calls += 1;
  if (calls === 60) Date.now = () => now() + ${(limits.update.timeoutInSeconds - 30) * 1000};
  if (calls === 80) Date.now = now;
  return candidate;
}
export default [
  {
    workflow_id: "acme-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "flatchr/demo" },
    pull_parameters: { vacancy: "acme-technician" },
    push_parameters: { source_key: "acme-flatchr" },
    incremental: true,
    logics: [leap],
  },
];
`;

async function start(speed: number, workflowsFile?: string) {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  onTestFinished(() => simulators.stop());
  const log: LogLine[] = [];
  const { environment } = simulators;
  const onLog = (line: LogLine) => log.push(line);
  const system = await startSystem({
    secrets,
    environment,
    onLog,
    speed,
    holdSchedules: true,
    ...(workflowsFile === undefined ? {} : { workflowsFile }),
  });
  onTestFinished(() => system.stop());
  addSampleData(simulators, system.workflows);
  return { system, simulators, log };
}

test("the queue shows a message again only when no run can be at work on it any more", async () => {
  for (const [speed, visibility] of [
    [1, `${limits.update.visibilityTimeoutInSeconds}`],
    [1_000_000, "21"],
  ] as const) {
    const { system } = await start(speed);
    const queue = system.queues.get(FUNCTION);
    expect(queue?.name).toBe(`${FUNCTION}.fifo`);
    expect(queue?.deadLetters.name).toBe(`${FUNCTION}-dead-letters.fifo`);
    const { Attributes } = await system.sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queue?.url, AttributeNames: ["VisibilityTimeout"] }),
    );
    expect(Attributes?.VisibilityTimeout).toBe(visibility);
  }
});

test("a run that is cut off goes on at once, and sees every candidate once", async () => {
  const workflowsFile = join(temporaryDirectory(), "workflows.mjs");
  writeFileSync(workflowsFile, LEAPING);
  const { system, simulators, log } = await start(1, workflowsFile);
  const [update] = system.workflows;
  if (!update) expect.fail("the workflow is declared");
  for (let number = 1; number < CANDIDATES; number += 1) {
    const person = { firstname: "Ada", lastname: "Example", email: `ada.${number}@example.com` };
    addPerson(simulators, update, person, true);
  }

  const { payload } = await system.lambda.invoke(FUNCTION, { workflow_id: "acme-update" });
  expect(JSON.parse(payload)).toMatchObject({ status: "success", cursor: null });
  const ended = () =>
    log.map((line) => readLogEntry(line) ?? {}).filter(({ message }) => message === "run finished");
  await expect.poll(() => ended().at(-1)?.is_cut_off).toBe(false);

  expect(ended().length).toBeGreaterThan(1);
  expect(new Set(ended().map(({ run_id }) => run_id)).size).toBe(1);
  expect(ended().at(-1)).toMatchObject({ status: "success", events: { write_success: CANDIDATES } });
  expect(ended().at(-1)?.cursor).toMatch(/^\d{4}-\d\d-\d\d$/);
  const writes = simulators.hrflow.calls.filter(({ write, changed }) => write && changed);
  expect(writes).toHaveLength(CANDIDATES);
  await system.whenDelivered(30);
  expect(system.deadLetters()).toEqual([]);
});
