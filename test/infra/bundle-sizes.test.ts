import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { type Budget, bundleSize, sizeProblems, sizeTable } from "../../infra/bundle-sizes.ts";

const KIB = 1024;
const budget: Budget = {
  limitsInKibibytes: { receiver: 400, others: 450 },
  bytes: { receiver: 200 * KIB, push: 440 * KIB },
};
const problemsOf = (sizes: Record<string, number>) =>
  sizeProblems(new Map(Object.entries(sizes).map(([name, kibibytes]) => [name, kibibytes * KIB])), budget);

test("a bundle may shrink, and grow by a twentieth", () => {
  expect(problemsOf({ receiver: 209, push: 300 })).toEqual([]);
});

test("a bundle that has grown by more is refused, with both sizes", () => {
  expect(problemsOf({ receiver: 211 })).toEqual([
    "receiver has 211.0 KiB, +5.5 % over the 200.0 KiB that are committed",
  ]);
});

test("a bundle over its limit is refused, however little it has grown", () => {
  expect(problemsOf({ push: 450 })).toEqual([]);
  expect(problemsOf({ push: 450.1 })).toEqual(["push has 450.1 KiB, and may have 450 KiB"]);
  expect(problemsOf({ receiver: 401 })).toEqual(["receiver has 401.0 KiB, and may have 400 KiB"]);
});

test("a bundle without a committed size is refused", () => {
  expect(problemsOf({ another: 1 })).toEqual(["another has no committed size"]);
});

test("the size is that of the bundle, unpacked, without its source map", () => {
  const zip = zipSync({
    "functions/push.mjs": new Uint8Array(70),
    "functions/push.mjs.map": new Uint8Array(900),
  });
  expect(bundleSize(zip)).toBe(70);
});

test("the table says how each bundle has changed", () => {
  const table = sizeTable(
    new Map([
      ["push", 418 * KIB],
      ["another", KIB],
    ]),
    budget,
  ).split("\n");
  expect(table[1]).toMatch(/^push +418\.0 KiB +−5\.0 % +450 KiB$/);
  expect(table[2]).toMatch(/^another +1\.0 KiB +new +450 KiB$/);
});
