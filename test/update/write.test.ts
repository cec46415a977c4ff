/** The write of one candidate: under which reference its profile is looked for, and when it is created. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatWith, startWriteScene, type WriteScene } from "./write-scene.ts";

let scene: WriteScene;
beforeEach(async () => {
  scene = await startWriteScene();
});
afterEach(() => scene.stop());

describe("a profile is looked for", () => {
  test("under the reference that a format names", async () => {
    scene.add("Ada");
    scene.hrflow.putProfile({
      source_key: scene.sourceKey,
      reference: "own",
      info: { first_name: "Before", last_name: "Own", email: "own@example.com" },
    });
    await scene.run({ format: formatWith("own") });
    expect(scene.profileOf("own")?.info).toMatchObject({ first_name: "Ada!", last_name: "Own" });
  });

  test.each([
    ["an empty one", ""],
    ["none that is text", 7],
    ["none", undefined],
  ])("under the candidate's id where a format names %s", async (_, reference) => {
    const { candidateId } = scene.add("Ada");
    await scene.run({ format: formatWith(reference) });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada!");
  });

  test("and where there is none, the failure names the candidate's id, and no reference of a format's", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    const own =
      "HrFlow has no profile with the reference that format gave in this source; push_parameters.create_missing: true creates it";
    expect((await scene.run()).items[0]?.detail).toBe(
      own.replace("the reference that format gave", `the reference ${candidateId}`),
    );
    expect((await scene.run({ format: formatWith("Ada") })).items[0]?.detail).toBe(own);
    expect(scene.creations()).toBe(0);
  });
});

describe("a profile that is created", () => {
  test("is answered as created, once", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { inHrflow: false });
    expect((await scene.run(scene.creating)).items).toEqual([
      { key: applicantId, outcome: "created", candidate_id: candidateId },
    ]);
    expect(await scene.run({ ...scene.creating, incremental: false })).toMatchObject({
      items: [],
      events: { write_unchanged: 1 },
    });
    expect([scene.creations(), scene.edits()]).toEqual([1, 0]);
  });

  test("from its CV is answered as created, and is not created a second time", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { cv: true, inHrflow: false });
    expect((await scene.run(scene.creating)).items).toEqual([
      { key: applicantId, outcome: "created", candidate_id: candidateId },
    ]);
    expect([scene.parsings(), scene.creations()]).toEqual([1, 0]);
  });

  test("by a call whose answer was lost, and cannot be read yet, is there: that is as good", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    scene.hrflow.settings.readableAfterInMs = 60_000;
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "reset", when: "after" });
    const { status, items } = await scene.run(scene.creating);
    expect(status).toBe("success");
    expect(items).toMatchObject([{ outcome: "created" }]);
    expect(scene.creations()).toBe(2);
    expect(scene.hrflow.profiles().map(({ reference }) => reference)).toEqual([candidateId]);
  });

  test("and refused, fails", async () => {
    scene.add("Ada", { inHrflow: false });
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "status", status: 422 });
    expect(await scene.run(scene.creating)).toMatchObject({ status: "fatal", reason: "write_failure" });
  });
});
