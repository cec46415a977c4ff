import type { Context } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { measurements } from "../measurements.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

const ACTION = "update_profiles_in_hrflow_from_flatchr";
const OF_WORKFLOW = `acme-update ${ACTION}`;
const A_DAY = 24 * 3600;

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

function functionOf(changes: object = {}) {
  return updateFunction(flatchr, { workflows: [scene.workflow(changes)], functions: {} }, scene.environment);
}

/** One invocation, and what it measured. The time is over after so many looks at the clock. */
async function run(changes: object = {}, looks = Number.POSITIVE_INFINITY) {
  let left = looks;
  const context = { getRemainingTimeInMillis: () => (left-- > 0 ? 600_000 : 0) } as Context;
  await functionOf(changes)({ workflow_id: "acme-update" }, context);
  return takeMeasurements();
}

function takeMeasurements(): Record<string, number> {
  const measured = measurements(scene.environment);
  scene.environment.measured.length = 0;
  return measured;
}

test("a run measures what became of its candidates, and how far it is behind", async () => {
  scene.add("Ada");
  scene.add("Grace");
  scene.add("Unknown", { inHrflow: false });
  expect(await run()).toEqual({
    [`update_read_success ${OF_WORKFLOW}`]: 3,
    [`update_write_success ${OF_WORKFLOW}`]: 2,
    [`update_write_failure ${OF_WORKFLOW}`]: 1,
    [`updates_completed ${OF_WORKFLOW}`]: 1,
    [`update_pending ${OF_WORKFLOW}`]: 0,
    [`update_oldest_pending_age ${OF_WORKFLOW}`]: 0,
    [`update_cursor_age ${OF_WORKFLOW}`]: expect.any(Number),
    "vendor_latency HrFlow": expect.any(Number),
    "vendor_latency Flatchr": expect.any(Number),
  });
});

test("what is pending, and what is not written, grows older from run to run", async () => {
  scene.add("Ada");
  scene.add("Unknown", { inHrflow: false });
  const first = await run();
  scene.environment.pass(3 * A_DAY);
  const second = await run();
  expect(second[`update_pending ${OF_WORKFLOW}`]).toBe(1);
  const pendingAge = second[`update_oldest_pending_age ${OF_WORKFLOW}`] ?? 0;
  expect(pendingAge).toBeGreaterThanOrEqual(3 * A_DAY);
  expect(pendingAge).toBeLessThan(5 * A_DAY);
  const cursorAges = [first, second].map((measured) => measured[`update_cursor_age ${OF_WORKFLOW}`] ?? 0);
  expect((cursorAges[1] ?? 0) - (cursorAges[0] ?? 0)).toBeCloseTo(3 * A_DAY, -2);
});

test("a run that fails is not completed, and still says how old its cursor is", async () => {
  scene.add("Ada");
  await run();
  scene.flatchr.failNext({}, { kind: "status", status: 503 }, Number.POSITIVE_INFINITY);
  const measured = await run();
  expect(measured).toMatchObject({
    [`update_read_failure ${OF_WORKFLOW}`]: 1,
    [`update_pending ${OF_WORKFLOW}`]: 0,
    [`update_cursor_age ${OF_WORKFLOW}`]: expect.any(Number),
  });
  expect(measured).not.toHaveProperty([`updates_completed ${OF_WORKFLOW}`]);
});

test("a run whose credential is refused says so", async () => {
  scene.add("Ada");
  scene.flatchr.failNext({}, { kind: "status", status: 401 }, Number.POSITIVE_INFINITY);
  expect(await run()).toMatchObject({ [`credentials_refused ${OF_WORKFLOW}`]: 1 });
});

test("a run that is cut off counts each candidate once, and is completed at its end", async () => {
  for (let index = 0; index < 25; index += 1) scene.add(`Person${index}`);
  const first = await run({}, 18);
  expect(first).not.toHaveProperty([`updates_completed ${OF_WORKFLOW}`]);
  await queueWorkerOf(ACTION, functionOf() as never, scene.environment).work();
  const second = takeMeasurements();
  expect(second).toMatchObject({ [`updates_completed ${OF_WORKFLOW}`]: 1 });
  const written = `update_write_success ${OF_WORKFLOW}`;
  expect(first[written]).toBeGreaterThan(0);
  expect((first[written] ?? 0) + (second[written] ?? 0)).toBe(25);
});

test("a message that cannot be done is counted with its reason", async () => {
  const worker = queueWorkerOf(ACTION, functionOf() as never, scene.environment);
  await worker.send("not one of ours");
  await worker.work();
  expect(takeMeasurements()).toEqual({
    [`messages_dead_lettered (unknown) ${ACTION} event_parsing_failure`]: 1,
  });
});

test("a dry run measures the calls of vendors, and nothing else", async () => {
  scene.add("Ada");
  expect(await run({ persist: false })).toEqual({ "vendor_latency Flatchr": expect.any(Number) });
});
