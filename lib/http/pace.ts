/**
 * Keeps a vendor's rate limit over all workers that share a credential.
 *
 * While a vendor says that enough is left (the headers of its answers count the calls of all workers), calls go out at
 * once and cost nothing. When little is left, or after a 429, they take slots on a time line in DynamoDB that all workers
 * share: so many calls in so many seconds, evenly spaced, whoever makes them. Calls that wait at the same moment in one
 * worker take their slots in one table operation.
 * See docs/decisions/0005-slots-on-a-shared-time-line.md.
 */
import pLimit, { type LimitFunction } from "p-limit";
import limits from "../../infra/limits.json" with { type: "json" };
import type { Allowance } from "./answer.ts";
import { type TimeLine, type TimeLineNeeds, takeSlots } from "./time-line.ts";

/** What a vendor permits one credential. */
export interface RateLimit {
  requests: number;
  perSeconds: number;
  /** How many calls may be under way at once, over all workers. */
  concurrency?: number;
  /** Where a vendor does not say how much is left: each call takes a slot, not only those after a 429. */
  always?: boolean;
}

/** A limit, and what it is counted for. */
export interface Pace {
  /** Vendor, hash of the credential, and the endpoint where each has a limit of its own. No secret. */
  bucket: string;
  limit: RateLimit;
  /** Where all endpoints together may have so many calls under way. */
  together?: { bucket: string; concurrency: number };
}

/** Lets calls out at the permitted pace. */
export interface Pacer {
  /**
   * Runs a call when its turn has come.
   *
   * @param pace undefined where the vendor has no limit
   * @throws what `signal` aborted with, when it did before that
   */
  take<T>(pace: Pace | undefined, signal: AbortSignal, call: () => Promise<T>): Promise<T>;
  /** The vendor tells what is left of its limit: when that is little, no call goes out without a slot for a while. */
  heed(pace: Pace, allowance: Allowance): void;
  /** The vendor has answered 429: for so many seconds no call goes out without a slot. */
  tighten(pace: Pace, forSeconds: number): void;
}

/** What the pacer needs of the environment. */
export interface PacerNeeds extends TimeLineNeeds {
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** So many instances of a push function work at once. */
const WORKERS = limits.push.maximumConcurrency;
/** Without slots, all workers together have so much of a limit under way at most; less than that left is little. */
const SHARE_UNDER_WAY = 0.4;
/** What is left of a limit is taken to be little for so many of its periods. */
const TIGHT_PERIODS = 3;
/** Arrivals jitter: a period is taken for longer than it is, so that no window of the vendor's holds one call more. */
const JITTER_IN_MILLISECONDS = 30;

interface Bucket {
  pace: Pace;
  periodInMilliseconds: number;
  inTurn: LimitFunction;
  requests: number;
  /** What the vendor said is left, when it was last scarce. */
  remaining: number;
  tightUntil: number;
  /** How long a call takes, where only one may be under way. */
  durationInMilliseconds: number;
  /** When the last call had its answer, milliseconds since 1970. */
  endedAt: number;
  waiting: { resolve: (startAt: number) => void; reject: (error: unknown) => void }[];
  isReserving: boolean;
}

/** For a dry run, which may not write to the table either. */
export const unpaced: Pacer = { take: (_pace, _signal, call) => call(), heed: () => {}, tighten: () => {} };

/** Lets so many calls be under way, of all that a run makes: one that waits for its pace is not. */
export function withCallsAtOnce(maximum: number, pacer: Pacer): Pacer {
  const amongOurs = pLimit(maximum);
  return { ...pacer, take: (pace, signal, call) => pacer.take(pace, signal, () => amongOurs(call)) };
}

export function createPacer(needs: PacerNeeds): Pacer {
  const buckets = new Map<string, Bucket>();
  const together = new Map<string, LimitFunction>();

  /** Runs a call when few enough of the credential's are under way. */
  function amongAll<T>(pace: Pace, call: () => Promise<T>): Promise<T> {
    if (pace.together === undefined) return call();
    const { bucket, concurrency } = pace.together;
    const inTurn = together.get(bucket) ?? pLimit(shareOf(concurrency));
    together.set(bucket, inTurn);
    return inTurn(call);
  }

  function bucketOf(pace: Pace): Bucket {
    const { limit } = pace;
    const bucket = buckets.get(pace.bucket) ?? {
      pace,
      periodInMilliseconds: limit.perSeconds * 1000,
      inTurn: pLimit(underWayOf(limit)),
      requests: limit.requests,
      remaining: 0,
      tightUntil: 0,
      durationInMilliseconds: 0,
      endedAt: 0,
      waiting: [],
      isReserving: false,
    };
    buckets.set(pace.bucket, bucket);
    return bucket;
  }

  /**
   * Waits for a slot.
   *
   * @returns whether it woke in time, which it may not where the processor is scarce
   */
  async function waitForSlot(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
    const startAt = await reserve(bucket);
    await needs.sleep(Math.max(0, startAt - needs.now()), signal);
    return needs.now() - startAt <= JITTER_IN_MILLISECONDS;
  }

  function reserve(bucket: Bucket): Promise<number> {
    return new Promise((resolve, reject) => {
      bucket.waiting.push({ resolve, reject });
      if (!bucket.isReserving) void reserveForAll(bucket);
    });
  }

  async function reserveForAll(bucket: Bucket): Promise<void> {
    bucket.isReserving = true;
    while (bucket.waiting.length > 0) {
      const calls = bucket.waiting.splice(0);
      const interval = intervalOf(bucket);
      try {
        const first = await takeSlots(timeLineOf(bucket), calls.length * interval, needs);
        for (const [index, call] of calls.entries()) call.resolve(first + index * interval);
      } catch (error) {
        for (const call of calls) call.reject(error);
      }
    }
    bucket.isReserving = false;
  }

  function tighten(pace: Pace, forSeconds: number, allowance?: Allowance): void {
    const bucket = bucketOf(pace);
    bucket.requests = allowance?.requests ?? bucket.requests;
    bucket.remaining = allowance?.remaining ?? 0;
    bucket.tightUntil = Math.max(bucket.tightUntil, needs.now() + forSeconds * 1000);
  }

  return {
    async take(pace, signal, call) {
      if (pace === undefined) return call();
      const bucket = bucketOf(pace);
      return bucket.inTurn(async () => {
        signal.throwIfAborted();
        if (pace.limit.always && pace.limit.concurrency === 1) {
          // When a call has arrived is not known, only that it had before its answer: a connection may open slowly.
          const pause = bucket.endedAt + bucket.periodInMilliseconds - needs.now();
          await needs.sleep(Math.max(0, pause), signal);
        }
        if (pace.limit.always || needs.now() < bucket.tightUntil) {
          const isInTime = await waitForSlot(bucket, signal);
          // A call that goes out late is one too many for those that go out a period after it.
          if (!isInTime && !pace.limit.always) await waitForSlot(bucket, signal);
        }
        const startedAt = needs.now();
        try {
          return await amongAll(pace, call);
        } finally {
          bucket.endedAt = needs.now();
          bucket.durationInMilliseconds = bucket.endedAt - startedAt;
        }
      });
    },
    heed(pace, { requests, remaining }) {
      // What the others have under way may take all that is left.
      if (remaining >= Math.max(requests * SHARE_UNDER_WAY, underWayOf(pace.limit) * WORKERS)) return;
      tighten(pace, TIGHT_PERIODS * pace.limit.perSeconds, { requests, remaining });
    },
    tighten: (pace, forSeconds) => tighten(pace, forSeconds),
  };
}

/** What one worker may have of a concurrency that all share. */
function shareOf(concurrency: number): number {
  return Math.max(1, Math.floor(concurrency / WORKERS));
}

/** How many calls one worker may have under way. */
function underWayOf({ requests, concurrency = Number.POSITIVE_INFINITY }: RateLimit): number {
  return Math.min(shareOf(concurrency), Math.max(2, shareOf(requests * SHARE_UNDER_WAY)));
}

/**
 * How long a new time line waits, in milliseconds: as long as the calls that went out without slots would have taken in
 * turn. What the other workers have under way is not counted yet.
 */
function debtOf({ pace: { limit }, requests, remaining, periodInMilliseconds }: Bucket): number {
  const used = requests - remaining + underWayOf(limit) * WORKERS;
  return (Math.min(used, requests) / requests) * periodInMilliseconds;
}

function timeLineOf(bucket: Bucket): TimeLine {
  const { pace, periodInMilliseconds } = bucket;
  const line = { bucket: pace.bucket, idleAfterInMilliseconds: periodInMilliseconds };
  // Where each call takes a slot, nothing has gone out before, and the pause after a call leaves room enough.
  if (pace.limit.always) return { ...line, beginsInMilliseconds: 0, leadInMilliseconds: 0 };
  // So long, taking a slot may take.
  return { ...line, beginsInMilliseconds: debtOf(bucket), leadInMilliseconds: JITTER_IN_MILLISECONDS };
}

/** Milliseconds between two calls. */
function intervalOf({
  pace: { limit },
  requests,
  periodInMilliseconds,
  durationInMilliseconds,
}: Bucket): number {
  const interval = (periodInMilliseconds + JITTER_IN_MILLISECONDS) / requests;
  // Where one call at a time is permitted, a slot is as long as a call.
  return limit.concurrency === 1 ? Math.max(interval, durationInMilliseconds * 1.2) : interval;
}
