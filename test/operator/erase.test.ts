/** `erase` of a profile: every trace of one person goes, it is said what went, and nothing goes while somebody is at work. */
import type { SQSRecord } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PermanentError } from "../../lib/errors.ts";
import type { EraseAnswer } from "../../lib/operator/erasure.ts";
import { deadLetter } from "../../lib/queue.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { updateItem } from "../../lib/table.ts";
import { FLATCHR, type OperatorScene, SMARTRECRUITERS, startOperatorScene, TEAMTAILOR } from "./scene.ts";

let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene();
});
afterEach(() => scene.stop());

type Answer = EraseAnswer & RunAnswer;

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
    await addDeadLetter(TEAMTAILOR, key);
    return key;
  }
  async function addDeadLetter(action: string, key: string): Promise<void> {
    const workflow_id = action.replace("push_profile_to_", "acme-");
    const body = JSON.stringify({ workflow_id, ...subject(key) });
    const attributes = { MessageGroupId: key, ApproximateReceiveCount: "1" };
    const record = { body, attributes, messageId: key } as SQSRecord;
    const failure = new PermanentError("write_failure", "why");
    await deadLetter({ workflow_id, action }, "profile", record, failure, scene.environment);
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
    expect(await scene.everythingKept()).toContain(key);
    expect(await erase(key)).toMatchObject({
      action: TEAMTAILOR,
      subject: subject(key),
      persist: true,
      removed: ALL,
      message: expect.stringMatching(
        /^removed: 1 link of acme-teamtailor, .*1 dead_letters\. While HrFlow has/,
      ),
    });
    const kept = await scene.everythingKept();
    expect(kept).not.toContain(key);
    expect(kept.split(other).length - 1).toBeGreaterThanOrEqual(7);
    expect(await erase(key)).toMatchObject({
      removed: [],
      message: expect.stringContaining("nothing is kept"),
    });
  });

  test("in a dry run is told, and kept", async () => {
    const key = await addTraces();
    const before = await scene.everythingKept();
    expect(await erase(key, { persist: false })).toMatchObject({
      persist: false,
      removed: ALL,
      message: expect.stringContaining("dry run: would be removed"),
    });
    expect((await scene.everythingKept()).length).toBe(before.length);
  });

  test("of one workflow alone", async () => {
    const key = await addTraces();
    const { removed, workflows } = await erase(key, { workflow_id: "acme-teamtailor" });
    expect(workflows).toEqual(["acme-teamtailor"]);
    expect(removed.map(({ what }) => what)).toEqual(["link", "runs", "dead_letters"]);
    expect(await scene.everythingKept()).toContain(`acme-flatchr#${scene.sourceKey}#${key}`);
  });

  test("is refused while a push holds its link, and everything stays", async () => {
    const key = await addTraces();
    const lease_expires_at = scene.environment.now() + 60_000;
    await updateItem(linkKey(key), { set: { lease_owner: "run", lease_expires_at } }, scene.environment);
    for (const persist of [true, false]) {
      expect(await erase(key, { persist })).toMatchObject({ status: "fatal", reason: "already_running" });
    }
    expect(await scene.everythingKept()).toContain(`acme-flatchr#${scene.sourceKey}#${key}`);
    scene.environment.pass(61);
    expect(await erase(key)).toMatchObject({ removed: ALL });
  });

  test("is refused until a create whose answer was lost can be seen: forgotten, it would be made twice", async ({
    onTestFinished,
  }) => {
    vi.useFakeTimers({ toFake: ["Date"] }); // Only `pass` moves the clock.
    onTestFinished(() => void vi.useRealTimers());
    const key = scene.addProfile();
    const creating_since = scene.environment.now();
    await updateItem(linkKey(key), { set: { creating_since } }, scene.environment);
    expect(await erase(key)).toMatchObject({
      reason: "already_running",
      message: expect.stringContaining("is not settled yet: try again in 60 seconds"),
    });
    scene.environment.pass(60);
    expect(await erase(key)).toMatchObject({ removed: [{ what: "link" }] });
  });

  test("is erased from the queues of the other functions by the same event, sent to those", async () => {
    const key = await addTraces();
    await addDeadLetter(FLATCHR, key);
    const { ask_also, message } = await erase(key);
    expect(ask_also).toEqual(["push-profile-to-flatchr", "push-profile-to-smartrecruiters"]);
    expect(message).toContain(
      "Send this event to push-profile-to-flatchr and push-profile-to-smartrecruiters",
    );
    for (const name of ask_also) {
      const event = { erase: subject(key) };
      await scene.invoke(name.replaceAll("-", "_"), event);
    }
    expect(await scene.everythingKept()).not.toContain(key);
  });

  test("of a workflow that is declared no more", async () => {
    const key = scene.addProfile();
    const gone = { ...scene.workflow(TEAMTAILOR), workflow_id: "gone", pull_parameters: subject(key) };
    await scene.invoke(TEAMTAILOR, gone);
    expect((await erase(key, { workflow_id: "gone" })).removed).toEqual([
      { workflow_id: "gone", what: "link", count: 1 },
      { workflow_id: "gone", what: "runs", count: 1 },
    ]);
    expect(await scene.everythingKept()).not.toContain(key);
    expect(await erase(key, { workflow_id: "gone" })).toMatchObject({ reason: "workflow_id_not_found" });
  });

  test("that is pushed again after it was erased is the same candidate", async () => {
    const key = scene.addProfile();
    await push(TEAMTAILOR, key);
    await erase(key);
    await push(TEAMTAILOR, key);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });
});

test.each([
  [TEAMTAILOR, { erase: { candidate: "row" } }, "erase.source_key is required"],
  [TEAMTAILOR, { workflow_id: "acme-flatchr", erase: { source_key: "s", profile_key: "p" } }, "no such"],
])("%s refuses %j", async (action, event, message) => {
  expect(await scene.invoke(action, event)).toMatchObject({
    status: "fatal",
    message: expect.stringContaining(message),
  });
  expect([...scene.environment.tableOperations]).toEqual([]);
});
