/** What the bench says: figures, each beside what it cannot be better than, and what it is to reach. */

/** One figure, measured once or more often in the same run. */
export interface Figure {
  what: string;
  /** What was measured, for a person: "412 ms". */
  measured: string;
  /** What it is compared with: the least that can be, or what others need. */
  floor: string;
  /** Measured ÷ floor, once for each repetition; of an absolute figure the values themselves. */
  values: readonly number[];
  /** Of an absolute figure; a ratio has none. */
  unit?: "ms" | "KiB";
  goal: { atMost: number } | { atLeast: number } | { exactly: number };
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Whether the median is within the goal. */
export function isReached({ values, goal }: Figure): boolean {
  const value = median(values);
  if ("atMost" in goal) return value <= goal.atMost;
  if ("atLeast" in goal) return value >= goal.atLeast;
  return value === goal.exactly;
}

/** The figures as a Markdown table. */
export function toTable(figures: readonly Figure[]): string {
  return [
    "| what | measured | floor | ratio (median) | spread | goal | |",
    "|---|---|---|---|---|---|---|",
    ...figures.map((figure) => {
      const { what, measured, floor, values } = figure;
      const spread =
        values.length > 1 ? `${round(Math.min(...values))}–${round(Math.max(...values))}` : "once";
      const verdict = isReached(figure) ? "✓" : "missed";
      return `| ${what} | ${measured} | ${floor} | ${withUnit(figure, median(values))} | ${spread} | ${goalOf(figure)} | ${verdict} |`;
    }),
  ].join("\n");
}

/** The goal, for a person. */
export function goalOf(figure: Figure): string {
  const { goal } = figure;
  if ("atMost" in goal) return `≤ ${withUnit(figure, goal.atMost)}`;
  if ("atLeast" in goal) return `≥ ${withUnit(figure, goal.atLeast)}`;
  return withUnit(figure, goal.exactly);
}

function withUnit({ unit }: Figure, value: number): string {
  return unit === undefined ? round(value) : `${round(value)} ${unit}`;
}

function round(value: number): string {
  return String(Number(value.toFixed(value >= 100 ? 0 : 3)));
}
