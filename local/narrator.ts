import { styleText } from "node:util";
import { connectors } from "../lib/connectors/index.ts";
import type { LogLine } from "./aws/lambda.ts";

/** One line of a function's log, read. */
export type LogEntry = Record<string, unknown>;

/** The log line as an object; undefined for text that is no JSON object. */
export function readLogEntry({ line }: Pick<LogLine, "line">): LogEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && !Array.isArray(entry)
      ? (entry as LogEntry)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One line for a person about what a function logged: what arrived, what was written where, what failed, why, and when
 * it is tried again. Undefined for what is of no interest. It shows keys and reasons, as the log does, and no more.
 */
export function narrate(line: LogLine): string | undefined {
  const entry = readLogEntry(line);
  if (!entry) return undefined;
  const told = TOLD_BY_MESSAGE[text(entry.message)]?.(entry) ?? tellProblem(entry, line.functionName);
  return told === undefined ? undefined : `${styleText("dim", clock())}  ${told}`;
}

const TOLD_BY_MESSAGE: Record<string, (entry: LogEntry) => string> = {
  "webhook received": (entry) =>
    `${good("webhook")} ${text(entry.webhook)}: accepted, ${text(entry.stored)} to push, ${text(entry.ignored)} ignored`,

  "webhook refused": (entry) =>
    `${bad("webhook")} ${text(entry.webhook) || "of an unknown name"}: refused with ${text(entry.status)}, ${text(entry.reason)}`,

  "profile pushed": (entry) => {
    const candidate = text(entry.candidate_id);
    const where = `${systemOf(entry)} candidate ${candidate}`;
    const outcome = text(entry.outcome);
    if (outcome === "discarded") return `${subject(entry)}: discarded, nothing was written`;
    if (outcome === "unchanged")
      return `${subject(entry)}: unchanged, nothing was written${candidate ? ` (${where})` : ""}${notes(entry)}`;
    return `${subject(entry)}: ${good(outcome)} ${where}${notes(entry)}`;
  },

  "profile will be tried again": (entry) =>
    `${subject(entry)}: ${uneasy("not pushed yet")}, ${why(entry)}; attempt ${text(entry.attempt)}, the next in ${duration(entry.next_attempt_in_seconds)}`,

  "profile dead-lettered": (entry) =>
    `${subject(entry)}: ${bad("given up")}, ${why(entry)}; it is in the dead-letter queue`,

  "profile previewed": (entry) =>
    `${subject(entry)}: dry run, nothing was written; it would be ${text(entry.outcome)} in ${systemOf(entry)}`,

  "run finished": (entry) => {
    const told = `${text(entry.workflow_id)}: run ${ending(entry)}`;
    if (text(entry.status) === "fatal") return `${told}, ${why(entry)}`;
    if (entry.is_dry_run === true)
      return `${told}, dry run, nothing was written: ${counts(entry.events, true)}`;
    const cursor = text(entry.cursor);
    return `${told}, ${counts(entry.events, false)}${cursor ? `; cursor ${cursor}` : ""}`;
  },

  "candidate failed": (entry) =>
    `${text(entry.workflow_id)}: candidate ${text(entry.row_id)} ${bad("failed")}, ${why(entry)}`,

  "run refused": (entry) =>
    `${text(entry.action)}: run by hand ${bad("refused")}, ${text(entry.reason)}; its answer says what is wrong`,

  "callback failed": (entry) =>
    `${text(entry.workflow_id)}: ${bad("callback failed")}, ${text(entry.detail)}; what was written stays`,

  "run will be tried again": (entry) =>
    `${text(entry.action)}: run ${uneasy("not done yet")}, ${why(entry)}; the next attempt in ${duration(entry.next_attempt_in_seconds)}`,

  "run dead-lettered": (entry) =>
    `${text(entry.action)}: run ${bad("given up")}, ${why(entry)}; it is in the dead-letter queue`,
};

/** What is not known by its message is told from WARN on, by its message alone. */
function tellProblem(entry: LogEntry, functionName: string): string | undefined {
  const level = text(entry.level).toUpperCase();
  if (level === "ERROR" || level === "CRITICAL")
    return `${bad("error")} in ${functionName}: ${text(entry.message)}`;
  return level === "WARN" ? `${uneasy("warning")} of ${functionName}: ${text(entry.message)}` : undefined;
}

function ending({ status, is_cut_off }: LogEntry): string {
  if (text(status) === "fatal") return bad("failed");
  return is_cut_off === true ? uneasy("cut off, it goes on") : good("finished");
}

/** What became of the candidates of a run. */
function counts(events: unknown, isDryRun: boolean): string {
  const { write_success, write_unchanged, logics_discard, ...others } = numbers(events);
  const failed = ["read_failure", "logics_failure", "format_failure", "write_failure"]
    .map((name) => others[name] ?? 0)
    .reduce((sum, count) => sum + count);
  return [
    `${write_success ?? 0} ${isDryRun ? "would be written" : "written"}`,
    `${write_unchanged ?? 0} unchanged`,
    ...(logics_discard ? [`${logics_discard} discarded`] : []),
    failed > 0 ? bad(`${failed} failed`) : "0 failed",
  ].join(", ");
}

function numbers(events: unknown): Record<string, number> {
  const entries = typeof events === "object" && events !== null ? Object.entries(events) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

function subject(entry: LogEntry): string {
  return `${text(entry.workflow_id)}: profile ${text(entry.profile_key).slice(0, 8)}…`;
}

function systemOf(entry: LogEntry): string {
  const name = text(entry.action).replace(/^push_profile_to_/, "");
  return connectors.find((connector) => connector.name === name)?.label ?? name;
}

function why(entry: LogEntry): string {
  const detail = text(entry.detail);
  return detail === "" ? text(entry.reason) : `${text(entry.reason)} (${detail})`;
}

function notes(entry: LogEntry): string {
  return Array.isArray(entry.notes) && entry.notes.length > 0 ? ` (${entry.notes.map(text).join("; ")})` : "";
}

function duration(seconds: unknown): string {
  if (typeof seconds !== "number") return "a while";
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

const LONGEST_TEXT = 300;

/** On one line, without what a terminal would take for a command, and not endless. */
function text(value: unknown): string {
  if (value === undefined || value === null || typeof value === "object") return "";
  const shown = String(value).replaceAll(/\p{Cc}+/gu, " ");
  return shown.length > LONGEST_TEXT ? `${shown.slice(0, LONGEST_TEXT)}…` : shown;
}

const good = (word: string) => styleText("green", word);
const uneasy = (word: string) => styleText("yellow", word);
const bad = (word: string) => styleText("red", word);
