/** A run as a whole: how long it works, what it calls and says at its end, and what it may leave behind. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noEvents } from "../../lib/run/answer.ts";
import { updateItem } from "../../lib/table.ts";
import { readCursor } from "../../lib/update/cursor.ts";
import { type Pending, readPending, savePending } from "../../lib/update/pending.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
let now: number;
beforeEach(async () => {
  scene = await startUpdateScene();
  now = Date.now();
  scene.environment.now = () => now;
});
afterEach(() => scene.stop());

const CUT_OFF = "the time of this invocation was over: the rest is left to the next one";
const LEASE = { pk: "lease#acme-update", sk: "lease" };
const writesOf = (operation: string) => scene.environment.tableOperations.get(operation) ?? 0;
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

describe("the time of an invocation", () => {
  /** A clock that says these times one after the other, and then the last one for ever. */
  const saying = (...times: number[]) => {
    let look = 0;
    return () => times[Math.min(look++, times.length - 1)] ?? 0;
  };

  test.each([
    ["a minute is kept back, of which calls may use three quarters", 600_000, 585_000, 60_000],
    ["of little, a fifth is kept back", 100_000, 95_000, 20_000],
  ])("%s", async (_, left, calls, reserve) => {
    scene.add("Ada");
    const asked: number[] = [];
    const { abortAfter } = scene.environment;
    scene.environment.abortAfter = (milliseconds) => {
      asked.push(milliseconds);
      return abortAfter(milliseconds);
    };
    const inTime = await scene.runOn({ persist: false }, saying(left, left, reserve));
    expect(asked).toContain(calls);
    expect(inTime.answer.events.read_success).toBe(1);
    const late = await scene.runOn({ persist: false }, saying(left, left, reserve - 1));
    expect(late.answer).toMatchObject({ status: "success", message: CUT_OFF, events: noEvents() });
  });

  test("that is over before anybody was looked at is not gone on with: it would be so again", async () => {
    scene.add("Ada");
    const { answer, continuation } = await scene.runOn({}, saying(600_000, 600_000, 0));
    expect(answer).toMatchObject({ message: CUT_OFF, cursor: null });
    expect(continuation).toBeUndefined();
  });

  test("that is over in between is gone on with, by the same run, with what it has counted", async () => {
    for (let index = 0; index < 3; index += 1) scene.add(`Person${index}`);
    const { answer, continuation } = await scene.runOn({}, saying(600_000, 600_000, 600_000, 0));
    expect(answer.message).toBe(CUT_OFF);
    const { run_id, started_at } = answer;
    expect(continuation).toEqual({
      run_id,
      started_at,
      events: { ...noEvents(), read_success: 1, write_success: 1 },
    });
  });
});

describe("the callback", () => {
  const called = async (changes: object, timeLeft?: () => number) => {
    let times = 0;
    const callback = () => {
      times += 1;
    };
    await scene.run({ ...changes, callback }, timeLeft);
    return times;
  };

  test("is called at the end of a run, with what became of it", async () => {
    scene.add("Ada");
    expect(await called({})).toBe(1);
  });

  test("is called where one of several failed", async () => {
    scene.add("Ada");
    scene.add("Grace", { inHrflow: false });
    expect(await called({})).toBe(1);
  });

  test("is not called by a dry run, by one that is cut off, or by one in which all failed", async () => {
    scene.add("Grace", { inHrflow: false });
    expect(await called({ persist: false, format: () => ({}) })).toBe(0);
    expect(await called({})).toBe(0);
    scene.add("Ada");
    let looks = 0;
    expect(await called({}, () => (looks++ < 3 ? 600_000 : 0))).toBe(0);
  });
});

describe("at the end", () => {
  test("the log says what the answer says, but nobody's items", async () => {
    scene.add("Ada");
    scene.add("Grace", { inHrflow: false });
    const started_at = new Date(now - 3_600_000).toISOString();
    const continued = {
      run_id: "run-1",
      started_at,
      events: { ...noEvents(), read_success: 5, write_unchanged: 5 },
    };
    const answer = await scene.run({}, undefined, continued);
    expect(answer).toMatchObject({ run_id: "run-1", started_at, duration_ms: 3_600_000 });
    const lines = scene.environment.logged.map((line) => JSON.parse(line));
    const [said, ...more] = lines.filter(({ message }) => message === "run finished");
    expect(more).toEqual([]);
    expect(said).toMatchObject({
      level: "INFO",
      run_id: "run-1",
      workflow_id: "acme-update",
      action: "update_profiles_in_hrflow_from_flatchr",
      status: "success_with_failures",
      reason: "write_failure",
      detail: answer.message,
      events: { read_success: 7, write_success: 1, write_unchanged: 5, write_failure: 1 },
      items_named: 2,
      cursor: answer.cursor,
      started_at,
      duration_ms: 3_600_000,
      is_cut_off: false,
      is_dry_run: false,
      vendor_calls: expect.any(Object),
    });
    expect(said).not.toHaveProperty("items");
  });

  test("a run that went well says no detail, and a dry run that it was one", async () => {
    scene.add("Ada");
    await scene.run({ persist: false });
    const said = scene.environment.logged.map((line) => JSON.parse(line)).at(-1);
    expect(said).toMatchObject({ message: "run finished", is_dry_run: true, status: "success" });
    expect(said).not.toHaveProperty("detail");
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

  test("a run that changed nothing writes no cursor", async () => {
    scene.add("Ada");
    await scene.run();
    const [puts, updates] = [writesOf("PutItem"), writesOf("UpdateItem")];
    await scene.run();
    expect(writesOf("PutItem") - puts).toBe(1); // Its entry in the history.
    expect(writesOf("UpdateItem") - updates).toBe(2); // The lease, taken and ended.
  });
});

describe("a run that takes long", () => {
  test("holds on to its lease, and one that is quick does not need to", async () => {
    for (let index = 0; index < 30; index += 1) scene.add(`Person${index}`);
    const quick = leaseWrites();
    await scene.run({ incremental: false });
    expect(quick).toHaveLength(2);
    // A third of the lease is 80 seconds, and so 0.8 at this speed.
    const slowly = () => {
      now += 100;
      return true;
    };
    await scene.run({ incremental: false, logics: [slowly] });
    expect(quick.length - 2).toBeGreaterThanOrEqual(4);
    expect(quick.length - 2).toBeLessThanOrEqual(6);
  });

  test("and loses its lease moves no cursor", async () => {
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
});

describe("a pending candidate that the ATS does not list any more", () => {
  const gone = (rowId: string, changedOn?: string): Pending => ({
    rowId,
    reason: "write_failure",
    attempts: 1,
    changedOn,
    runId: "r",
  });
  const leave = async (...pending: Pending[]) => {
    for (const one of pending) await savePending("acme-update", one, scene.environment);
  };
  const left = async () => [...(await readPending("acme-update", scene.environment)).keys()].sort();

  test.each([
    ["whose day is known", "2026-01-01"],
    ["whose day nobody knows", undefined],
  ])("and %s is gone, and is waited for no more", async (_, changedOn) => {
    scene.add("Ada");
    await scene.run();
    await leave(gone("gone", changedOn));
    await scene.run();
    expect(await left()).toEqual([]);
  });

  test("because of other filters, or in the first run of all, is waited for", async () => {
    scene.add("Ada");
    await leave(gone("elsewhere", "2026-01-01"));
    await scene.run();
    expect(await left()).toEqual(["elsewhere"]);
    await scene.run({ pull_parameters: { lastname: "Example" } });
    expect(await left()).toEqual(["elsewhere"]);
  });

  test("is waited for by runs that may not move the cursor", async () => {
    scene.add("Ada");
    await scene.run();
    await leave(gone("elsewhere", "2026-01-01"));
    await scene.run({ persist: false });
    await scene.run({ incremental: false });
    expect(await left()).toEqual(["elsewhere"]);
  });
});

test("a run that ends early counts its failed read only where it saw nobody", async () => {
  scene.add("Ada");
  scene.flatchr.failNext({}, { kind: "status", status: 503 }, 99);
  expect((await scene.run()).events).toMatchObject({ read_failure: 1, read_success: 0 });
});
