import { DatabaseSync } from "node:sqlite";

/**
 * The stored state of a simulated vendor: a Map of JSON values that may also live in a file.
 * Values are replaced, not mutated: what was changed in place is not stored until `set` is called again.
 */
export interface Collection<T> {
  readonly size: number;
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): boolean;
  /** In the order of insertion. */
  values(): T[];
}

export interface Storage {
  collection<T>(name: string): Collection<T>;
  /** 1, 2, 3 … for each name; never given twice, also after a restart on the same file. */
  nextNumber(name: string): number;
  close(): void;
}

/**
 * Opens the state of one simulated vendor. With a file every change is written through before the request is answered,
 * so that the state outlives a SIGKILL of the process, as a real vendor's does. Without one it lives in memory.
 */
export function openStorage(dataFile: string | undefined): Storage {
  const database = dataFile === undefined ? undefined : openDatabase(dataFile);
  const counters = openCollection<number>(database, "counters");
  return {
    collection: (name) => openCollection(database, name),
    nextNumber: (name) => {
      const next = (counters.get(name) ?? 0) + 1;
      counters.set(name, next);
      return next;
    },
    close: () => database?.close(),
  };
}

function openDatabase(dataFile: string): DatabaseSync {
  const database = new DatabaseSync(dataFile);
  // A write-ahead log without a flush per write survives the end of the process, which is all that is asked of it.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(
    `CREATE TABLE IF NOT EXISTS items (
       sequence INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
       UNIQUE (collection, key)
     )`,
  );
  return database;
}

function openCollection<T>(database: DatabaseSync | undefined, name: string): Collection<T> {
  const items = new Map<string, T>();
  const write = database?.prepare(
    `INSERT INTO items (collection, key, value) VALUES (?, ?, ?)
     ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`,
  );
  const remove = database?.prepare("DELETE FROM items WHERE collection = ? AND key = ?");
  const read = database?.prepare("SELECT key, value FROM items WHERE collection = ? ORDER BY sequence");
  for (const row of read?.all(name) ?? []) items.set(String(row.key), JSON.parse(String(row.value)) as T);
  return {
    get size() {
      return items.size;
    },
    get: (key) => items.get(key),
    has: (key) => items.has(key),
    set: (key, value) => {
      write?.run(name, key, JSON.stringify(value));
      items.set(key, value);
    },
    delete: (key) => {
      remove?.run(name, key);
      return items.delete(key);
    },
    values: () => [...items.values()],
  };
}
