/** A run that meets the time limit of its function goes on by itself, from a queue of its own. */
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test, vi } from "vitest";
import limits from "../../infra/limits.json" with { type: "json" };
import type { LogLine } from "../../local/aws/lambda.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { readLogEntry } from "../../local/narrator.ts";
import { addPerson, addSampleData } from "../../local/sample-data.ts";
import { startSimulators } from "../../local/simulators.ts";
import { startSystem } from "../../local/system.ts";

const FUNCTION = "update-profiles-in-hrflow-from-flatchr";
const CANDIDATES = 150;
/** 15 minutes become the 5 seconds that every function has at least. */
const SPEED = 200;

async function start(speed: number) {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  onTestFinished(() => simulators.stop());
  const log: LogLine[] = [];
  const { environment } = simulators;
  const onLog = (line: LogLine) => log.push(line);
  const system = await startSystem({ secrets, environment, onLog, speed, holdSchedules: true });
  onTestFinished(() => system.stop());
  addSampleData(simulators, system.workflows);
  return { system, simulators, log };
}

test("the queue shows a message again only when no run can be at work on it any more", async () => {
  for (const [speed, visibility] of [
    [1, `${limits.update.visibilityTimeoutInSeconds}`],
    [1_000_000, "6"],
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
  const { system, simulators, log } = await start(SPEED);
  const update = system.workflows.find(({ workflowId }) => workflowId === "demo-flatchr-update");
  if (!update) expect.fail("the workflow is declared");
  for (let number = 1; number < CANDIDATES; number += 1) {
    const person = { firstname: "Ada", lastname: "Example", email: `ada.${number}@example.com` };
    addPerson(simulators, update, person, true);
  }
  // Ten at once, two calls each: a hundred or so in the time of one invocation.
  simulators.hrflow.latencyInMs = 200;

  const { payload } = await system.lambda.invoke(FUNCTION, { workflow_id: "demo-flatchr-update" });
  expect(JSON.parse(payload)).toMatchObject({ status: "success", cursor: null });
  const ended = () =>
    log.map((line) => readLogEntry(line) ?? {}).filter(({ message }) => message === "run finished");
  await vi.waitFor(() => expect(ended().at(-1)?.is_cut_off).toBe(false), { timeout: 30_000, interval: 100 });

  expect(ended().length).toBeGreaterThan(1);
  expect(new Set(ended().map(({ run_id }) => run_id)).size).toBe(1);
  expect(ended().at(-1)).toMatchObject({ status: "success", events: { write_success: CANDIDATES } });
  expect(ended().at(-1)?.cursor).toMatch(/^\d{4}-\d\d-\d\d$/);
  const writes = simulators.hrflow.calls.filter(({ write, changed }) => write && changed);
  expect(writes).toHaveLength(CANDIDATES);
  await system.whenDelivered(5);
  expect(system.deadLetters()).toEqual([]);
});
