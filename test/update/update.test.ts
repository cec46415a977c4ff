import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const hrflowWrites = () => scene.hrflow.calls.filter(({ write, changed }) => write && changed).length;

test("a candidate's profile gets what Flatchr knows, and keeps everything else", async () => {
  const { candidateId, applicantId } = scene.add("Ada");
  const answer = await scene.run();
  expect(answer).toMatchObject({
    status: "success",
    reason: "none",
    events: { read_success: 1, write_success: 1 },
  });
  expect(scene.profileOf(candidateId)).toMatchObject({
    info: {
      first_name: "Ada",
      last_name: "Example",
      phone: "+33 6 12 34 56 78",
      summary: "Foreign to Flatchr",
    },
    experiences: [{ title: "Engineer", company: "ACME" }],
  });
  const tags = Object.fromEntries(
    scene.profileOf(candidateId)?.tags.map(({ name, value }) => [name, value]) ?? [],
  );
  expect(tags).toMatchObject({
    foreign: "kept",
    applicant_id: applicantId,
    vacancy: "Data Engineer",
    column: "Nouveaux",
  });
});

test("a second incremental run writes nothing, and asks Flatchr for nothing but the list and its names", async () => {
  for (const name of ["Ada", "Grace", "Edsger"]) scene.add(name);
  await scene.run();
  const writes = hrflowWrites();
  const calls = scene.flatchr.calls.length;
  const answer = await scene.run();
  expect(answer).toMatchObject({ status: "success", events: { write_unchanged: 3, write_success: 0 } });
  expect(hrflowWrites()).toBe(writes);
  expect(scene.flatchr.calls.length - calls).toBeLessThanOrEqual(3);
});

test("a changed candidate arrives, and only that", async () => {
  scene.add("Ada");
  const { candidateId } = scene.add("Grace");
  await scene.run();
  const writes = hrflowWrites();
  scene.flatchr.editCandidate(candidateId, { phone: "+33 7 00 00 00 00" });
  const answer = await scene.run();
  expect(answer.events).toMatchObject({ write_success: 1, write_unchanged: 1 });
  expect(scene.profileOf(candidateId)?.info.phone).toBe("+33 7 00 00 00 00");
  expect(hrflowWrites()).toBe(writes + 1);
});

test("the candidate's id is asked for once in its life", async () => {
  scene.add("Ada");
  await scene.run();
  await scene.run({ incremental: false });
  await scene.run({ incremental: false });
  expect(scene.flatchr.calls.filter(({ method }) => method === "PUT")).toHaveLength(1);
});

test("a dry run writes nothing anywhere, does not ask for the id, and previews", async () => {
  scene.add("Ada");
  const answer = await scene.run({ persist: false });
  expect(answer.items).toMatchObject([{ outcome: "updated", preview: { info: { first_name: "Ada" } } }]);
  expect(scene.flatchr.calls.filter(({ changed }) => changed)).toEqual([]);
  expect(hrflowWrites()).toBe(0);
  const reads = ["GetItem", "BatchGetItem", "Query"];
  expect([...scene.environment.tableOperations.keys()].filter((name) => !reads.includes(name))).toEqual([]);
});

describe("push_parameters", () => {
  test("only_edit_fields", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run({ push_parameters: { source_key: scene.sourceKey, only_edit_fields: ["tags"] } });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Before");
    expect(scene.profileOf(candidateId)?.tags.map(({ name }) => name)).toContain("applicant_id");
  });

  test("create_missing: without it a candidate that HrFlow does not know fails, and says what to do", async () => {
    scene.add("Ada", { inHrflow: false });
    const answer = await scene.run();
    expect(answer).toMatchObject({ status: "fatal", reason: "write_failure", cursor: null });
    expect(answer.items[0]?.detail).toContain("create_missing: true");
    const created = await scene.run({
      push_parameters: { source_key: scene.sourceKey, create_missing: true },
    });
    expect(created.events.write_success).toBe(1);
    expect(scene.hrflow.profiles()).toMatchObject([{ info: { first_name: "Ada" } }]);
  });
});

describe("the CV", () => {
  test("is parsed where HrFlow has none, at once or later, and only once", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    await scene.run();
    expect(scene.profileOf(candidateId)?.attachments.length).toBeGreaterThan(0);
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
    await scene.run({ incremental: false });
    expect(scene.hrflow.calls.filter(({ route }) => route.includes("parsing/file"))).toHaveLength(1);
  });

  test("of a source that parses later is merged in a later run", async () => {
    const source = scene.hrflow.sources()[0];
    if (source) source.sync_parsing = false;
    // A run looks for half a minute, on the clock that HrFlow has too.
    scene.hrflow.settings.asyncParsingInMs = 60_000;
    scene.hrflow.settings.now = scene.environment.now;
    const { candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    const push_parameters = { source_key: scene.sourceKey, create_missing: true };
    expect((await scene.run({ push_parameters })).status).toBe("success");
    expect(scene.profileOf(candidateId)?.info.phone).toBeNull();
    scene.environment.pass(60);
    await scene.run({ push_parameters });
    expect(scene.profileOf(candidateId)?.info).toMatchObject({
      first_name: "Ada",
      phone: "+33 6 12 34 56 78",
    });
    expect((await scene.run({ push_parameters })).events.write_success).toBe(0);
  });
});

describe("a candidate that fails", () => {
  test("is tried in the next run, though nothing about it changed, and holds up nobody", async () => {
    const { candidateId } = scene.add("Ada");
    scene.add("Grace");
    scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 422 }, 1);
    const answer = await scene.run();
    expect(answer).toMatchObject({ status: "success_with_failures", reason: "write_failure" });
    expect(answer.items.filter(({ outcome }) => outcome === "failed")).toHaveLength(1);
    expect((await scene.run()).events).toMatchObject({ write_success: 1, write_unchanged: 1 });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });

  test("for a passing reason is tried again within the run", async () => {
    scene.add("Ada");
    scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 503 }, 2);
    expect((await scene.run()).status).toBe("success");
  });

  test("because its vacancy is gone fails alone", async () => {
    const closed = scene.flatchr.addVacancy({ title: "Closed" });
    scene.flatchr.addCandidate(
      { firstname: "Lost", lastname: "Example", email: "lost@example.com" },
      { vacancyId: closed.id },
    );
    scene.flatchr.closeVacancy(closed.id);
    const { candidateId } = scene.add("Ada");
    expect(await scene.run()).toMatchObject({ status: "success_with_failures" });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });
});

test.each([true, false])(
  "a key of Flatchr's that is rotated fails no run (incremental: %s)",
  async (incremental) => {
    scene.add("Ada");
    await scene.run({ incremental });
    scene.add("Grace");
    const { companyId } = scene.flatchr;
    scene.flatchr.acceptKeys(["flatchr-next-key"]);
    scene.environment.rotateSecret("flatchr/acme", { api_key: "flatchr-next-key", company_id: companyId });
    expect(await scene.run({ incremental })).toMatchObject({ status: "success", reason: "none" });
  },
);

test("a key of HrFlow's that is rotated ends no run: what failed with the old one is left to the next run", async () => {
  await scene.run();
  for (let index = 0; index < 60; index += 1) scene.add(`Person${index}`);
  const next = { ...DEFAULT_HRFLOW_KEY, api_secret: "hrflow-next-key" };
  scene.hrflow.acceptKeys([next]);
  scene.environment.rotateSecret("hrflow/acme", next);
  const { events, status } = await scene.run();
  expect(status).toBe("success_with_failures");
  expect(events.write_success).toBeGreaterThan(0);
  expect(events.write_success + events.write_failure).toBe(60);
  expect((await scene.run()).events.write_success).toBe(events.write_failure);
});

test("logics see a candidate before Flatchr is asked who it is", async () => {
  scene.add("Ada");
  const answer = await scene.run({ logics: [() => null] });
  expect(answer).toMatchObject({ status: "success", events: { logics_discard: 1 } });
  expect(scene.flatchr.calls.filter(({ method }) => method === "PUT")).toHaveLength(0);
});
