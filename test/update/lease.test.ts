/** The lease of a run: two of one workflow never overlap, and whoever has lost it moves nothing. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { updateItem } from "../../lib/table.ts";
import { readCursor } from "../../lib/update/cursor.ts";
import { holdUp, startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
let now: number;
beforeEach(async () => {
  scene = await startUpdateScene();
  now = Date.now();
  scene.environment.now = () => now;
});
afterEach(() => scene.stop());

const LEASE = { pk: "lease#acme-update", sk: "lease" };

/** Everything that the runs write to their lease from now on. */
function leaseWrites(refuse: (fields: Record<string, unknown>) => boolean = () => false) {
  const written: Record<string, unknown>[] = [];
  const { dynamodb } = scene.environment;
  const send = ((command: never) => {
    const asked: object = command;
    if (!(asked instanceof UpdateItemCommand) || unmarshall(asked.input.Key ?? {}).pk !== LEASE.pk)
      return dynamodb.send(command);
    const fields = unmarshall(asked.input.ExpressionAttributeValues ?? {});
    written.push(fields);
    return refuse(fields) ? Promise.reject(new Error("away")) : dynamodb.send(command);
  }) as typeof dynamodb.send;
  scene.environment.dynamodb = { send };
  return written;
}

test("a run does not overlap with another of the same workflow", async () => {
  scene.add("Ada");
  const { logic, letGo } = holdUp();
  let atWork = 0;
  const standing = () => {
    atWork += 1;
    if (atWork > 1) letGo(); // They overlap: there is nothing to be waited for.
    return logic();
  };
  const runs = [scene.run({ logics: [standing] }), scene.run({ logics: [standing] })];
  await Promise.race(runs);
  letGo();
  const reasons = (await Promise.all(runs)).map(({ reason }) => reason);
  expect(reasons.sort()).toEqual(["already_running", "none"]);
  expect(atWork).toBe(1); // Who loses its lease in the middle of its work says "already_running", too.
});

test("a run that takes long holds on to its lease, and one that is quick does not need to", async () => {
  for (let index = 0; index < 30; index += 1) scene.add(`Person${index}`);
  const quick = leaseWrites();
  await scene.run({ incremental: false });
  expect(quick).toHaveLength(2);
  // It is renewed when a third of it, 80 seconds, has passed.
  const slowly = () => {
    now += 10_000;
    return true;
  };
  await scene.run({ incremental: false, logics: [slowly] });
  expect(quick.length - 2).toBeGreaterThanOrEqual(4);
  expect(quick.length - 2).toBeLessThanOrEqual(6);
});

test("a dry run that takes long needs no lease", async () => {
  for (let index = 0; index < 30; index += 1) scene.add(`Person${index}`);
  const written = leaseWrites();
  const slowly = () => {
    now += 10_000;
    return true;
  };
  expect(await scene.run({ persist: false, logics: [slowly] })).toMatchObject({
    status: "success",
    events: { read_success: 30 },
  });
  expect(written).toEqual([]);
});

test("a run that loses its lease moves no cursor", async () => {
  scene.add("Ada");
  const robbing = async () => {
    const fields = { owner_id: "another", expires_at_ms: now + 1_000_000 };
    await updateItem(LEASE, { set: fields }, scene.environment);
    return true;
  };
  const answer = await scene.run({ logics: [robbing] });
  expect(answer).toMatchObject({ status: "fatal", reason: "already_running", cursor: null });
  expect(answer.message).toContain("the lease of this run ran out");
  expect(await readCursor("acme-update", scene.environment)).toEqual({});
});

test("a lease that cannot be ended fails nothing, and is said", async () => {
  scene.add("Ada");
  leaseWrites((fields) => fields[":set_expires_at_ms"] === 0);
  expect((await scene.run()).status).toBe("success");
  const said = scene.environment.logged.map((line) => JSON.parse(line));
  expect(said.filter(({ level }) => level === "WARN")).toMatchObject([
    { message: "lease not released", detail: "DynamoDB UpdateItem: Error" },
  ]);
});
