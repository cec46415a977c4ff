export interface RateLimitSettings {
  limit: number;
  periodInMs: number;
  /** `fixed`: a period begins with the first request after the last one. `sliding`: no span of this length has more. */
  window?: "fixed" | "sliding";
}

export interface RateLimitState {
  isAllowed: boolean;
  limit: number;
  remaining: number;
  /** Until a request is possible again, or until the period ends. */
  resetInMs: number;
}

/** Counts requests as a vendor does, for each credential on its own. A refused request does not count. */
export function createRateLimit(clock: {
  now(): number;
}): (name: string, settings: RateLimitSettings) => RateLimitState {
  const arrivals = new Map<string, number[]>();
  return (name, { limit, periodInMs, window = "fixed" }) => {
    const now = clock.now();
    const before = arrivals.get(name) ?? [];
    const isOver = (arrival: number) => arrival <= now - periodInMs;
    const [first = now] = before;
    const counted =
      window === "sliding" ? before.filter((arrival) => !isOver(arrival)) : isOver(first) ? [] : before;
    const isAllowed = counted.length < limit;
    const next = isAllowed ? [...counted, now] : counted;
    arrivals.set(name, next);
    const [start = now] = next;
    return { isAllowed, limit, remaining: limit - next.length, resetInMs: start + periodInMs - now };
  };
}
