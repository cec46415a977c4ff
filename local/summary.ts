/** The demonstration in one table: what was shown, what came of it, how long it took. */
import Table from "cli-table3";
import type { ScenarioStep } from "./scenario.ts";

/** Narrower, nothing can be read. */
const LEAST_WIDTH = 60;
const DURATION_WIDTH = 7;
const GAP = 2;

/**
 * @param width characters in a line; texts that are longer go on in the next one. Undefined: each step has one line
 */
export function summaryTable(steps: readonly ScenarioStep[], width: number | undefined): string {
  const colWidths = width === undefined ? undefined : columnWidths(steps, width);
  const table = new Table({
    head: ["", "step", "what happened", "ms"],
    colAligns: ["left", "left", "left", "right"],
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
    wordWrap: true,
    ...(colWidths ? { colWidths } : {}),
  });
  for (const { ok, skipped, step, detail, duration_ms } of steps)
    table.push([skipped ? "–" : ok ? "✓" : "✗", step, breakWords(detail, colWidths?.[2]), duration_ms]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};

/** What is left beside the narrow columns is shared by the two wide ones; a step takes no more than it needs. */
function columnWidths(steps: readonly ScenarioStep[], width: number): number[] {
  const mark = 1 + GAP;
  const left = Math.max(LEAST_WIDTH, width - 1) - mark - DURATION_WIDTH - GAP;
  const longest = Math.max(...steps.map(({ step }) => step.length)) + GAP;
  const step = Math.min(longest, Math.floor(left / 2));
  return [mark, step, left - step, DURATION_WIDTH + GAP];
}

/** A key that is longer than its column goes on in the next line: the library would cut it. */
function breakWords(text: string, width: number | undefined): string {
  return width === undefined ? text : text.replaceAll(new RegExp(`\\S{${width - GAP}}(?=\\S)`, "g"), "$&\n");
}
