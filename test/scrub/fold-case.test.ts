import { expect, test } from "vitest";
import { foldCase } from "../../lib/scrub/scrub.ts";

/** Every sign that has another case. */
const CASED = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((sign) => sign.toLowerCase() !== sign || sign.toUpperCase() !== sign);

test("signs that an expression takes for the same, whatever their case, are the same when folded", () => {
  const all = CASED.join("");
  const differing = CASED.flatMap((sign) =>
    [...all.matchAll(new RegExp(RegExp.escape(sign), "giu"))]
      .map(([other]) => other)
      .filter((other) => foldCase(other) !== foldCase(sign))
      .map((other) => `${sign} ${other}`),
  );
  expect(CASED.length).toBeGreaterThan(2_500);
  expect(differing).toEqual([]);
});

test("a letter is folded alike wherever it stands in a word", () => {
  // Greek has a small sigma of its own for the end of a word.
  expect(foldCase("ΟΔΟΣ.Α")).toContain(foldCase("ΟΔΟΣ"));
  expect(foldCase("οδος")).toBe(foldCase("ΟΔΟΣ"));
});
