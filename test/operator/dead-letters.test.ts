/** `dead_letters`: listed with their reasons, put back, safely and as often as one likes. */
import type { SQSRecord } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PermanentError } from "../../lib/errors.ts";
import type { DeadLettersAnswer } from "../../lib/operator/dead-letters.ts";
import { deadLetter } from "../../lib/queue.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { type QueueWorker, queueWorker } from "../push/queue-worker.ts";
import { MARK, type OperatorScene, startOperatorScene, TEAMTAILOR } from "./scene.ts";

const ID = "acme-teamtailor";
const DEAD = "push-profile-to-teamtailor-dead-letters.fifo";

let scene: OperatorScene;
let worker: QueueWorker;
beforeEach(async () => {
  scene = await startOperatorScene();
  worker = queueWorker([scene.workflow(TEAMTAILOR)], scene.environment);
});
afterEach(() => scene.stop());

const ask = (event: object, timeLeft?: () => number) =>
  scene.invoke<DeadLettersAnswer & RunAnswer>(TEAMTAILOR, event, {}, timeLeft);
const list = (event: object = {}) => ask({ dead_letters: "list", ...event });
const redrive = (event: object = {}, timeLeft?: () => number) =>
  ask({ dead_letters: "redrive", ...event }, timeLeft);
const dead = () => scene.environment.inspectQueue(DEAD);

let letters = 0;
/** Puts a message about a profile into the dead-letter queue, as the push function does. */
async function addDeadLetter(
  profile_key: string,
  reason: "write_failure" | "format_failure" = "write_failure",
) {
  letters += 1;
  const body = JSON.stringify({ workflow_id: ID, source_key: scene.sourceKey, profile_key });
  const attributes = { MessageGroupId: `${ID}.${profile_key}`, ApproximateReceiveCount: "3" };
  const record = { body, attributes, messageId: `message-${letters}` } as SQSRecord;
  const failure = new PermanentError(reason, `because of ${reason}`);
  const about = { workflow_id: ID, action: TEAMTAILOR };
  expect(await deadLetter(about, "profile", record, failure, scene.environment)).toBe(true);
}
async function pushAll() {
  while (worker.size() > 0) await worker.work();
}

test("a dead letter is listed with its reason, and stays where it is, for anybody to see", async () => {
  const key = scene.addProfile();
  await addDeadLetter(key);
  const answer = await list();
  expect(answer).toEqual({
    action: TEAMTAILOR,
    message: expect.stringContaining("nothing was changed"),
    total: 1,
    by_reason: { write_failure: 1 },
    next: { write_failure: expect.stringContaining("Run it again once that is mended") },
    redriven: 0,
    letters: [
      {
        message_id: expect.any(String),
        reason: "write_failure",
        detail: "because of write_failure",
        attempts: "3",
        since: expect.stringMatching(/^\d{4}-/),
        workflow_id: ID,
        source_key: scene.sourceKey,
        profile_key: key,
      },
    ],
  });
  expect(dead()).toMatchObject([{ visibleAt: undefined }]);
  expect((await list()).letters).toEqual(answer.letters);
});

test("a list is counted by reason, filtered and bounded", async () => {
  const [first, second] = [scene.addProfile(), scene.addProfile()];
  for (let count = 0; count < 15; count += 1) await addDeadLetter(first);
  await addDeadLetter(second, "format_failure");
  expect(await list({ limit: 2 })).toMatchObject({ total: 16, letters: { length: 2 } });
  expect(await list({ reason: "format_failure" })).toMatchObject({
    by_reason: { format_failure: 1 },
    letters: [{ profile_key: second }],
  });
  expect(await list({ workflow_id: "another" })).toMatchObject({ by_reason: {}, letters: [] });
  expect(dead().every(({ visibleAt }) => visibleAt === undefined)).toBe(true);
});

test("a redrive pushes them, and a second finds nothing", async () => {
  const key = scene.addProfile();
  await addDeadLetter(key);
  expect(await redrive()).toMatchObject({ redriven: 1, by_reason: { write_failure: 1 } });
  expect(dead()).toEqual([]);
  await pushAll();
  expect(scene.teamtailor.candidates()).toHaveLength(1);
  expect(await redrive()).toMatchObject({ redriven: 0 });
});

test("a dry run says what would be put back, and moves nothing", async () => {
  await addDeadLetter(scene.addProfile());
  expect(await redrive({ persist: false })).toMatchObject({
    redriven: 1,
    message: "dry run: 1 would be put back",
  });
  expect(dead()).toHaveLength(1);
  expect(worker.size()).toBe(0);
});

test("some, by reason and number", async () => {
  for (let count = 0; count < 3; count += 1) {
    await addDeadLetter(scene.addProfile(), "write_failure");
    await addDeadLetter(scene.addProfile(), "format_failure");
  }
  expect(await redrive({ reason: "format_failure", limit: 2 })).toMatchObject({
    redriven: 2,
    message: expect.stringContaining("more may be left: ask again"),
  });
  expect(await redrive({ reason: "format_failure" })).toMatchObject({ redriven: 1 });
  expect((await list()).by_reason).toEqual({ write_failure: 3 });
});

test("what fails again comes back with its new reason, and is not taken twice by one redrive", async () => {
  await addDeadLetter("0".repeat(40)); // HrFlow has no such profile.
  await redrive();
  scene.environment.pass(3600);
  await worker.work();
  expect(await list()).toMatchObject({ by_reason: { read_failure: 1 }, letters: [{ attempts: "1" }] });
});

test("a run that ended in the dead-letter queue is in the history", async () => {
  const key = scene.addProfile();
  scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 422 });
  await worker.send({ workflow_id: ID, source_key: scene.sourceKey, profile_key: key });
  await worker.work();
  const runs = await ask({ workflow_id: ID, runs: true });
  expect(runs).toMatchObject({ runs: [{ status: "fatal", reason: "write_failure", items: [{ key }] }] });
  expect(JSON.stringify([runs, await list()])).not.toContain(MARK);
});

test("a redrive that dies between sending and deleting leaves a second message, and no second candidate", async () => {
  await addDeadLetter(scene.addProfile());
  const { sqs } = scene.environment;
  scene.environment.sqs = {
    send: ((command: object) =>
      command.constructor.name === "DeleteMessageBatchCommand"
        ? Promise.reject(new Error("killed"))
        : sqs.send(command as never)) as typeof sqs.send,
  };
  expect(await redrive()).toMatchObject({ status: "fatal", reason: "unexpected_failure" });
  scene.environment.sqs = sqs;
  expect(dead()).toMatchObject([{ visibleAt: undefined }]);
  await pushAll();
  expect(await redrive()).toMatchObject({ redriven: 1 });
  await pushAll();
  expect(scene.teamtailor.candidates()).toHaveLength(1);
  expect(dead()).toEqual([]);
});

test("when its time is nearly over it stops, and says so", async () => {
  await addDeadLetter(scene.addProfile());
  let asked = 0;
  const answer = await redrive({}, () => (asked++ < 2 ? 180_000 : 1_000));
  expect(answer.message).toContain("more may be left: ask again");
});

test.each([
  [{ dead_letters: "delete" }, "dead_letters must be list or redrive"],
  [
    { dead_letters: "list", reasons: "x" },
    "reasons is unknown; known are dead_letters, workflow_id, reason, limit, persist",
  ],
  [{ dead_letters: "list", limit: 0 }, "limit must be at least 1"],
  [{ dead_letters: "redrive", reason: "write_failures" }, "reason must be a reason, as the list tells them"],
])("%j is refused", async (event, message) => {
  expect(await ask(event)).toMatchObject({ status: "fatal", message: expect.stringContaining(message) });
});

test("1,000 of one profile are all listed, and all put back", async () => {
  const key = scene.addProfile();
  for (let batch = 0; batch < 20; batch += 1) {
    await Promise.all(Array.from({ length: 50 }, () => addDeadLetter(key)));
  }
  await addDeadLetter(key, "format_failure");
  expect(await list()).toMatchObject({ by_reason: { write_failure: 1000, format_failure: 1 } });
  expect(await redrive({ reason: "format_failure" })).toMatchObject({ redriven: 1 });
  expect(await redrive()).toMatchObject({ redriven: 1000 });
  expect(dead()).toEqual([]);
  const groups = scene.environment.inspectQueue("push-profile-to-teamtailor.fifo");
  expect(new Set(groups.map(({ groupId }) => groupId))).toEqual(new Set([`${ID}.${key}`]));
  await pushAll();
  expect(scene.teamtailor.candidates()).toHaveLength(1);
}, 180_000);

test("1,000 redriven messages of 200 profiles make 200 candidates, and no duplicate", async () => {
  const keys = Array.from({ length: 200 }, () => scene.addProfile());
  for (let version = 0; version < 5; version += 1) await Promise.all(keys.map((key) => addDeadLetter(key)));
  expect(await redrive()).toMatchObject({ total: 1000, redriven: 1000 });
  expect(dead()).toEqual([]);
  while (worker.size() > 0) await Promise.all([worker.work(), worker.work(), worker.work(), worker.work()]);
  expect(scene.teamtailor.candidates()).toHaveLength(200);
  expect(scene.teamtailor.duplicates()).toEqual([]);
}, 180_000);
