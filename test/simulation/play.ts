/** Plays schedules in as many threads as there are cores, and adds up what they came to. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { AtsName } from "./ats.ts";
import type { Played } from "./push-schedule.ts";
import { shareSeeds } from "./seeds.ts";
import type { Happening } from "./trouble.ts";
import type { Work } from "./worker.ts";

/** What many schedules came to. */
export interface Report {
  ats: AtsName;
  schedules: number;
  /** Those that went wrong, the lowest seed first. No thread begins another after one. */
  failures: Played[];
  counts: Record<Happening, number>;
  crashPoints: Set<string>;
  seconds: number;
}

/** Threads that play. Whoever started them stops them. */
export interface Players {
  /** One call at a time. */
  play(ats: AtsName, seeds: { first: number; count: number }): Promise<Report>;
  stop(): Promise<void>;
}

/**
 * The threads are kept from one call to the next: loading the SDK and compiling take each of them seconds.
 *
 * @param defect the name of a planted one, see defects.ts
 */
export function startPlayers(defect?: string): Players {
  const threads = Array.from({ length: Math.min(availableParallelism(), 4) }, () => startThread(defect));
  return {
    async play(ats, { first, count }) {
      const startedAt = performance.now();
      const seeds = shareSeeds(first, count);
      const shares = await Promise.all(threads.map((thread) => playInThread(thread, { ats, seeds })));
      const counts = {} as Report["counts"];
      for (const share of shares)
        for (const [what, times] of Object.entries(share.counts) as [Happening, number][])
          counts[what] = (counts[what] ?? 0) + times;
      return {
        ats,
        schedules: shares.reduce((sum, share) => sum + share.schedules, 0),
        failures: shares.flatMap(({ failures }) => failures).sort((one, other) => one.seed - other.seed),
        counts,
        crashPoints: new Set(shares.flatMap(({ crashPoints }) => crashPoints)),
        seconds: (performance.now() - startedAt) / 1000,
      };
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** Plays with a defect in the code, in threads of their own. */
export async function playWithDefect(
  defect: string,
  ats: AtsName,
  seeds: { first: number; count: number },
): Promise<Report> {
  const players = startPlayers(defect);
  try {
    return await players.play(ats, seeds);
  } finally {
    await players.stop();
  }
}

/** What one thread played. */
export interface Share {
  schedules: number;
  failures: Played[];
  counts: Report["counts"];
  crashPoints: string[];
}

function startThread(defect: string | undefined): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: defect,
    resourceLimits: { maxYoungGenerationSizeMb: 128 }, // Everything here is short-lived.
  });
}

function playInThread(thread: Worker, work: Work): Promise<Share> {
  return new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the thread ended before it was done")));
    thread.postMessage(work);
  });
}

/** A failure for a person: what is wrong, how to see it again, and what happened. */
export function told({ ats, seed, wrong, trace }: Played): string {
  return [
    "",
    ...wrong.map((what) => `✗ ${what}`),
    `Play it again: npm exec node test/simulation/replay.ts ${ats} ${seed}`,
    ...trace,
  ].join("\n");
}

/** One line of figures. */
export function toFigures({ ats, schedules, counts, crashPoints, seconds }: Report): string {
  const { effect, crash, invocation, redelivery } = counts;
  return [
    ats.padEnd(16),
    `${schedules} schedules`,
    `${invocation} invocations`,
    `${effect} effects`,
    `${crash} crashes at ${crashPoints.size} points`,
    `${counts["vendor fault"]} vendor faults`,
    `${counts["AWS fault"]} AWS faults`,
    `${redelivery} redeliveries`,
    `${seconds.toFixed(1)} s`,
  ].join("  ");
}
