/** How long a push may work, how long it holds its link, and how long it gives an ATS that did not answer. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TemporaryError } from "../../lib/errors.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { type PushScene, startPushScene, workflowWith } from "./scene.ts";

/** Of Teamtailor, which gives a push 60 seconds; the lease is what lets the link be saved after the last call. */
const TIMES: [circumstances: string, speed: number, timeLeft: number, budget: number, lease: number][] = [
  ["as long as the connector says, and five seconds more for the link", 1, 300_000, 60_000, 65_000],
  ["no longer than the invocation lasts, the five seconds included", 1, 20_000, 15_000, 20_000],
  ["the last millisecond", 1, 5_001, 1, 5_001],
  ["half of both at twice the speed", 2, 300_000, 30_000, 32_500],
  ["no less than the calls need, however fast the local system runs", 100, 300_000, 15_000, 15_500],
];

let scene: PushScene;
beforeEach(async () => {
  scene = await startPushScene();
});
afterEach(() => scene.stop());

test.each(TIMES)("a push may take %s", async (_, speed, timeLeft, budget, lease) => {
  const asked: number[] = [];
  const leases: number[] = [];
  const now = scene.environment.now();
  const send = ((command: object) => {
    if (command instanceof UpdateItemCommand) {
      const values = unmarshall(command.input.ExpressionAttributeValues ?? {});
      leases.push(values[":set_lease_expires_at"] - now);
    }
    return Promise.reject(new Error("no table"));
  }) as typeof scene.environment.dynamodb.send;
  const environment = {
    ...scene.environment,
    settings: { ...scene.environment.settings, speed },
    now: () => now,
    abortAfter: (milliseconds: number) => {
      asked.push(milliseconds);
      return scene.environment.abortAfter(milliseconds);
    },
    dynamodb: { send },
  };
  const reference = { sourceKey: scene.sourceKey, profileKey: scene.addProfile().key };
  await expect(pushProfile(workflowWith(), reference, timeLeft, environment)).rejects.toThrow();
  expect(asked[0]).toBe(budget);
  expect(leases[0]).toBe(lease);
});

test("a push that could not save its link any more is not begun", async () => {
  const reference = { sourceKey: scene.sourceKey, profileKey: scene.addProfile().key };
  const beginning = pushProfile(workflowWith(), reference, 5_000, scene.environment);
  await expect(beginning).rejects.toThrow(TemporaryError);
  await expect(beginning).rejects.toMatchObject({
    reason: "write_failure",
    message: "no time was left in this invocation",
  });
  expect(scene.environment.tableOperations.size).toBe(0);
  expect(scene.hrflow.calls).toEqual([]);
});

test.each([
  { speed: 1, seconds: 60 },
  { speed: 2, seconds: 30 },
])(
  "at speed $speed, Teamtailor is given $seconds seconds after a create without an answer, and no moment more",
  async ({ speed, seconds }) => {
    let now = scene.environment.now();
    const settings = { ...scene.environment.settings, speed };
    const environment = { ...scene.environment, settings, now: () => now };
    const reference = { sourceKey: scene.sourceKey, profileKey: scene.addProfile().key };
    const push = () => pushProfile(workflowWith(), reference, 60_000, environment);
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "reset", when: "after" });
    await expect(push()).rejects.toThrow(TemporaryError);
    now += 1;
    await expect(push()).rejects.toMatchObject({
      reason: "write_failure",
      message: "the outcome of a create is not known yet: Teamtailor is given time",
      retryAfterInSeconds: seconds,
    });
    now += seconds * 1000 - 2;
    await expect(push()).rejects.toMatchObject({ retryAfterInSeconds: 1 });
    now += 1;
    expect(await push()).toMatchObject({ outcome: "created", candidateId: "1" });
  },
);
