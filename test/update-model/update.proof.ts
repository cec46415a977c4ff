/** Whatever crashes: two thousand random histories of an update workflow. What must hold of each stands in checks.ts. */
import { describe, expect, test } from "vitest";
import { UPDATE_DEFECTS } from "./defects.ts";
import type { Happening } from "./model.ts";
import { play, told } from "./play.ts";

const HISTORIES = Number(process.env.SIMULATION_HISTORIES ?? 2_000);
/** So many are enough to find any of the planted defects. */
const ENOUGH_FOR_A_DEFECT = 300;
/** What the histories are about, and how often it happens in a thousand of them at least. */
const LEAST_IN_A_THOUSAND: Record<Happening, number> = {
  run: 4000,
  killed: 300,
  "failing vendor": 300,
  "failing table": 100,
  "cut off": 40,
  continued: 20,
  refused: 200,
};

test("whatever happens, HrFlow ends as Flatchr is, nothing foreign is lost, and the cursor never skips", async () => {
  const startedAt = performance.now();
  const histories = await play({ first: 1, count: HISTORIES });
  expect(histories.filter(({ wrong }) => wrong.length > 0).map(told)).toEqual([]);
  expect(histories).toHaveLength(HISTORIES);
  const times = (what: Happening) => histories.reduce((sum, { counts }) => sum + counts[what], 0);
  const happenings = Object.keys(LEAST_IN_A_THOUSAND) as Happening[];
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const counted = happenings.map((what) => `${what} ${times(what)}`).join(", ");
  console.info(`update            ${HISTORIES} histories  ${counted}  ${seconds} s`);
  if (HISTORIES < 1_000) return; // Of so few, not every one has had all that they are about.
  for (const what of happenings)
    expect(times(what), what).toBeGreaterThan((LEAST_IN_A_THOUSAND[what] * HISTORIES) / 1000);
});

describe("a defect in the code is found:", () => {
  test.each(UPDATE_DEFECTS.map((defect) => [defect.name, defect] as const))(
    "%s",
    async (name, { promise }) => {
      const histories = await play({ first: 1, count: ENOUGH_FOR_A_DEFECT }, "in memory", name);
      const found = histories.find(({ wrong }) => wrong.length > 0);
      console.info(
        `promise ${promise}  ${name}: ${found ? `seed ${found.seed} (${found.wrong[0]})` : "not found"}, ${histories.length} histories`,
      );
      expect(found?.wrong ?? []).not.toEqual([]);
    },
  );
});
