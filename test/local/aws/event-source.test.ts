import { afterAll, beforeAll, describe, expect, test } from "vitest";
import limits from "../../../infra/limits.json" with { type: "json" };
import { startTestSystem, type TestSystem } from "../stand-ins.ts";

const FUNCTION = "push-profile-to-teamtailor";

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.stop());

/** A system in which a message that is kept without another time comes back after two seconds, and not 18 minutes. */
async function startWithShortVisibility(): Promise<TestSystem> {
  const other = await startTestSystem();
  await other.sqs.openQueue(FUNCTION, { ...limits.push, visibilityTimeoutInSeconds: 2 });
  return other;
}

/** How work on these messages began and ended, in order. */
function notesOf(...names: string[]): string[] {
  return system.notes().filter((note) => {
    const [event = "", name = ""] = note.split(" ");
    return ["start", "done"].includes(event) && names.includes(name);
  });
}

/** What was noted of these messages when all of them were done. */
async function notesWhenDone(...names: string[]): Promise<string[]> {
  const done = () => notesOf(...names).filter((note) => note.startsWith("done"));
  await expect.poll(() => done().length).toBe(names.length);
  return notesOf(...names);
}

describe("the poller of a queue", () => {
  test("hands over messages with their attributes, and deletes them", async () => {
    await system.enqueue({ name: "a", group: "g1" });
    expect(await notesWhenDone("a")).toEqual(["start a", "done a g1 1"]);
  });

  test("deletes all of a batch but the failures, which come back when they are visible again", async () => {
    await Promise.all([
      system.enqueue({ name: "good", group: "g2" }),
      system.enqueue({ name: "bad", group: "g3", failures: 2, againInSeconds: 0 }),
      system.enqueue({ name: "fine", group: "g4" }),
    ]);
    expect(await notesWhenDone("bad")).toEqual(["start bad", "start bad", "start bad", "done bad g3 3"]);
    expect((await notesWhenDone("good", "fine")).toSorted()).toEqual([
      "done fine g4 1",
      "done good g2 1",
      "start fine",
      "start good",
    ]);
  });

  test("keeps the order of a group while its first message fails, and lets other groups go on", async () => {
    const failsUntil = "done other g6 1";
    await system.enqueue({ name: "first", group: "g5", failures: 1, failsUntil, againInSeconds: 1 });
    await system.enqueue({ name: "second", group: "g5" });
    await system.enqueue({ name: "other", group: "g6" });
    const order = await notesWhenDone("first", "second");
    const starts = order.filter((note) => note === "start first");
    expect(starts.length).toBeGreaterThan(1);
    expect(order).toEqual([...starts, `done first g5 ${starts.length}`, "start second", "done second g5 1"]);
  });

  test("works on at most so many batches at a time as its limit says", async () => {
    const names = Array.from({ length: 12 }, (_, number) => `m${number}`);
    for (const name of names) await system.enqueue({ name, group: name, takesMs: 60 });
    let running = 0;
    const concurrency = (await notesWhenDone(...names)).map((note) => {
      running += note.startsWith("start") ? 1 : -1;
      return running;
    });
    expect(Math.max(...concurrency)).toBeLessThanOrEqual(limits.push.maximumConcurrency);
  });

  test.concurrent("keeps the whole batch when the function throws, until the visibility time-out", async ({
    expect,
    onTestFinished,
  }) => {
    const other = await startWithShortVisibility();
    onTestFinished(() => other.stop());
    const startedAt = Date.now();
    await other.enqueue({ name: "thrown", group: "g7", failures: 1, throws: true });
    await expect.poll(() => other.notes()).toContainEqual(expect.stringMatching(/^done thrown g7/));
    expect(Date.now() - startedAt).toBeGreaterThan(1500);
    expect(other.log.some(({ line }) => /"ERROR".*The function failed: thrown fails/.test(line))).toBe(true);
  });

  test.concurrent("keeps the whole batch when the function is killed in the middle of its work", async ({
    expect,
    onTestFinished,
  }) => {
    const other = await startWithShortVisibility();
    onTestFinished(() => other.stop());
    await other.enqueue({ name: "slow", group: "g1", hangs: true });
    await expect.poll(() => other.notes()).toContain("start slow");
    other.lambda.crash(FUNCTION);
    await expect.poll(() => other.notes()).toContainEqual(expect.stringMatching(/^done slow g1/));
    expect(other.log.some(({ line }) => /"ERROR".*The function failed: .*exited/.test(line))).toBe(true);
  });
});
