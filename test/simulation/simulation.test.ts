/** A sample of the simulation; `npm run test:proof` plays all of it. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { UPDATE_DEFECTS } from "../update-model/defects.ts";
import { ATS_NAMES } from "./ats.ts";
import { DEFECTS, withDefect } from "./defects.ts";
import { playWithDefect, startPlayers, told } from "./play.ts";
import { playPush } from "./push-schedule.ts";

const players = startPlayers();
afterAll(players.stop);

test.each(ATS_NAMES)("a hundred schedules of %s go well, whatever crashes in them", async (ats) => {
  const { failures, schedules, counts } = await players.play(ats, { first: 1, count: 100 });
  expect(failures.map(told).join("\n")).toBe("");
  expect(schedules).toBe(100);
  expect(counts.crash).toBeGreaterThan(20);
});

test("a schedule is the same every time", async () => {
  for (const ats of ATS_NAMES)
    for (const seed of [3, 14, 15])
      expect(await playPush(ats, seed, true)).toEqual(await playPush(ats, seed, true));
});

test("every planted defect still has its place in the code", () => {
  for (const defect of [...DEFECTS, ...UPDATE_DEFECTS]) {
    const source = readFileSync(new URL(`../../lib/${defect.file}`, import.meta.url), "utf8");
    expect(() => withDefect(source, defect), defect.name).not.toThrow();
  }
});

test("a planted defect is found, and told with what happened and how to see it again", async () => {
  const name = "no look-up before a create";
  expect(DEFECTS.map((defect) => defect.name)).toContain(name);
  const { failures } = await playWithDefect(name, "flatchr", { first: 1, count: 100 });
  const text = failures.map(told).join("\n");
  expect(text).toMatch(/✗ person \d has \d candidates/);
  expect(text).toMatch(/npm exec node test\/simulation\/replay\.ts flatchr \d+/);
  expect(text).toContain("POST /careers/vacancy/candidate/json: 200, changed");
});
