import { expect, test } from "vitest";
import { summaryTable } from "../../local/summary.ts";

const steps = [
  { step: "a CV is parsed", ok: true, detail: `profile ${"7b1aa3f1".repeat(5)}, 202`, duration_ms: 12 },
  {
    step: "the candidate is created in Flatchr, with its CV",
    ok: true,
    skipped: true as const,
    detail: "no workflow",
    duration_ms: 0,
  },
  {
    step: "a forged webhook is refused",
    ok: false,
    detail: "answered with 202 and not 401",
    duration_ms: 1234,
  },
];

test("without a width each step has one line, and the columns are aligned", () => {
  expect(summaryTable(steps, undefined).split("\n")).toEqual([
    "   step                                              what happened                                            ms",
    "✓  a CV is parsed                                    profile 7b1aa3f17b1aa3f17b1aa3f17b1aa3f17b1aa3f1, 202    12",
    "–  the candidate is created in Flatchr, with its CV  no workflow                                               0",
    "✗  a forged webhook is refused                       answered with 202 and not 401                          1234",
  ]);
});

test.each([60, 80, 200])("in a terminal %i wide no line is longer, and nothing is cut", (width) => {
  const table = summaryTable(steps, width);
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  const words = table.replaceAll(/\s/g, "");
  expect(words).not.toContain("…");
  for (const { duration_ms } of steps) expect(words).toContain(String(duration_ms));
  expect(table.split("\n")[0]?.endsWith(" ms")).toBe(true);
});

test("a key that is too long for its column goes on in the next line", () => {
  const lines = summaryTable(steps, 60).split("\n");
  const column = lines[0]?.indexOf("what happened") ?? 0;
  const detail = lines.map((line) => line.slice(column, column + 25).trim()).join("");
  expect(detail).toContain("7b1aa3f1".repeat(5));
});
