/** The time of an invocation: when a run stops, how it goes on, and how it says how far it is. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noEvents } from "../../lib/run/answer.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const CUT_OFF = "the time of this invocation was over: the rest is left to the next one";

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

  test("that is over when HrFlow is found to be down is not gone on with, and the answer says what is the matter", async () => {
    for (let index = 0; index < 26; index += 1) scene.add(`Person${index}`);
    scene.hrflow.failNext({}, { kind: "status", status: 503 }, Number.POSITIVE_INFINITY);
    const enough = Array.from({ length: 2 + 25 }, () => 600_000); // Two looks before the first candidate.
    const { answer, continuation, failure } = await scene.runOn({}, saying(...enough, 0));
    expect(answer.items).toHaveLength(25);
    expect(answer.message).toContain("25 candidates in a row failed");
    expect(failure).toBeDefined();
    expect(continuation).toBeUndefined();
  });
});

test("a run that is cut off goes on where it stopped, and moves the cursor only at the end", async () => {
  for (let index = 0; index < 25; index += 1) scene.add(`Person${index}`);
  let calls = 0;
  const shortTime = () => (calls++ < 18 ? 600_000 : 0);
  const first = await scene.runOn({}, shortTime);
  expect(first.answer.cursor).toBeNull();
  expect(first.continuation).toBeDefined();
  const second = await scene.runOn({}, () => 600_000, first.continuation);
  expect(second.continuation).toBeUndefined();
  expect(second.answer).toMatchObject({
    run_id: first.answer.run_id,
    status: "success",
    events: { write_success: 25 },
  });
  expect(second.answer.cursor).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(scene.flatchr.calls.filter(({ method }) => method === "PUT")).toHaveLength(25);
});

test("a run that takes long says now and then how far it is, from all its invocations", async () => {
  for (let index = 0; index < 25; index += 1) scene.add(`Person${index}`);
  let calls = 0;
  const first = await scene.runOn({}, () => (calls++ < 18 ? 600_000 : 0));
  const saying = () => scene.environment.logged.filter((line) => line.includes('"run goes on"'));
  expect(saying()).toEqual([]);
  const doneBefore = first.answer.events.read_success;
  // The clock of the second one stands five seconds further whenever it asks for the time that is left.
  const slowly = () => {
    scene.environment.pass(5);
    return 600_000;
  };
  await scene.runOn({}, slowly, first.continuation);
  const said = saying().map((line) => JSON.parse(line));
  expect(said.length).toBeGreaterThan(0);
  for (const { run_id, workflow_id, events, started_at } of said) {
    expect([run_id, workflow_id]).toEqual([first.answer.run_id, "acme-update"]);
    expect(events.read_success).toBeGreaterThan(doneBefore);
    expect(started_at).toBe(first.answer.started_at);
  }
});
