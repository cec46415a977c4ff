/** One figure of the bench, as a ratio to a floor that was measured or counted in the same run. */
export interface Row {
  what: string;
  figure: string;
  floor: string;
  ratio: number;
  goal: string;
}

/** The rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  return [
    "| what | figure | floor | ratio | goal |",
    "|---|---|---|---|---|",
    ...rows.map(
      ({ what, figure, floor, ratio, goal }) =>
        `| ${what} | ${figure} | ${floor} | ${ratio.toFixed(3)} | ${goal} |`,
    ),
  ].join("\n");
}
