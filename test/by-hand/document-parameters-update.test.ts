/** Every parameter of document 004, the update of profiles from Flatchr, by its own name: as document-parameters.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment } from "../environment.ts";
import { type OperatorScene, startOperatorScene, UPDATE } from "../operator/scene.ts";

const OLD = Date.parse("2025-03-10T12:00:00Z");
const told: unknown[] = [];
const functions = {
  discardAll: () => null,
  onlyTags: () => ({ tags: [{ name: "by", value: "format" }] }),
  tell: (run: unknown) => told.push(run),
};

let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene(functions);
  told.length = 0;
});
afterEach(() => scene.stop());

/** Calls the action with what the document says, laid over its declared workflow. */
const call = (event: object = {}) =>
  scene.invoke<RunAnswer>(UPDATE, { workflow_id: "acme-update", ...event });

/** Somebody in Flatchr whom HrFlow knows: found by what is named, in none of which `addOther` is the same. */
function addPerson({
  firstname = "Ada",
  lastname = "Exemple",
  email = "ada@example.com",
  ...applicant
} = {}) {
  const place = { vacancyId: scene.vacancy.id, ...applicant };
  const { flatchr, hrflow, sourceKey } = scene;
  const added = flatchr.addCandidate({ firstname, lastname, email }, place);
  hrflow.putProfile({ source_key: sourceKey, reference: added.candidate.id, info: { summary: "Foreign" } });
  return added;
}
const addOther = (applicant: object = {}) =>
  addPerson({ firstname: "Grace", lastname: "Autre", email: "grace@example.com", ...applicant });
const profileOf = ({ candidate }: ReturnType<typeof addPerson>) =>
  scene.hrflow.profiles().find(({ reference }) => reference === candidate.id);

describe("Flatchr Auth Parameters", () => {
  test.each(["api_key", "company_id"])("%s", async (name) => {
    addPerson();
    const refused = await call({ connector_auth: { [name]: "RAW" } });
    expect(refused).toMatchObject({
      status: "fatal",
      message: expect.stringContaining("AWS Secrets Manager"),
    });
    expect(await call()).toMatchObject({ status: "success" });
    scene.environment.rotateSecret("flatchr/acme", { ...scene.secrets["flatchr/acme"], [name]: "wrong" });
    scene.environment.pass(600);
    expect(await call()).toMatchObject({ status: "fatal" });
  });

  test("env_base_url", async () => {
    addPerson();
    const { "flatchr/acme": flatchrAuth, "hrflow/acme": hrflowAuth } = scene.secrets;
    const demo = "https://api.demo.flatchr.io";
    const secrets = { "hrflow/acme": hrflowAuth, "flatchr/acme": { ...flatchrAuth, env_base_url: demo } };
    const environment = await startTestEnvironment(secrets, { HRFLOW_BASE_URL: scene.hrflow.url });
    const called: string[] = [];
    environment.fetch = async (input, init) => {
      const request = new Request(input, init);
      const { origin, pathname } = new URL(request.url);
      if (request.url.startsWith(scene.hrflow.url)) return globalThis.fetch(request);
      called.push(origin);
      return globalThis.fetch(new Request(`${scene.flatchr.apiUrl}${pathname}`, request));
    };
    Object.assign(scene.environment, { ...environment, stop: scene.environment.stop });
    expect(await call()).toMatchObject({ status: "success", events: { write_success: 1 } });
    expect(new Set(called)).toEqual(new Set([demo]));
    await environment.stop();
  });
});

describe("HrFlow.ai Auth Parameters", () => {
  test.each(["api_secret", "api_user"])("%s", async (name) => {
    addPerson();
    const refused = await call({ hrflow_auth: { [name]: "RAW" } });
    expect(refused).toMatchObject({
      status: "fatal",
      message: expect.stringContaining("AWS Secrets Manager"),
    });
    scene.environment.rotateSecret("hrflow/acme", { ...DEFAULT_HRFLOW_KEY, [name]: "wrong" });
    expect(await call()).toMatchObject({ status: "fatal", reason: "credential_failure" });
  });
});

describe("Pull Parameters (Flatchr)", () => {
  const select = async (pull_parameters: object) =>
    (await call({ pull_parameters })).items.map(({ key }) => key);

  test.each([
    ["firstname", "Ada"],
    ["lastname", "Exemple"],
    ["email", "ada@example.com"],
  ])("%s", async (filter, value) => {
    const { applicant } = addPerson();
    addOther();
    expect(await select({ [filter]: value })).toEqual([applicant.id]);
  });

  test("hired", async () => {
    const hired = scene.flatchr.addColumn("Engaged", { hired: true });
    const { applicant } = addPerson({ columnId: hired.id } as object);
    addOther();
    expect(await select({ hired: true })).toEqual([applicant.id]);
  });

  test("column", async () => {
    const column = scene.flatchr.addColumn("Entretien RH");
    const { applicant } = addPerson({ columnId: column.id } as object);
    addOther();
    expect(await select({ column: "Entretien RH" })).toEqual([applicant.id]);
  });

  test("start", async () => {
    const { applicant } = addPerson();
    addOther({ createdAt: OLD });
    expect(await select({ start: "03/11/25" })).toEqual([applicant.id]);
  });

  test("end", async () => {
    const { applicant } = addPerson({ createdAt: OLD } as object);
    addOther();
    expect(await select({ end: "03/11/25" })).toEqual([applicant.id]);
  });

  test("vacancy", async () => {
    const other = scene.flatchr.addVacancy({ title: "Another" });
    const { applicant } = addPerson({ vacancyId: other.id } as object);
    addOther();
    expect(await select({ vacancy: other.slug })).toEqual([applicant.id]);
  });
});

describe("Push Parameters (HrFlow)", () => {
  test("source_key", async () => {
    addPerson();
    const source_key = scene.hrflow.addSource({}).key;
    expect(await call({ push_parameters: { source_key } })).toMatchObject({
      items: [
        { outcome: "failed", detail: expect.stringContaining("HrFlow has no profile with the reference") },
      ],
    });
  });

  test("only_edit_fields", async () => {
    const person = addPerson();
    await call({ push_parameters: { only_edit_fields: ["tags"] } });
    expect(profileOf(person)?.info.first_name).not.toBe("Ada");
    await call({ push_parameters: { only_edit_fields: ["info"] } });
    expect(profileOf(person)?.info.first_name).toBe("Ada");
  });
});

describe("Other Parameters", () => {
  test("workflow_id", async () => {
    expect(await call({ workflow_id: "another" })).toMatchObject({ reason: "workflow_id_not_found" });
  });

  test("logics", async () => {
    addPerson();
    expect(await call({ logics: ["discardAll"] })).toMatchObject({ events: { logics_discard: 1 } });
  });

  test("format", async () => {
    const person = addPerson();
    await call({ format: "onlyTags" });
    expect(profileOf(person)?.tags).toMatchObject([{ name: "by", value: "format" }]);
  });

  test("callback", async () => {
    addPerson();
    expect(await call({ callback: "tell" })).toMatchObject({ events: { callback_executed: 1 } });
    expect(told).toMatchObject([{ workflow_id: "acme-update", events: { write_success: 1 } }]);
  });

  test("persist", async () => {
    const person = addPerson();
    expect(await call({ persist: false })).toMatchObject({ items: [{ outcome: "updated", preview: {} }] });
    expect(profileOf(person)?.info.first_name).not.toBe("Ada");
  });

  test("incremental", async () => {
    scene.flatchr.settings.moveUpdatesDate = false; // Else asking who somebody is changes them.
    addPerson();
    addOther({ createdAt: OLD, updatedAt: OLD });
    await call({ incremental: true });
    expect(await call({ incremental: true })).toMatchObject({ events: { read_success: 1 } });
    expect(await call({ incremental: false })).toMatchObject({ events: { read_success: 2 } });
  });
});
