import type { Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const AUTH = { hrflow_auth: { secret: "hrflow/acme" }, connector_auth: { secret: "teamtailor/acme" } };
const ACTION = "push_profile_to_teamtailor";
const WORKFLOW = { workflow_id: "acme", action: ACTION, ...AUTH };

let hrflow: SimulatedHrflow;
let teamtailor: SimulatedTeamtailor;
let environment: TestEnvironment;
let source_key: string;
/** Of a new profile for each test. */
let profile_key: string;
/** What the callback was told. */
let told: unknown[];

beforeAll(async () => {
  hrflow = await startHrflow();
  teamtailor = await startTeamtailor({ rateLimit: false });
  environment = await startTestEnvironment(
    { "hrflow/acme": { ...DEFAULT_HRFLOW_KEY }, "teamtailor/acme": { auth: DEFAULT_TEAMTAILOR_KEY.token } },
    { HRFLOW_BASE_URL: hrflow.url, TEAMTAILOR_BASE_URL: teamtailor.url },
  );
  source_key = hrflow.addSource({}).key;
});
let people = 0;
beforeEach(() => {
  people += 1;
  const info = { first_name: "Ada", last_name: "Lovelace", email: `ada-${people}@example.com` };
  profile_key = hrflow.putProfile({ source_key, info }).key;
  told = [];
});
afterAll(() => Promise.all([environment.stop(), hrflow.stop(), teamtailor.stop()]));

const functions = {
  keepAll: () => true,
  discardAll: () => null,
  onlyEmail: (profile: { info: { email: string } }) => ({ email: profile.info.email }),
  tell: (run: unknown) => told.push(run),
  fail: () => {
    throw new Error("no one answers");
  },
  SETTING: 42,
};

/** Invokes the function with an event, as the Lambda console does. */
async function invoke(event: unknown, workflows: object[] = [WORKFLOW]): Promise<RunAnswer> {
  const handler = pushFunction(teamtailorConnector, { workflows, functions }, environment);
  const context = { functionName: "push", getRemainingTimeInMillis: () => 180_000 } as Context;
  return (await handler(event, context)) as RunAnswer;
}

const one = () => ({ source_key, profile_key });
const writes = () => teamtailor.calls.filter(({ write }) => write).length;

describe("a declared workflow", () => {
  test("runs for the profile that the event names, and says what happened", async () => {
    expect(await invoke({ workflow_id: "acme", pull_parameters: one() })).toEqual({
      run_id: expect.any(String),
      workflow_id: "acme",
      action: ACTION,
      status: "success",
      reason: "none",
      events: expect.objectContaining({ read_success: 1, write_success: 1 }),
      items: [{ key: profile_key, outcome: "created", candidate_id: expect.any(String) }],
      cursor: null,
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      duration_ms: expect.any(Number),
    });
    expect(await invoke({ workflow_id: "acme", pull_parameters: one() })).toMatchObject({
      status: "success",
      events: { write_success: 0, write_unchanged: 1 },
      items: [{ outcome: "unchanged" }],
    });
  });

  test("keeps the parameters that the event does not name", async () => {
    const declared = { ...WORKFLOW, pull_parameters: { source_key } };
    const event = { workflow_id: "acme", pull_parameters: { profile_key } };
    expect(await invoke(event, [declared])).toMatchObject({ status: "success" });
  });

  test("with a profile that HrFlow does not have is fatal, not a silent success", async () => {
    const nobody = { source_key, profile_key: "0".repeat(40) };
    expect(await invoke({ workflow_id: "acme", pull_parameters: nobody })).toMatchObject({
      status: "fatal",
      reason: "read_failure",
      message: expect.stringContaining("HrFlow has no such profile in this source"),
      items: [{ outcome: "failed" }],
    });
  });
});

describe("laid over a declared workflow is", () => {
  test("push_parameters", async () => {
    await invoke({ workflow_id: "acme", pull_parameters: one(), push_parameters: { sourced: true } });
    expect(teamtailor.candidates().at(-1)?.attributes).toMatchObject({ sourced: true });
  });

  test("logics, by name, in turn", async () => {
    const event = { workflow_id: "acme", pull_parameters: one(), logics: ["keepAll", "discardAll"] };
    expect(await invoke(event)).toMatchObject({
      status: "success",
      events: { logics_discard: 1 },
      items: [{ outcome: "discarded" }],
    });
  });

  test("an empty list of logics in place of the declared ones", async () => {
    const declared = { ...WORKFLOW, logics: [() => null] };
    const event = { workflow_id: "acme", pull_parameters: one(), logics: [] };
    expect(await invoke(event, [declared])).toMatchObject({ items: [{ outcome: "created" }] });
  });

  test("format, by name", async () => {
    await invoke({ workflow_id: "acme", pull_parameters: one(), format: "onlyEmail" });
    const attributes = teamtailor.candidates().at(-1)?.attributes;
    expect(attributes).toMatchObject({ email: `ada-${people}@example.com` });
    expect(attributes?.["first-name"]).not.toBe("Ada");
  });

  test("callback, by name", async () => {
    const answer = await invoke({ workflow_id: "acme", pull_parameters: one(), callback: "tell" });
    expect(answer.events).toMatchObject({ callback_executed: 1, callback_failure: 0 });
    expect(told).toMatchObject([{ workflow_id: "acme", events: { write_success: 1 } }]);
  });

  test("a callback that fails: the run is a success with failures", async () => {
    expect(await invoke({ workflow_id: "acme", pull_parameters: one(), callback: "fail" })).toMatchObject({
      status: "success_with_failures",
      reason: "callback_failure",
      events: { write_success: 1, callback_failure: 1 },
    });
  });

  test("persist: a dry run previews, writes nothing, and leaves no trace of the person in the log", async () => {
    const before = { writes: writes(), lines: environment.logged.length };
    const answer = await invoke({
      workflow_id: "acme",
      pull_parameters: one(),
      persist: false,
      callback: "tell",
    });
    expect(answer.items).toEqual([
      {
        key: profile_key,
        outcome: "created",
        preview: expect.objectContaining({ "first-name": "Ada", email: `ada-${people}@example.com` }),
      },
    ]);
    expect({ writes: writes(), told }).toEqual({ writes: before.writes, told: [] });
    expect(environment.logged.slice(before.lines).join()).not.toMatch(/Ada|Lovelace|@example/);
  });

  test("incremental: false, which every run may say", async () => {
    const event = { workflow_id: "acme", pull_parameters: one(), incremental: false };
    expect(await invoke(event)).toMatchObject({ status: "success" });
  });

  test.each([
    ["persist", { persist: false }, { outcome: "created", preview: {} }],
    ["logics", { logics: [() => null] }, { outcome: "discarded" }],
    [
      "push_parameters",
      { push_parameters: { sourced: true }, persist: false },
      { preview: { sourced: true } },
    ],
  ])("nothing where the event says null: %s stays as it is declared", async (field, declared, item) => {
    const event = { workflow_id: "acme", pull_parameters: one(), [field]: null };
    expect(await invoke(event, [{ ...WORKFLOW, ...declared }])).toMatchObject({ items: [item] });
  });

  test("this time only", async () => {
    await invoke({ workflow_id: "acme", pull_parameters: one(), persist: false });
    expect(await invoke({ workflow_id: "acme", pull_parameters: one() })).toMatchObject({
      items: [{ outcome: "created" }],
    });
    expect(writes()).toBeGreaterThan(0);
  });
});

describe("a whole workflow inline", () => {
  const inline = () => ({ ...WORKFLOW, workflow_id: "inline", pull_parameters: one() });

  test("runs, though nothing is deployed", async () => {
    const event = { ...inline(), push_parameters: { sourced: true }, logics: ["keepAll"], callback: "tell" };
    expect(await invoke(event, [])).toMatchObject({ workflow_id: "inline", status: "success" });
    expect(told).toHaveLength(1);
  });

  test("takes the place of a declared one of the same id as a whole", async () => {
    const declared = { ...WORKFLOW, workflow_id: "inline", logics: [() => null] };
    expect(await invoke(inline(), [declared])).toMatchObject({ items: [{ outcome: "created" }] });
  });
});
