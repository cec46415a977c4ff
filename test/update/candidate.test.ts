/** What users' functions see of a candidate, when it is unchanged, and what a run remembers of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPending, savePending } from "../../lib/update/pending.ts";
import { readRecords } from "../../lib/update/record.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const recordOf = async (row: string) => (await readRecords("acme-update", [row], scene.environment)).get(row);
const pendingOf = async (row: string) => (await readPending("acme-update", scene.environment)).get(row);
const failWrite = () =>
  scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 422 });
const edits = () =>
  scene.hrflow.calls.filter(({ method, status }) => method === "PUT" && status === 200).length;

describe("users' functions get", () => {
  test("in the first run no id in a logic, and the id in the format, beside what the logic has made", async () => {
    const { candidateId } = scene.add("Ada");
    const seen: unknown[] = [];
    const logic = (candidate: { id: string | null }) => {
      seen.push(candidate.id);
      return { ...candidate, firstname: "Made by a logic" };
    };
    const format = ({ id, firstname }: { id: string | null; firstname: string }) => {
      seen.push(id);
      return { info: { first_name: firstname } };
    };
    await scene.run({ logics: [logic], format });
    await scene.run({ logics: [logic], format, incremental: false });
    expect(seen).toEqual([null, candidateId, candidateId, candidateId]);
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Made by a logic");
  });

  test("in the format no id that a logic has changed: it is the ATS's in the first run", async () => {
    const { candidateId } = scene.add("Ada");
    const ids: unknown[] = [];
    const logic = (candidate: object) => ({ ...candidate, id: "of a logic" });
    const format = ({ id }: { id: string | null }) => {
      ids.push(id);
      return {};
    };
    await scene.run({ logics: [logic], format });
    expect(ids).toEqual([candidateId]);
  });
});

describe("a candidate that a logic discards", () => {
  const discard = { logics: [() => null] };

  test("is not waited for any more, though it failed before", async () => {
    const { applicantId } = scene.add("Ada");
    failWrite();
    await scene.run();
    expect(await pendingOf(applicantId)).toMatchObject({ reason: "write_failure", attempts: 1 });
    expect((await scene.run({ ...discard, persist: false })).events.logics_discard).toBe(1);
    expect(await pendingOf(applicantId)).toBeDefined();
    const { items, events } = await scene.run(discard);
    expect([items, events.logics_discard]).toEqual([[], 1]);
    expect(await pendingOf(applicantId)).toBeUndefined();
  });

  test("costs no write to the table, where it did not fail before", async () => {
    scene.add("Ada");
    await scene.run(discard);
    expect(scene.environment.tableOperations.get("DeleteItem") ?? 0).toBe(0);
  });
});

describe("a candidate that has not changed", () => {
  test("is not looked at in HrFlow, and keeps the run that wrote it", async () => {
    const { applicantId } = scene.add("Ada");
    const { run_id } = await scene.run();
    const calls = scene.hrflow.calls.length;
    await scene.run();
    expect(scene.hrflow.calls.length).toBe(calls);
    expect((await recordOf(applicantId))?.run_id).toBe(run_id);
  });

  test("is compared with HrFlow all the same in a run that is not incremental", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run();
    scene.hrflow.editProfile(scene.profileOf(candidateId)?.key ?? "", { info: { first_name: "Other" } });
    expect((await scene.run()).events.write_unchanged).toBe(1);
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Other");
    expect((await scene.run({ incremental: false })).events.write_success).toBe(1);
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });

  test("is written again where it is to be written otherwise", async () => {
    const { candidateId } = scene.add("Ada");
    await scene.run({ push_parameters: { source_key: scene.sourceKey, only_edit_fields: ["tags"] } });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Before");
    await scene.run();
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });

  test("in a dry run that knows it is named with its id, and its preview", async () => {
    const { applicantId, candidateId } = scene.add("Ada");
    await scene.run();
    scene.flatchr.editCandidate(candidateId, { firstname: "Augusta" });
    const writes = edits();
    expect((await scene.run({ persist: false })).items).toEqual([
      {
        key: applicantId,
        outcome: "updated",
        candidate_id: candidateId,
        preview: expect.objectContaining({ info: expect.objectContaining({ first_name: "Augusta" }) }),
      },
    ]);
    expect(edits()).toBe(writes);
  });
});

describe("a run remembers", () => {
  test("who a candidate is, even if its write fails", async () => {
    const { applicantId, candidateId } = scene.add("Ada");
    failWrite();
    await scene.run();
    expect(await recordOf(applicantId)).toEqual({ candidate_id: candidateId });
  });

  test("where its CV lies", async () => {
    const { applicantId } = scene.add("Ada", { cv: true });
    await scene.run();
    expect(await recordOf(applicantId)).toMatchObject({ cv: { extension: expect.any(String) } });
  });

  test("of a failure how often, why, and from which run; and nothing once it is mended", async () => {
    const { applicantId } = scene.add("Ada");
    for (const attempts of [1, 2]) {
      failWrite();
      const { run_id, items } = await scene.run();
      expect(await pendingOf(applicantId)).toEqual({
        rowId: applicantId,
        reason: "write_failure",
        detail: items[0]?.detail,
        attempts,
        changedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        runId: run_id,
      });
    }
    await scene.run();
    expect(await pendingOf(applicantId)).toBeUndefined();
  });

  test("no failure any more where the candidate is back at what was written: HrFlow is asked what it has", async () => {
    const { applicantId, candidateId } = scene.add("Ada");
    await scene.run();
    scene.flatchr.editCandidate(candidateId, { firstname: "Augusta" });
    // The write arrives, and its answer does not.
    scene.hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "status", status: 422, when: "after" });
    await scene.run();
    scene.flatchr.editCandidate(candidateId, { firstname: "Ada" });
    await scene.run();
    expect(await pendingOf(applicantId)).toBeUndefined();
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
  });

  test("a candidate whose CV HrFlow still parses anew, however often it failed before", async () => {
    for (const source of scene.hrflow.sources()) source.sync_parsing = false;
    scene.hrflow.settings.readableAfterInMs = 60_000;
    const { applicantId } = scene.add("Ada", { cv: true, inHrflow: false });
    const failed = { rowId: applicantId, reason: "write_failure", attempts: 9, runId: "r" } as const;
    await savePending("acme-update", { ...failed, changedOn: undefined }, scene.environment);
    await scene.run({ push_parameters: { source_key: scene.sourceKey, create_missing: true } });
    expect(await pendingOf(applicantId)).toMatchObject({ reason: "parsing", attempts: 1 });
  });
});
