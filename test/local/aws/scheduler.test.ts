import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseScheduleExpression } from "../../../local/aws/schedule-expression.ts";
import { startScheduler } from "../../../local/aws/scheduler.ts";

function nextOf(expression: string, after: string, timeZone?: string): string | undefined {
  const next = parseScheduleExpression(expression, timeZone).next(Date.parse(after));
  return next === undefined ? undefined : new Date(next).toISOString().replace(":00.000Z", "Z");
}

describe("a schedule expression", () => {
  test.each([
    ["rate(5 minutes)", "2026-02-02T12:16Z", "2026-02-02T12:21Z"],
    ["rate(1 day)", "2026-02-02T12:16Z", "2026-02-03T12:16Z"],
    ["cron(0/15 * * * ? *)", "2026-02-02T12:15Z", "2026-02-02T12:30Z"],
    ["cron(30 8,18 ? * MON-FRI *)", "2026-01-02T18:30Z", "2026-01-05T08:30Z"],
    ["cron(0 0 L * ? *)", "2026-02-02T12:00Z", "2026-02-28T00:00Z"],
    ["cron(0 10 ? * 6#3 *)", "2026-02-02T12:00Z", "2026-02-20T10:00Z"],
    ["cron(0 0 29 2 ? *)", "2026-02-02T12:00Z", "2028-02-29T00:00Z"],
    ["cron(0 0 1 1 ? 2027)", "2026-02-02T12:00Z", "2027-01-01T00:00Z"],
    ["cron(0 0 1 1 ? 2025)", "2026-02-02T12:00Z", undefined],
    ["at(2026-03-01T08:30:00)", "2026-02-02T12:00Z", "2026-03-01T08:30Z"],
    ["at(2026-03-01T08:30:00)", "2026-03-01T08:30Z", undefined],
  ])("%s runs, after %s, at %s", (expression, after, next) => {
    expect(nextOf(expression, after)).toBe(next);
  });

  test.each([
    [
      "2026-03-28T12:00Z",
      "2026-03-30T00:30Z",
      "leaves out a time that does not come when clocks are set forward",
    ],
    ["2026-10-24T12:00Z", "2026-10-25T00:30Z", "takes the first of two when clocks are set back"],
    ["2026-10-25T00:30Z", "2026-10-26T01:30Z", "and not the second"],
  ])("is read in its time zone: after %s comes %s (%s)", (after, next) => {
    expect(nextOf("cron(30 2 * * ? *)", after, "Europe/Paris")).toBe(next);
  });

  test.each([
    "every day",
    "rate(0 minutes)",
    "rate(5 weeks)",
    "cron(0 8 * * *)",
    "cron(60 8 * * ? *)",
    "cron(0 8 15W * ? *)",
    "at(tomorrow)",
  ])("that is malformed is named: %s", (expression) => {
    expect(() => parseScheduleExpression(expression)).toThrow(expression);
  });
});

describe("the scheduler", () => {
  test("invokes at once and then at the rate, on a clock that runs faster", () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const invoked: unknown[] = [];
    const schedule = {
      name: "w",
      expression: "rate(5 minutes)",
      functionName: "f",
      input: { workflow_id: "w" },
    };
    const scheduler = startScheduler([schedule], 60, (functionName, input) =>
      invoked.push([functionName, input]),
    );
    vi.advanceTimersByTime(0);
    expect(invoked).toEqual([["f", { workflow_id: "w" }]]);
    vi.advanceTimersByTime(10_000);
    expect(invoked).toHaveLength(3);
    scheduler.stop();
    vi.advanceTimersByTime(60_000);
    expect(invoked).toHaveLength(3);
  });

  test("waits longer than a timer can", () => {
    vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00Z") });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const times: string[] = [];
    const schedule = { name: "w", expression: "cron(0 0 1 3 ? *)", functionName: "f", input: {} };
    startScheduler([schedule], 1, () => times.push(new Date().toISOString()));
    vi.advanceTimersByTime(90 * 24 * 3_600_000);
    expect(times).toEqual(["2026-03-01T00:00:00.000Z"]);
  });

  test("names the workflow whose schedule is malformed", () => {
    const schedule = { name: "acme", expression: "daily", functionName: "f", input: {} };
    expect(() => startScheduler([schedule], 1, () => {})).toThrow('acme: The schedule "daily"');
  });
});
