/**
 * Every parameter of the four documents about pushes (that of the update: document-parameters-update.test.ts), each by its own name and in the document's own form of a call: a test fails when
 * the parameter is ignored. In the place of what JSON cannot carry (an instance, a function) stands its name.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import {
  FLATCHR,
  type OperatorScene,
  SMARTRECRUITERS,
  startOperatorScene,
  TEAMTAILOR,
} from "../operator/scene.ts";

const PERSON = { firstname: "By", lastname: "Format", email: "by.format@example.com" };
const functions = {
  discardAll: () => null,
  toFlatchr: () => PERSON,
  toTeamtailor: () => ({ email: PERSON.email }),
  toSmartrecruiters: () => ({ firstName: "By", lastName: "Format", email: PERSON.email }),
};

let scene: OperatorScene;
let key: string;
beforeEach(async () => {
  scene = await startOperatorScene(functions);
  key = scene.addProfile();
});
afterEach(() => scene.stop());

const profile = (): Record<string, unknown> => ({ profile: { key, source: { key: scene.sourceKey } } });
/** E-mails of the candidates that an ATS has. */
const emails = {
  [TEAMTAILOR]: () => scene.teamtailor.candidates().map(({ attributes }) => attributes.email),
  [FLATCHR]: () => scene.flatchr.candidates().map(({ email }) => email),
  [SMARTRECRUITERS]: () => scene.smartrecruiters.candidates().map(({ details }) => details.email),
};
const idOf = (action: string) => action.replace("push_profile_to_", "acme-");

/** Calls an action with what the document says, laid over its declared workflow. */
const call = (action: string, event: object, changes: object = {}) =>
  scene.invoke<RunAnswer>(action, { workflow_id: idOf(action), ...event }, changes);
const outcome = ({ items }: RunAnswer) => items[0]?.outcome;

/** A credential is never in an event: refused there by its name, and used from the secret. */
async function expectCredential(
  action: string,
  event: object,
  secret: string,
  wrong: Record<string, unknown>,
) {
  const refused = await call(action, event);
  expect(refused).toMatchObject({
    status: "fatal",
    message: expect.stringContaining("Put it into AWS Secrets Manager"),
  });
  expect(JSON.stringify(refused)).not.toContain("RAW");
  scene.environment.rotateSecret(secret, wrong);
  expect(await call(action, profile())).toMatchObject({ status: "fatal", reason: "credential_failure" });
}

/** What the three documents of 2021 have in common. */
function testDocumentOf2021(action: keyof typeof emails, secret: string, format: string) {
  test("logics", async () => {
    expect(outcome(await call(action, { ...profile(), logics: ["discardAll"] }))).toBe("discarded");
  });

  test.each(["local_scope", "global_scope"])("%s", async (scope) => {
    expect(await call(action, { ...profile(), [scope]: { discardAll: "…" } })).toMatchObject({
      status: "fatal",
      message: expect.stringContaining("functions are looked up in workflows/functions.ts"),
    });
  });

  test("format_function_name", async () => {
    await call(action, { ...profile(), format_function_name: format });
    expect(emails[action]()).toEqual([PERSON.email]);
  });

  test("hrflow_client", async () => {
    const event = { ...profile(), hrflow_client: { api_secret: "RAW", api_user: "RAW" } };
    const { webhook_secret } = scene.secrets["hrflow/acme"];
    await expectCredential(action, event, "hrflow/acme", {
      api_secret: "wrong",
      api_user: "wrong",
      webhook_secret,
    });
  });

  test("profile", async () => {
    const other = scene.addProfile();
    expect(await call(action, { profile: { key: other, source: { key: scene.sourceKey } } })).toMatchObject({
      status: "success",
      items: [{ key: other, outcome: "created" }],
    });
  });

  test("auth", async () => {
    const { company_id } = scene.secrets["flatchr/acme"];
    await expectCredential(action, { ...profile(), auth: "RAW" }, secret, { auth: "wrong", company_id });
  });
}

describe("document 000: push a profile to Flatchr, 2021", () => {
  testDocumentOf2021(FLATCHR, "flatchr/acme", "toFlatchr");

  test("vacancy", async () => {
    const other = scene.flatchr.addVacancy({ title: "Another" });
    await call(FLATCHR, { ...profile(), vacancy: other.slug });
    expect(scene.flatchr.applicants().map(({ vacancyId }) => vacancyId)).toEqual([other.id]);
  });

  test.each(["compagny", "company"])("%s", async (name) => {
    const answer = await call(FLATCHR, { ...profile(), [name]: scene.flatchr.addCompany().id });
    // The other company has no such vacancy.
    expect(answer).toMatchObject({ status: "fatal", reason: "bad_target_parameters" });
  });
});

describe("document 001: push a profile to Flatchr, 2022", () => {
  const origin = (changes: object = {}) => ({
    origin_parameters: { source_key: scene.sourceKey, profile_key: key, ...changes },
  });

  test("workflow_id", async () => {
    const event = { workflow_id: "some-string-identifier", ...origin() };
    expect(await call(FLATCHR, event)).toMatchObject({ status: "fatal", reason: "workflow_id_not_found" });
  });

  test("logics", async () => {
    const event = { ...origin(), action_parameters: { logics: ["discardAll"] } };
    expect(outcome(await call(FLATCHR, event))).toBe("discarded");
  });

  test("format", async () => {
    await call(FLATCHR, { ...origin(), action_parameters: { format: "toFlatchr" } });
    expect(emails[FLATCHR]()).toEqual([PERSON.email]);
  });

  test("read_mode", async () => {
    const event = (read_mode: string) => ({ ...origin(), action_parameters: { read_mode } });
    expect(outcome(await call(FLATCHR, event("sync")))).toBe("created");
    expect(await call(FLATCHR, event("incremental"))).toMatchObject({
      status: "fatal",
      message: expect.stringContaining("a push is driven by webhooks and has no cursor"),
    });
  });

  test.each(["api_secret", "api_user"])("%s", async (name) => {
    const { webhook_secret } = scene.secrets["hrflow/acme"];
    const wrong = { ...DEFAULT_HRFLOW_KEY, webhook_secret, [name]: "wrong" };
    await expectCredential(FLATCHR, origin({ [name]: "RAW" }), "hrflow/acme", wrong);
  });

  test("source_key", async () => {
    const other = scene.hrflow.addSource({}).key;
    expect(await call(FLATCHR, origin({ source_key: other }))).toMatchObject({ reason: "read_failure" });
  });

  test("profile_key", async () => {
    const other = scene.addProfile();
    expect(await call(FLATCHR, origin({ profile_key: other }))).toMatchObject({ items: [{ key: other }] });
  });

  test("auth", async () => {
    const { company_id } = scene.secrets["flatchr/acme"];
    const event = { ...origin(), target_parameters: { auth: "RAW" } };
    await expectCredential(FLATCHR, event, "flatchr/acme", { auth: "wrong", company_id });
    scene.environment.rotateSecret("flatchr/acme", { auth: `Bearer ${DEFAULT_FLATCHR_KEY}`, company_id });
    scene.environment.pass(2);
    expect(outcome(await call(FLATCHR, origin()))).toBe("created");
  });

  test("vacancy", async () => {
    const other = scene.flatchr.addVacancy({ title: "Another" });
    await call(FLATCHR, { ...origin(), target_parameters: { vacancy: other.slug } });
    expect(scene.flatchr.applicants().map(({ vacancyId }) => vacancyId)).toEqual([other.id]);
  });

  test("company", async () => {
    const event = { ...origin(), target_parameters: { company: scene.flatchr.addCompany().id } };
    expect(await call(FLATCHR, event)).toMatchObject({ status: "fatal", reason: "bad_target_parameters" });
  });
});

describe("document 002: push a profile to Teamtailor", () => {
  testDocumentOf2021(TEAMTAILOR, "teamtailor/acme", "toTeamtailor");

  test("sourced", async () => {
    for (const sourced of [true, false]) {
      key = scene.addProfile();
      await call(TEAMTAILOR, { ...profile(), sourced }, { push_parameters: { sourced: !sourced } });
      expect(scene.teamtailor.candidates().at(-1)?.attributes).toMatchObject({ sourced });
    }
    expect(scene.teamtailor.candidates()).toHaveLength(2);
  });
});

describe("document 003: push a profile to SmartRecruiters", () => {
  testDocumentOf2021(SMARTRECRUITERS, "smartrecruiters/acme", "toSmartrecruiters");

  test("job_id", async () => {
    const other = scene.smartrecruiters.addJob({});
    await call(SMARTRECRUITERS, { ...profile(), job_id: other.id });
    const [candidate] = scene.smartrecruiters.candidates();
    expect(candidate?.assignments.map(({ jobId }) => jobId)).toEqual([other.id]);
  });
});
