/** The rows of a run: all of them come, once and in their order, and no more of them once the run is to stop. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { BatchGetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SourceRow } from "../../lib/connector.ts";
import type { Environment } from "../../lib/environment.ts";
import type { Pending } from "../../lib/update/pending.ts";
import { beginProgress, type RunProgress } from "../../lib/update/progress.ts";
import { saveRecord } from "../../lib/update/record.ts";
import { type Subject, subjectsOf } from "../../lib/update/subjects.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

let aws: TestEnvironment;
beforeAll(async () => {
  aws = await startTestEnvironment({});
});
afterAll(() => aws.stop());

let run: RunProgress;
let pending: Map<string, Pending>;
let rowsRead: number;
let isTimeOver: boolean;
beforeEach(() => {
  run = beginProgress({ workflow_id: "acme-update" } as never, "this-run", "2026-03-05T10:00:00.000Z");
  pending = new Map();
  rowsRead = 0;
  isTimeOver = false;
  aws.tableOperations.clear();
});

const idsOf = (subjects: Subject[]) => subjects.map(({ row }) => row.id);
const names = (count: number) => Array.from({ length: count }, (_, index) => `row-${index}`);
const recordReads = () => aws.tableOperations.get("BatchGetItem") ?? 0;
const isOver = () => isTimeOver;

function failedBefore(rowId: string, runId = "earlier-run"): void {
  pending.set(rowId, { rowId, reason: "write_failure", attempts: 1, changedOn: "2026-03-01", runId });
}

/** A list of the ATS, which counts the rows that were taken from it. */
async function* listOf(rows: (string | Partial<SourceRow>)[]): AsyncGenerator<SourceRow> {
  for (const row of rows) {
    rowsRead += 1;
    yield { id: "row", changedOn: undefined, fields: {}, ...(typeof row === "string" ? { id: row } : row) };
  }
}

/** All subjects of a list. What is to happen meanwhile happens at each. */
async function taken(
  rows: AsyncIterable<SourceRow>,
  environment: Environment = aws,
  meanwhile = () => {},
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of subjectsOf(run, rows, pending, isOver, environment)) {
    subjects.push(subject);
    meanwhile();
  }
  return subjects;
}

describe("the rows of a list", () => {
  test.each([
    [0, 0],
    [1, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])("come once and in their order: %i of them, whose records are read in %i calls", async (count, calls) => {
    expect(idsOf(await taken(listOf(names(count))))).toEqual(names(count));
    expect(recordReads()).toBe(calls);
    expect(run).toMatchObject({ ended: undefined, isCutOff: false });
  });

  test("are read one page ahead, and no further", async () => {
    await subjectsOf(run, listOf(names(350)), pending, isOver, aws).next();
    expect(rowsRead).toBe(200);
  });

  test("come last where they failed before, from whichever page, with what is remembered of them", async () => {
    for (const row of ["row-3", "row-120"]) failedBefore(row);
    failedBefore("not listed");
    await saveRecord("acme-update", "row-3", { candidate_id: "three", run_id: "earlier-run" }, aws);
    const subjects = await taken(listOf(names(130)));
    expect(subjects).toHaveLength(130);
    expect(subjects.slice(-2)).toMatchObject([
      { row: { id: "row-3" }, record: { candidate_id: "three" }, pending: { runId: "earlier-run" } },
      { row: { id: "row-120" }, record: {}, pending: { rowId: "row-120" } },
    ]);
    expect(subjects[0]).toStrictEqual({
      row: { id: "row-0", changedOn: undefined, fields: {} },
      record: {},
      pending: undefined,
    });
    expect([...pending.keys()]).toEqual(["not listed"]);
  });

  test("do not come where an earlier invocation of this run has finished with them", async () => {
    await saveRecord("acme-update", "done", { run_id: "this-run" }, aws);
    await saveRecord("acme-update", "done by another", { run_id: "earlier-run" }, aws);
    await saveRecord("acme-update", "done before it failed", { run_id: "this-run" }, aws);
    failedBefore("failed", "this-run");
    failedBefore("done before it failed");
    const list = listOf(["done", "done by another", "failed", "done before it failed"]);
    expect(idsOf(await taken(list))).toEqual(["done by another", "done before it failed"]);
    expect(pending.size).toBe(0);
  });
});

describe("the newest change", () => {
  test("is that of the newest row, wherever it stands", async () => {
    const days = ["2026-03-02", "2026-03-04", undefined, "2026-03-01"];
    await taken(listOf(days.map((changedOn, index) => ({ id: `dated-${index}`, changedOn }))));
    expect(run.lastChange).toBe("2026-03-04");
  });

  test("is not known where no row tells one", async () => {
    await taken(listOf(["row"]));
    expect(run.lastChange).toBeUndefined();
  });
});

describe.each<[string, () => void]>([
  [
    "whose time is over",
    () => {
      isTimeOver = true;
    },
  ],
  [
    "that has ended as a whole",
    () => {
      run.ended = "HrFlow is down";
    },
  ],
])("a run %s", (_, stop) => {
  test("gets nobody else, and reads the list no further", async () => {
    expect(idsOf(await taken(listOf(names(350)), aws, stop))).toEqual(["row-0"]);
    expect(rowsRead).toBe(200);
  });

  test("gets none of those that failed before either, and their records are not read", async () => {
    failedBefore("row-2");
    expect(idsOf(await taken(listOf(names(5)), aws, stop))).toEqual(["row-0"]);
    expect(recordReads()).toBe(1);
    expect([...pending.keys()]).toEqual(["row-2"]);
  });
});

describe("what cannot be read", () => {
  /** A table whose records can be read so often, and then no more. */
  function readableTimes(times: number): Environment {
    let reads = 0;
    const send = ((command: never) => {
      const asked: object = command;
      if (asked instanceof BatchGetItemCommand && ++reads > times) return Promise.reject(new Error("away"));
      return aws.dynamodb.send(command);
    }) as typeof aws.dynamodb.send;
    return { ...aws, dynamodb: { send } };
  }

  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on("unhandledRejection", note);
  });
  afterEach(() => process.off("unhandledRejection", note));

  test("of the table ends the run, but not before those whose records were read", async () => {
    expect(idsOf(await taken(listOf(names(150)), readableTimes(1)))).toEqual(names(100));
    expect(run.ended).toMatchObject({ reason: "state_failure" });
  });

  test("of the table does not matter where its turn never comes", async () => {
    const subjects = subjectsOf(run, listOf(names(150)), pending, isOver, readableTimes(1));
    await subjects.next();
    await nextTurn();
    isTimeOver = true;
    await subjects.next();
    expect(run).toMatchObject({ ended: undefined, isCutOff: true });
    expect(unhandled).toEqual([]);
  });

  test("of the list ends the run, and throws nothing; what ended it before stays said", async () => {
    const broken = async function* () {
      yield* listOf(["row-0"]);
      throw new Error("broken off");
    };
    expect(await taken(broken())).toEqual([]);
    expect(run.ended).toMatchObject({ message: "broken off" });
    run.ended = "HrFlow is down";
    await taken(broken());
    expect(run.ended).toBe("HrFlow is down");
  });
});
