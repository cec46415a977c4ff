/**
 * Random histories of an update workflow: a sample, `npm run test:proof` plays two thousand. One that goes wrong prints its
 * seed and what happened; with `UPDATE_MODEL_SEED=<seed>` it is played again alone.
 */
import { expect, test } from "vitest";
import { play, told } from "./play.ts";

const TIME_LIMIT = 600_000;
const only = process.env.UPDATE_MODEL_SEED;

test(
  "whatever happens, HrFlow ends as Flatchr is, nothing foreign is lost, and the cursor never skips",
  async () => {
    const seeds = only === undefined ? { first: 1, count: 60 } : { first: Number(only), count: 1 };
    const histories = await play(seeds);
    expect(histories.filter(({ wrong }) => wrong.length > 0).map(told)).toEqual([]);
    expect(histories).toHaveLength(seeds.count);
    if (only !== undefined) console.info(histories.map(told).join("\n"));
  },
  TIME_LIMIT,
);

test(
  "a history is the same on a real table as on the one in memory, and the same every time",
  async () => {
    const seeds = { first: 5001, count: 16 };
    const [onReal, inMemory] = [await play(seeds, "real"), await play(seeds)];
    expect(onReal).toEqual(inMemory);
  },
  TIME_LIMIT,
);
