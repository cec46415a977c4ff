import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { measurements } from "../measurements.ts";
import { type QueueWorker, queueWorker } from "./queue-worker.ts";
import { type PushScene, startPushScene, WORKFLOW } from "./scene.ts";

const OF_WORKFLOW = `${WORKFLOW.workflow_id} ${WORKFLOW.action}`;

let scene: PushScene;
beforeAll(async () => {
  scene = await startPushScene();
});
beforeEach(() => {
  scene.environment.measured.length = 0;
  scene.teamtailor.recover();
});
afterAll(() => scene.stop());

async function push(profile_key: string, changes: object = {}): Promise<QueueWorker> {
  await scene.store(profile_key);
  const queue = queueWorker([{ ...WORKFLOW, ...changes }], scene.environment);
  await queue.work();
  return queue;
}

test("a push measures its outcome, how long its message waited, and its calls", async () => {
  await push(scene.addProfile().key);
  expect(measurements(scene.environment)).toEqual({
    [`pushes_created ${OF_WORKFLOW}`]: 1,
    [`push_lag ${OF_WORKFLOW}`]: expect.closeTo(0, -1),
    "vendor_latency HrFlow": expect.any(Number),
    "vendor_latency Teamtailor": expect.any(Number),
  });
});

test("a push measures each outcome by its name", async () => {
  const key = scene.addProfile().key;
  await push(key);
  await push(key);
  scene.hrflow.editProfile(key, { info: { first_name: "Grace" } });
  await push(key);
  await push(key, { logics: [() => null] });
  expect(measurements(scene.environment)).toMatchObject({
    [`pushes_created ${OF_WORKFLOW}`]: 1,
    [`pushes_unchanged ${OF_WORKFLOW}`]: 1,
    [`pushes_updated ${OF_WORKFLOW}`]: 1,
    [`pushes_discarded ${OF_WORKFLOW}`]: 1,
  });
});

test("a push measures a failure that can pass", async () => {
  scene.teamtailor.failNext({}, { kind: "status", status: 503 });
  const queue = await push(scene.addProfile().key);
  const measured = measurements(scene.environment);
  expect(measured).toMatchObject({
    [`pushes_failed ${OF_WORKFLOW}`]: 1,
    [`messages_retried ${OF_WORKFLOW}`]: 1,
    [`message_age ${OF_WORKFLOW}`]: expect.closeTo(0, -1),
  });
  expect(measured).not.toHaveProperty([`credentials_refused ${OF_WORKFLOW}`]);
  expect(measured).not.toHaveProperty([`push_lag ${OF_WORKFLOW}`]);
  expect(queue.size()).toBe(1);
});

test("a push measures a credential that is refused, once for each attempt", async () => {
  scene.teamtailor.failNext({}, { kind: "status", status: 401 }, Number.POSITIVE_INFINITY);
  await push(scene.addProfile().key);
  expect(measurements(scene.environment)).toMatchObject({
    [`credentials_refused ${OF_WORKFLOW}`]: 1,
    [`messages_retried ${OF_WORKFLOW}`]: 1,
  });
  await push(scene.addProfile().key, { persist: false });
  expect(measurements(scene.environment)).toMatchObject({ [`credentials_refused ${OF_WORKFLOW}`]: 1 });
});

test("a push measures a message that is given up, by reason", async () => {
  await push(scene.addProfile({ email: null }).key);
  await queueWorker([WORKFLOW], scene.environment)
    .send("not one of ours")
    .then(() => queueWorker([WORKFLOW], scene.environment).work());
  expect(measurements(scene.environment)).toMatchObject({
    [`pushes_failed ${OF_WORKFLOW}`]: 1,
    [`messages_dead_lettered ${OF_WORKFLOW} format_failure`]: 1,
    [`messages_dead_lettered (unknown) ${WORKFLOW.action} event_parsing_failure`]: 1,
  });
});

test("a push measures a 429, and that it was waited for", async () => {
  scene.teamtailor.failNext({}, { kind: "status", status: 429, headers: { "retry-after": "1" } });
  await push(scene.addProfile().key);
  expect(measurements(scene.environment)).toMatchObject({
    "vendor_rate_limited Teamtailor": 1,
    [`pushes_created ${OF_WORKFLOW}`]: 1,
  });
});

test("a push measures no outcome of a dry run", async () => {
  await push(scene.addProfile().key, { persist: false });
  const names = Object.keys(measurements(scene.environment));
  expect(names.filter((name) => name.startsWith("pushes_"))).toEqual([]);
});

test("a push measures nothing personal, and no key", async () => {
  const key = scene.addProfile().key;
  await push(key);
  const text = scene.environment.measured.join();
  for (const personal of [key, scene.sourceKey, "@example", "Ada"]) expect(text).not.toContain(personal);
});
