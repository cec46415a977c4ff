/** Every canary that is known to be at work, in every way an error may quote it. */
import { expect, test } from "vitest";
import { scrub } from "../../lib/scrub/scrub.ts";
import { ADDED, CANDIDATE, NEXT, PERSON, SECRETS } from "./canaries.ts";
import { findCanaries } from "./find.ts";
import { textsIn } from "./proxy.ts";
import { QUOTES } from "./quotes.ts";

const KNOWN = [PERSON, NEXT, CANDIDATE, ADDED, SECRETS];
const VALUES = textsIn(KNOWN).filter((value) => value.length > 1);

test.each(Object.entries(QUOTES))("%s", (_, quote) => {
  const leaks = VALUES.flatMap((value) => {
    const clean = scrub(quote(value), KNOWN);
    return findCanaries(clean).map((what) => `${what}: ${quote(value).slice(0, 150)} -> ${clean}`);
  });
  expect(leaks).toEqual([]);
});
