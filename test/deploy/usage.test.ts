/** What one event uses of AWS: docs/scale.json has it, and docs/scale.md makes prices of it. */
import { readFileSync } from "node:fs";
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import limits from "../../infra/limits.json" with { type: "json" };
import type { Connector } from "../../lib/connector.ts";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import smartrecruiters from "../../lib/connectors/smartrecruiters/index.ts";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import type { HrflowProfile } from "../../local/vendors/hrflow-profile.ts";
import type { Bench } from "../conformance/conformance.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { NEXT_PHONE, openScene, type Scene } from "../conformance/scene.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";
import { event, startReceiverEnvironment, webhookRequest, workflow } from "../receive/receiver.ts";
import { startUpdateScene, type UpdateScene } from "../update/scene.ts";
import { type CountingEnvironment, contextOf, countUsage, type Usage } from "./counting.ts";

interface Counted extends Usage {
  /** Calls of the APIs of HrFlow and the ATS. Fetching a CV comes on top. */
  vendor_calls?: number;
  /** Of a full batch, for each of its events: they share the lines with the metrics. */
  log_bytes_in_batches?: number;
}
const { counted } = JSON.parse(readFileSync(new URL("../../docs/scale.json", import.meta.url), "utf8")) as {
  counted: Record<string, Counted>;
};
/** Lines of the log are as long as names are, and differ by some digits. */
const LOG_TOLERANCE = 0.1;

function expectCounted(what: string, used: Counted): void {
  const { log_bytes, log_bytes_in_batches, ...told } = counted[what] ?? ({} as Partial<Counted>);
  const { log_bytes: logged, log_bytes_in_batches: loggedInBatches, ...others } = used;
  expect.soft(others, what).toEqual(told);
  const isNear = (bytes = 0, toldBytes = 0) => Math.abs(bytes - toldBytes) <= LOG_TOLERANCE * toldBytes;
  expect.soft(logged, `${what}: bytes of log`).toSatisfy((bytes: number) => isNear(bytes, log_bytes));
  expect
    .soft(loggedInBatches, `${what}: bytes of log in batches`)
    .toSatisfy((bytes?: number) => isNear(bytes, log_bytes_in_batches));
}

describe("the receiver", () => {
  test.each([
    ["webhook received", {}, 202],
    ["webhook refused", { signature: "0".repeat(64) }, 401],
  ])("%s uses what is told", async (what, changes, status) => {
    const environment = countUsage(await startReceiverEnvironment());
    const handler = webhookFunction([workflow()], environment);
    const receive = () => handler(webhookRequest(event(), changes), contextOf("receive-hrflow-webhook"));
    await receive();
    environment.takeUsage();
    expect(await receive()).toMatchObject({ statusCode: status });
    expectCounted(what, environment.takeUsage());
    await environment.stop();
  });
});

const SUBJECTS: [Connector, Bench][] = [
  [teamtailor, teamtailorBench()],
  [flatchr, flatchrBench()],
  [smartrecruiters, smartrecruitersBench()],
];
describe.each(SUBJECTS)("a push to $label", (connector, bench) => {
  test("uses what is told", async () => {
    const scene = await openScene(connector, bench);
    const environment = countUsage(scene.environment);
    const push = pushOf(connector, scene, environment);
    await push([scene.addProfile()]); // what a new instance reads once

    const people = Array.from({ length: limits.push.batchSize + 1 }, (_, index) =>
      scene.addProfile({ info: { email: `person-${index}.canari@example.com` } }),
    );
    const refused = people.map(() =>
      scene.addProfile({ info: { first_name: null, last_name: null, full_name: null, email: null } }),
    );
    const count = async (outcome: string, [alone, ...batch]: HrflowProfile[]) => {
      const used = await push(alone ? [alone] : []);
      const { log_bytes: inBatches, ...each } = await push(batch);
      const { log_bytes, ...ofOne } = used;
      expect.soft(each, `${outcome}: a batch uses as much for each`).toEqual(ofOne);
      expectCounted(`${connector.name}: ${outcome}`, { ...used, log_bytes_in_batches: inBatches });
    };
    await count("created", people);
    await count("unchanged", people);
    for (const { key } of people) scene.hrflow.editProfile(key, { info: { phone: NEXT_PHONE } });
    await count("updated", people);
    await count("refused", refused);
  });
});

/** Pushes a batch of profiles, as their messages ask for; what that used for each. The poller's own requests are not counted. */
function pushOf(connector: Connector, scene: Scene, environment: CountingEnvironment) {
  const action = `push_profile_to_${connector.name}`;
  const workflow_id = `conformance-${connector.name}`;
  const declared = {
    workflow_id,
    action,
    hrflow_auth: { secret: "hrflow/conformance" },
    connector_auth: { secret: scene.secret },
    push_parameters: scene.account.parameters,
  };
  const handler = pushFunction(connector, { workflows: [declared], functions: {} }, environment);
  return async (profiles: readonly HrflowProfile[]): Promise<Counted> => {
    const records = profiles.map(({ key, source }) => {
      const body = JSON.stringify({ workflow_id, source_key: source.key, profile_key: key });
      const attributes = {
        MessageGroupId: key,
        SentTimestamp: `${Date.now()}`,
        ApproximateReceiveCount: "1",
      };
      return { messageId: key, receiptHandle: key, body, attributes, eventSource: "aws:sqs" };
    });
    const batch = { Records: records } as unknown as SQSEvent;
    expect(await handler(batch, contextOf(action.replaceAll("_", "-")))).toEqual({ batchItemFailures: [] });
    const calls = vendorCalls(environment);
    const used = Object.entries({ vendor_calls: calls, ...environment.takeUsage() });
    return Object.fromEntries(
      used.map(([what, amount]) => [what, amount / profiles.length]),
    ) as unknown as Counted;
  };
}

/** As the runs have logged them. */
function vendorCalls({ logged }: CountingEnvironment): number {
  const calls = logged.flatMap((line) => {
    const { vendor_calls = {} } = JSON.parse(line) as { vendor_calls?: Record<string, { calls: number }> };
    return Object.values(vendor_calls).map((ofVendor) => ofVendor.calls);
  });
  return calls.reduce((sum, ofVendor) => sum + ofVendor, 0);
}

describe("an update from Flatchr", () => {
  let scene: UpdateScene;
  let environment: CountingEnvironment;
  beforeEach(async () => {
    scene = await startUpdateScene();
    environment = countUsage(scene.environment);
  });
  afterEach(() => scene.stop());

  test("uses what is told, for a run and for each candidate", async () => {
    await run(); // what a workflow does once
    const none = await run();
    expectCounted("update: run over nobody", none);
    const people = ["Ada", "Grace", "Katherine", "Mary", "Radia"];
    for (const name of people) scene.add(name);
    expectCounted("update: candidate written", perCandidate(await run(), none, people.length));
    expectCounted("update: candidate unchanged", perCandidate(await run(), none, people.length));
  });

  async function run(): Promise<Counted> {
    const workflows = [
      {
        workflow_id: "acme-update",
        action: "update_profiles_in_hrflow_from_flatchr",
        hrflow_auth: { secret: "hrflow/acme" },
        connector_auth: { secret: "flatchr/acme" },
        push_parameters: { source_key: scene.sourceKey },
        incremental: true,
      },
    ];
    const handler = updateFunction(flatchr, { workflows, functions: {} }, environment);
    const answer = await handler(
      { workflow_id: "acme-update" },
      contextOf("update-profiles-in-hrflow-from-flatchr"),
    );
    expect(answer).toMatchObject({ status: "success" });
    return { vendor_calls: vendorCalls(environment), ...environment.takeUsage() };
  }
});

/** To a whole number: the entry of a run in its history is somewhat larger when there was somebody. */
function perCandidate(all: Counted, none: Counted, candidates: number): Counted {
  const each = (name: keyof Counted) => Math.round(((all[name] ?? 0) - (none[name] ?? 0)) / candidates);
  return {
    vendor_calls: each("vendor_calls"),
    sqs_requests: each("sqs_requests"),
    write_units: each("write_units"),
    read_units: each("read_units"),
    log_bytes: each("log_bytes"),
  };
}
