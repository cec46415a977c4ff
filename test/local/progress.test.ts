import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createProgressReader, drawProgress, tellProgress } from "../../local/progress.ts";

const STARTED_AT = Date.parse("2026-11-22T10:00:00.000Z");

function entry(message: string, done: number, more: object = {}) {
  return {
    message,
    run_id: "r",
    workflow_id: "acme-update",
    events: { read_success: done - 1, read_failure: 1, write_success: done - 1 },
    started_at: new Date(STARTED_AT).toISOString(),
    ...more,
  };
}

/** A reader whose clock stands so many seconds after the run's beginning. */
function readerAt(seconds: number, guess?: number) {
  const clock = { seconds };
  return {
    clock,
    ...createProgressReader(
      () => guess,
      () => STARTED_AT + clock.seconds * 1000,
    ),
  };
}

test("a run tells how many candidates are done, how fast, and how long it takes still", () => {
  const { follow, running } = readerAt(10, 3000);
  expect(follow(entry("run goes on", 600))).toBe(true);
  const [progress] = running();
  expect(progress).toEqual({
    workflowId: "acme-update",
    done: 600,
    total: 3000,
    perSecond: 60,
    secondsLeft: 40,
  });
  if (!progress) return;
  expect(tellProgress(progress)).toBe("600 of about 3000 candidates, 60/s, 40 s left");
  expect(stripVTControlCharacters(drawProgress(progress))).toBe(
    "acme-update  ████░░░░░░░░░░░░░░░░  600 of about 3000 candidates, 60/s, 40 s left",
  );
});

test("what the last whole run had is a better guess than any other", () => {
  const { follow, running } = readerAt(600, 20);
  follow(entry("run finished", 90_000, { run_id: "before", status: "success", is_cut_off: false }));
  follow(entry("run goes on", 6_000));
  expect(running()).toMatchObject([{ total: 90_000, perSecond: 10, secondsLeft: 8_400 }]);
  expect(running().map(tellProgress)).toEqual(["6000 of about 90000 candidates, 10/s, 140 min left"]);
});

test("a run that was cut off or failed says nothing about how many there are", () => {
  const { follow, running } = readerAt(10);
  follow(entry("run finished", 90, { run_id: "a", status: "success", is_cut_off: true }));
  follow(entry("run finished", 80, { run_id: "b", status: "fatal", is_cut_off: false }));
  follow(entry("run goes on", 50));
  expect(running().map(drawProgress)).toEqual(["acme-update  50 candidates, 5.0/s"]);
});

test("more than was guessed is told without a guess", () => {
  const { follow, running } = readerAt(10, 40);
  follow(entry("run goes on", 50));
  expect(running()).toMatchObject([{ done: 50, total: undefined, secondsLeft: undefined }]);
});

test("a run is gone when it has finished, or says nothing any more", () => {
  const { follow, running, clock } = readerAt(10);
  follow(entry("run goes on", 50));
  follow(entry("run goes on", 60, { run_id: "silent" }));
  expect(running()).toHaveLength(2);
  expect(follow(entry("run finished", 70, { status: "success", is_cut_off: false }))).toBe(true);
  expect(running()).toHaveLength(1);
  clock.seconds += 31;
  expect(running()).toEqual([]);
});

test("other lines are none of its own", () => {
  const { follow, running } = readerAt(10);
  expect(follow(entry("profile pushed", 1))).toBe(false);
  expect(follow({ message: "run goes on" })).toBe(false);
  expect(running()).toEqual([]);
});
