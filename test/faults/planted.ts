/** The real environment of a test, in which one call meets one fault, and whose clock a test moves. */
import type { LookupAddress } from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ApiCall } from "../../lib/connector.ts";
import { createPacer, type Pace } from "../../lib/http/pace.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { TestEnvironment } from "../environment.ts";
import type { CallFault } from "./faults.ts";

/** RFC 6761 keeps this ending for names that never resolve. */
const UNKNOWN_HOST = "http://vendor.invalid";
/** What has been answered has been read, too, when no call has begun or ended for so long. */
const QUIET_IN_MS = 25;

/** Which call meets which fault. */
export interface Plan {
  simulator: Simulator;
  call: Pick<ApiCall, "method" | "path">;
  /** How many calls like it come before it. */
  before: number;
  fault: CallFault;
}

export interface PlantedEnvironment extends TestEnvironment {
  /** Whether the call was made, and met the fault. */
  hasMet(): boolean;
  /** The calls of vendors so far, as `GET /candidates/1`, without origin and version. */
  made: string[];
  /** How often the code has waited within a run. */
  pauses(): number;
  /** Sets the clock back to where it was before all this. */
  close(): void;
}

let cells = 0;

export function plant(base: TestEnvironment, plan?: Plan): PlantedEnvironment {
  cells += 1;
  const cell = cells;
  const made: string[] = [];
  const deadlines: { at: number; controller: AbortController }[] = [];
  let passedInSeconds = 0;
  let pauses = 0;
  let isMet = false;
  let left = plan?.before ?? 0;
  let lastMoveAt = 0;
  let underWay = 0;
  let isClosed = false;

  function pass(seconds: number): void {
    base.pass(seconds);
    passedInSeconds += seconds;
    for (const { at, controller } of deadlines) {
      // A millisecond later: numbers are not exact.
      if (at <= base.now() + 1) controller.abort(new DOMException("the time is over", "TimeoutError"));
    }
  }

  /** Nothing comes any more: lets the time pass until the client gives up. */
  async function passUntil(isEnded: () => boolean): Promise<void> {
    for (;;) {
      await delay(5);
      if (isEnded() || isClosed) return;
      if (underWay > 0 || Date.now() - lastMoveAt < QUIET_IN_MS) continue;
      const ahead = deadlines.filter(({ controller }) => !controller.signal.aborted);
      const next = Math.min(...ahead.map(({ at }) => at));
      if (Number.isFinite(next)) pass(Math.max(0, next - base.now()) / 1000);
    }
  }

  /** Whether this is the call; if so, the vendor is told what to do. */
  function isPlanned(method: string, url: URL): boolean {
    if (!plan || isMet || method !== plan.call.method || !isAt(plan, url)) return false;
    if (left-- > 0) return false;
    isMet = true;
    const route = `${method} ${plan.call.path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    const played = plan.fault.play?.();
    // A file is cut by a connection that breaks: whether its bytes are whole, only their number tells.
    const isFile = plan.call.path.includes("/files/");
    if (played?.kind === "truncated_json" && isFile) played.kind = "cut_body";
    if (played) plan.simulator.failNext({ route }, played);
    return true;
  }

  async function meeting<T extends { headers: Headers }>(
    method: string,
    url: URL,
    signal: AbortSignal,
    call: (url: URL) => Promise<T>,
  ): Promise<T> {
    made.push(`${method} ${withoutVersion(url)}`);
    lastMoveAt = Date.now();
    const { address, isEndless } = (isPlanned(method, url) && plan?.fault) || {};
    let isWhole = false;
    if (isEndless) void passUntil(() => signal.aborted || isWhole);
    else underWay += 1;
    try {
      const answer = await call(address ? await elsewhere(url, address) : url);
      // An answer without a body cannot be slow in it.
      isWhole = Number(answer.headers.get("content-length")) === 0;
      return answer;
    } finally {
      lastMoveAt = Date.now();
      if (!isEndless) underWay -= 1;
    }
  }

  const world = {
    ...base,
    pass,
    abortAfter(milliseconds: number) {
      const controller = new AbortController();
      deadlines.push({ at: base.now() + milliseconds, controller });
      return controller.signal;
    },
    async sleep(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted();
      if (milliseconds > 0) pauses += 1;
      pass(milliseconds / 1000);
    },
    async fetch(input: string | URL | Request, init?: RequestInit) {
      const { method, url: href, signal: ofRequest } = new Request(input, init);
      const signal = init?.signal ?? ofRequest;
      return meeting(method, new URL(href), signal, (url) =>
        // Not with that `Request`: Node forgets its signal when it is collected, and then reads a slow body to its end.
        // And what the call carries stays here where it would not leave before there is a connection.
        url.href === href ? globalThis.fetch(input, init) : globalThis.fetch(url, { method, signal }),
      );
    },
    download(url: URL, addresses: readonly LookupAddress[], signal: AbortSignal) {
      return meeting("GET", url, signal, async (met) =>
        base.download(met, met === url ? addresses : await base.lookup(met.hostname), signal),
      );
    },
  };
  // Each cell is another day: a vendor's time line does not reach from one to the next.
  const pacer = createPacer(world);
  const ofCell = (pace: Pace): Pace => ({ ...pace, bucket: `${cell}#${pace.bucket}` });
  return {
    ...world,
    pacer: {
      take: (pace, signal, call) => pacer.take(pace && ofCell(pace), signal, call),
      heed: (pace, allowance) => pacer.heed(ofCell(pace), allowance),
      tighten: (pace, ...rest) => pacer.tighten(ofCell(pace), ...rest),
    },
    made,
    hasMet: () => isMet,
    pauses: () => pauses,
    close: () => {
      isClosed = true;
      base.pass(-passedInSeconds);
    },
  };
}

function isAt({ simulator, call }: Plan, url: URL): boolean {
  const pattern = call.path.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{\w+\}/g, "[^/]+");
  return url.origin === new URL(simulator.url).origin && new RegExp(`^${pattern}$`).test(withoutVersion(url));
}

/** The path as the documentation writes it. */
function withoutVersion({ pathname }: URL): string {
  return pathname.replace(/^\/(v1|careers)(?=\/)/, "");
}

let closedPort: Promise<number> | undefined;

async function elsewhere(url: URL, address: "closed port" | "unknown host"): Promise<URL> {
  closedPort ??= findClosedPort();
  const origin = address === "closed port" ? `http://127.0.0.1:${await closedPort}` : UNKNOWN_HOST;
  return new URL(url.pathname, origin);
}

async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
