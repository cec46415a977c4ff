/**
 * `npm run package`: compares the bundles in .serverless/ with infra/bundle-sizes.json. A bundle that has grown starts
 * more slowly, so it grows only when somebody means it: `npm exec -- node infra/bundle-sizes.ts --write` takes the sizes over.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

/** What is committed. */
export interface Budget {
  /** No bundle of a function may be larger, whatever is committed; `others` is for functions that are not named. */
  limitsInKibibytes: Record<string, number> & { others: number };
  /** By function name. */
  bytes: Record<string, number>;
}

/** A bundle may be so much larger than is committed: a library's new release is no decision. */
const TOLERANCE = 0.05;
const COMMITTED = fileURLToPath(new URL("bundle-sizes.json", import.meta.url));
const PACKAGED = fileURLToPath(new URL("../.serverless", import.meta.url));

if (import.meta.main) process.exitCode = main();

/** The committed budget. */
export function readBudget(): Budget {
  return JSON.parse(readFileSync(COMMITTED, "utf8")) as Budget;
}

/** The size of the bundle in a function's zip, in bytes: what Node has to read and to compile. */
export function bundleSize(zip: Uint8Array): number {
  const bundles = Object.entries(unzipSync(zip)).filter(([path]) => path.endsWith(".mjs"));
  return bundles.reduce((bytes, [, content]) => bytes + content.length, 0);
}

/** What is wrong with these sizes, in bytes by function name; nothing when all are within the budget. */
export function sizeProblems(sizes: ReadonlyMap<string, number>, budget: Budget): string[] {
  return [...sizes].flatMap(([name, size]) => {
    const limit = limitOf(name, budget);
    if (size > limit * 1024) return [`${name} has ${kibibytes(size)}, and may have ${limit} KiB`];
    const committed = budget.bytes[name];
    if (committed === undefined) return [`${name} has no committed size`];
    const growth = size / committed - 1;
    return growth > TOLERANCE
      ? [
          `${name} has ${kibibytes(size)}, ${percent(growth)} over the ${kibibytes(committed)} that are committed`,
        ]
      : [];
  });
}

/** The sizes as a table for a person. */
export function sizeTable(sizes: ReadonlyMap<string, number>, budget: Budget): string {
  const rows = [...sizes].map(([name, size]) => {
    const committed = budget.bytes[name];
    const change = committed === undefined ? "new" : percent(size / committed - 1);
    return [name, kibibytes(size), change, `${limitOf(name, budget)} KiB`] as const;
  });
  return [["bundle", "size", "change", "limit"] as const, ...rows]
    .map(([name, ...figures]) => name.padEnd(42) + figures.map((figure) => figure.padStart(12)).join(""))
    .join("\n");
}

function main(): number {
  const zips = readdirSync(PACKAGED).filter((name) => name.endsWith(".zip"));
  const sizes = new Map(
    zips.sort().map((name) => [parse(name).name, bundleSize(readFileSync(join(PACKAGED, name)))]),
  );
  const budget = readBudget();
  console.log(sizeTable(sizes, budget));
  if (process.argv.includes("--write")) {
    const bytes = Object.fromEntries(sizes);
    writeFileSync(COMMITTED, `${JSON.stringify({ ...budget, bytes }, undefined, 2)}\n`);
    return 0;
  }
  const problems = sizeProblems(sizes, budget);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(
      "See what has come in. When it is meant, `npm exec -- node infra/bundle-sizes.ts --write` commits the sizes; limits stand in infra/bundle-sizes.json.",
    );
  }
  return problems.length > 0 ? 1 : 0;
}

function limitOf(name: string, { limitsInKibibytes }: Budget): number {
  return limitsInKibibytes[name] ?? limitsInKibibytes.others;
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

function percent(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
}
