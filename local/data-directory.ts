import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "./start-error.ts";

/** The directory where a system keeps its state between starts. At most one process uses it at a time. */
export interface DataDirectory {
  /** The path of a file or directory in it. */
  path(name: string): string;
  /**
   * Notes that a function gave these messages back to wait in their queue, as opposed to messages that a worker still
   * holds: after a SIGKILL the former go on waiting and the latter are free at once.
   */
  rememberWaiting(queueName: string, receiptHandles: string[]): void;
  /** Which of the messages in flight are waiting; forgets those that are no longer in flight. */
  waitingAmong(queueName: string, receiptHandlesInFlight: string[]): Set<string>;
  close(): void;
}

/** Grows when what lies in a directory cannot be read any more as it was written. Directories of before it have 0. */
const VERSION = 1;

/** @throws StartError when another process has it open, another version has written it, or it cannot be written. */
export function openDataDirectory(directory: string): DataDirectory {
  const database = openExclusively(directory);
  const insert = database.prepare("INSERT OR IGNORE INTO waiting (queue, receipt_handle) VALUES (?, ?)");
  const list = database.prepare("SELECT receipt_handle FROM waiting WHERE queue = ?");
  const clear = database.prepare("DELETE FROM waiting WHERE queue = ?");
  const rememberWaiting = (queueName: string, receiptHandles: Iterable<string>) => {
    for (const receiptHandle of receiptHandles) insert.run(queueName, receiptHandle);
  };
  return {
    path: (name) => join(directory, name),
    rememberWaiting,
    waitingAmong: (queueName, receiptHandlesInFlight) => {
      const remembered = new Set(list.all(queueName).map((row) => String(row.receipt_handle)));
      const waiting = new Set(receiptHandlesInFlight.filter((handle) => remembered.has(handle)));
      clear.run(queueName);
      rememberWaiting(queueName, waiting);
      return waiting;
    },
    close: () => database.close(),
  };
}

function openExclusively(directory: string): DatabaseSync {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(directory, "local.db"));
    // SQLite's lock is the operating system's: it ends with the process, also when that is killed.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec("BEGIN EXCLUSIVE");
    const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
    if (version > VERSION) {
      throw new StartError(
        `The data directory ${directory} is of a newer version of HrFlow Relay: start that one, or give another --data`,
      );
    }
    database.exec(`PRAGMA user_version = ${VERSION}`);
    database.exec(
      "CREATE TABLE IF NOT EXISTS waiting (receipt_handle TEXT PRIMARY KEY, queue TEXT NOT NULL)",
    );
    database.exec("COMMIT");
    return database;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/locked|busy/i.test(reason)) {
      throw new StartError(
        `The data directory ${directory} is in use by another process: stop that one, or give another --data`,
      );
    }
    throw new StartError(`The data directory ${directory} cannot be used (${reason}): give another --data`);
  }
}
