import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { enqueue } from "../../lib/queue.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { measurements } from "../measurements.ts";
import { type QueueWorker, queueWorker } from "./queue-worker.ts";

const WORKFLOW = {
  workflow_id: "acme-teamtailor",
  action: "push_profile_to_teamtailor",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
};
const OF_WORKFLOW = `${WORKFLOW.workflow_id} ${WORKFLOW.action}`;
let hrflow: SimulatedHrflow;
let teamtailor: SimulatedTeamtailor;
let environment: TestEnvironment;
let sourceKey: string;

beforeAll(async () => {
  hrflow = await startHrflow();
  teamtailor = await startTeamtailor({ rateLimit: false });
  sourceKey = hrflow.addSource({}).key;
  environment = await startTestEnvironment(
    { "hrflow/acme": { ...DEFAULT_HRFLOW_KEY }, "teamtailor/acme": { auth: DEFAULT_TEAMTAILOR_KEY.token } },
    { HRFLOW_BASE_URL: hrflow.url, TEAMTAILOR_BASE_URL: teamtailor.url },
  );
});
beforeEach(() => {
  environment.measured.length = 0;
  teamtailor.recover();
});
afterAll(async () => {
  await environment.stop();
  await Promise.all([hrflow.stop(), teamtailor.stop()]);
});

let people = 0;
function newProfile(info: object = {}): string {
  people += 1;
  const email = `person-${people}@example.com`;
  return hrflow.putProfile({ source_key: sourceKey, info: { first_name: "Ada", email, ...info } }).key;
}
async function push(profile_key: string, changes: object = {}): Promise<QueueWorker> {
  const message = { workflow_id: WORKFLOW.workflow_id, source_key: sourceKey, profile_key };
  await enqueue(WORKFLOW.action, [message], environment);
  const queue = queueWorker([{ ...WORKFLOW, ...changes }], environment);
  await queue.work();
  return queue;
}

test("a push measures its outcome, how long its message waited, and its calls", async () => {
  await push(newProfile());
  expect(measurements(environment)).toEqual({
    [`pushes_created ${OF_WORKFLOW}`]: 1,
    [`push_lag ${OF_WORKFLOW}`]: expect.closeTo(0, -1),
    "vendor_latency HrFlow": expect.any(Number),
    "vendor_latency Teamtailor": expect.any(Number),
  });
});

test("a push measures each outcome by its name", async () => {
  const key = newProfile();
  await push(key);
  await push(key);
  hrflow.editProfile(key, { info: { first_name: "Grace" } });
  await push(key);
  await push(key, { logics: [() => null] });
  expect(measurements(environment)).toMatchObject({
    [`pushes_created ${OF_WORKFLOW}`]: 1,
    [`pushes_unchanged ${OF_WORKFLOW}`]: 1,
    [`pushes_updated ${OF_WORKFLOW}`]: 1,
    [`pushes_discarded ${OF_WORKFLOW}`]: 1,
  });
});

test("a push measures a failure that can pass", async () => {
  teamtailor.failNext({}, { kind: "status", status: 503 });
  const queue = await push(newProfile());
  const measured = measurements(environment);
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
  teamtailor.failNext({}, { kind: "status", status: 401 }, Number.POSITIVE_INFINITY);
  await push(newProfile());
  expect(measurements(environment)).toMatchObject({
    [`credentials_refused ${OF_WORKFLOW}`]: 1,
    [`messages_retried ${OF_WORKFLOW}`]: 1,
  });
  await push(newProfile(), { persist: false });
  expect(measurements(environment)).toMatchObject({ [`credentials_refused ${OF_WORKFLOW}`]: 1 });
});

test("a push measures a message that is given up, by reason", async () => {
  await push(newProfile({ email: null }));
  await queueWorker([WORKFLOW], environment)
    .send("not one of ours")
    .then(() => queueWorker([WORKFLOW], environment).work());
  expect(measurements(environment)).toMatchObject({
    [`pushes_failed ${OF_WORKFLOW}`]: 1,
    [`messages_dead_lettered ${OF_WORKFLOW} format_failure`]: 1,
    [`messages_dead_lettered (unknown) ${WORKFLOW.action} event_parsing_failure`]: 1,
  });
});

test("a push measures a 429, and that it was waited for", async () => {
  teamtailor.failNext({}, { kind: "status", status: 429, headers: { "retry-after": "1" } });
  await push(newProfile());
  expect(measurements(environment)).toMatchObject({
    "vendor_rate_limited Teamtailor": 1,
    [`pushes_created ${OF_WORKFLOW}`]: 1,
  });
});

test("a push measures no outcome of a dry run", async () => {
  await push(newProfile(), { persist: false });
  const names = Object.keys(measurements(environment));
  expect(names.filter((name) => name.startsWith("pushes_"))).toEqual([]);
});

test("a push measures nothing personal, and no key", async () => {
  const key = newProfile();
  await push(key);
  const text = environment.measured.join();
  for (const personal of [key, sourceKey, "@example", "Ada"]) expect(text).not.toContain(personal);
});
