/** The cursor: from which day on a run asks for rows, which day it leaves behind, and what is said when it is out of reach. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../../lib/environment.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { nextDay, readCursor, saveCursor, searchFrom } from "../../lib/update/cursor.ts";
import type { Pending } from "../../lib/update/pending.ts";
import { beginProgress } from "../../lib/update/progress.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const pendingSince = (...days: (string | undefined)[]) =>
  new Map<string, Pending>(
    days.map((changedOn, index) => [
      `row-${index}`,
      { rowId: `row-${index}`, reason: "write_failure", attempts: 1, changedOn, runId: "run" },
    ]),
  );

describe("rows are asked for", () => {
  test.each<[string, string | undefined, (string | undefined)[], string | undefined]>([
    ["all of them, where nothing was read yet", undefined, [], undefined],
    ["all of them, where nothing was read yet and somebody is pending", undefined, ["2026-03-01"], undefined],
    ["from the day before the cursor, which was not over", "2026-03-01", [], "2026-02-28"],
    ["from the day of the oldest that is pending", "2026-03-01", ["2026-02-20", "2026-02-10"], "2026-02-10"],
    [
      "from the day before the cursor, where who is pending is newer",
      "2026-03-01",
      ["2026-03-01"],
      "2026-02-28",
    ],
    [
      "all of them, where one is pending whose day nobody knows",
      "2026-03-01",
      ["2026-02-20", undefined],
      undefined,
    ],
  ])("%s", (_, changed_since, days, wanted) => {
    expect(searchFrom({ ...(changed_since !== undefined && { changed_since }) }, pendingSince(...days))).toBe(
      wanted,
    );
  });
});

describe("a run leaves behind", () => {
  const run = (lastChange: string | undefined) => ({
    ...beginProgress({} as never, "run", "2026-03-05T10:00:00.000Z"),
    lastChange,
  });
  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ["no cursor, where it saw no row and there was none", undefined, undefined, undefined],
    ["the cursor that there was, where it saw no row", undefined, "2026-03-01", "2026-03-01"],
    ["the newest day of its rows", "2026-03-04", undefined, "2026-03-04"],
    ["the newest day of its rows, where that is after the cursor", "2026-03-04", "2026-03-01", "2026-03-04"],
    ["the cursor that there was, where its rows are older", "2026-02-20", "2026-03-01", "2026-03-01"],
    ["the day on which it began, where a row lies in the future", "2027-01-01", "2026-03-01", "2026-03-05"],
    [
      "the cursor that there was, where that is after the run began",
      "2027-01-01",
      "2026-04-01",
      "2026-04-01",
    ],
  ])("%s", (_, lastChange, changed_since, day) => {
    expect(nextDay(run(lastChange), { ...(changed_since !== undefined && { changed_since }) })).toBe(day);
  });
});

describe("in the table", () => {
  let aws: TestEnvironment;
  beforeAll(async () => {
    aws = await startTestEnvironment({});
  });
  afterAll(() => aws.stop());
  const away: Partial<Environment> = { dynamodb: { send: () => Promise.reject(new Error("away")) } as never };

  test("each workflow has a cursor of its own", async () => {
    const cursor = { changed_since: "2026-03-01", catalogue: "c", parameters: "p" };
    await saveCursor("one", cursor, aws);
    expect(await readCursor("one", aws)).toEqual(cursor);
    expect(await readCursor("two", aws)).toEqual({});
  });

  test.each([
    ["read", () => readCursor("one", { ...aws, ...away }), "GetItem"],
    ["saved", () => saveCursor("one", {}, { ...aws, ...away }), "PutItem"],
  ])("a cursor that could not be %s is a failure that passes", async (done, call, operation) => {
    const failing = call();
    await expect(failing).rejects.toThrow(TemporaryError);
    await expect(failing).rejects.toMatchObject({
      reason: "cursor_failure",
      message: `the cursor could not be ${done}: DynamoDB ${operation}: Error`,
      cause: { reason: "state_failure" },
    });
  });
});
