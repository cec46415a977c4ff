/** How far runs of an update are, by what they log on their way. */
import { styleText } from "node:util";
import type { LogEntry } from "./narrator.ts";

/** A run that is at work. */
export interface Progress {
  workflowId: string;
  /** Candidates that it has finished with, in all its invocations. */
  done: number;
  /** About how many there are: as many as the last whole run had. Undefined when nothing is known, or there are more. */
  total: number | undefined;
  perSecond: number;
  secondsLeft: number | undefined;
}

export interface ProgressReader {
  /** Reads a line of the log; whether it told something of a run's progress. */
  follow(entry: LogEntry): boolean;
  /** The runs that are at work. */
  running(): Progress[];
}

/** A run that has said nothing for so long was ended by its time limit, or by a kill. */
const SILENCE_IN_MS = 30_000;

/**
 * @param guessTotal how many candidates a workflow may have that has not finished a run yet
 * @param now milliseconds since 1970
 */
export function createProgressReader(
  guessTotal: (workflowId: string) => number | undefined,
  now: () => number = Date.now,
): ProgressReader {
  const runs = new Map<string, Progress & { heardAt: number }>();
  const totals = new Map<string, number>();
  return {
    follow(entry) {
      const { message, run_id, workflow_id } = entry;
      if (typeof run_id !== "string" || typeof workflow_id !== "string") return false;
      if (message === "run finished") {
        if (entry.status !== "fatal" && entry.is_cut_off !== true) totals.set(workflow_id, countDone(entry));
        return runs.delete(run_id);
      }
      if (message !== "run goes on") return false;
      const done = countDone(entry);
      const total = totals.get(workflow_id) ?? guessTotal(workflow_id);
      const seconds = Math.max(1, (now() - Date.parse(String(entry.started_at))) / 1000);
      const perSecond = done / seconds;
      const isTotalKnown = total !== undefined && total >= done;
      runs.set(run_id, {
        workflowId: workflow_id,
        done,
        total: isTotalKnown ? total : undefined,
        perSecond,
        secondsLeft: isTotalKnown && perSecond > 0 ? (total - done) / perSecond : undefined,
        heardAt: now(),
      });
      return true;
    },
    running() {
      for (const [id, { heardAt }] of runs) if (now() - heardAt > SILENCE_IN_MS) runs.delete(id);
      return [...runs.values()].map(({ heardAt: _, ...progress }) => progress);
    },
  };
}

/** Every candidate that a run has finished with was read, or could not be. */
function countDone({ events }: LogEntry): number {
  const { read_success, read_failure } = (events ?? {}) as Record<string, unknown>;
  return (Number(read_success) || 0) + (Number(read_failure) || 0);
}

const BAR_CHARACTERS = 20;

/** With a bar where the end is known: "acme-update  ████░░░░  400 of 1000  62/s  10 s left". */
export function drawProgress(progress: Progress): string {
  const { workflowId, done, total } = progress;
  const filled = total === undefined ? 0 : Math.round((BAR_CHARACTERS * done) / Math.max(1, total));
  const bar = `${styleText("green", "█".repeat(filled))}${styleText("dim", "░".repeat(BAR_CHARACTERS - filled))}`;
  return [workflowId, ...(total === undefined ? [] : [bar]), tellProgress(progress)].join("  ");
}

/** The same in words. */
export function tellProgress({ done, total, perSecond, secondsLeft }: Progress): string {
  const count = total === undefined ? `${done} candidates` : `${done} of about ${total} candidates`;
  const rate = perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond);
  return [count, `${rate}/s`, ...(secondsLeft === undefined ? [] : [`${tellTime(secondsLeft)} left`])].join(
    ", ",
  );
}

function tellTime(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
