/** How long a push may work, how long it holds its link, and how long it waits for an update. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { type PushScene, startPushScene, WORKFLOW } from "./scene.ts";

/** Of Teamtailor, which gives a push 60 seconds; the lease is what lets the link be saved after the last call. */
const TIMES: [circumstances: string, speed: number, timeLeft: number, budget: number, lease: number][] = [
  ["as long as the connector says, and five seconds more for the link", 1, 300_000, 60_000, 65_000],
  ["no longer than the invocation lasts, the five seconds included", 1, 20_000, 15_000, 20_000],
  ["the last millisecond", 1, 5_001, 1, 5_001],
  ["half of both at twice the speed", 2, 300_000, 30_000, 32_500],
  ["no less than the calls need, however fast the local system runs", 100, 300_000, 4_000, 4_500],
];

let scene: PushScene;
beforeEach(async () => {
  scene = await startPushScene();
});
afterEach(() => scene.stop());

function workflow() {
  const checked = checkWorkflow(WORKFLOW);
  if (checked.direction !== "push") return expect.fail("it is a push");
  return { ...checked, connector: teamtailorConnector };
}

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
  await expect(pushProfile(workflow(), reference, timeLeft, environment)).rejects.toThrow();
  expect(asked[0]).toBe(budget);
  expect(leases[0]).toBe(lease);
});

test("a push that could not save its link any more is not begun", async () => {
  const reference = { sourceKey: scene.sourceKey, profileKey: scene.addProfile().key };
  const beginning = pushProfile(workflow(), reference, 5_000, scene.environment);
  await expect(beginning).rejects.toThrow(TemporaryError);
  await expect(beginning).rejects.toMatchObject({
    reason: "write_failure",
    message: "no time was left in this invocation",
  });
  expect(scene.environment.tableOperations.size).toBe(0);
  expect(scene.hrflow.calls).toEqual([]);
});
