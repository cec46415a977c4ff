/** What a run leaves to the next one: when the cursor moves, what is read once more, and who is waited for. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCursor } from "../../lib/update/cursor.ts";
import { type Pending, readPending, savePending } from "../../lib/update/pending.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const writesOf = (operation: string) => scene.environment.tableOperations.get(operation) ?? 0;

test("the first run writes its cursor once", async () => {
  await scene.run();
  expect(writesOf("PutItem")).toBe(2); // The other one is its entry in the history.
});

test("a run that changed nothing writes no cursor", async () => {
  scene.add("Ada");
  await scene.run();
  const [puts, updates] = [writesOf("PutItem"), writesOf("UpdateItem")];
  await scene.run();
  expect(writesOf("PutItem") - puts).toBe(1); // Its entry in the history.
  expect(writesOf("UpdateItem") - updates).toBe(2); // The lease, taken and ended.
});

test("a run reads everything again when a column was renamed, since rows keep their date", async () => {
  const { candidateId } = scene.add("Ada");
  await scene.run();
  const [column] = scene.flatchr.columns();
  if (column) scene.flatchr.renameColumn(column.id, "Inbox");
  await scene.run();
  expect(scene.profileOf(candidateId)?.tags).toContainEqual(
    expect.objectContaining({ name: "column", value: "Inbox" }),
  );
});

test("a run reads what has changed since the day before, and one that is not incremental reads everything", async () => {
  scene.flatchr.settings.moveUpdatesDate = false;
  const tenDaysAgo = Date.now() - 10 * 24 * 3_600_000;
  scene.flatchr.editCandidate(scene.add("Ada").candidateId, {}, tenDaysAgo);
  scene.add("Grace");
  await scene.run();
  expect((await scene.run()).events.read_success).toBe(1);
  expect((await scene.run({ incremental: false })).events.read_success).toBe(2);
});

test("what rows are named by is asked for where a cursor depends on it, and only there", async () => {
  scene.add("Ada");
  const asked = () => scene.flatchr.calls.filter(({ route }) => route.endsWith("/columns")).length;
  await scene.run({ incremental: false });
  expect(asked()).toBe(0);
  await scene.run();
  expect(asked()).toBe(1);
  await scene.run({ incremental: false });
  expect(asked()).toBe(2);
  await scene.run({ incremental: false, persist: false });
  expect(asked()).toBe(2);
  await scene.run({ persist: false });
  expect(asked()).toBe(3);
});

test("a run that finds a column renamed has the next one read everything, and a dry run leaves the cursor as it is", async () => {
  scene.add("Ada");
  await scene.run();
  const before = await readCursor("acme-update", scene.environment);
  expect(before).toHaveProperty("catalogue");
  const [column] = scene.flatchr.columns();
  if (column) scene.flatchr.renameColumn(column.id, "Inbox");
  expect((await scene.run({ persist: false })).items).toHaveLength(1);
  expect(await readCursor("acme-update", scene.environment)).toEqual(before);
  await scene.run({ incremental: false });
  const { catalogue: _, ...rest } = before;
  expect(await readCursor("acme-update", scene.environment)).toEqual(rest);
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
