/** A day without an ATS needs no operator: everything arrives when it is back, and until then it is asked seldom. */
import { describe, expect, test } from "vitest";
import { ATS_NAMES } from "./ats.ts";
import { PERSONS, playOutage } from "./outage.ts";

/**
 * Delays double from 10 s to 30 min and are cut by a quarter at most. Of a profile that is 8 attempts in the first hour,
 * then one in 22.5 minutes at the most: 70 in a day. Each begins with one look-up (two at Flatchr), and ends with it.
 */
const MOST_ATTEMPTS_OF_A_PROFILE = 70;
const CALLS_OF_AN_ATTEMPT = { teamtailor: 1, flatchr: 2, smartrecruiters: 1 };
const LONGEST_DELAY_IN_MINUTES = 30;

describe.each(ATS_NAMES)("a day without %s", (ats) => {
  test.each(["refuses connections", "answers 500", "never answers"] as const)(
    "in which it %s loses nothing, and needs nobody",
    async (outage) => {
      const after = await playOutage(ats, outage);
      expect(after.wrong.concat(after.wrong.length > 0 ? after.trace : [])).toEqual([]);
      expect(after.deadLetters).toBe(0);
      expect(after.announced).toBeGreaterThan(12 * (PERSONS - 1));
      const bound = PERSONS * MOST_ATTEMPTS_OF_A_PROFILE * CALLS_OF_AN_ATTEMPT[ats];
      console.info(
        `${ats} ${outage} for 24 h: ${after.announced} webhooks, ${after.calls} calls (at most ${bound}), all there ${after.minutesUntilRest.toFixed(0)} min after its return`,
      );
      expect(after.calls).toBeGreaterThan(PERSONS);
      expect(after.calls).toBeLessThanOrEqual(bound);
      // The longest delay, and what a push takes.
      expect(after.minutesUntilRest).toBeLessThanOrEqual(LONGEST_DELAY_IN_MINUTES + 5);
    },
  );
});
