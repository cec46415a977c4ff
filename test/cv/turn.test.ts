import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createCvTurns } from "../../lib/cv/turn.ts";

const LARGE = 1_000_001;

/** Works that begin when they may, and end when the test says so. */
function openWorks() {
  const turns = createCvTurns();
  const begun: string[] = [];
  const endings = new Map<string, PromiseWithResolvers<void>>();
  const end = (name: string) => endings.get(name)?.resolve();
  const workOf = (name: string) => async () => {
    begun.push(name);
    const ending = Promise.withResolvers<void>();
    endings.set(name, ending);
    await ending.promise;
    return name;
  };
  return { turns, begun, end, workOf };
}
const open = new AbortController().signal;

test("two large CVs are held at once, and the next in the order of their coming", async () => {
  const { turns, begun, end, workOf } = openWorks();
  const results = ["a", "b", "c", "d"].map((name) => turns.take(LARGE, open, workOf(name)));
  await nextTurn();
  expect(begun).toEqual(["a", "b"]);
  end("b");
  expect(await results[1]).toBe("b");
  await nextTurn();
  expect(begun).toEqual(["a", "b", "c"]);
});

test("small ones wait for nothing, and one whose size nobody knows is none", async () => {
  const { turns, begun, workOf } = openWorks();
  for (const name of ["a", "b"]) void turns.take(LARGE, open, workOf(name));
  void turns.take(undefined, open, workOf("unknown"));
  for (const name of ["x", "y", "z"]) void turns.take(1_000_000, open, workOf(name));
  await nextTurn();
  expect(begun.sort()).toEqual(["a", "b", "x", "y", "z"]);
});

test("a turn ends with a failure as well", async () => {
  const { turns, begun, workOf } = openWorks();
  const failing = () => Promise.reject(new Error("refused"));
  for (const _ of ["a", "b", "c"]) await expect(turns.take(LARGE, open, failing)).rejects.toThrow("refused");
  void turns.take(LARGE, open, workOf("next"));
  await nextTurn();
  expect(begun).toEqual(["next"]);
});

test("who waits gives up when the time of the push ends, and is not begun later", async () => {
  const { turns, begun, end, workOf } = openWorks();
  for (const name of ["a", "b"]) void turns.take(LARGE, open, workOf(name));
  const time = new AbortController();
  const waiting = turns.take(LARGE, time.signal, workOf("late"));
  time.abort();
  await expect(waiting).rejects.toThrow("large CVs of other profiles took all the time of this push");
  await expect(turns.take(LARGE, time.signal, workOf("later"))).rejects.toThrow("took all the time");
  for (const name of ["a", "b"]) end(name);
  await nextTurn();
  expect(begun).toEqual(["a", "b"]);
});

test("who works is not left alone when the time ends: the work itself says how it ended", async () => {
  const { turns, end, workOf } = openWorks();
  const time = new AbortController();
  const working = turns.take(LARGE, time.signal, workOf("a"));
  await nextTurn();
  time.abort();
  const first = await Promise.race([working, nextTurn("still at work")]);
  expect(first).toBe("still at work");
  end("a");
  expect(await working).toBe("a");
});
