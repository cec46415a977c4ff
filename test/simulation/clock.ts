/**
 * Time in a simulation: it stands still until everybody who has something to do has done it, and then jumps to the next
 * thing that is due. Nothing here waits for real.
 */
import { setImmediate as turn } from "node:timers/promises";

/** Whose timer it is. Those of who is gone are passed over. */
export interface Owner {
  isGone: boolean;
}

interface Timer {
  at: number;
  /** Of two that are due at the same moment, the one that was set first goes first. */
  sequence: number;
  owner: Owner | undefined;
  fire(): void;
}

/** The same each time: a new one costs more than the call that it ends. */
const TOO_LATE = new DOMException("too late", "TimeoutError");

export type Clock = ReturnType<typeof createClock>;

/** @param start milliseconds since 1970 */
export function createClock(start: number) {
  const heap: Timer[] = [];
  let now = start;
  let sequence = 0;
  let unfinished = 0;
  const listening = new Set<() => void>();

  function at(time: number, fire: () => void, owner?: Owner): void {
    sequence += 1;
    push(heap, { at: Math.max(now, time), sequence, owner, fire });
  }

  function whenAborted(signal: AbortSignal, tell: (reason: unknown) => void): () => void {
    const hear = () => tell(signal.reason);
    const stop = () => {
      signal.removeEventListener("abort", hear);
      listening.delete(stop);
    };
    signal.addEventListener("abort", hear, { once: true });
    listening.add(stop);
    return stop;
  }

  return {
    now: () => now,
    /** Does something at a time; not if its owner is gone by then. */
    at,
    sleep: (milliseconds: number, signal: AbortSignal, owner: Owner): Promise<void> =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stopListening = whenAborted(signal, reject);
        const wake = () => {
          resolve();
          stopListening();
        };
        at(now + milliseconds, wake, owner);
      }),
    /**
     * Tells when a signal is aborted.
     *
     * @returns what ends the listening. Node keeps a signal, and whatever waits for it, as long as somebody listens
     */
    whenAborted,
    /** Those who are gone never end their listening. */
    stopListening(): void {
      for (const stop of listening) stop();
    },
    abortAfter: (milliseconds: number, owner: Owner): AbortSignal => {
      const controller = new AbortController();
      at(now + milliseconds, () => controller.abort(TOO_LATE), owner);
      return controller.signal;
    },
    /** Lets the clock stand still until this is done, however many turns of the event loop it takes. */
    async hold<T>(work: Promise<T>): Promise<T> {
      unfinished += 1;
      try {
        return await work;
      } finally {
        unfinished -= 1;
      }
    },
    /** Does what is due next, and resolves when all that follows from it at once has happened; false when nothing is due. */
    async goOn(until = Number.POSITIVE_INFINITY): Promise<boolean> {
      let timer = pop(heap);
      while (timer?.owner?.isGone) timer = pop(heap);
      if (timer === undefined) return false;
      if (timer.at > until) {
        push(heap, timer);
        return false;
      }
      now = timer.at;
      timer.fire();
      do await turn();
      while (unfinished > 0);
      return true;
    },
  };
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Timer;
    if (!isBefore(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || last === first) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as Timer)) child += 1;
    if (!isBefore(heap[child] as Timer, last)) break;
    heap[index] = heap[child] as Timer;
    index = child;
  }
  heap[index] = last;
  return first;
}
