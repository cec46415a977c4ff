/** How a push ends: what it answers, what stays in the link, and what is said when it fails. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CandidateStore } from "../../lib/connector.ts";
import { VendorError } from "../../lib/errors.ts";
import { readLinkState } from "../../lib/push/link.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { type PushScene, startPushScene, WORKFLOW, workflowWith } from "./scene.ts";

let scene: PushScene;
beforeEach(async () => {
  scene = await startPushScene();
});
afterEach(() => scene.stop());

const referenceOf = ({ key }: { key: string }) => ({ sourceKey: scene.sourceKey, profileKey: key });
const push = (profile: { key: string }, changed = {}, environment = scene.environment) =>
  pushProfile(workflowWith(changed), referenceOf(profile), 60_000, environment);
const linkOf = (profile: { key: string }) =>
  readLinkState({ workflowId: WORKFLOW.workflow_id, ...referenceOf(profile) }, scene.environment);

test("a profile that is not to be pushed is discarded, and its candidate named where it has one", async () => {
  const profile = scene.addProfile();
  scene.hrflow.archiveProfile(profile.key);
  expect(await push(profile)).toEqual({ outcome: "discarded", candidateId: undefined, notes: [] });
  const other = scene.addProfile();
  await push(other);
  scene.hrflow.archiveProfile(other.key);
  expect(await push(other)).toEqual({ outcome: "discarded", candidateId: "1", notes: [] });
});

test.each([{ archive: true }, { archived_at: "2026-01-05T09:00:00+0000" }])(
  "a profile with %j is archived, whichever of the two HrFlow sends",
  async (archived) => {
    const profile = scene.addProfile();
    const data = { ...scene.hrflow.profile(profile.key), archive: null, archived_at: null, ...archived };
    const body = { code: 200, message: "Profile details", data };
    scene.hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "status", status: 200, body });
    expect(await push(profile)).toMatchObject({ outcome: "discarded" });
  },
);

describe("a profile that cannot be read", () => {
  test("because HrFlow does not have it is a failed read", async () => {
    await expect(push({ key: "0".repeat(40) })).rejects.toMatchObject({
      name: "ProfileNotFoundError",
      reason: "read_failure",
      message: "HrFlow has no such profile in this source",
    });
  });

  test("because HrFlow is away is a failed read, which the link remembers", async () => {
    const profile = scene.addProfile();
    scene.hrflow.failNext({}, { kind: "status", status: 503 }, 9);
    await expect(push(profile)).rejects.toMatchObject({
      reason: "read_failure",
      message: expect.stringContaining("HrFlow GET"),
    });
    expect(await linkOf(profile)).toMatchObject({
      last_outcome: "read_failure",
      last_detail: expect.stringContaining("HrFlow GET"),
      attempts: 1,
    });
  });
});

test("a push that fails for good says so without what the ATS quotes of the person", async () => {
  const profile = scene.addProfile({ first_name: "Zyxwvut" });
  // The look-up sends the e-mail and no name.
  const body = { errors: [{ title: "is strange", detail: "Zyxwvut is strange", status: "422" }] };
  scene.teamtailor.failNext({ method: "GET" }, { kind: "status", status: 422, body });
  const failing = push(profile);
  await expect(failing).rejects.toMatchObject({
    reason: "write_failure",
    message: expect.stringMatching(/^Teamtailor GET .*: 422 .*is strange/),
  });
  await expect(failing).rejects.not.toThrow("Zyxwvut");
  expect((await linkOf(profile))?.last_detail).not.toContain("Zyxwvut");
});

test("a push that fails, and cannot save its link either, says why it failed; the log says the rest", async () => {
  const profile = scene.addProfile();
  scene.outage();
  const { dynamodb } = scene.environment;
  let updates = 0;
  const send = ((command: never) => {
    if (Object(command) instanceof UpdateItemCommand) updates += 1;
    return updates > 1 ? Promise.reject(new Error("no table")) : dynamodb.send(command);
  }) as typeof dynamodb.send;
  await expect(push(profile, {}, { ...scene.environment, dynamodb: { send } })).rejects.toMatchObject({
    reason: "write_failure",
    message: expect.stringContaining("Teamtailor GET"),
  });
  const said = scene.environment.logged.map((line) => JSON.parse(line));
  expect(said.filter(({ level }) => level === "WARN")).toMatchObject([
    { message: "link not released", detail: "DynamoDB UpdateItem: Error" },
  ]);
});

describe("a CV", () => {
  const addCv = (key: string, text = "%PDF-1.4 a CV") =>
    scene.hrflow.addAttachment(key, { type: "resume", extension: ".pdf", bytes: Buffer.from(text) });

  test("that is new and cannot be had leaves an unchanged candidate alone, and that is said", async () => {
    const profile = scene.addProfile();
    await push(profile);
    addCv(profile.key);
    scene.hrflow.settings.attachmentStatus = 404;
    const writes = scene.teamtailor.calls.length;
    expect(await push(profile)).toEqual({
      outcome: "unchanged",
      candidateId: "1",
      notes: ["the CV is not available any more (404): pushed without it"],
    });
    expect(scene.teamtailor.calls.length).toBe(writes);
  });

  test("that the ATS did not take fails the push, keeps the candidate, and is sent again", async () => {
    const profile = scene.addProfile();
    addCv(profile.key);
    const call = { vendor: "Teamtailor", method: "POST", url: "https://teamtailor.example/cv" };
    const cvFailure = new VendorError(call, { status: 503, effect: "unknown", detail: "busy" });
    const create = async () => ({ candidateId: "7", cvFailure });
    await expect(push(profile, { create })).rejects.toMatchObject({
      reason: "write_failure",
      message: expect.stringContaining("busy"),
    });
    expect(await linkOf(profile)).toMatchObject({ candidate_id: "7", fingerprint: expect.any(String) });
    const sent: unknown[] = [];
    const update: CandidateStore<object>["update"] = async (id, _, cv) => {
      sent.push(id, cv?.contentType);
      return { outcome: "updated", notes: ["by hand"] };
    };
    expect(await push(profile, { update })).toEqual({
      outcome: "updated",
      candidateId: "7",
      notes: ["by hand"],
    });
    expect(sent).toEqual(["7", "application/pdf"]);
    expect(await push(profile)).toMatchObject({ outcome: "unchanged", candidateId: "7", notes: [] });
  });

  test("that is gone, and a write that leaves something to say: both are said", async () => {
    const profile = scene.addProfile();
    addCv(profile.key);
    scene.hrflow.settings.attachmentStatus = 404;
    const create = async () => ({ candidateId: "7", notes: ["without tags"] });
    const { notes } = await push(profile, { create });
    expect(notes).toEqual(["the CV is not available any more (404): pushed without it", "without tags"]);
    expect(await linkOf(profile)).not.toHaveProperty("cv_fingerprint"); // It is asked for again.
  });
});

test("an ATS that gives a candidate a new id at an update is believed", async () => {
  const profile = scene.addProfile();
  await push(profile);
  scene.hrflow.editProfile(profile.key, { info: { last_name: "Moved" } });
  const update = async () => ({ outcome: "updated" as const, candidateId: "8" });
  expect(await push(profile, { update })).toEqual({ outcome: "updated", candidateId: "8", notes: [] });
  expect(await linkOf(profile)).toMatchObject({ candidate_id: "8" });
});
