import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPacer, type Pace, type Pacer, unpaced, withCallsAtOnce } from "../../lib/http/pace.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/aws/dynamodb.ts";

let dynamodb: LocalDynamoDb;
let clock: number;
let buckets = 0;
beforeAll(async () => {
  dynamodb = await startDynamoDb(undefined);
});
afterAll(() => dynamodb.stop());
beforeEach(() => {
  clock = 1_000_000_000_000;
  dynamodb.operations.clear();
});

/**
 * A worker; its sleeps move the clock that all workers share.
 *
 * @param delays how much longer than asked for each of its sleeps takes, in milliseconds
 */
function worker(delays: number[] = []): Pacer {
  return createPacer({
    dynamodb: dynamodb.client,
    settings: { tableName: dynamodb.tableName },
    now: () => clock,
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      const until = clock + milliseconds + (delays.shift() ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      clock = Math.max(clock, until);
    },
  });
}

const never = new AbortController().signal;
const tenASecond = (changes: object = {}): Pace => ({
  bucket: `test#${buckets++}`,
  limit: { requests: 10, perSeconds: 1, ...changes },
});

async function startsOf(pacer: Pacer, pace: Pace, count: number): Promise<number[]> {
  const starts: number[] = [];
  for (let call = 0; call < count; call += 1)
    await pacer.take(pace, never, async () => void starts.push(clock));
  return starts;
}

test("without pressure calls go out at once, and cost no table operation", async () => {
  expect(await startsOf(worker(), tenASecond(), 5)).toEqual(Array(5).fill(clock));
  expect(dynamodb.operations.size).toBe(0);
});

test("after a 429 calls are spaced over their period", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  const starts = await startsOf(pacer, pace, 30);
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(100);
  for (let first = 0; first + 10 < starts.length; first += 1) {
    expect((starts[first + 10] ?? 0) - (starts[first] ?? 0)).toBeGreaterThan(1_000);
  }
});

test("a slot of a line that was idle begins when its taker can have learnt of it", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  await startsOf(pacer, pace, 1);
  clock += 500; // Longer than a slot, shorter than a period.
  const askedAt = clock;
  const [start = 0, next = 0] = await startsOf(pacer, pace, 2);
  expect(start - askedAt).toBeGreaterThanOrEqual(30);
  expect(next - start).toBeGreaterThanOrEqual(100);
});

test("a call that wakes too late for its slot takes another one", async () => {
  const pacer = worker([0, 50]);
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  const [first = 0, late = 0, next = 0] = await startsOf(pacer, pace, 3);
  expect(late - first).toBeGreaterThanOrEqual(2 * 100);
  expect(next - late).toBeGreaterThanOrEqual(100);
  expect(next - late).toBeLessThan(2 * 100);
});

test("a call that wakes too late twice goes out", async () => {
  const pacer = worker([0, 50, 50]);
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  const [first = 0, late = 0] = await startsOf(pacer, pace, 2);
  expect(late - first).toBeGreaterThanOrEqual(2 * 100 + 50);
  expect(late - first).toBeLessThan(3 * 100);
});

test("workers that share a credential share the time line", async () => {
  const [one, other] = [worker(), worker()];
  const pace = tenASecond();
  one.tighten(pace, 60);
  other.tighten(pace, 60);
  const starts: number[] = [];
  const take = (pacer: Pacer) => pacer.take(pace, never, async () => void starts.push(clock));
  for (let call = 0; call < 10; call += 1) await Promise.all([take(one), take(other)]);
  const spent = Math.max(...starts) - Math.min(...starts);
  expect(starts).toHaveLength(20);
  expect(spent).toBeGreaterThanOrEqual(19 * 100);
});

test("a time line begins only when what went out before has been made up for", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.heed(pace, { requests: 10, remaining: 3 });
  const [first = 0] = await startsOf(pacer, pace, 1);
  expect(first - 1_000_000_000_000).toBeGreaterThanOrEqual(700);
});

test.each([
  { requests: 50, perSeconds: 10, left: 20, isLittle: false },
  { requests: 50, perSeconds: 10, left: 19, isLittle: true },
  { requests: 10, perSeconds: 1, left: 8, isLittle: false },
  { requests: 10, perSeconds: 1, left: 7, isLittle: true },
  { requests: 10, perSeconds: 1, concurrency: 1, left: 4, isLittle: false },
  { requests: 10, perSeconds: 1, concurrency: 1, left: 3, isLittle: true },
])(
  "$left of $requests left are little ($isLittle), since four workers may have as much under way",
  async ({ left, isLittle, ...limit }) => {
    const { requests } = limit;
    const pacer = worker();
    const pace = tenASecond(limit);
    pacer.heed(pace, { requests, remaining: left });
    await startsOf(pacer, pace, 1);
    expect(dynamodb.operations.size > 0).toBe(isLittle);
  },
);

test("a limit that the vendor has told outlives a 429", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.heed(pace, { requests: 5, remaining: 0 });
  pacer.tighten(pace, 60);
  const [first = 0, second = 0] = await startsOf(pacer, pace, 2);
  expect(second - first).toBeGreaterThanOrEqual(200);
});

test("pressure ends by itself", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.tighten(pace, 5);
  clock += 5_001;
  await startsOf(pacer, pace, 3);
  expect(dynamodb.operations.size).toBe(0);
});

test("calls that wait at the same moment take their slots in one table operation", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  await pacer.take(pace, never, async () => {});
  dynamodb.operations.clear();
  await Promise.all([1, 2].map(() => pacer.take(pace, never, async () => {})));
  expect(dynamodb.operations.get("UpdateItem")).toBeLessThanOrEqual(3);
});

test("a limit that is always kept is kept from the first call on", async () => {
  const starts = await startsOf(worker(), tenASecond({ requests: 1, always: true }), 4);
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1_000);
});

test("of a run's calls so many are under way at once", async () => {
  const pacer = withCallsAtOnce(2, worker());
  const { call, most } = counting();
  await Promise.all(Array.from({ length: 6 }, () => pacer.take(undefined, never, call)));
  expect(most()).toBe(2);
});

test("a call that waits for its pace keeps no other of the run's waiting", async () => {
  const waiting: Pacer = {
    ...unpaced,
    take: (pace, _signal, call) => (pace === undefined ? call() : new Promise(() => {})),
  };
  const pacer = withCallsAtOnce(1, waiting);
  void pacer.take(tenASecond(), never, async () => "paced");
  expect(await pacer.take(undefined, never, async () => "free")).toBe("free");
});

/** A call, and how many of it were under way at once. */
function counting() {
  let underWay = 0;
  let most = 0;
  const call = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
  };
  return { call, most: () => most };
}

describe("concurrency", () => {
  async function mostUnderWay(paces: Pace[]): Promise<number> {
    const pacer = worker();
    const { call, most } = counting();
    await Promise.all(
      paces.flatMap((pace) => Array.from({ length: 6 }, () => pacer.take(pace, never, call))),
    );
    return most();
  }

  test("of an endpoint is shared by four workers", async () => {
    expect(await mostUnderWay([tenASecond({ requests: 1000, concurrency: 8 })])).toBe(2);
    expect(await mostUnderWay([tenASecond({ requests: 1000, concurrency: 1 })])).toBe(1);
  });

  test("of a credential holds for all its endpoints together", async () => {
    const together = { bucket: "test#together", concurrency: 8 };
    const endpoints = [1, 2, 3].map(() => ({ ...tenASecond({ requests: 1000 }), together }));
    expect(await mostUnderWay(endpoints)).toBe(2);
  });
});

test("who waits for a turn stops waiting when the time of the push is over", async () => {
  const pacer = worker();
  const pace = tenASecond();
  pacer.tighten(pace, 60);
  const over = AbortSignal.abort(new Error("over"));
  await expect(pacer.take(pace, over, async () => "called")).rejects.toThrow("over");
});

test("a call that fails gives its turn back", async () => {
  const pacer = worker();
  const pace = tenASecond({ concurrency: 1 });
  const failing = pacer.take(pace, never, () => Promise.reject(new Error("vendor")));
  await expect(failing).rejects.toThrow("vendor");
  await expect(pacer.take(pace, never, async () => "next")).resolves.toBe("next");
});

test("a dry run is not paced, since that would write to the table", async () => {
  const pace = tenASecond({ always: true });
  unpaced.tighten(pace, 60);
  unpaced.heed(pace, { requests: 10, remaining: 0 });
  expect(await startsOf(unpaced, pace, 3)).toHaveLength(3);
  expect(dynamodb.operations.size).toBe(0);
});
