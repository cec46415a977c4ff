import { inspect } from "node:util";
import { expect, test } from "vitest";
import { VendorError } from "../lib/errors.ts";

const CALL = { vendor: "Acme", method: "POST", url: "https://api.example.com/candidates" };

test("what a vendor said can be recognised, though it is cleaned, and is shown nowhere", () => {
  const error = new VendorError(CALL, {
    status: 422,
    effect: "none",
    detail: "… has already been …",
    words: "Ada: email has already been taken",
    clean: () => "…",
  });
  expect(error.says(/email.*taken/)).toBe(true);
  expect(error.detailWithout({ name: "Ada" })).toBe("…");
  const shown = [
    error.message,
    error.stack,
    JSON.stringify(error),
    inspect(error, { showHidden: true, depth: 9 }),
  ];
  expect(shown.join()).not.toContain("Ada");
});
