/**
 * What to do instead of a normal answer, or around it.
 *
 * - `status`: `status` (429, 500, 401 …) with `headers` and `body`
 * - `html`: a page of a proxy, as an overloaded gateway sends it, with `status` (502 unless given; 200 is possible)
 * - `truncated_json`: a complete HTTP answer whose JSON stops in the middle
 * - `cut_body`: the connection breaks in the middle of the body
 * - `reset`: the connection is reset without an answer
 * - `never`: nothing is answered until the client gives up
 * - `slow`: the true answer, `delayInMs` later
 * - `slow_body`: the true answer, its body in drops over `delayInMs`
 * - `garbage`: bytes that are not HTTP
 */
export interface Fault {
  kind:
    | "status"
    | "html"
    | "truncated_json"
    | "cut_body"
    | "reset"
    | "never"
    | "slow"
    | "slow_body"
    | "garbage";
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is a string. */
  body?: unknown;
  /** Before or after the request took effect at the vendor. `before` unless given. */
  when?: "before" | "after";
  delayInMs?: number;
}

/** Which requests a fault is for: those that have all that is given. */
export interface FaultMatch {
  method?: string;
  /** As in `SimulatedCall.route`, "PATCH /candidates/:id", or only its pattern, "/candidates/:id". */
  route?: string;
}

export interface FaultPlan {
  failNext(match: FaultMatch, fault: Fault, times?: number): void;
  failRandomly(probability: number, faults: Fault[], seed: number, match?: FaultMatch): void;
  recover(): void;
  /** The fault of this request, if it is to have one; a scripted fault is used up by it. */
  take(method: string, route: string): Fault | undefined;
}

/** Scripted faults first, in the order they were asked for; then random ones, the same for the same seed. */
export function createFaultPlan(): FaultPlan {
  let scripted: { match: FaultMatch; fault: Fault; times: number }[] = [];
  let random: ((method: string, route: string) => Fault | undefined) | undefined;
  return {
    failNext: (match, fault, times = 1) => {
      scripted.push({ match, fault, times });
    },
    failRandomly: (probability, faults, seed, match = {}) => {
      const next = seededRandom(seed);
      random = (method, route) => {
        if (!matches(match, method, route)) return undefined;
        const isFailing = next() < probability;
        const choice = faults[Math.floor(next() * faults.length)];
        return isFailing ? choice : undefined;
      };
    },
    recover: () => {
      scripted = [];
      random = undefined;
    },
    take: (method, route) => {
      const entry = scripted.find(({ match }) => matches(match, method, route));
      if (!entry) return random?.(method, route);
      entry.times -= 1;
      if (entry.times <= 0) scripted = scripted.filter((other) => other !== entry);
      return entry.fault;
    },
  };
}

function matches(match: FaultMatch, method: string, route: string): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  return match.route === undefined || match.route === route || `${method} ${match.route}` === route;
}

/** Mulberry32: numbers in [0, 1), the same series for the same seed, on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
