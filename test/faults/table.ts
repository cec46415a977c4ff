/** What was seen, as a table for a terminal: a line for each call, a column for each fault. */
import { FAULTS } from "./faults.ts";

const CALL_COLUMN_IN_CHARACTERS = 46;
const COLUMN_IN_CHARACTERS = 8;

export interface Table {
  /** Notes what became of one cell. */
  note(line: string, fault: string, ending: string): void;
  print(title: string): void;
}

export function createTable(): Table {
  const lines = new Map<string, Map<string, string>>();
  return {
    note(line, fault, ending) {
      const cells = lines.get(line) ?? new Map<string, string>();
      lines.set(line, cells.set(fault, ending));
    },
    print(title) {
      const faults = FAULTS.map(({ name }) => name);
      const cellsOf = (texts: string[]) => texts.map((text) => text.padEnd(COLUMN_IN_CHARACTERS)).join("");
      const rows = [...lines].map(([line, cells]) => {
        const name = line.slice(0, CALL_COLUMN_IN_CHARACTERS - 1).padEnd(CALL_COLUMN_IN_CHARACTERS);
        return name + cellsOf(faults.map((fault) => cells.get(fault) ?? "–"));
      });
      const head = title.padEnd(CALL_COLUMN_IN_CHARACTERS) + cellsOf(faults);
      process.stdout.write(`\n${[head, ...rows].map((row) => row.trimEnd()).join("\n")}\n`);
    },
  };
}

/** A call as a line names it: without what every call has, and without the names of parameters. */
export function lineOf(call: { method: string; path: string }, when?: string): string {
  const path = call.path.replace("/company/{companyId}", "").replaceAll(/\{\w+\}/g, "{}");
  return `${call.method} ${path}${when === undefined ? "" : ` (${when})`}`;
}
