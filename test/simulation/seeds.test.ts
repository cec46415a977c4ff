import { expect, test } from "vitest";
import { endAt, seedsOf, shareSeeds } from "./seeds.ts";

test("every seed is handed out once, whoever asks", () => {
  const shared = shareSeeds(5, 6);
  const [one, other] = [seedsOf(shared), seedsOf(shared)];
  const taken = Array.from({ length: 4 }, () => [one.next().value, other.next().value]).flat();
  expect(taken).toEqual([5, 6, 7, 8, 9, 10, undefined, undefined]);
});

test("after one that went wrong, none is handed out, and the lowest counts", () => {
  const shared = shareSeeds(1, 10);
  const seeds = seedsOf(shared);
  for (const seed of [1, 2, 3]) expect(seeds.next().value).toBe(seed);
  endAt(shared, 2);
  endAt(shared, 3);
  expect(seeds.next().done).toBe(true);
});
