import { describe, expect, expectTypeOf, test } from "vitest";
import { checkWorkflows, defineWorkflow, type Workflow } from "../../lib/workflow/workflow.ts";

const WORKFLOW = {
  workflow_id: "acme",
  action: "push_profile_to_teamtailor",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
} as const;

/** The only workflow of a list, checked. */
function check(changes: object, list: readonly object[] = [{ ...WORKFLOW, ...changes }]) {
  return checkWorkflows(list).byId.get(WORKFLOW.workflow_id);
}

/** What is said about a list of workflows that is wrong. */
function problemOf(list: unknown): { message: string; reason?: unknown } {
  try {
    checkWorkflows(list);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was found wrong");
}

describe("what may be left out", () => {
  test("is filled in", () => {
    expect(check({})).toMatchObject({
      pull_parameters: {},
      push_parameters: { sourced: false },
      logics: [],
      format: undefined,
      callback: undefined,
      persist: true,
      webhook: "acme",
    });
  });

  test.each([
    "pull_parameters",
    "push_parameters",
    "logics",
    "format",
    "callback",
    "persist",
    "incremental",
    "read_mode",
    "webhook",
  ])("%s may be null as well", (field) => {
    expect(check({ [field]: null })).toEqual(check({}));
  });

  test.each([
    ["pull_parameters", { source_keys: null, source_key: null, profile_key: null }],
    ["push_parameters", { sourced: null }],
    ["incremental", false],
    ["read_mode", "sync"],
  ])("%s may say what is the default: %j", (field, value) => {
    expect(check({ [field]: value })).toEqual(check({}));
  });
});

test("everything that a push takes is kept", () => {
  const logics = [() => true, async () => null];
  const format = () => ({});
  const callback = () => {};
  const given = {
    pull_parameters: { source_keys: ["a", "B-1_2"], source_key: "a", profile_key: "p" },
    push_parameters: { sourced: true },
    logics,
    format,
    callback,
    persist: false,
    webhook: "shared",
  };
  expect(check(given)).toMatchObject(given);
});

test("defineWorkflow gives back what it was given, and a plain object is as good", () => {
  expect(defineWorkflow(WORKFLOW)).toBe(WORKFLOW);
  expect(check({}, [defineWorkflow(WORKFLOW)])).toEqual(check({}, [{ ...WORKFLOW }]));
  expect(() => defineWorkflow({ ...WORKFLOW, workflow_id: "Acme" })).toThrow('Workflow "Acme": workflow_id');
});

describe("a list of workflows", () => {
  test.each([null, undefined, {}, "acme", 42])("must be a list, not %j", (list) => {
    expect(problemOf(list).message).toBe("workflows/index.ts must export a list of workflows by default");
  });

  test.each([null, "acme", 42, [[]]])("may not hold %j", (element) => {
    expect(problemOf([element]).message).toMatch(/^Workflow "\(without workflow_id\)": /);
  });

  test("may not have a hole, as a comma too many leaves one", () => {
    const list = Object.assign(Array(2), { 1: WORKFLOW });
    expect(problemOf(list).message).toBe('Workflow "(without workflow_id)": is required');
  });

  test("may be empty", () => {
    expect(checkWorkflows([]).byId.size).toBe(0);
  });

  test("may not have one id twice", () => {
    expect(problemOf([WORKFLOW, WORKFLOW]).message).toBe('Workflow "acme": workflow_id is used twice');
  });

  test("is grouped by webhook", () => {
    const other = { ...WORKFLOW, workflow_id: "other", webhook: "acme" };
    const third = { ...WORKFLOW, workflow_id: "third" };
    const { byWebhook } = checkWorkflows([WORKFLOW, other, third]);
    expect(byWebhook.get("acme")?.map(({ workflow_id }) => workflow_id)).toEqual(["acme", "other"]);
    expect(byWebhook.get("third")?.map(({ workflow_id }) => workflow_id)).toEqual(["third"]);
  });

  test("may not have two secrets behind one webhook", () => {
    const other = {
      ...WORKFLOW,
      workflow_id: "other",
      webhook: "acme",
      hrflow_auth: { secret: "hrflow/other" },
    };
    expect(problemOf([WORKFLOW, other]).message).toBe(
      'Workflow "other": hrflow_auth differs from that of "acme", with which it shares the webhook "acme"',
    );
  });
});

describe("while it is written, the editor knows", () => {
  test("the parameters of each action", () => {
    type Teamtailor = typeof WORKFLOW & { push_parameters: { sourced: boolean } };
    expectTypeOf<Teamtailor>().toExtend<Workflow>();
    expectTypeOf<typeof WORKFLOW & { push_parameters: { sourced: string } }>().not.toExtend<Workflow>();
    expectTypeOf<Omit<typeof WORKFLOW, "hrflow_auth">>().not.toExtend<Workflow>();
    expectTypeOf<
      Omit<typeof WORKFLOW, "action"> & { action: "push_profile_to_workday" }
    >().not.toExtend<Workflow>();
  });

  test("what a logic gets", () => {
    defineWorkflow({
      ...WORKFLOW,
      action: "push_profile_to_teamtailor",
      logics: [
        (profile) => {
          expectTypeOf(profile.info.email).toEqualTypeOf<string | null>();
          return true;
        },
      ],
    });
  });
});
