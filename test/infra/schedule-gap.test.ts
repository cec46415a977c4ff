import { expect, test } from "vitest";
import { longestGapInHours } from "../../infra/schedule-gap.ts";

test.each([
  ["rate(1 hour)", 1],
  ["rate(15 minutes)", 0.25],
  ["rate(7 days)", 168],
  ["cron(0 6 * * ? *)", 24],
  ["cron(0/30 8-18 * * ? *)", 13.5],
  ["cron(0 6 ? * MON-FRI *)", 72],
  ["cron(0 6,18 ? * MON-FRI *)", 60],
  ["cron(0 6 ? * MON *)", 168],
  ["cron(0 6 1 * ? *)", 31 * 24],
  ["cron(0 6 1-25 * ? *)", 7 * 24],
])("%s leaves %d hours between two runs at most", (expression, hours) => {
  expect(longestGapInHours(expression, "Europe/Paris")).toBe(hours);
});

test.each(["at(2030-01-31T08:00:00)", "cron(0 6 15W * ? *)", "cron(0 6 * * ? 2020)"])(
  "%s runs once, never again, or is not understood: nothing can be said",
  (expression) => {
    expect(longestGapInHours(expression, "UTC")).toBeUndefined();
  },
);

test("a schedule of every minute is looked at, too", () => {
  expect(longestGapInHours("cron(* 8-17 ? * MON-FRI *)", "Europe/Paris")).toBe(62);
});
