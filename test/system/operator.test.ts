/** What an engineer does by hand, with AWS's own client against the whole system: all of it, for all four actions. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckAnswer } from "../../lib/operator/check.ts";
import type { DeadLettersAnswer } from "../../lib/operator/dead-letters.ts";
import type { EraseAnswer } from "../../lib/operator/erase.ts";
import type { ExplainAnswer } from "../../lib/operator/explain.ts";
import type { HelpAnswer } from "../../lib/operator/help.ts";
import type { RunsAnswer } from "../../lib/operator/runs.ts";
import type { RunAnswer } from "../../lib/run/run.ts";
import { clientSettings } from "../../local/aws/identity.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import {
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
  expect(await invoke<HelpAnswer>(name, {})).toMatchObject({ workflows: [workflow], tools: { length: 5 } });
});

test.each(FUNCTIONS)("%s checks its workflow", async (name, workflow_id) => {
  const { ok, checks } = await invoke<CheckAnswer>(name, { workflow_id, check: true });
  expect(checks.filter((one) => !one.ok)).toEqual([]);
  expect(ok).toBe(true);
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
  const erased = await invoke<EraseAnswer>(TEAMTAILOR, { erase: PROFILE });
  expect(erased.removed).toContainEqual({ workflow_id: "demo-teamtailor", what: "link", count: 1 });
  const explained = { workflow_id: "demo-teamtailor", explain: PROFILE };
  expect(await invoke<ExplainAnswer>(TEAMTAILOR, explained)).toMatchObject({ known: false, runs: [] });
});
