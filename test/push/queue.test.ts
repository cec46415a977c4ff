import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type QueueWorker, queueWorker } from "./queue-worker.ts";
import { type PushScene, startPushScene, WORKFLOW } from "./scene.ts";

const MISSING_PROFILE = "0".repeat(40);

let scene: PushScene;
let queue: QueueWorker;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] }); // Only `pass` moves the clock.
  scene = await startPushScene();
  queue = queueWorker([WORKFLOW], scene.environment);
});
afterEach(async () => {
  await scene.stop();
  vi.useRealTimers();
});

describe("done, and gone from the queue, is", () => {
  test("a profile that was pushed", async () => {
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test("one that has not changed", async () => {
    const { key } = scene.addProfile();
    await scene.store(key, key);
    await queue.work();
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
  });

  test("one that a logic discards", async () => {
    queue = queueWorker([{ ...WORKFLOW, logics: [() => null] }], scene.environment);
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
  });
});

test("of a batch, only what is not done stays", async () => {
  const { key } = scene.addProfile();
  await scene.store(MISSING_PROFILE, key);
  const records = await queue.receive();
  expect(records).toHaveLength(2);
  expect(await queue.handle(records)).toEqual([records[0]?.messageId]);
  expect(queue.size()).toBe(1);
  expect(scene.teamtailor.candidates()).toHaveLength(1);
});

describe("what can never succeed goes to the dead-letter queue at once", () => {
  test("with its reason, its words, and how often it was tried", async () => {
    const { key } = scene.addProfile({ email: null });
    await scene.store(key);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(await queue.deadLetters()).toEqual([
      {
        body: JSON.stringify({
          workflow_id: "acme-teamtailor",
          source_key: scene.sourceKey,
          profile_key: key,
        }),
        reason: "format_failure",
        detail: expect.stringContaining("the profile has no e-mail, which Teamtailor requires"),
        attempts: "1",
        groupId: `acme-teamtailor.${key}`,
      },
    ]);
  });

  const refusal = { errors: [{ title: "is invalid: Ada at ada@example.com", status: "422" }] };
  const throwing = () => {
    throw new Error("Ada\u0000 at ada@example.com");
  };
  test.each<[string, object, () => void]>([
    ["logics_failure", { logics: [throwing] }, () => {}],
    ["format_failure", { format: throwing }, () => {}],
    [
      "write_failure",
      {},
      () => scene.teamtailor.failNext({ method: "POST" }, { kind: "status", status: 422, body: refusal }),
    ],
  ])("%s, without personal data", async (reason, changes, prepare) => {
    prepare();
    queue = queueWorker([{ ...WORKFLOW, ...changes }], scene.environment);
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    const letters = await queue.deadLetters();
    expect(letters).toMatchObject([{ reason }]);
    for (const kept of [JSON.stringify(letters), scene.environment.logged.join()]) {
      expect(kept).not.toContain("Ada");
      expect(kept).not.toContain("@example.com");
    }
  });

  test("a message that names a workflow which is not deployed (any more)", async () => {
    queue = queueWorker([], scene.environment);
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([
      { reason: "workflow_id_not_found", detail: expect.stringContaining('no workflow "acme-teamtailor"') },
    ]);
  });

  test("a message that names a workflow of another ATS", async () => {
    const flatchr = { action: "push_profile_to_flatchr", push_parameters: { vacancy: "v" } };
    queue = queueWorker([{ ...WORKFLOW, ...flatchr }], scene.environment);
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([{ reason: "workflow_id_not_found" }]);
    expect(scene.teamtailor.calls).toEqual([]);
  });

  test("a message about a source that the workflow does not take", async () => {
    queue = queueWorker([{ ...WORKFLOW, pull_parameters: { source_keys: ["another"] } }], scene.environment);
    await scene.store(scene.addProfile().key);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([
      { reason: "bad_origin_parameters", detail: expect.stringContaining("source_keys") },
    ]);
    expect(scene.teamtailor.calls).toEqual([]);
  });

  const message = { workflow_id: WORKFLOW.workflow_id, source_key: "source", profile_key: "profile" };
  test.each<[string, unknown]>([
    ["that is not JSON", "hello"],
    ["that is null", "null"],
    ["that is a list", [message]],
    ["that is empty", {}],
    ["without profile_key", { ...message, profile_key: undefined }],
    ["with a number as key", { ...message, profile_key: 1 }],
    ["with a path as key", { ...message, profile_key: "../source" }],
    ["with a query as key", { ...message, source_key: "a&key=b" }],
    ["with an empty workflow_id", { ...message, workflow_id: "" }],
    ["with a workflow_id that is none", { ...message, workflow_id: "\u0001Ada" }],
    ["with a workflow_id of 65 characters", { ...message, workflow_id: "a".repeat(65) }],
    ["with its keys behind __proto__", `{"__proto__":${JSON.stringify(message)}}`],
    ["with an event_type that is none", { ...message, event_type: { type: "x" } }],
  ])("a message of another sender, %s", async (_, body) => {
    await queue.send(body);
    const calls = scene.hrflow.calls.length;
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(await queue.deadLetters()).toMatchObject([{ reason: "event_parsing_failure" }]);
    expect(scene.hrflow.calls.length).toBe(calls);
  });
});

describe("when the dead-letter queue does not answer", () => {
  test("the message stays where it is, and is moved later", async () => {
    const deadLetterQueueUrl = () => `${scene.environment.settings.queueUrl(WORKFLOW.action)}-nowhere`;
    const settings = { ...scene.environment.settings, deadLetterQueueUrl };
    const cutOff = queueWorker([WORKFLOW], { ...scene.environment, settings });
    await scene.store(scene.addProfile({ email: null }).key);
    const records = await queue.receive();
    expect(await cutOff.handle(records)).toEqual(records.map(({ messageId }) => messageId));
    expect(queue.waitingFor()).toEqual([9]);
    await queue.handBack(records);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([{ reason: "format_failure", attempts: "2" }]);
  });
});

describe("several messages of one profile in one batch", () => {
  /** AWS may hand out several messages of one group together; here they come one by one, and are put together. */
  async function receiveTogether(...profileKeys: string[]) {
    for (const [index, profile_key] of profileKeys.entries()) {
      const message = { workflow_id: WORKFLOW.workflow_id, source_key: scene.sourceKey, profile_key };
      await queue.send(message, `group-${index}`);
    }
    const records = await queue.receive();
    return records.map((record) => ({
      ...record,
      attributes: { ...record.attributes, MessageGroupId: "one" },
    }));
  }

  test("are served by one push", async () => {
    const { key } = scene.addProfile();
    const before = scene.hrflow.calls.length;
    expect(await queue.handle(await receiveTogether(key, key, key))).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(scene.hrflow.calls.length - before).toBe(1);
  });

  test("come back together when it fails", async () => {
    scene.outage();
    const { key } = scene.addProfile();
    expect(await queue.handle(await receiveTogether(key, key, key))).toHaveLength(3);
    expect(queue.waitingFor()).toEqual([9, 9, 9]);
    expect(scene.teamtailor.calls).toHaveLength(1);
  });

  test("leave one dead letter when it can never succeed", async () => {
    const { key } = scene.addProfile({ email: null });
    expect(await queue.handle(await receiveTogether(key, key))).toEqual([]);
    expect(await queue.deadLetters()).toHaveLength(1);
  });

  test("others of the same group wait for the one that failed, so that the group stays in order", async () => {
    const { key } = scene.addProfile();
    const [first, second] = await receiveTogether(MISSING_PROFILE, key);
    expect(await queue.handle([first, second].filter((one) => one !== undefined))).toEqual([
      first?.messageId,
      second?.messageId,
    ]);
    expect(queue.waitingFor()).toEqual([9, 9]);
    expect(scene.teamtailor.calls).toEqual([]);
  });

  test("others of the same group go on behind one that was given up", async () => {
    const records = await receiveTogether(scene.addProfile({ email: null }).key, scene.addProfile().key);
    expect(await queue.handle(records)).toEqual([]);
    expect(await queue.deadLetters()).toHaveLength(1);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });
});
