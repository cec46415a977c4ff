/**
 * The world of one random history: simulated vendors, a real table, and a clock that stands still unless it is moved.
 *
 * Whatever the code under test does to the world passes through one gate, one effect at a time, in an order that the seed
 * decides: so that a history can be repeated, and a life can end at any effect.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createCvTurns } from "../../lib/cv/turn.ts";
import type { Environment } from "../../lib/environment.ts";
import { createPacer } from "../../lib/http/pace.ts";
import type { Log } from "../../lib/observability/log.ts";
import { readSettings } from "../../lib/settings.ts";
import { startFlatchr } from "../../local/vendors/flatchr.ts";
import { startHrflow } from "../../local/vendors/hrflow.ts";
import { signalOf, toAsked, toResponse } from "../../local/vendors/in-process.ts";
import type { TestEnvironment } from "../environment.ts";
import type { Dice } from "../simulation/dice.ts";

/** One invocation of the function, and how it is to end. */
export interface Life {
  /** How many effects it has had so far. */
  effects: number;
  /** The effect at which it is killed; never when undefined. */
  diesAt: number | undefined;
  /** Whether that effect still takes place. */
  dies: "before" | "after";
  isDead: boolean;
  /** How much time each of its effects takes. */
  paceInMs: number;
  /** When the function's time is over, in milliseconds since 1970. */
  deadline: number | undefined;
  /** How likely a call to the table fails, before or after its effect. */
  tableFaults: number;
  /** How likely somebody changes something in Flatchr between two effects. */
  interference: number;
  /** Writes to the table. */
  tableWrites: number;
  /** The applicants whose id it has learned: their paths. */
  learned: string[];
}

/** A real one's client, or one in memory. */
export interface Table {
  send(command: object): Promise<object>;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** What is logged is no part of a history, and takes as long as a call. */
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, addContext() {} };
/** A Monday. */
const START = Date.UTC(2026, 0, 5, 9);
const READS = new Set(["GetItemCommand", "BatchGetItemCommand", "QueryCommand"]);

export async function startWorld(aws: TestEnvironment, table: Table, dice: Dice) {
  const clock = createClock(START + dice.below(24) * 3_600_000);
  const flatchr = await startFlatchr({
    origin: "http://flatchr.example",
    fileIntervalInMs: 0,
    now: clock.now,
    timeZoneOffsetInMinutes: dice.pick([0, 60, -600, 720]),
    updateFilters: dice.pick(["apply", "apply", "ignore", "refuse"]),
    moveUpdatesDate: dice.chance(0.7),
    moveWithoutColumn: dice.chance(0.9) ? "accept" : "refuse",
    consent: dice.pick(["boolean", "list"]),
  });
  const hrflow = await startHrflow({
    origin: "http://hrflow.example",
    updatedAt: "strictly_increasing",
    notFoundStatus: dice.pick([400, 404, 200]),
    asyncParsingInMs: 0,
  });
  const { inTurn, quiet } = createTurns(dice);
  /** What somebody does in Flatchr while a run is at work. */
  const hands = { interfere: () => {} };

  async function act<T>(life: Life, effect: () => Promise<T>): Promise<T> {
    return inTurn(async () => {
      if (life.isDead) throw new Error("killed");
      life.effects += 1;
      life.isDead = life.effects === life.diesAt;
      if (life.isDead && life.dies === "before") throw new Error("killed");
      if (dice.chance(life.interference)) hands.interfere();
      const result = await effect();
      clock.pass(life.paceInMs);
      if (life.isDead) throw new Error("killed");
      return result;
    });
  }

  async function callTable(life: Life, command: object): Promise<unknown> {
    const name = command.constructor.name;
    const isFailing = dice.chance(life.tableFaults);
    if (isFailing && dice.chance(0.5)) throw named("InternalServerError");
    if (!READS.has(name)) life.tableWrites += 1;
    const answer = await table.send(command);
    if (isFailing) throw named("TimeoutError");
    return answer;
  }

  async function callVendor(life: Life, ...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const asked = await toAsked(input, init);
    const { href } = asked.url;
    const outcome = await (href.startsWith(hrflow.url) ? hrflow : flatchr).perform(asked);
    const answer = await toResponse(outcome, href, signalOf(input, init));
    const isLearning = asked.method === "PUT" && href.includes("/applicant/");
    if (isLearning && outcome.kind === "answer" && answer.ok && isJson(outcome.bytes))
      life.learned.push(href);
    return answer;
  }

  /** The world as one life sees it. */
  function environmentOf(life: Life): Environment {
    const send = ((command: object) => act(life, () => callTable(life, command))) as DynamoDBClient["send"];
    const world = {
      ...aws,
      log: SILENT,
      settings: readSettings({
        TABLE_NAME: aws.settings.tableName,
        HRFLOW_BASE_URL: hrflow.url,
        FLATCHR_API_BASE_URL: flatchr.apiUrl,
        FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
        CV_ALLOWED_ORIGINS: new URL(flatchr.apiUrl).origin,
      }),
      secrets: {
        ...aws.secrets,
        read: ((...secret) => act(life, () => aws.secrets.read(...secret))) as typeof aws.secrets.read,
        refresh: (secret: string) => act(life, () => aws.secrets.refresh(secret)),
      },
      dynamodb: { send },
      fetch: ((...call) => act(life, () => callVendor(life, ...call))) as typeof fetch,
      now: clock.now,
      random: dice.next,
      abortAfter: clock.abortAfter,
      sleep: async (milliseconds: number, signal: AbortSignal) => {
        signal.throwIfAborted();
        if (!life.isDead) clock.moveTo(clock.now() + milliseconds);
      },
    };
    return { ...world, pacer: createPacer(world), cvTurns: createCvTurns() };
  }

  return {
    clock,
    flatchr,
    hrflow,
    hands,
    quiet,
    environmentOf,
    /** As the table is, whatever lives or dies. */
    environment: {
      ...aws,
      dynamodb: { send: (async (command: object) => table.send(command)) as DynamoDBClient["send"] },
    },
    async stop() {
      await Promise.all([flatchr.stop(), hrflow.stop()]);
    },
  };
}

function createClock(start: number) {
  let now = start;
  let alarms: { at: number; controller: AbortController }[] = [];
  const moveTo = (time: number) => {
    now = Math.max(now, time);
    const due = alarms.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    alarms = alarms.filter(({ at }) => at > now);
    for (const { controller } of due) controller.abort(new DOMException("too late", "TimeoutError"));
  };
  return {
    now: () => now,
    moveTo,
    pass: (milliseconds: number) => moveTo(now + milliseconds),
    abortAfter: (milliseconds: number) => {
      const controller = new AbortController();
      alarms.push({ at: now + milliseconds, controller });
      return controller.signal;
    },
    forgetAlarms: () => {
      alarms = [];
    },
  };
}

/** Lets effects happen one after the other; of those that wait, the seed decides which. */
function createTurns(dice: Dice) {
  const waiting: (() => Promise<void>)[] = [];
  let isAtWork = false;

  async function work(): Promise<void> {
    isAtWork = true;
    await settled();
    while (waiting.length > 0) {
      const [effect] = waiting.splice(dice.below(waiting.length), 1);
      await effect?.();
      await settled();
    }
    isAtWork = false;
  }

  return {
    inTurn: <T>(effect: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting.push(() => effect().then(resolve, reject));
        if (!isAtWork) void work();
      }),
    /** Resolves when nothing waits any more: a run that failed may have left calls behind. */
    async quiet(): Promise<void> {
      while (isAtWork) await turn();
    },
  };
}

/** Whoever got an answer has had the time to come back with its next wish. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
