import { setTimeout as delay } from "node:timers/promises";
import { createRateLimit } from "./rate-limit.ts";
import type { SimulatedAnswer } from "./simulator.ts";
import { errorBody } from "./smartrecruiters-errors.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";

const SEARCH = "GET /candidates";

/**
 * The limits of each credential: https://developers.smartrecruiters.com/docs/rate-limiting
 * A number of requests a second for each endpoint, and a number at the same time, of which one may be a search.
 * Either is answered 429, without saying when to come again.
 */
export function createLimits(settings: SmartrecruitersSettings) {
  const countRequest = createRateLimit(settings);
  const underway = new Map<string, number>();

  return async (
    key: string,
    route: string,
    answer: () => Promise<SimulatedAnswer>,
  ): Promise<SimulatedAnswer> => {
    const { all, search } = settings.concurrency || NO_LIMITS;
    const places = [{ name: key, maximum: all, taken: underway.get(key) ?? 0 }];
    const searches = `${key} ${SEARCH}`;
    if (route === SEARCH)
      places.push({ name: searches, maximum: search, taken: underway.get(searches) ?? 0 });
    const isCrowded = places.some(({ taken, maximum }) => taken >= maximum);
    // A request that is refused for being one too many at a time does not count for the rate.
    const rate = isCrowded ? undefined : countRequest(`${key} ${route}`, settings.rateLimit || NO_RATE);
    const isAllowed = rate?.isAllowed ?? false;

    const { maximum, taken } = places.at(-1) ?? { maximum: all, taken: 0 };
    const rateHeaders: Record<string, string> = settings.rateLimit
      ? {
          "x-ratelimit-limit": String(settings.rateLimit.limit),
          "x-ratelimit-remaining": String(rate?.remaining ?? 0),
        }
      : {};
    const concurrencyHeaders: Record<string, string> = settings.concurrency
      ? {
          "x-ratelimit-concurrent-limit": String(maximum),
          "x-ratelimit-concurrent-remaining": String(Math.max(0, maximum - taken - (isAllowed ? 1 : 0))),
        }
      : {};
    const headers = { ...rateHeaders, ...concurrencyHeaders };
    if (!isAllowed) return { status: 429, headers, body: errorBody(settings, 429, "Too Many Requests") };

    for (const { name } of places) underway.set(name, (underway.get(name) ?? 0) + 1);
    try {
      if (settings.processingInMs > 0) await delay(settings.processingInMs);
      const given = await answer();
      return { ...given, headers: { ...given.headers, ...headers } };
    } finally {
      for (const { name } of places) underway.set(name, (underway.get(name) ?? 1) - 1);
    }
  };
}

const NO_LIMITS = { all: Number.POSITIVE_INFINITY, search: Number.POSITIVE_INFINITY };

const NO_RATE = { limit: Number.POSITIVE_INFINITY, periodInMs: 0 };
