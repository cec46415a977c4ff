/** The write of one candidate: under which reference, whether it is created, what comes of its CV, and what pushes are told. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Echo, hashReference, readEcho } from "../../lib/push/echo.ts";
import { readPending } from "../../lib/update/pending.ts";
import { readRecords } from "../../lib/update/record.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
let now: number;
beforeEach(async () => {
  scene = await startUpdateScene((vacancy) => [
    {
      workflow_id: "acme-flatchr",
      action: "push_profile_to_flatchr",
      hrflow_auth: { secret: "hrflow/acme" },
      connector_auth: { secret: "flatchr/acme" },
      push_parameters: { vacancy },
    },
  ]);
  now = Date.now();
  scene.environment.now = () => now;
  scene.environment.sleep = async () => {};
});
afterEach(() => scene.stop());

/** As HrFlow answers while it has not parsed the CV of a new profile. */
const NOT_YET = { code: 400, message: "Invalid parameters. Unable to find object: profile" };

const creating = () => ({ push_parameters: { source_key: scene.sourceKey, create_missing: true } });
const creations = () => scene.hrflow.calls.filter(({ route }) => route === "POST /profile/indexing").length;
const edits = () => scene.hrflow.calls.filter(({ route }) => route === "PUT /profile/indexing").length;
const parsings = () => scene.hrflow.calls.filter(({ route }) => route.endsWith("/parsing/file")).length;
const parseLater = () => {
  for (const source of scene.hrflow.sources()) source.sync_parsing = false;
};
const echoOf = (reference: string): Promise<Echo> =>
  readEcho(
    { workflowId: "acme-flatchr", sourceKey: scene.sourceKey, referenceHash: hashReference(reference) },
    scene.environment,
  );
/** How long pushes wait from now on, in seconds of a function that runs at ordinary speed. */
const heldSeconds = async (reference: string) => {
  const { held_until = Number.NaN } = await echoOf(reference);
  return Math.round(((held_until - now) / 1000) * scene.environment.settings.speed);
};
const formatWith = (reference: unknown) => (candidate: { firstname?: string }) => ({
  reference,
  info: { first_name: `${candidate.firstname}!` },
});

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
    expect(creations()).toBe(0);
  });
});

describe("a profile that is created", () => {
  test("is answered as created, once", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { inHrflow: false });
    expect((await scene.run(creating())).items).toEqual([
      { key: applicantId, outcome: "created", candidate_id: candidateId },
    ]);
    expect(await scene.run({ ...creating(), incremental: false })).toMatchObject({
      items: [],
      events: { write_unchanged: 1 },
    });
    expect([creations(), edits()]).toEqual([1, 0]);
  });

  test("from its CV is answered as created, and is not created a second time", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { cv: true, inHrflow: false });
    expect((await scene.run(creating())).items).toEqual([
      { key: applicantId, outcome: "created", candidate_id: candidateId },
    ]);
    expect([parsings(), creations()]).toEqual([1, 0]);
  });

  test("by a call whose answer was lost, and cannot be read yet, is there: that is as good", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    scene.hrflow.settings.readableAfterInMs = 60_000;
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "reset", when: "after" });
    const { status, items } = await scene.run(creating());
    expect(status).toBe("success");
    expect(items).toMatchObject([{ outcome: "created" }]);
    expect(creations()).toBe(2);
    expect(scene.hrflow.profiles().map(({ reference }) => reference)).toEqual([candidateId]);
  });

  test("and refused, fails", async () => {
    scene.add("Ada", { inHrflow: false });
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "status", status: 422 });
    expect(await scene.run(creating())).toMatchObject({ status: "fatal", reason: "write_failure" });
  });
});

describe("the CV of a profile", () => {
  test("that has one is not parsed", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    const profile = scene.profileOf(candidateId);
    const bytes = Buffer.from("%PDF-1.4 theirs");
    scene.hrflow.addAttachment(profile?.key ?? "", { type: "resume", extension: ".pdf", bytes });
    expect((await scene.run()).status).toBe("success");
    expect(parsings()).toBe(0);
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
    parseLater();
    const { applicantId, candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    // The first run looks once before it sends the CV, and ten times after.
    scene.hrflow.failNext(
      { route: "GET /profile/indexing" },
      { kind: "status", status: 400, body: NOT_YET },
      11,
    );
    await scene.run(creating());
    await expect
      .poll(() => scene.run(creating()))
      .toMatchObject({
        items: [{ key: applicantId, outcome: "updated", candidate_id: candidateId }],
      });
    expect(scene.profileOf(candidateId)?.info.first_name).toBe("Ada");
    expect(await readPending("acme-update", scene.environment)).toHaveProperty("size", 0);
    expect(parsings()).toBe(1);
  });

  test("that HrFlow parses later, while the profile still reads as it was, is pending until it is there", async () => {
    parseLater();
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
    expect(parsings()).toBe(1);
  });

  test("that HrFlow parses later is pending for ten runs, and then given up", async () => {
    parseLater();
    scene.hrflow.settings.readableAfterInMs = 0;
    const { applicantId, candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    // HrFlow never finishes.
    scene.hrflow.failNext(
      { route: "GET /profile/indexing" },
      { kind: "status", status: 400, body: NOT_YET },
      Number.POSITIVE_INFINITY,
    );
    const pending = async () => (await readPending("acme-update", scene.environment)).get(applicantId);
    const first = await scene.run(creating());
    expect(first.items).toEqual([{ key: applicantId, outcome: "created", candidate_id: candidateId }]);
    expect(await pending()).toMatchObject({ reason: "parsing", attempts: 1, runId: first.run_id });
    for (let attempts = 2; attempts <= 10; attempts += 1) {
      expect((await scene.run(creating())).events).toMatchObject({ write_unchanged: 1 });
      expect(await pending()).toMatchObject({ reason: "parsing", attempts });
    }
    const last = await scene.run(creating());
    expect(await pending()).toBeUndefined();
    const records = await readRecords("acme-update", [applicantId], scene.environment);
    expect(records.get(applicantId)).toMatchObject({ run_id: last.run_id, fingerprint: expect.any(String) });
    expect([parsings(), creations()]).toEqual([1, 0]);
  });

  test("that HrFlow refuses, because the profile is there and cannot be read yet, is left out, and that is said", async () => {
    const { candidateId, applicantId } = scene.add("Ada", { cv: true, inHrflow: false });
    scene.hrflow.settings.readableAfterInMs = 60_000;
    scene.hrflow.putProfile({
      source_key: scene.sourceKey,
      reference: candidateId,
      info: { first_name: "Before", last_name: "Update", email: "ada@example.com" },
    });
    const { items } = await scene.run(creating());
    expect(items).toMatchObject([
      {
        outcome: "created",
        notes: ["HrFlow does not parse a CV onto a profile that is there: it has none"],
      },
    ]);
    expect(await readPending("acme-update", scene.environment)).toHaveProperty("size", 1);
    expect((await readPending("acme-update", scene.environment)).get(applicantId)?.reason).toBe("parsing");
    expect(creations()).toBe(0);
  });
});

describe("the pushes to the same account", () => {
  test("wait for two minutes where a run that creates a profile dies", async () => {
    const { candidateId } = scene.add("Ada", { inHrflow: false });
    const forever = Number.POSITIVE_INFINITY;
    scene.hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "status", status: 503 }, forever);
    await scene.run(creating());
    expect(await heldSeconds(candidateId)).toBe(120);
  });

  test("wait for two hours where HrFlow parses the CV later", async () => {
    parseLater();
    const { candidateId } = scene.add("Ada", { cv: true, inHrflow: false });
    const forever = Number.POSITIVE_INFINITY;
    scene.hrflow.failNext(
      { route: "GET /profile/indexing" },
      { kind: "status", status: 400, body: NOT_YET },
      forever,
    );
    await scene.run(creating());
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
    expect(parsings()).toBe(1);
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
    await scene.run({ ...creating(), format: formatWith("own") });
    const records = await readRecords("acme-update", [applicantId], scene.environment);
    expect(records.get(applicantId)?.reference_hash).toBe(hashReference("own"));
    expect(await echoOf("own")).toEqual({ fingerprint: expect.any(String) });
  });
});
