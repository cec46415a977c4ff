import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMetrics } from "../../lib/observability/metrics.ts";
import type { TestEnvironment } from "../environment.ts";
import { measurements } from "../measurements.ts";
import { event, receiver, startReceiverEnvironment, webhookRequest, workflow } from "../receive/receiver.ts";

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

  test("holds all of one push: of the workflow, of its reason and of one vendor", () => {
    const { lines, metrics } = recorded();
    metrics.add("vendor_latency", 12, { vendor: "HrFlow" });
    metrics.add("pushes_failed", 1, about);
    metrics.add("messages_dead_lettered", 1, { ...about, reason: "format_failure" });
    metrics.flush();
    const [line, ...others] = lines.map((text) => JSON.parse(text));
    expect(others).toEqual([]);
    expect(line).toMatchObject({ vendor: "HrFlow", vendor_latency: 12, ...about, reason: "format_failure" });
    expect(measurements({ measured: lines })).toEqual({
      "vendor_latency HrFlow": 12,
      "pushes_failed acme push_profile_to_teamtailor": 1,
      "messages_dead_lettered acme push_profile_to_teamtailor format_failure": 1,
    });
  });

  test("is another one where a dimension or a metric would have two values", () => {
    const { lines, metrics } = recorded();
    const measured: Record<string, number> = {};
    for (const [index, workflow_id] of ["acme", "second", "third"].entries()) {
      const of = { ...about, workflow_id };
      metrics.add("pushes_created", index + 1, of);
      metrics.add("messages_dead_lettered", index + 5, { ...of, reason: "write_failure" });
      metrics.add("messages_dead_lettered", index + 9, { ...of, reason: "read_failure" });
      metrics.add("vendor_latency", index + 13, { vendor: workflow_id });
      const name = `${workflow_id} ${of.action}`;
      measured[`pushes_created ${name}`] = index + 1;
      measured[`messages_dead_lettered ${name} write_failure`] = index + 5;
      measured[`messages_dead_lettered ${name} read_failure`] = index + 9;
      measured[`vendor_latency ${workflow_id}`] = index + 13;
    }
    metrics.flush();
    expect(measurements({ measured: lines })).toEqual(measured);
    expect(lines).toHaveLength(6);
  });

  test("is written once, and none when nothing was measured", () => {
    const { lines, metrics } = recorded();
    metrics.flush();
    metrics.add("vendor_latency", 12, { vendor: "HrFlow" });
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  test("is in the namespace that the function was given", () => {
    const lines: string[] = [];
    const metrics = createMetrics(
      () => 0,
      (line) => lines.push(line),
      "HrFlowRelay/acme",
    );
    metrics.add("vendor_latency", 12, { vendor: "HrFlow" });
    metrics.flush();
    expect(JSON.parse(lines[0] ?? "")._aws.CloudWatchMetrics[0].Namespace).toBe("HrFlowRelay/acme");
  });

  test("of a function is in the namespace that its settings name", async () => {
    const script = `
      import { createReceiverEnvironment } from "./lib/environment.ts";
      const { metrics } = createReceiverEnvironment();
      metrics.add("vendor_latency", 12, { vendor: "HrFlow" });
      metrics.flush();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { METRICS_NAMESPACE: "HrFlowRelay/acme", AWS_REGION: "eu-west-1" },
    });
    expect(JSON.parse(stdout)._aws.CloudWatchMetrics[0].Namespace).toBe("HrFlowRelay/acme");
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
