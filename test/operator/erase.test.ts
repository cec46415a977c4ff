/** `erase`: every trace of one person goes, it is said what went, and nothing goes while somebody is at work. */
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PermanentError } from "../../lib/errors.ts";
import type { EraseAnswer } from "../../lib/operator/erase.ts";
import { deadLetter } from "../../lib/queue.ts";
import type { RunAnswer } from "../../lib/run/run.ts";
import { updateItem } from "../../lib/table.ts";
import { leaseWorkflow } from "../../lib/update/state.ts";
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

type Answer = EraseAnswer & RunAnswer;

/** All that the table and the dead-letter queue of Teamtailor hold, as text. */
async function everythingKept(): Promise<string> {
  const { dynamodb, settings, inspectQueue } = scene.environment;
  const { Items } = await dynamodb.send(new ScanCommand({ TableName: settings.tableName }));
  return JSON.stringify([Items, inspectQueue("push-profile-to-teamtailor-dead-letters.fifo")]);
}

describe("a profile", () => {
  const subject = (profile_key: string) => ({ source_key: scene.sourceKey, profile_key });
  const erase = (profile_key: string, event: object = {}) =>
    scene.invoke<Answer>(TEAMTAILOR, { erase: subject(profile_key), ...event });
  const push = (action: string, profile_key: string) =>
    scene.invoke<RunAnswer>(action, {
      workflow_id: action.replace("push_profile_to_", "acme-"),
      pull_parameters: subject(profile_key),
    });
  const linkKey = (key: string) => ({ pk: `link#acme-teamtailor#${scene.sourceKey}#${key}`, sk: "link" });

  async function addTraces(): Promise<string> {
    const key = scene.addProfile();
    for (const action of [TEAMTAILOR, FLATCHR, SMARTRECRUITERS]) await push(action, key);
    const body = JSON.stringify({ workflow_id: "acme-teamtailor", ...subject(key) });
    const attributes = { MessageGroupId: key, ApproximateReceiveCount: "1" };
    const record = { body, attributes, messageId: key } as Parameters<typeof deadLetter>[1];
    await deadLetter(TEAMTAILOR, record, new PermanentError("write_failure", "why"), scene.environment);
    return key;
  }
  const ALL = [
    { workflow_id: "acme-teamtailor", what: "link", count: 1 },
    { workflow_id: "acme-flatchr", what: "link", count: 1 },
    { workflow_id: "acme-smartrecruiters", what: "link", count: 1 },
    { workflow_id: "acme-teamtailor", what: "runs", count: 1 },
    { workflow_id: "acme-flatchr", what: "runs", count: 1 },
    { workflow_id: "acme-smartrecruiters", what: "runs", count: 1 },
    { what: "dead_letters", count: 1 },
  ];

  test("leaves no trace of itself, and all of anybody else", async () => {
    const [key, other] = [await addTraces(), await addTraces()];
    expect(await everythingKept()).toContain(key);
    expect(await erase(key)).toMatchObject({
      action: TEAMTAILOR,
      subject: subject(key),
      persist: true,
      removed: ALL,
      message: expect.stringMatching(
        /^removed: 1 link of acme-teamtailor, .*1 dead_letters\. While HrFlow has/,
      ),
    });
    const kept = await everythingKept();
    expect(kept).not.toContain(key);
    expect(kept.split(other).length - 1).toBeGreaterThanOrEqual(7);
    expect(await erase(key)).toMatchObject({
      removed: [],
      message: expect.stringContaining("nothing is kept"),
    });
  });

  test("in a dry run is told, and kept", async () => {
    const key = await addTraces();
    const before = await everythingKept();
    expect(await erase(key, { persist: false })).toMatchObject({
      persist: false,
      removed: ALL,
      message: expect.stringContaining("dry run: would be removed"),
    });
    expect((await everythingKept()).length).toBe(before.length);
  });

  test("of one workflow alone", async () => {
    const key = await addTraces();
    const { removed, workflows } = await erase(key, { workflow_id: "acme-teamtailor" });
    expect(workflows).toEqual(["acme-teamtailor"]);
    expect(removed.map(({ what }) => what)).toEqual(["link", "runs", "dead_letters"]);
    expect(await everythingKept()).toContain(`acme-flatchr#${scene.sourceKey}#${key}`);
  });

  test("is refused while a push holds its link, and everything stays", async () => {
    const key = await addTraces();
    const lease_expires_at = scene.environment.now() + 60_000;
    await updateItem(linkKey(key), { set: { lease_owner: "run", lease_expires_at } }, scene.environment);
    for (const persist of [true, false]) {
      expect(await erase(key, { persist })).toMatchObject({ status: "fatal", reason: "already_running" });
    }
    expect(await everythingKept()).toContain(`acme-flatchr#${scene.sourceKey}#${key}`);
    scene.environment.pass(61);
    expect(await erase(key)).toMatchObject({ removed: ALL });
  });

  test("is refused until a create whose answer was lost can be seen: forgotten, it would be made twice", async () => {
    const key = scene.addProfile();
    const creating_since = scene.environment.now();
    await updateItem(linkKey(key), { set: { creating_since } }, scene.environment);
    expect(await erase(key)).toMatchObject({
      reason: "already_running",
      message: expect.stringContaining("is not settled yet: try again in 1 seconds"),
    });
    scene.environment.pass(1);
    expect(await erase(key)).toMatchObject({ removed: [{ what: "link" }] });
  });

  test("that is pushed again after it was erased is the same candidate", async () => {
    const key = scene.addProfile();
    await push(TEAMTAILOR, key);
    await erase(key);
    await push(TEAMTAILOR, key);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });
});

describe("a candidate", () => {
  const erase = (candidate: string, event: object = {}) =>
    scene.invoke<Answer>(UPDATE, { erase: { candidate }, ...event });
  const run = () => scene.invoke<RunAnswer>(UPDATE, { workflow_id: "acme-update" });

  test("leaves no trace of itself, and all of anybody else", async () => {
    const written = scene.addCandidate();
    const failed = scene.addCandidate({ inHrflow: false });
    const other = scene.addCandidate();
    await run();
    const dry = await erase(written.rowId, { persist: false });
    expect(await everythingKept()).toContain(written.rowId);
    const answer = await erase(written.rowId, { workflow_id: "acme-update" });
    expect(answer).toMatchObject({
      subject: { candidate: written.rowId },
      removed: [
        { workflow_id: "acme-flatchr", what: "echo", count: 1 },
        { workflow_id: "acme-update", what: "runs", count: 1 },
        { workflow_id: "acme-update", what: "candidate", count: 1 },
      ],
    });
    expect(dry.removed).toEqual(answer.removed);
    expect((await erase(failed.rowId)).removed.map(({ what }) => what)).toEqual([
      "pending",
      "runs",
      "candidate",
    ]);
    const kept = await everythingKept();
    for (const { rowId, candidateId } of [written, failed]) {
      expect(kept).not.toContain(rowId);
      expect(kept).not.toContain(candidateId);
    }
    expect(kept).toContain(other.rowId);
  });

  test("is refused while a run is at work, and the workflow is free again afterwards", async () => {
    const { rowId } = scene.addCandidate();
    await run();
    const lease = await leaseWorkflow("acme-update", "run", scene.environment);
    for (const persist of [true, false]) {
      expect(await erase(rowId, { persist })).toMatchObject({ status: "fatal", reason: "already_running" });
    }
    await lease.release();
    expect((await erase(rowId)).removed).not.toEqual([]);
    expect(await run()).toMatchObject({ status: "success" });
  });
});

test.each([
  [TEAMTAILOR, { erase: { candidate: "row" } }, "erase.source_key is required"],
  [TEAMTAILOR, { workflow_id: "acm", erase: { source_key: "s", profile_key: "p" } }, "no such workflow"],
  [UPDATE, { erase: { candidate: "" } }, "erase.candidate must be the id of a row"],
  [
    UPDATE,
    { erase: { candidate: "row" }, persits: false },
    "persits is unknown; known are workflow_id, erase, persist",
  ],
])("%s refuses %j", async (action, event, message) => {
  expect(await scene.invoke(action, event)).toMatchObject({
    status: "fatal",
    message: expect.stringContaining(message),
  });
  expect([...scene.environment.tableOperations]).toEqual([]);
});
