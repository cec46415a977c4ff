import { describe, expect, test } from "vitest";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";

const WORKFLOW = {
  workflow_id: "acme",
  action: "push_profile_to_teamtailor",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
} as const;

/** What is said about a list of workflows that is wrong. */
function problemOf(list: unknown): { message: string; reason?: unknown } {
  try {
    checkWorkflows(list);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was found wrong");
}

describe("what is wrong is said with workflow, field and reason", () => {
  const NAME = "must be lower-case letters, digits and hyphens";
  const KEY = "must be a key of HrFlow: letters, digits, - and _, at most 63";
  const CREDENTIAL = 'must be { secret: "name" }: put the credential itself into AWS Secrets Manager';
  const AS_TEXT = ["ask_0123", "", 42] as const;

  test.each<[field: string, value: unknown, problem: string]>([
    ["workflow_id", "", NAME],
    ["workflow_id", "Acme", NAME],
    ["workflow_id", "-acme", NAME],
    ["workflow_id", "a b", NAME],
    ["workflow_id", "a_b", NAME],
    ["workflow_id", "a/b", NAME],
    ["workflow_id", "a#b", NAME],
    ["workflow_id", "acme\n", NAME],
    ["workflow_id", "société", NAME],
    ["workflow_id", "a".repeat(65), "must have at most 64 characters"],
    ["webhook", "", NAME],
    ["webhook", "Acme", NAME],
    ["webhook", "a/b", NAME],
    ["webhook", "..", NAME],
    ["webhook", 42, "must be a string"],
    ["webhook", "a".repeat(65), "must have at most 64 characters"],
    ["logics", "keepSeniors", "must be a list"],
    ["logics", { 0: () => true }, "must be a list"],
    ["format", "toCandidate", "must be a function"],
    ["format", {}, "must be a function"],
    ["callback", "notify", "must be a function"],
    ["callback", 1, "must be a function"],
    ["persist", "false", "must be true or false"],
    ["persist", 0, "must be true or false"],
    ["incremental", true, "must be false: a push is driven by webhooks and has no cursor"],
    ["incremental", "yes", "must be false: a push is driven by webhooks and has no cursor"],
    ["read_mode", "incremental", "must be 'sync': a push is driven by webhooks and has no cursor"],
  ])("%s is %j", (field, value, problem) => {
    const id = field === "workflow_id" ? String(value).slice(0, 64) : "acme";
    expect(problemOf([{ ...WORKFLOW, [field]: value }])).toMatchObject({
      name: "WorkflowError",
      message: `Workflow "${id}": ${field} ${problem}`,
      reason:
        value === true || value === "incremental"
          ? "origin_does_not_support_incremental"
          : "bad_action_parameters",
    });
  });

  test.each<[field: string, value: unknown, problem: string, reason: string]>([
    ["pull_parameters", "all", "pull_parameters must be an object", "bad_origin_parameters"],
    ["pull_parameters", true, "pull_parameters must be an object", "bad_origin_parameters"],
    ["pull_parameters", ["a"], "pull_parameters.0 is unknown", "bad_origin_parameters"],
    [
      "pull_parameters",
      { source_keys: "a" },
      "pull_parameters.source_keys must be a list",
      "bad_origin_parameters",
    ],
    [
      "pull_parameters",
      { source_keys: ["a", 1] },
      "pull_parameters.source_keys.1 must be a string",
      "bad_origin_parameters",
    ],
    [
      "pull_parameters",
      { source_keys: ["a/b"] },
      `pull_parameters.source_keys.0 ${KEY}`,
      "bad_origin_parameters",
    ],
    ["pull_parameters", { source_key: "" }, `pull_parameters.source_key ${KEY}`, "bad_origin_parameters"],
    [
      "pull_parameters",
      { source_key: 1 },
      "pull_parameters.source_key must be a string",
      "bad_origin_parameters",
    ],
    [
      "pull_parameters",
      { profile_key: "a?b" },
      `pull_parameters.profile_key ${KEY}`,
      "bad_origin_parameters",
    ],
    [
      "pull_parameters",
      { profile_key: "a".repeat(64) },
      `pull_parameters.profile_key ${KEY}`,
      "bad_origin_parameters",
    ],
    ["push_parameters", "sourced", "push_parameters must be an object", "bad_target_parameters"],
    [
      "push_parameters",
      { sourced: "false" },
      "push_parameters.sourced must be true or false",
      "bad_target_parameters",
    ],
    [
      "push_parameters",
      { sourced: 0 },
      "push_parameters.sourced must be true or false",
      "bad_target_parameters",
    ],
    ["hrflow_auth", {}, `hrflow_auth ${CREDENTIAL}`, "bad_origin_parameters"],
    ["hrflow_auth", { secret: "" }, `hrflow_auth ${CREDENTIAL}`, "bad_origin_parameters"],
    ["hrflow_auth", { secret: 1 }, `hrflow_auth ${CREDENTIAL}`, "bad_origin_parameters"],
    [
      "hrflow_auth",
      { api_secret: "ask_0", api_user: "a@b.c" },
      `hrflow_auth ${CREDENTIAL}`,
      "bad_origin_parameters",
    ],
    [
      "hrflow_auth",
      { secret: "a", api_secret: "ask_0" },
      `hrflow_auth ${CREDENTIAL}`,
      "bad_origin_parameters",
    ],
    ["connector_auth", { auth: "key" }, `connector_auth ${CREDENTIAL}`, "bad_target_parameters"],
    ["connector_auth", { secret: null }, `connector_auth ${CREDENTIAL}`, "bad_target_parameters"],
  ])("%s is %j", (field, value, problem, reason) => {
    const found = problemOf([{ ...WORKFLOW, [field]: value }]);
    expect(found.message).toContain(`Workflow "acme": ${problem}`);
    expect(found.reason).toBe(reason);
    expect(found.message).not.toMatch(/ask_0|a@b\.c/);
  });

  test.each(AS_TEXT)("a credential written in place of its reference: %j", (value) => {
    const { message } = problemOf([{ ...WORKFLOW, connector_auth: value }]);
    expect(message).toBe(`Workflow "acme": connector_auth ${CREDENTIAL}`);
  });

  test.each(["workflow_id", "action", "hrflow_auth", "connector_auth"])("%s is missing", (field) => {
    const { [field]: _, ...rest } = WORKFLOW as Record<string, unknown>;
    expect(problemOf([rest]).message).toContain(`${field} is required`);
  });

  test("all that is wrong is said at once", () => {
    const { message } = problemOf([{ ...WORKFLOW, persist: "no", webhook: "A", logics: 1 }]);
    for (const field of ["persist", "webhook", "logics"]) expect(message).toContain(`${field} must be`);
  });

  test.each<[unknown[]]>([[[null]], [["keepSeniors"]], [[() => true, 3]]])(
    "logics has an element that is none",
    (logics) => {
      expect(problemOf([{ ...WORKFLOW, logics }]).message).toMatch(
        /^Workflow "acme": logics\.\d must be a function/,
      );
    },
  );

  test.each([null, 1, "push_profile_to_workday", "PUSH_PROFILE_TO_TEAMTAILOR", "constructor"])(
    "action is %j",
    (action) => {
      expect(problemOf([{ ...WORKFLOW, action }])).toMatchObject({
        message: expect.stringMatching(/^Workflow "acme": action must be /),
        reason: "bad_action_parameters",
      });
    },
  );
});

describe("a field that is unknown is refused, and the known ones are named", () => {
  test.each(["logic", "filters", "Persist", "schedule", "constructor", "toString"])("%s", (field) => {
    expect(problemOf([{ ...WORKFLOW, [field]: 1 }])).toMatchObject({
      message: expect.stringMatching(
        `^Workflow "acme": ${field} is unknown; known are workflow_id, action, .*persist`,
      ),
      reason: "bad_action_parameters",
    });
  });

  test("__proto__, as an event may bring it", () => {
    const event = JSON.parse(JSON.stringify(WORKFLOW).replace(/}$/, ',"__proto__":{"persist":false}}'));
    expect(problemOf([event])).toMatchObject({
      message: expect.stringContaining("__proto__ is unknown"),
      reason: "bad_action_parameters",
    });
  });

  test.each([
    ["pull_parameters", "sourcekeys", "source_keys, source_key, profile_key"],
    ["push_parameters", "source", "sourced"],
    ["push_parameters", "job_id", "sourced"],
  ])("%s.%s", (field, key, known) => {
    const { message } = problemOf([{ ...WORKFLOW, [field]: { [key]: 1 } }]);
    expect(message).toBe(`Workflow "acme": ${field}.${key} is unknown; known are ${known}`);
  });
});
