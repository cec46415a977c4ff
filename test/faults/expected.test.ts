import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { connectors } from "../../lib/connectors/index.ts";
import { EXPECTED } from "./expected.ts";

test.each(connectors)("the calls of $name meet every fault", ({ name }) => {
  expect(existsSync(new URL(`${name}.test.ts`, import.meta.url))).toBe(true);
});

test.each(["reset>", "silent>", "slow", "cut", "500"])(
  "a creation whose answer is lost (%s) is looked for before it is repeated",
  (fault) => {
    expect(EXPECTED.push.get("creation")?.get(fault)).toBe("look");
  },
);

test("nothing but a refusal for good is ever dead-lettered", () => {
  for (const endings of EXPECTED.push.values()) {
    const dead = [...endings].filter(([, ending]) => ending === "dead").map(([fault]) => fault);
    expect(["403", "404", "409", "422"]).toEqual(expect.arrayContaining(dead));
  }
});
