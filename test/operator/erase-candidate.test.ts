/** `erase` of a candidate of the ATS, by the id of its row. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EraseAnswer } from "../../lib/operator/erasure.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { leaseWorkflow } from "../../lib/update/lease.ts";
import { type OperatorScene, startOperatorScene, UPDATE } from "./scene.ts";

const toProfileByEmail = ({ email }: { email: string }) => ({
  reference: `person ${email}`,
  tags: [{ name: "by", value: "format" }],
});

let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene({ toProfileByEmail });
});
afterEach(() => scene.stop());

type Answer = EraseAnswer & RunAnswer;
const erase = (candidate: string, event: object = {}) =>
  scene.invoke<Answer>(UPDATE, { erase: { candidate }, ...event });
const run = () => scene.invoke<RunAnswer>(UPDATE, { workflow_id: "acme-update" });

test("a candidate leaves no trace of itself, and all of anybody else", async () => {
  const written = scene.addCandidate();
  const failed = scene.addCandidate({ inHrflow: false });
  const other = scene.addCandidate();
  await run();
  const dry = await erase(written.rowId, { persist: false });
  expect(await scene.everythingKept()).toContain(written.rowId);
  const answer = await erase(written.rowId, { workflow_id: "acme-update" });
  expect(answer).toMatchObject({
    subject: { candidate: written.rowId },
    removed: [
      { workflow_id: "acme-flatchr", what: "echo", count: 1 },
      { workflow_id: "acme-update", what: "runs", count: 1 },
      { workflow_id: "acme-update", what: "candidate", count: 1 },
    ],
  });
  expect(dry.removed).toEqual(answer.removed);
  expect((await erase(failed.rowId)).removed.map(({ what }) => what)).toEqual([
    "pending",
    "runs",
    "candidate",
  ]);
  const kept = await scene.everythingKept();
  for (const { rowId, candidateId } of [written, failed]) {
    expect(kept).not.toContain(rowId);
    expect(kept).not.toContain(candidateId);
  }
  expect(kept).toContain(other.rowId);
});

test("a candidate leaves no echo, though a format names another reference than its id", async () => {
  const { rowId, email } = scene.addCandidate({ inHrflow: false });
  scene.hrflow.putProfile({ source_key: scene.sourceKey, reference: `person ${email}`, info: {} });
  const format = "toProfileByEmail";
  await scene.invoke(UPDATE, { workflow_id: "acme-update", format });
  const kept = await scene.everythingKept();
  expect(kept).toContain("echo#");
  expect(kept).not.toContain(email);
  expect((await erase(rowId)).removed.map(({ what }) => what)).toEqual(["echo", "runs", "candidate"]);
  expect(await scene.everythingKept()).not.toContain("echo#");
});

test("a candidate of a workflow that is declared no more", async () => {
  const { rowId } = scene.addCandidate();
  await scene.invoke(UPDATE, { ...scene.workflow(UPDATE), workflow_id: "gone" });
  const { removed } = await erase(rowId, { workflow_id: "gone" });
  expect(removed.map(({ what }) => what)).toEqual(["runs", "candidate"]);
  expect(await scene.everythingKept()).not.toContain(rowId);
  expect(await erase(rowId, { workflow_id: "gone" })).toMatchObject({ reason: "workflow_id_not_found" });
});

test("it is refused while a run is at work, and the workflow is free again afterwards", async () => {
  const { rowId } = scene.addCandidate();
  await run();
  const lease = await leaseWorkflow("acme-update", "run", scene.environment);
  for (const persist of [true, false]) {
    expect(await erase(rowId, { persist })).toMatchObject({ status: "fatal", reason: "already_running" });
  }
  await lease.release();
  expect((await erase(rowId)).removed).not.toEqual([]);
  expect(await run()).toMatchObject({ status: "success" });
});

test.each([
  [UPDATE, { erase: { candidate: "" } }, "erase.candidate must be the id of a row"],
  [
    UPDATE,
    { erase: { candidate: "row" }, persits: false },
    "persits is unknown; known are workflow_id, erase, persist",
  ],
])("%s refuses %j", async (action, event, message) => {
  expect(await scene.invoke(action, event)).toMatchObject({
    status: "fatal",
    message: expect.stringContaining(message),
  });
  expect([...scene.environment.tableOperations]).toEqual([]);
});
