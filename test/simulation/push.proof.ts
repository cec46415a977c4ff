/** Whatever crashes: ten thousand schedules of pushes for each ATS. What must hold of each stands in push-checks.ts. */
import { afterAll, describe, expect, test } from "vitest";
import { ATS_NAMES } from "./ats.ts";
import { DEFECTS } from "./defects.ts";
import { playWithDefect, startPlayers, toFigures, told } from "./play.ts";

const SCHEDULES = Number(process.env.SIMULATION_SCHEDULES ?? 10_000);
/** Where the next of them begin, for a search that goes on. */
const FIRST_SEED = Number(process.env.SIMULATION_FIRST_SEED ?? 1);
/** So many schedules are enough to find any of the planted defects. */
const ENOUGH_FOR_A_DEFECT = 3_000;
/** Every call of AWS that a push makes, and the vendors'. */
const EFFECTS = ["GetSecretValue", "SendMessage", "ChangeMessageVisibilityBatch", "UpdateItem", "GET hrflow"];

const players = startPlayers();
afterAll(players.stop);

test.each(ATS_NAMES)(
  "whatever crashes, each profile is one candidate in %s, as the newest of its changes says",
  async (ats) => {
    const report = await players.play(ats, { first: FIRST_SEED, count: SCHEDULES });
    console.info(toFigures(report));
    expect(report.failures.map(told).join("\n")).toBe("");
    expect(report.schedules).toBe(SCHEDULES);
    if (SCHEDULES < 2_000) return; // Of so few, not every one has had all that they are about.
    const points = EFFECTS.concat(`POST ${ats}`).flatMap((effect) => [`before ${effect}`, `after ${effect}`]);
    expect(points.filter((point) => !report.crashPoints.has(point))).toEqual([]);
    expect(report.counts.crash).toBeGreaterThan(SCHEDULES / 4);
    expect(report.counts["vendor fault"]).toBeGreaterThan(SCHEDULES / 2);
  },
);

describe("a defect in the code is found:", () => {
  test.each(DEFECTS.map((defect) => [defect.name, defect] as const))("%s", async (name, { ats, promise }) => {
    const { failures, schedules, seconds } = await playWithDefect(name, ats, {
      first: 1,
      count: ENOUGH_FOR_A_DEFECT,
    });
    const [first] = failures;
    console.info(
      `promise ${promise}  ${name}: ${first ? `seed ${first.seed} (${first.wrong[0]})` : "not found"}, ${schedules} schedules, ${seconds.toFixed(1)} s`,
    );
    expect(first?.wrong ?? []).not.toEqual([]);
    expect(first?.wrong.join("\n"), "a promise is broken, not the code").not.toContain(" threw ");
  });
});
