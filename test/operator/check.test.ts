/** `{ "workflow_id": "…", "check": true }`: what it finds, and that it changes nothing. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CheckAnswer } from "../../lib/operator/check.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import { DEFAULT_TEAMTAILOR_KEY } from "../../local/vendors/teamtailor.ts";
import {
  FLATCHR,
  type OperatorScene,
  SMARTRECRUITERS,
  startOperatorScene,
  TEAMTAILOR,
  UPDATE,
} from "./scene.ts";

let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene();
});
afterEach(() => scene.stop());

const idOf = (action: string) =>
  action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-");
const check = (action: string, changes: object = {}, event: object = {}) =>
  scene.invoke<CheckAnswer>(action, { workflow_id: idOf(action), check: true, ...event }, changes);
const wrong = ({ checks }: CheckAnswer) => checks.filter(({ ok }) => !ok);

describe.each([TEAMTAILOR, FLATCHR, SMARTRECRUITERS, UPDATE])("a check of %s", (action) => {
  test("finds all in order, and changes nothing anywhere", async () => {
    const answer = await check(action);
    expect(wrong(answer)).toEqual([]);
    expect(answer).toMatchObject({ workflow_id: idOf(action), action, ok: true });
    expect(answer.checks.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["hrflow_auth", "connector_auth"]),
    );
    const { hrflow, teamtailor, flatchr, smartrecruiters, environment } = scene;
    for (const vendor of [hrflow, teamtailor, flatchr, smartrecruiters]) {
      expect(vendor.calls.filter(({ write }) => write)).toEqual([]);
    }
    expect([...environment.tableOperations]).toEqual([]);
  });

  test("does not repeat a credential, in the answer or in the log", async () => {
    scene.hrflow.acceptKeys([]);
    scene.teamtailor.acceptKeys([]);
    scene.flatchr.acceptKeys([]);
    scene.smartrecruiters.acceptKeys([]);
    const answer = await check(action);
    expect(wrong(answer).map(({ what }) => what)).toEqual(
      expect.arrayContaining(["hrflow_auth", "connector_auth"]),
    );
    const { environment, secrets } = scene;
    const said = JSON.stringify([answer, environment.logged]);
    for (const secret of Object.values(secrets).flatMap((one) => Object.values(one))) {
      if (secret !== scene.flatchr.companyId && secret !== "all") expect(said).not.toContain(secret);
    }
  });

  test.each(["hrflow_auth", "connector_auth"])(
    "names the secret of %s that does not exist",
    async (field) => {
      const answer = await check(action, { [field]: { secret: "not/there" } });
      expect(wrong(answer)).toContainEqual({
        what: field,
        ok: false,
        message: "The secret not/there does not exist. Create it in AWS Secrets Manager",
      });
      expect(answer).toMatchObject({ ok: false, message: expect.stringContaining(field) });
    },
  );

  test("tells of a vendor that does not answer", async () => {
    const { environment } = scene;
    environment.fetch = () => Promise.reject(Object.assign(new Error("down"), { code: "ECONNREFUSED" }));
    const answer = await check(action);
    expect(wrong(answer).map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining("could not be reached")]),
    );
    expect(wrong(answer).every(({ unchecked }) => unchecked)).toBe(true);
    expect(answer.message).toMatch(/^could not be checked, try again: .*connector_auth/);
  });

  test("sees a secret that was mended just now", async () => {
    const { environment, secrets } = scene;
    environment.rotateSecret("hrflow/acme", {
      ...DEFAULT_HRFLOW_KEY,
      api_secret: "wrong",
      webhook_secret: "w",
    });
    expect(await check(action)).toMatchObject({ ok: false });
    environment.rotateSecret("hrflow/acme", secrets["hrflow/acme"]);
    environment.pass(2);
    expect(await check(action)).toMatchObject({ ok: true });
  });
});

describe("HrFlow", () => {
  test.each([
    [TEAMTAILOR, "read", true],
    [UPDATE, "read", false],
    [UPDATE, "all", true],
  ] as const)("for %s, a key with the permission %s: %s", async (action, permission, ok) => {
    scene.hrflow.acceptKeys([{ ...DEFAULT_HRFLOW_KEY, permission }]);
    const { checks } = await check(action);
    expect(checks[0]).toMatchObject({ what: "hrflow_auth", ok });
    if (!ok) expect(checks[0]?.message).toContain('it needs "all": put such a key into the secret');
  });

  test("a key that may only write cannot even be asked about", async () => {
    scene.hrflow.acceptKeys([{ ...DEFAULT_HRFLOW_KEY, permission: "write" }]);
    expect(wrong(await check(TEAMTAILOR))).toMatchObject([
      {
        what: "hrflow_auth",
        message: expect.stringContaining("Put a valid credential into the secret hrflow/acme"),
      },
    ]);
  });

  test.each([
    ["push_parameters.source_key", UPDATE, { push_parameters: { source_key: "nowhere" } }],
    ["pull_parameters.source_keys", TEAMTAILOR, { pull_parameters: { source_keys: ["nowhere"] } }],
    ["pull_parameters.source_key", TEAMTAILOR, { pull_parameters: { source_key: "nowhere" } }],
  ])("a source that is not there, in %s", async (what, action, changes) => {
    const message = expect.stringContaining("HrFlow has no source nowhere");
    expect(wrong(await check(action, changes))).toEqual([{ what, ok: false, message }]);
  });

  test("no webhook secret", async () => {
    scene.environment.rotateSecret("hrflow/acme", { ...DEFAULT_HRFLOW_KEY });
    const message = expect.stringMatching(/The secret hrflow\/acme: .*Without it every webhook is refused/);
    expect(wrong(await check(TEAMTAILOR))).toEqual([
      { what: "hrflow_auth.webhook_secret", ok: false, message },
    ]);
    expect(await check(UPDATE)).toMatchObject({ ok: true });
  });
});

describe("the ATS", () => {
  test("Teamtailor: a key without the scope for candidates", async () => {
    scene.teamtailor.acceptKeys([{ ...DEFAULT_TEAMTAILOR_KEY, scope: "internal" }]);
    expect(wrong(await check(TEAMTAILOR))).toMatchObject([
      { what: "connector_auth", message: expect.stringContaining("GET") },
    ]);
  });

  test("SmartRecruiters: a job that is not there", async () => {
    expect(wrong(await check(SMARTRECRUITERS, { push_parameters: { job_id: "nowhere" } }))).toMatchObject([
      { what: "push_parameters.job_id", message: expect.stringContaining("SmartRecruiters has no such job") },
    ]);
  });

  test("SmartRecruiters: a key that may not read jobs is no bad key", async () => {
    scene.smartrecruiters.failNext({ route: "GET /jobs/:jobId" }, { kind: "status", status: 403 });
    expect(wrong(await check(SMARTRECRUITERS))).toMatchObject([
      { what: "push_parameters.job_id", message: expect.stringContaining("the key may not read jobs") },
    ]);
  });

  test("SmartRecruiters: an account without the Customer API", async () => {
    scene.smartrecruiters.settings.access = "no_feature";
    expect(wrong(await check(SMARTRECRUITERS))).toMatchObject([
      { what: "connector_auth", message: expect.stringContaining("No access to feature: Customer API") },
    ]);
  });

  test.each([
    ["a push to a vacancy", FLATCHR, "push_parameters.vacancy", { push_parameters: { vacancy: "no-such" } }],
    ["a run over a vacancy", UPDATE, "pull_parameters.vacancy", { pull_parameters: { vacancy: "no-such" } }],
    ["a run over a column", UPDATE, "pull_parameters.column", { pull_parameters: { column: "No such" } }],
  ])("Flatchr: %s that is not there", async (_, action, what, changes) => {
    expect(wrong(await check(action, changes))).toMatchObject([
      { what, message: expect.stringContaining("Flatchr") },
    ]);
  });

  test.each([
    ["vacancy", () => scene.vacancy.slug],
    ["column", () => scene.flatchr.columns()[0]?.title],
  ])("Flatchr: a %s that is there", async (field, value) => {
    expect(await check(UPDATE, { pull_parameters: { [field]: value() } })).toMatchObject({ ok: true });
  });

  test("Flatchr: no company anywhere", async () => {
    scene.environment.rotateSecret("flatchr/acme", { api_key: "key" });
    for (const action of [FLATCHR, UPDATE]) {
      expect(wrong(await check(action))).toMatchObject([
        { what: "connector_auth", message: expect.stringContaining("Put company_id into the secret") },
      ]);
    }
  });
});

describe("checked can be", () => {
  test("a declared workflow with parameters laid over it", async () => {
    const event = { push_parameters: { job_id: "nowhere" } };
    expect(await check(SMARTRECRUITERS, {}, event)).toMatchObject({ ok: false });
  });

  test("a whole workflow inline, before it is declared", async () => {
    const auth = { hrflow_auth: { secret: "hrflow/acme" }, connector_auth: { secret: "teamtailor/acme" } };
    const event = { workflow_id: "planned", action: TEAMTAILOR, ...auth, check: true };
    expect(await scene.invoke(TEAMTAILOR, event)).toMatchObject({ workflow_id: "planned", ok: true });
  });

  test("no workflow that is unknown, and nothing by a check that is not true", async () => {
    const unknown = await scene.invoke<RunAnswer>(TEAMTAILOR, { workflow_id: "acm", check: true });
    expect(unknown).toMatchObject({ status: "fatal", reason: "workflow_id_not_found" });
    const no = await scene.invoke<RunAnswer>(TEAMTAILOR, { workflow_id: "acme-teamtailor", check: "yes" });
    expect(no).toMatchObject({
      reason: "bad_action_parameters",
      message: expect.stringContaining("check must be true"),
    });
  });
});
