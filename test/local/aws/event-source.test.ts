import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import limits from "../../../infra/limits.json" with { type: "json" };
import { startTestSystem, type TestSystem } from "../stand-ins.ts";

/** So fast that a message which is kept without another time comes back after two seconds. */
const SPEED = 1000;

vi.setConfig({ testTimeout: 20_000 });

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ speed: SPEED });
});
afterAll(() => system.stop());

/** What was noted of these messages, in order. */
function notesOf(...names: string[]): string[] {
  return system.notes().filter((note) => names.includes(note.split(" ")[1] ?? ""));
}

/** What was noted of these messages when all of them were done. */
async function notesWhenDone(...names: string[]): Promise<string[]> {
  await vi.waitFor(
    () => expect(notesOf(...names).filter((note) => note.startsWith("done"))).toHaveLength(names.length),
    { timeout: 8000 },
  );
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
    await system.enqueue({ name: "first", group: "g5", failures: 1, againInSeconds: 1 });
    await system.enqueue({ name: "second", group: "g5" });
    await system.enqueue({ name: "other", group: "g6" });
    const order = await notesWhenDone("first", "second", "other");
    expect(order.indexOf("done other g6 1")).toBeLessThan(order.indexOf("done first g5 2"));
    expect(await notesWhenDone("first", "second")).toEqual([
      "start first",
      "start first",
      "done first g5 2",
      "start second",
      "done second g5 1",
    ]);
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

  test.concurrent("keeps the whole batch when the function throws, until the visibility time-out", async () => {
    const startedAt = Date.now();
    await system.enqueue({ name: "thrown", group: "g7", failures: 1, throws: true });
    expect(await notesWhenDone("thrown")).toEqual(["start thrown", "start thrown", "done thrown g7 2"]);
    expect(Date.now() - startedAt).toBeGreaterThan(1500);
    expect(system.log.some(({ line }) => /"ERROR".*The function failed: thrown fails/.test(line))).toBe(true);
  });

  test.concurrent("keeps the whole batch when the function is killed in the middle of its work", async ({
    onTestFinished,
  }) => {
    const other = await startTestSystem({ speed: SPEED });
    onTestFinished(() => other.stop());
    await other.enqueue({ name: "slow", group: "g1", takesMs: 300 });
    await vi.waitFor(() => expect(other.notes()).toEqual(["start slow"]), { timeout: 5000 });
    expect(other.lambda.crash("push-profile-to-teamtailor")).toBe(1);
    await other.whenDelivered(8);
    expect(other.notes()).toEqual(["start slow", "start slow", "done slow g1 2"]);
  });
});
