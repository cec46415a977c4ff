import type { Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const ACTION = "push_profile_to_teamtailor";
const WORKFLOW = {
  workflow_id: "acme",
  action: ACTION,
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
};
const FLATCHR = {
  ...WORKFLOW,
  workflow_id: "flatchr",
  action: "push_profile_to_flatchr",
  push_parameters: { vacancy: "v" },
};
const PROFILE = { source_key: "source", profile_key: "profile" };
const CREDENTIAL = 'must be { secret: "name" }: put the credential itself into AWS Secrets Manager';

/** Why a run was refused. */
const NOT_FOUND = "workflow_id_not_found";
const ORIGIN = "bad_origin_parameters";
const TARGET = "bad_target_parameters";
const BAD = "bad_action_parameters";

let environment: TestEnvironment;
beforeAll(async () => {
  // Nothing listens there: a refused event that called anyone would fail otherwise.
  const nowhere = { HRFLOW_BASE_URL: "http://127.0.0.1:1", TEAMTAILOR_BASE_URL: "http://127.0.0.1:1" };
  environment = await startTestEnvironment({}, nowhere);
});
afterAll(() => environment.stop());

async function invoke(event: unknown): Promise<RunAnswer> {
  const functions = { keepAll: () => true, toShort: () => ({}), SETTING: 42 };
  const handler = pushFunction(teamtailor, { workflows: [WORKFLOW, FLATCHR], functions }, environment);
  const context = { functionName: "push", getRemainingTimeInMillis: () => 180_000 } as Context;
  return (await handler(event, context)) as RunAnswer;
}

const overDeclared = (changes: object) => ({ workflow_id: "acme", pull_parameters: PROFILE, ...changes });
const inline = (changes: object) => ({
  ...WORKFLOW,
  workflow_id: "inline",
  pull_parameters: PROFILE,
  ...changes,
});

describe("refused, with what is wrong and what is known, is", () => {
  const NO_EVENT = "the event must be an object with a workflow_id";
  test.each<[name: string, event: unknown, reason: string, message: string]>([
    ["null", null, NOT_FOUND, NO_EVENT],
    ["a text", "acme", NOT_FOUND, NO_EVENT],
    ["a number", 42, NOT_FOUND, NO_EVENT],
    ["a list", ["acme"], NOT_FOUND, NO_EVENT],
    ["an event without workflow_id", { persist: false }, NOT_FOUND, NO_EVENT],
    ["a workflow_id that is a number", { workflow_id: 1 }, NOT_FOUND, NO_EVENT],
    ["a workflow_id that is null", { workflow_id: null }, NOT_FOUND, NO_EVENT],
    ["records of another service", { Records: [{ eventSource: "aws:sns" }] }, NOT_FOUND, NO_EVENT],
    ["help that is not true", { help: "yes" }, NOT_FOUND, NO_EVENT],
    [
      "an unknown workflow",
      { workflow_id: "acm" },
      NOT_FOUND,
      `no such workflow with the action ${ACTION}; known are: acme`,
    ],
    ["a workflow of another action", { workflow_id: "flatchr" }, NOT_FOUND, "known are: acme"],
    ["__proto__ as workflow", { workflow_id: "__proto__" }, NOT_FOUND, "known are: acme"],
    [
      "no profile",
      { workflow_id: "acme" },
      ORIGIN,
      "pull_parameters must name one profile: { source_key, profile_key }",
    ],
    [
      "half a profile",
      overDeclared({ pull_parameters: { profile_key: "p" } }),
      ORIGIN,
      "must name one profile",
    ],
    [
      "a profile key with a slash",
      overDeclared({ pull_parameters: { ...PROFILE, profile_key: "a/b" } }),
      ORIGIN,
      "pull_parameters.profile_key must be a key of HrFlow",
    ],
    [
      "a parameter that is mistyped",
      overDeclared({ pull_parameters: { ...PROFILE, profilekey: "p" } }),
      ORIGIN,
      "pull_parameters.profilekey is unknown; known are source_keys, source_key, profile_key",
    ],
    [
      "pull_parameters that are a list",
      overDeclared({ pull_parameters: ["source"] }),
      ORIGIN,
      "pull_parameters",
    ],
    [
      "a push parameter that is unknown",
      overDeclared({ push_parameters: { source: true } }),
      TARGET,
      "push_parameters.source is unknown; known are sourced",
    ],
    [
      "a push parameter of the wrong type",
      overDeclared({ push_parameters: { sourced: "true" } }),
      TARGET,
      "push_parameters.sourced must be true or false",
    ],
    [
      "a field that is mistyped",
      overDeclared({ persits: false }),
      BAD,
      "persits cannot be laid over a declared workflow; what can: workflow_id, pull_parameters",
    ],
    [
      "persist as text: it would write",
      overDeclared({ persist: "false" }),
      BAD,
      "persist must be true or false",
    ],
    [
      "incremental: a push has no cursor",
      overDeclared({ incremental: true }),
      "origin_does_not_support_incremental",
      "incremental",
    ],
    ["incremental as text", overDeclared({ incremental: "yes" }), BAD, "incremental"],
    ["another webhook", overDeclared({ webhook: "other" }), BAD, "webhook cannot be laid over"],
    [
      "other credentials by name",
      overDeclared({ hrflow_auth: { secret: "hrflow/other" } }),
      BAD,
      "hrflow_auth cannot be laid over",
    ],
    [
      "an unknown logic",
      overDeclared({ logics: ["keepAll", "keepNone"] }),
      BAD,
      'logics: no function "keepNone" in workflows/functions.ts; known are: keepAll, toShort',
    ],
    [
      "an unknown format",
      overDeclared({ format: "toLong" }),
      BAD,
      'format: no function "toLong" in workflows/functions.ts',
    ],
    [
      "an unknown callback",
      overDeclared({ callback: "tell" }),
      BAD,
      'callback: no function "tell" in workflows/functions.ts',
    ],
    [
      "a name that every object has",
      overDeclared({ format: "toString" }),
      BAD,
      'format: no function "toString"',
    ],
    ["a name of something else", overDeclared({ format: "SETTING" }), BAD, 'format: no function "SETTING"'],
    ["logics that are one name", overDeclared({ logics: "keepAll" }), BAD, "logics must be"],
    ["a number in place of a name", overDeclared({ logics: [1] }), BAD, "logics.0 must be a function"],
    ["code in place of a name", overDeclared({ format: "() => ({})" }), BAD, "no function"],
    [
      "an inline workflow of another function's action",
      inline({ action: "push_profile_to_flatchr", push_parameters: { vacancy: "v" } }),
      BAD,
      `this function runs ${ACTION}, not push_profile_to_flatchr`,
    ],
    ["an inline workflow with an unknown action", inline({ action: "push" }), BAD, "action must be"],
    [
      "an inline workflow without credentials",
      { ...PROFILE, workflow_id: "inline", action: ACTION },
      ORIGIN,
      "hrflow_auth is required",
    ],
    [
      "an inline workflow with a bad id",
      inline({ workflow_id: "In line" }),
      BAD,
      "workflow_id must be lower-case",
    ],
    ["an inline workflow with an unknown field", inline({ filter: [] }), BAD, "filter is unknown; known are"],
  ])("%s", async (_, event, reason, message) => {
    const answer = await invoke(event);
    expect(answer).toMatchObject({
      run_id: expect.any(String),
      action: ACTION,
      status: "fatal",
      reason,
      message: expect.stringContaining(message),
      items: [],
    });
    expect([...environment.tableOperations]).toEqual([]);
  });
});

describe("raw credentials in an event", () => {
  test.each([
    ["hrflow_auth", { api_secret: "ask_raw", api_user: "raw@example.com" }],
    ["hrflow_auth", { secret: "hrflow/acme", api_secret: "ask_raw" }],
    ["connector_auth", { auth: "ask_raw" }],
    ["connector_auth", "ask_raw"],
    ["connector_auth", ["ask_raw"]],
  ])("in %s are refused, not repeated, and sent where they belong: %j", async (field, value) => {
    const before = environment.logged.length;
    const answer = await invoke(inline({ [field]: value }));
    expect(answer).toMatchObject({
      status: "fatal",
      message: expect.stringContaining(`${field} ${CREDENTIAL}`),
    });
    expect(JSON.stringify([answer, environment.logged.slice(before)])).not.toMatch(/ask_raw|raw@example/);
  });
});

describe("however large the event, the answer is small", () => {
  const LONG = "x".repeat(1_000_000);
  test.each<[string, unknown]>([
    ["a long workflow_id", { workflow_id: LONG }],
    ["a long workflow_id, inline", inline({ workflow_id: LONG })],
    ["a long action", inline({ action: LONG })],
    ["a long function name", overDeclared({ format: LONG })],
    ["a long field name", overDeclared({ [LONG]: 1 })],
    ["a long parameter name", overDeclared({ push_parameters: { [LONG]: 1 } })],
    ["a long value", overDeclared({ pull_parameters: { ...PROFILE, profile_key: LONG } })],
    [
      "many fields",
      overDeclared(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 1]))),
    ],
    ["many logics", overDeclared({ logics: Array.from({ length: 10_000 }, () => 1) })],
  ])("%s", async (_, event) => {
    const answer = await invoke(event);
    expect(answer.status).toBe("fatal");
    expect(JSON.stringify(answer).length).toBeLessThan(5_000);
  });
});
