/** What the pushes to the same account are told of an update: how long they wait for it, and what comes from it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { type Echo, hashReference, readEcho } from "../../lib/push/echo.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { readPending } from "../../lib/update/pending.ts";
import { readRecords } from "../../lib/update/record.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import type { TestEnvironment } from "../environment.ts";
import { formatWith, NOT_YET, pushBack, startWriteScene, type WriteScene } from "./write-scene.ts";

let scene: WriteScene;
const now = Date.now();
beforeEach(async () => {
  scene = await startWriteScene();
  scene.environment.now = () => now;
});
afterEach(() => scene.stop());

const echoOf = (reference: string): Promise<Echo> =>
  readEcho(
    { workflowId: "acme-flatchr", sourceKey: scene.sourceKey, referenceHash: hashReference(reference) },
    scene.environment,
  );
/** How long pushes wait from now on, in seconds. */
const heldSeconds = async (reference: string) => {
  const { held_until = Number.NaN } = await echoOf(reference);
  return (held_until - now) / 1000;
};

describe("the pushes to the same account", () => {
  test("wait for two minutes where a run that creates a profile dies", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    const forever = Number.POSITIVE_INFINITY;
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "status", status: 503 }, forever);
    await scene.run(scene.creating);
    expect(await heldSeconds(candidateId)).toBe(120);
  });

  test("wait for two hours where HrFlow parses the CV later", async () => {
    scene.parseLater();
    const { candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    const forever = Number.POSITIVE_INFINITY;
    scene.hrflow.failNext({ route: "GET /profile/indexing" }, NOT_YET, forever);
    await scene.run(scene.creating);
    expect(await heldSeconds(candidateId)).toBe(7200);
  });

  test("do not wait where the write can be foreseen: they know what it will look like before it is made", async () => {
    const { candidateId } = scene.add("Ada");
    scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 422 });
    await scene.run();
    expect(await echoOf(candidateId)).toEqual({ fingerprint: expect.any(String) });
  });

  test("are told nothing where nothing was written", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run({ format: () => ({}) });
    expect(await echoOf(candidateId)).toEqual({});
  });

  test("are told at the second attempt where the first died between the CV and the write", async () => {
    const { candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    const info = { first_name: "Ada", last_name: "Example", email: "ada@example.com" };
    scene.hrflow.putProfile({ source_key: scene.sourceKey, reference: candidateId, info });
    // The CV says what HrFlow knew: there is nothing to be written after it.
    scene.hrflow.settings.parse = () => {
      scene.hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "status", status: 503 });
      return { info };
    };
    expect((await scene.run({ format: () => ({}) })).items).toMatchObject([{ outcome: "updated" }]);
    expect(scene.parsings()).toBe(1);
    expect(await echoOf(candidateId)).toEqual({ fingerprint: expect.any(String) });
  });

  test("wait no more where a CV that was to be parsed was not to be had", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    scene.flatchr.failNext(
      { route: "GET /company/:companyId/files/expire" },
      { kind: "status", status: 404 },
      9,
    );
    await scene.run({ format: () => ({}) });
    expect(await echoOf(candidateId)).toEqual({ fingerprint: expect.any(String) });
    expect(await readPending("acme-update", scene.environment)).toHaveProperty("size", 0);
  });

  test("are told of a reference that a format names by its hash, which is kept for the erasure", async () => {
    const { applicantId } = scene.add("Ada", { inHrflow: false });
    await scene.run({ ...scene.creating, format: formatWith("own") });
    const records = await readRecords("acme-update", [applicantId], scene.environment);
    expect(records.get(applicantId)?.reference_hash).toBe(hashReference("own"));
    expect(await echoOf("own")).toEqual({ fingerprint: expect.any(String) });
  });
});

describe("an update from Flatchr is not pushed back to Flatchr", () => {
  const flatchrWrites = () => scene.flatchr.enrichments().length + scene.flatchr.applicants().length;

  async function push(reference: string, environment: TestEnvironment = scene.environment) {
    const workflow = checkWorkflow(pushBack(scene.vacancyId));
    if (workflow.direction !== "push") return expect.fail("it is a push");
    const profileKey = scene.profileOf(reference)?.key ?? "";
    return pushProfile(
      { ...workflow, connector: flatchrConnector },
      { sourceKey: scene.sourceKey, profileKey },
      60_000,
      environment,
      "run",
    );
  }

  test.each([
    ["of a profile that is there", { inHrflow: true }],
    ["of a profile that it creates", { inHrflow: false }],
    ["of a profile that it creates from a CV", { inHrflow: false, cv: true }],
    ["of a profile whose CV it has parsed", { inHrflow: true, cv: true }],
  ])("%s", async (_, options) => {
    const { candidateId } = scene.add("Ada", options);
    await scene.run(scene.creating);
    const before = flatchrWrites();
    expect(await push(candidateId)).toMatchObject({
      outcome: "unchanged",
      notes: [expect.stringContaining("came from")],
    });
    expect(flatchrWrites()).toBe(before);
  });

  test("while it is still writing: the push waits", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    const ofThePush = { ...scene.environment };
    const created = Promise.withResolvers<void>();
    const refused = Promise.withResolvers<void>();
    // The update reads the profile once more when it has created it: there it stands until the push was refused.
    scene.environment.fetch = async (...call) => {
      if (scene.profileOf(candidateId) !== undefined) {
        created.resolve();
        await refused.promise;
      }
      return ofThePush.fetch(...call);
    };
    const running = scene.run(scene.creating);
    await created.promise;
    await expect(push(candidateId, ofThePush)).rejects.toMatchObject({ reason: "already_running" });
    refused.resolve();
    expect((await running).status).toBe("success");
    expect(await push(candidateId)).toMatchObject({ outcome: "unchanged" });
  });

  test("but a real change in HrFlow is, and so is the way back", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run();
    const key = scene.profileOf(candidateId)?.key ?? "";
    scene.hrflow.editProfile(key, { info: { summary: "A real change" } });
    expect(await push(candidateId)).toMatchObject({ outcome: "updated" });
    scene.hrflow.editProfile(key, { info: { summary: "Foreign to Flatchr" } });
    expect(await push(candidateId)).toMatchObject({ outcome: "updated" });
  });
});
