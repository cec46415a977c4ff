/** Courses of events that the random histories led to, or that are too rare for them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { startUpdateScene, type UpdateScene } from "../update/scene.ts";

const DAY = 24 * 3_600_000;

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const columnOf = (reference: string) =>
  scene.profileOf(reference)?.tags.find(({ name }) => name === "column")?.value;
const daysAgo = (days: number) => Date.now() - days * DAY;

test("a run by hand with a filter skips nobody whom the filter leaves out", async () => {
  scene.flatchr.settings.moveUpdatesDate = false;
  const ada = scene.add("Ada");
  scene.flatchr.editCandidate(ada.candidateId, {}, daysAgo(10));
  await scene.run();
  const { candidateId } = scene.add("Grace");
  scene.flatchr.editCandidate(candidateId, { phone: "+33 7 00 00 00 01" }, daysAgo(5));
  const other = scene.flatchr.addVacancy({ title: "Other" }).id;
  scene.flatchr.addApplicant(ada.candidateId, other, { createdAt: Date.now() });
  await scene.run({ pull_parameters: { vacancy: other } });
  await scene.run();
  expect(scene.profileOf(candidateId)?.info.phone).toBe("+33 7 00 00 00 01");
});

test("a date in the future does not leave out what changes before it", async () => {
  const { candidateId } = scene.add("Ada");
  const future = scene.add("Grace");
  scene.flatchr.editCandidate(future.candidateId, {}, Date.now() + 400 * DAY);
  expect((await scene.run()).cursor).toBe(new Date().toISOString().slice(0, 10));
  scene.flatchr.editCandidate(candidateId, { firstname: "Augusta" });
  await scene.run();
  expect(scene.profileOf(candidateId)?.info.first_name).toBe("Augusta");
});

test("what changes after a cut-off run has finished with it is not skipped by its continuation", async () => {
  const people = Array.from({ length: 25 }, (_, index) => scene.add(`Person${index}`));
  for (const { candidateId } of people) scene.flatchr.editCandidate(candidateId, {}, daysAgo(10));
  let looks = 0;
  const { continuation } = await scene.runOn({}, () => (looks++ < 18 ? 600_000 : 0));
  const began = new Date(daysAgo(9)).toISOString();
  const [done] = people.filter(
    ({ candidateId }) => scene.profileOf(candidateId)?.info.first_name !== "Before",
  );
  scene.flatchr.editCandidate(done?.candidateId ?? "", { firstname: "Changed" }, daysAgo(8));
  if (continuation === undefined) return expect.fail("the run was not cut off");
  await scene.run({}, () => 600_000, { ...continuation, started_at: began });
  await scene.run();
  expect(scene.profileOf(done?.candidateId ?? "")?.info.first_name).toBe("Changed");
});

test("a column that is renamed, and back before everything was read, has its old name everywhere", async () => {
  scene.flatchr.settings.moveUpdatesDate = false;
  const { candidateId } = scene.add("Ada");
  const recent = scene.add("Grace");
  scene.flatchr.editCandidate(candidateId, {}, daysAgo(10));
  await scene.run();
  const [column] = scene.flatchr.columns();
  if (column === undefined) return expect.fail("there is a column");
  scene.flatchr.renameColumn(column.id, "Inbox");
  await scene.run({ incremental: false });
  expect(columnOf(candidateId)).toBe("Inbox");
  scene.flatchr.renameColumn(column.id, column.title);
  scene.flatchr.editCandidate(recent.candidateId, { firstname: "Hopper" });
  await scene.run();
  expect(columnOf(candidateId)).toBe(column.title);
});
