import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMetrics } from "../lib/metrics.ts";
import { enqueue } from "../lib/queue.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../local/vendors/hrflow.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../local/vendors/teamtailor.ts";
import { startTestEnvironment, type TestEnvironment } from "./environment.ts";
import { measurements } from "./measurements.ts";
import { type QueueWorker, queueWorker } from "./queue-worker.ts";
import { event, receiver, startReceiverEnvironment, webhookRequest, workflow } from "./receiver.ts";

describe("a line", () => {
  const about = { workflow_id: "acme", action: "push_profile_to_teamtailor" };
  function recorded() {
    const lines: string[] = [];
    return {
      lines,
      metrics: createMetrics(
        () => 1767225600000,
        (line) => lines.push(line),
      ),
    };
  }

  test("is what CloudWatch reads", () => {
    const { lines, metrics } = recorded();
    metrics.add("pushes_created", 1, about);
    metrics.add("push_lag", 1.5, about);
    metrics.add("push_lag", 2.5, about);
    metrics.flush();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 1767225600000,
          CloudWatchMetrics: [
            {
              Namespace: "HrFlowRelay",
              Dimensions: [["workflow_id", "action"]],
              Metrics: [
                { Name: "pushes_created", Unit: "Count" },
                { Name: "push_lag", Unit: "Seconds" },
              ],
            },
          ],
        },
        ...about,
        pushes_created: 1,
        push_lag: [1.5, 2.5],
      },
    ]);
  });

  test("is written once, and none when nothing was measured", () => {
    const { lines, metrics } = recorded();
    metrics.flush();
    metrics.add("vendor_latency", 12, { vendor: "HrFlow" });
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  test("has no other dimensions than those of the metric, whatever it is about", () => {
    const { lines, metrics } = recorded();
    const run = { ...about, run_id: "run-1", profile_key: "5d2a14c7" };
    metrics.add("pushes_created", 1, run);
    metrics.flush();
    expect(lines.join()).not.toMatch(/run-1|5d2a14c7/);
  });

  test("has at most a hundred values of a metric, and no number that is none", () => {
    const { lines, metrics } = recorded();
    for (let call = 0; call < 250; call += 1) metrics.add("vendor_latency", call, { vendor: "HrFlow" });
    metrics.add("vendor_latency", Number.NaN, { vendor: "HrFlow" });
    metrics.flush();
    expect(lines.map((line) => JSON.parse(line).vendor_latency.length)).toEqual([100, 100, 50]);
  });
});

describe("the receiver measures", () => {
  let environment: TestEnvironment;
  beforeAll(async () => {
    environment = await startReceiverEnvironment();
  });
  beforeEach(() => {
    environment.measured.length = 0;
  });
  afterAll(() => environment.stop());

  test("a webhook, and the messages that it led to", async () => {
    await receiver([workflow(), workflow({ workflow_id: "second" })], environment)(webhookRequest(event()));
    expect(measurements(environment)).toEqual({
      "webhooks_received acme": 1,
      "messages_stored acme": 2,
    });
    expect(environment.measured).toHaveLength(1);
  });

  test("a webhook that it refused, by status", async () => {
    const receive = receiver([workflow()], environment);
    await receive(webhookRequest(event(), { secret: "forged" }));
    await receive(webhookRequest("no JSON"));
    await receive(webhookRequest(event(), { name: "ada@example.com" }));
    expect(measurements(environment)).toEqual({
      "webhooks_refused acme 401": 1,
      "webhooks_refused acme 400": 1,
      "webhooks_refused (unknown) 404": 1,
    });
  });
});

describe("a push measures", () => {
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

  test("its outcome, how long its message waited, and its calls", async () => {
    const records = push(newProfile());
    await records;
    expect(measurements(environment)).toEqual({
      [`pushes_created ${OF_WORKFLOW}`]: 1,
      [`push_lag ${OF_WORKFLOW}`]: expect.closeTo(0, -1),
      "vendor_latency HrFlow": expect.any(Number),
      "vendor_latency Teamtailor": expect.any(Number),
    });
  });

  test("each outcome by its name", async () => {
    const key = newProfile();
    await push(key);
    await push(key);
    hrflow.putProfile({ key, source_key: sourceKey, info: { first_name: "Grace" } });
    await push(key);
    await push(key, { logics: [() => null] });
    expect(measurements(environment)).toMatchObject({
      [`pushes_created ${OF_WORKFLOW}`]: 1,
      [`pushes_unchanged ${OF_WORKFLOW}`]: 1,
      [`pushes_updated ${OF_WORKFLOW}`]: 1,
      [`pushes_discarded ${OF_WORKFLOW}`]: 1,
    });
  });

  test("a failure that can pass", async () => {
    teamtailor.failNext({}, { kind: "status", status: 503 });
    const queue = await push(newProfile());
    const measured = measurements(environment);
    expect(measured).toMatchObject({
      [`pushes_failed ${OF_WORKFLOW}`]: 1,
      [`messages_retried ${OF_WORKFLOW}`]: 1,
    });
    expect(measured).not.toHaveProperty([`push_lag ${OF_WORKFLOW}`]);
    expect(queue.size()).toBe(1);
  });

  test("a message that is given up, by reason", async () => {
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

  test("a 429, and that it was waited for", async () => {
    teamtailor.failNext({}, { kind: "status", status: 429, headers: { "retry-after": "1" } });
    await push(newProfile());
    expect(measurements(environment)).toMatchObject({
      "vendor_rate_limited Teamtailor": 1,
      [`pushes_created ${OF_WORKFLOW}`]: 1,
    });
  });

  test("no outcome of a dry run", async () => {
    await push(newProfile(), { persist: false });
    const names = Object.keys(measurements(environment));
    expect(names.filter((name) => name.startsWith("pushes_"))).toEqual([]);
  });

  test("nothing personal, and no key", async () => {
    const key = newProfile();
    await push(key);
    const text = environment.measured.join();
    for (const personal of [key, sourceKey, "@example", "Ada"]) expect(text).not.toContain(personal);
  });
});
