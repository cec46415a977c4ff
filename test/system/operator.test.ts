/** What an engineer does by hand, with AWS's own client against the whole system: all of it, for all four actions. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectors } from "../../lib/connectors/index.ts";
import type { CheckAnswer } from "../../lib/operator/check.ts";
import type { DeadLettersAnswer } from "../../lib/operator/dead-letters.ts";
import type { EraseAnswer } from "../../lib/operator/erasure.ts";
import type { ExplainAnswer } from "../../lib/operator/explain.ts";
import type { HelpAnswer } from "../../lib/operator/help.ts";
import type { RunsAnswer } from "../../lib/operator/runs.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { clientSettings } from "../../local/aws/identity.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import {
  addPerson,
  addSampleData,
  SAMPLE_EMAIL,
  SAMPLE_PROFILE_KEY,
  SAMPLE_SOURCE_KEY,
} from "../../local/sample-data.ts";
import { type Simulators, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";

const TEAMTAILOR = "push-profile-to-teamtailor";
const UPDATE = "update-profiles-in-hrflow-from-flatchr";
const WORKFLOWS = {
  [TEAMTAILOR]: "demo-teamtailor",
  "push-profile-to-flatchr": "demo-flatchr",
  "push-profile-to-smartrecruiters": "demo-smartrecruiters",
  [UPDATE]: "demo-flatchr-update",
};
const FUNCTIONS = Object.entries(WORKFLOWS);
const PROFILE = { source_key: SAMPLE_SOURCE_KEY, profile_key: SAMPLE_PROFILE_KEY };

let simulators: Simulators;
let system: System;
let client: LambdaClient;
let webhookSecret: string;
beforeAll(async () => {
  const secrets = demoSecrets(undefined);
  webhookSecret = String((secrets["hrflow/demo"] as Record<string, unknown>).webhook_secret);
  simulators = await startSimulators(secrets, () => undefined);
  system = await startSystem({
    secrets,
    environment: simulators.environment,
    holdSchedules: true,
    speed: 100,
  });
  addSampleData(simulators, system.workflows);
  client = new LambdaClient({ ...clientSettings(system.url), maxAttempts: 1 });
});
afterAll(async () => {
  client?.destroy();
  await system?.stop();
  await simulators?.stop();
});

async function invoke<Answer>(FunctionName: string, event: object): Promise<Answer> {
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  expect(answer.FunctionError).toBeUndefined();
  return JSON.parse(answer.Payload?.transformToString() ?? "") as Answer;
}

test.each(FUNCTIONS)("%s says what it takes", async (name, workflow) => {
  for (const event of [{}, { help: true }]) {
    expect(await invoke<HelpAnswer>(name, event)).toMatchObject({
      workflows: [workflow],
      tools: { length: 5 },
    });
  }
});

test.each(FUNCTIONS)("%s checks its workflow", async (name, workflow_id) => {
  const { ok, checks } = await invoke<CheckAnswer>(name, { workflow_id, check: true });
  expect(checks.filter((one) => !one.ok)).toEqual([]);
  expect(ok).toBe(true);
});

describe("a run by hand", () => {
  const event = { workflow_id: "demo-teamtailor", pull_parameters: PROFILE };

  test("is previewed with functions by name laid over it, and writes nothing", async () => {
    const before = simulators.teamtailor.candidates().length;
    const overrides = { format: "tagWithSource", push_parameters: { sourced: true }, persist: false };
    const { items } = await invoke<RunAnswer>(TEAMTAILOR, { ...event, ...overrides });
    expect(items).toMatchObject([{ outcome: "created", preview: { tags: expect.any(Array) } }]);
    expect(JSON.stringify(items)).toContain("source: Careers site");
    expect(simulators.teamtailor.candidates()).toHaveLength(before);
  });

  test("takes a whole workflow inline, its secrets by name", async () => {
    const auth = { hrflow_auth: { secret: "hrflow/demo" }, connector_auth: { secret: "teamtailor/demo" } };
    const inline = { ...event, ...auth, workflow_id: "inline", action: "push_profile_to_teamtailor" };
    expect(await invoke<RunAnswer>(TEAMTAILOR, { ...inline, persist: false })).toMatchObject({
      workflow_id: "inline",
      status: "success",
      items: [{ outcome: "created", preview: {} }],
    });
  });

  test.each<[what: string, changes: object, reason: string, message: string]>([
    ["an unknown workflow", { workflow_id: "dmeo" }, "workflow_id_not_found", "known are: demo-teamtailor"],
    [
      "an unknown function",
      { logics: ["keepAll"] },
      "bad_action_parameters",
      "known are: keepWithEmail, notifyTeam, tagWithSource",
    ],
    ["a raw credential", { auth: "RAW" }, "bad_target_parameters", "Put it into AWS Secrets Manager"],
    [
      "a profile that is not there",
      { pull_parameters: { ...PROFILE, profile_key: "nobody" } },
      "read_failure",
      "HrFlow has no such profile in this source. Run it again once that is mended",
    ],
  ])("with %s says what is wrong, and what to do", async (_, changes, reason, message) => {
    const answer = await invoke<RunAnswer>(TEAMTAILOR, { ...event, ...changes });
    expect(answer).toMatchObject({ status: "fatal", reason, message: expect.stringContaining(message) });
    expect(JSON.stringify(answer)).not.toContain("RAW");
  });
});

test("one profile is pushed by the call of the document of 2022, on a vacancy", async () => {
  const event = {
    workflow_id: "demo-flatchr",
    action_parameters: { logics: ["keepWithEmail"], read_mode: "sync" },
    origin_parameters: PROFILE,
    target_parameters: { vacancy: "demo-data-engineer" },
  };
  const { items } = await invoke<RunAnswer>("push-profile-to-flatchr", event);
  expect(items).toMatchObject([{ key: SAMPLE_PROFILE_KEY, outcome: "created" }]);
});

test("one profile is pushed by the call of the document of 2021, explained, and found in the history", async () => {
  const profile = { key: SAMPLE_PROFILE_KEY, source: { key: SAMPLE_SOURCE_KEY } };
  const event = { workflow_id: "demo-teamtailor", profile, sourced: true, logics: ["keepWithEmail"] };
  const { run_id, ...run } = await invoke<RunAnswer>(TEAMTAILOR, event);
  expect(run).toMatchObject({ status: "success", items: [{ outcome: "created" }] });
  expect(simulators.teamtailor.candidates()[0]?.attributes).toMatchObject({ sourced: true });

  const explained = { workflow_id: "demo-teamtailor", explain: PROFILE };
  expect(await invoke<ExplainAnswer>(TEAMTAILOR, explained)).toMatchObject({
    known: true,
    runs: [{ run_id }],
  });
  const runs = await invoke<RunsAnswer>(TEAMTAILOR, { workflow_id: "demo-teamtailor", runs: 1 });
  expect(runs.runs).toMatchObject([{ run_id, status: "success" }]);
});

test("one Flatchr candidate is updated by e-mail, explained by its row, and erased", async () => {
  const workflow_id = "demo-flatchr-update";
  const run = { workflow_id, pull_parameters: { email: SAMPLE_EMAIL } };
  const { items } = await invoke<RunAnswer>(UPDATE, run);
  expect(items).toMatchObject([{ outcome: "updated" }]);
  const candidate = items[0]?.key;
  expect(await invoke<ExplainAnswer>(UPDATE, { workflow_id, explain: { candidate } })).toMatchObject({
    known: true,
  });

  const dry = await invoke<EraseAnswer>(UPDATE, { erase: { candidate }, persist: false });
  const erased = await invoke<EraseAnswer>(UPDATE, { erase: { candidate } });
  expect(erased.removed).toEqual(dry.removed);
  expect(erased.removed.map(({ what }) => what)).toEqual(["echo", "runs", "candidate"]);
  expect(await invoke<ExplainAnswer>(UPDATE, { workflow_id, explain: { candidate } })).toMatchObject({
    known: false,
  });
});

test("a run over candidates of whom HrFlow does not know one is a success with failures", async () => {
  const workflow = system.workflows.find(({ workflowId }) => workflowId === "demo-flatchr-update");
  const person = { firstname: "Nobody", lastname: "Exemple", email: "nobody@example.com" };
  addPerson(simulators, workflow ?? expect.fail("it is declared"), person, false);
  const run = { workflow_id: "demo-flatchr-update", incremental: false };
  expect(await invoke<RunAnswer>(UPDATE, run)).toMatchObject({
    status: "success_with_failures",
    reason: "write_failure",
    events: { read_success: 2, write_failure: 1 },
    message: expect.stringMatching(/^1 of 2 failed, one of them: .* Run it again once that is mended/),
  });
  const runs = await invoke<RunsAnswer>(UPDATE, { workflow_id: "demo-flatchr-update", runs: 1 });
  expect(runs.runs).toMatchObject([{ status: "success_with_failures", reason: "write_failure" }]);
});

describe("dead letters", () => {
  test("are listed, put back, and delivered", async () => {
    const { key } = simulators.hrflow.putProfile({
      source_key: SAMPLE_SOURCE_KEY,
      info: { first_name: "Ada", last_name: "Exemple", email: "ada@example.com" },
    });
    simulators.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 422 });
    const url = `${system.url}/webhooks/demo`;
    await simulators.hrflow.notify(key, { url, secret: webhookSecret, type: "profile.parsing.success" });
    await system.whenDelivered(30);

    const listed = await invoke<DeadLettersAnswer>(TEAMTAILOR, { dead_letters: "list" });
    expect(listed).toMatchObject({ total: 1, letters: [{ reason: "write_failure", profile_key: key }] });
    const dry = await invoke<DeadLettersAnswer>(TEAMTAILOR, { dead_letters: "redrive", persist: false });
    expect(dry).toMatchObject({ redriven: 1 });
    const redriven = await invoke<DeadLettersAnswer>(TEAMTAILOR, {
      dead_letters: "redrive",
      reason: "write_failure",
    });
    expect(redriven).toMatchObject({ redriven: 1 });
    await system.whenDelivered(30);
    expect(system.deadLetters()).toEqual([]);
    const emails = simulators.teamtailor.candidates().map(({ attributes }) => attributes.email);
    expect(emails.filter((email) => email === "ada@example.com")).toHaveLength(1);
  });
});

test("a profile is erased from all workflows, and then nothing is known of it", async () => {
  await system.whenDelivered(30);
  const dry = await invoke<EraseAnswer>(TEAMTAILOR, { erase: PROFILE, persist: false });
  const erased = await invoke<EraseAnswer>(TEAMTAILOR, { erase: PROFILE });
  expect(erased.removed).toEqual(dry.removed);
  const others = connectors
    .map(({ name }) => `push-profile-to-${name}`)
    .filter((name) => name !== TEAMTAILOR);
  expect(erased.ask_also).toEqual(others.sort());
  expect(erased.removed).toContainEqual({ workflow_id: "demo-teamtailor", what: "link", count: 1 });
  const explained = { workflow_id: "demo-teamtailor", explain: PROFILE };
  expect(await invoke<ExplainAnswer>(TEAMTAILOR, explained)).toMatchObject({ known: false, runs: [] });
});
