import { styleText } from "node:util";
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
      return `${subject(entry)}: unchanged, nothing was written${candidate ? ` (${where})` : ""}`;
    return `${subject(entry)}: ${good(outcome)} ${where}${notes(entry)}`;
  },

  "profile will be tried again": (entry) =>
    `${subject(entry)}: ${uneasy("not pushed yet")}, ${why(entry)}; attempt ${text(entry.attempt)}, the next in ${duration(entry.next_attempt_in_seconds)}`,

  "profile dead-lettered": (entry) =>
    `${subject(entry)}: ${bad("given up")}, ${why(entry)}; it is in the dead-letter queue`,
};

/** What is not known by its message is told from WARN on, by its message alone. */
function tellProblem(entry: LogEntry, functionName: string): string | undefined {
  const level = text(entry.level).toUpperCase();
  if (level === "ERROR" || level === "CRITICAL")
    return `${bad("error")} in ${functionName}: ${text(entry.message)}`;
  return level === "WARN" ? `${uneasy("warning")} of ${functionName}: ${text(entry.message)}` : undefined;
}

function subject(entry: LogEntry): string {
  return `${text(entry.workflow_id)}: profile ${text(entry.profile_key).slice(0, 8)}…`;
}

const SYSTEM_NAMES: Record<string, string> = {
  flatchr: "Flatchr",
  smartrecruiters: "SmartRecruiters",
  teamtailor: "Teamtailor",
};

function systemOf(entry: LogEntry): string {
  const name = text(entry.action).replace(/^push_profile_to_/, "");
  return SYSTEM_NAMES[name] ?? name;
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
