/**
 * The seeds that several threads play: handed out one by one and in order, so that all are at work to the end, and none any
 * more beyond one that went wrong. Those below it are played by whoever has them: the lowest that goes wrong is always the same.
 */
export interface Seeds {
  /** The seed that is handed out next, and the lowest that went wrong. */
  state: Int32Array<SharedArrayBuffer>;
  end: number;
}

const NEXT = 0;
const LOWEST_WRONG = 1;
const NONE = 2 ** 31 - 1;

/** @param first of so many seeds in a row */
export function shareSeeds(first: number, count: number): Seeds {
  const state = new Int32Array(new SharedArrayBuffer(8));
  state[NEXT] = first;
  state[LOWEST_WRONG] = NONE;
  return { state, end: first + count };
}

/** The seeds that this thread is to play, while there are any. */
export function* seedsOf({ state, end }: Seeds): Generator<number> {
  for (;;) {
    const seed = Atomics.add(state, NEXT, 1);
    if (seed >= Math.min(end, Atomics.load(state, LOWEST_WRONG))) return;
    yield seed;
  }
}

/** A seed went wrong: from now on only lower ones are of interest. */
export function endAt({ state }: Seeds, seed: number): void {
  let lowest = Atomics.load(state, LOWEST_WRONG);
  while (seed < lowest) lowest = Atomics.compareExchange(state, LOWEST_WRONG, lowest, seed);
}
