/** Large CVs take turns, so that a function needs no memory for a whole batch of them at once. */
import pLimit from "p-limit";
import { TemporaryError } from "../errors.ts";

/** Most CVs are smaller, and wait for nothing. */
export const LARGE_IN_BYTES = 1_000_000;
/** Each is held several times: as bytes, as base64, as JSON. See docs/scale.md for what that comes to. */
export const LARGE_AT_ONCE = 2;

/** The turns of one instance of a function. */
export interface CvTurns {
  /**
   * Does `work`, which holds a CV of this size from its beginning to its end; with a large one when it is its turn.
   *
   * @param sizeInBytes undefined when nobody knows it: then it may be large
   * @throws TemporaryError when the time of the push ends before its turn comes; nothing was done then
   */
  take<T>(sizeInBytes: number | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export function createCvTurns(): CvTurns {
  const largeOnes = pLimit(LARGE_AT_ONCE);
  return {
    take<T>(sizeInBytes: number | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      if (sizeInBytes !== undefined && sizeInBytes <= LARGE_IN_BYTES) return work();
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const giveUp = () =>
        reject(
          new TemporaryError("write_failure", "large CVs of other profiles took all the time of this push"),
        );
      if (signal.aborted) giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      void largeOnes(async () => {
        signal.removeEventListener("abort", giveUp);
        if (!signal.aborted) await work().then(resolve, reject);
      });
      return promise;
    },
  };
}
