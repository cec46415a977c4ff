/** What one call may meet: on its way to the vendor, at the vendor, and on the way back. */
import type { Fault } from "../../local/vendors/faults.ts";

/** So long that no run waits for it, and longer than our own first delay. */
export const PAUSE_IN_SECONDS = 120;
/** A body that takes so long is given up before its end. */
const SLOW_BODY_IN_MS = 60_000;

export interface CallFault {
  /** At the head of its column. */
  name: string;
  /** What it is. */
  means: string;
  /** The call goes to an address that nobody is at, in place of the vendor's. */
  address?: "closed port" | "unknown host";
  /** What the vendor does, when the call reaches it. */
  play?(): Fault;
  /** Nothing but the client's own time limit ends it. */
  isEndless?: true;
  /** What an error says of it. */
  says: RegExp;
}

const status = (code: number, headers: Record<string, string> = {}): Fault => ({
  kind: "status",
  status: code,
  headers,
});
const broken = /: the connection broke \(\w+\)/;
const silent = /: gave no answer in time/;
const foreign = /: 20\d but (an HTML page instead of JSON|no valid JSON)/;

export const FAULTS: readonly CallFault[] = [
  {
    name: "refused",
    means: "the connection is refused",
    address: "closed port",
    says: /: could not be reached \(ECONNREFUSED\)/,
  },
  {
    name: "dns",
    means: "the host's name cannot be resolved",
    address: "unknown host",
    says: /: could not be reached \((ENOTFOUND|EAI_AGAIN)\)/,
  },
  {
    name: "reset<",
    means: "the connection is reset before the call has an effect",
    play: () => ({ kind: "reset" }),
    says: broken,
  },
  {
    name: "reset>",
    means: "the connection is reset after it had its effect",
    play: () => ({ kind: "reset", when: "after" }),
    says: broken,
  },
  {
    name: "silent<",
    means: "no answer until the time is over, and no effect",
    play: () => ({ kind: "never" }),
    isEndless: true,
    says: silent,
  },
  {
    name: "silent>",
    means: "no answer until the time is over, but an effect",
    play: () => ({ kind: "never", when: "after" }),
    isEndless: true,
    says: silent,
  },
  {
    name: "slow",
    means: "the true answer, whose body does not end in time",
    play: () => ({ kind: "slow_body", delayInMs: SLOW_BODY_IN_MS }),
    isEndless: true,
    says: silent,
  },
  {
    name: "cut",
    means: "the true answer, whose JSON stops in the middle",
    play: () => ({ kind: "truncated_json", when: "after" }),
    says: /: 20\d but (no valid JSON|an empty answer|a list that breaks off)/,
  },
  {
    name: "page<",
    means: "200 with a page of a gateway, which has passed nothing on",
    play: () => ({ kind: "html", status: 200 }),
    says: foreign,
  },
  {
    name: "page>",
    means: "200 with a page of a gateway, after the effect",
    play: () => ({ kind: "html", status: 200, when: "after" }),
    says: foreign,
  },
  ...[401, 403, 404, 409, 422].map((code) => ({
    name: `${code}`,
    means: `${code}`,
    play: () => status(code),
    says: new RegExp(`: ${code} `),
  })),
  {
    name: "429s",
    means: `429 with Retry-After: ${PAUSE_IN_SECONDS}`,
    play: () => status(429, { "retry-after": String(PAUSE_IN_SECONDS) }),
    says: /: 429 /,
  },
  {
    name: "429d",
    means: "429 with Retry-After as an HTTP date",
    play: () => status(429, { "retry-after": new Date(Date.now() + PAUSE_IN_SECONDS * 1000).toUTCString() }),
    says: /: 429 /,
  },
  { name: "429", means: "429 without Retry-After", play: () => status(429), says: /: 429 / },
  {
    name: "500",
    means: "500, after the effect",
    play: () => ({ ...status(500), when: "after" }),
    says: /: 500 /,
  },
  { name: "503", means: "503, without an effect", play: () => status(503), says: /: 503 / },
];
