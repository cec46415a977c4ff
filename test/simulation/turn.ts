/** Turns of the event loop. */

/** A turn costs more than most of what happens in it, so that many are ordered at once. */
const ORDERED_AT_ONCE = 64;

let ordered = 0;
let waiting: (() => void)[] = [];

/**
 * Resolves when everything that can go on by itself has gone on: Node empties its queues of promises and ticks between any
 * two immediates.
 */
export function turn(): Promise<void> {
  if (ordered === 0) {
    ordered = ORDERED_AT_ONCE;
    for (let order = 0; order < ORDERED_AT_ONCE; order += 1) setImmediate(take);
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

function take(): void {
  ordered -= 1;
  const resolves = waiting;
  waiting = [];
  for (const resolve of resolves) resolve();
}
