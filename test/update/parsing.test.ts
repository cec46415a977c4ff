/** What comes of a candidate's CV: when HrFlow parses it, what stays of the profile, and how long it is waited for. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPending } from "../../lib/update/pending.ts";
import { readRecords } from "../../lib/update/record.ts";
import { NOT_YET, startWriteScene, type WriteScene } from "./write-scene.ts";

let scene: WriteScene;
beforeEach(async () => {
  scene = await startWriteScene();
});
afterEach(() => scene.stop());

describe("the CV of a profile", () => {
  test("that has one is not parsed", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    const profile = scene.profileOf(candidateId);
    const bytes = Buffer.from("%PDF-1.4 theirs");
    scene.hrflow.addAttachment(profile?.key ?? "", { type: "resume", extension: ".pdf", bytes });
    expect((await scene.run()).status).toBe("success");
    expect(scene.parsings()).toBe(0);
  });

  test("is parsed, and what HrFlow knew before stays, even if the edit says nothing new", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { cv: true });
    const { items } = await scene.run({ format: () => ({}) });
    expect(items).toEqual([{ key: applicantId, outcome: "updated", candidate_id: candidateId }]);
    expect(scene.profileOf(candidateId)?.info).toMatchObject({
      first_name: "Before",
      summary: "Foreign to Flatchr",
    });
  });

  test("that HrFlow has parsed by the next run is done with: what the ATS knows is merged into it", async () => {
    scene.parseLater();
    scene.hrflow.settings.asyncParsingInMs = 0;
    const { applicantId, candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    // The first run looks once before it sends the CV, and ten times after.
    scene.hrflow.failNext({ route: "GET /profile/indexing" }, NOT_YET, 11);
    await scene.run(scene.creating);
    expect((await scene.run(scene.creating)).items).toMatchObject([
      { key: applicantId, outcome: "updated", candidate_id: candidateId },
    ]);
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
    expect(await readPending("acme-update", scene.environment)).toHaveProperty("size", 0);
    expect(scene.parsings()).toBe(1);
  });

  test("that HrFlow parses later, while the profile still reads as it was, is pending until it is there", async () => {
    scene.parseLater();
    scene.hrflow.settings.asyncParsingInMs = 0;
    const { applicantId, candidateId } = scene.add("Ada", { cv: true });
    const data = scene.profileOf(candidateId);
    const body = { code: 200, message: "Profile details", data };
    scene.hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "status", status: 200, body }, 11);
    expect((await scene.run()).items).toMatchObject([{ key: applicantId, outcome: "updated" }]);
    const pending = () => readPending("acme-update", scene.environment);
    expect((await pending()).get(applicantId)).toMatchObject({ reason: "parsing", attempts: 1 });
    await scene.run();
    expect(await pending()).toHaveProperty("size", 0);
    expect(scene.profileOf(candidateId)?.attachments.length).toBeGreaterThan(0);
    expect(scene.parsings()).toBe(1);
  });

  test("that HrFlow parses later is pending for ten runs, and then given up", async () => {
    scene.parseLater();
    scene.hrflow.settings.readableAfterInMs = 0;
    const { applicantId, candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    // HrFlow never finishes.
    scene.hrflow.failNext({ route: "GET /profile/indexing" }, NOT_YET, Number.POSITIVE_INFINITY);
    const pending = async () => (await readPending("acme-update", scene.environment)).get(applicantId);
    const first = await scene.run(scene.creating);
    expect(first.items).toEqual([{ key: applicantId, outcome: "created", candidate_id: candidateId }]);
    expect(await pending()).toMatchObject({ reason: "parsing", attempts: 1, runId: first.run_id });
    for (let attempts = 2; attempts <= 10; attempts += 1) {
      expect((await scene.run(scene.creating)).events).toMatchObject({ write_unchanged: 1 });
      expect(await pending()).toMatchObject({ reason: "parsing", attempts });
    }
    const last = await scene.run(scene.creating);
    expect(await pending()).toBeUndefined();
    const records = await readRecords("acme-update", [applicantId], scene.environment);
    expect(records.get(applicantId)).toMatchObject({ run_id: last.run_id, fingerprint: expect.any(String) });
    expect([scene.parsings(), scene.creations()]).toEqual([1, 0]);
  });

  test("that HrFlow refuses, because the profile is there and cannot be read yet, is left out, and that is said", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { cv: true, inHrflow: false });
    scene.hrflow.settings.readableAfterInMs = 60_000;
    scene.hrflow.putProfile({
      source_key: scene.sourceKey,
      reference: candidateId,
      info: { first_name: "Before", last_name: "Update", email: "ada@example.com" },
    });
    const { items } = await scene.run(scene.creating);
    expect(items).toMatchObject([
      {
        outcome: "created",
        notes: ["HrFlow does not parse a CV onto a profile that is there: it has none"],
      },
    ]);
    expect(await readPending("acme-update", scene.environment)).toHaveProperty("size", 1);
    expect((await readPending("acme-update", scene.environment)).get(applicantId)?.reason).toBe("parsing");
    expect(scene.creations()).toBe(0);
  });
});
