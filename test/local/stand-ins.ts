import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { LogLine } from "../../local/aws/lambda.ts";
import { type System, type SystemOptions, startSystem } from "../../local/system.ts";

export const STAND_INS = fileURLToPath(new URL("./functions", import.meta.url));

export interface TestSystem extends System {
  log: LogLine[];
  /** What the push stand-in noted: "start x", "hidden x" when it is to be seen again later, "done x group receives". */
  notes(): string[];
  /** Sends a message through the webhook route and the queue to the push stand-in. */
  enqueue(message: Record<string, unknown>): Promise<void>;
}

/** A system with the stand-in functions of this directory. */
export async function startTestSystem(
  options: SystemOptions & { notesFile?: string } = {},
): Promise<TestSystem> {
  const { notesFile = join(temporaryDirectory(), "notes"), ...given } = options;
  const log: LogLine[] = [];
  const system = await startSystem({
    functionsDirectory: STAND_INS,
    workflowsFile: join(STAND_INS, "workflows/index.ts"),
    onLog: (line) => log.push(line),
    ...given,
    environment: { TEST_FILE: notesFile, ...given.environment },
  });
  return {
    ...system,
    log,
    notes: () => (existsSync(notesFile) ? readFileSync(notesFile, "utf8").trim().split("\n") : []),
    enqueue: async (message) => {
      const body = JSON.stringify(message);
      const headers = { "content-type": "application/json" };
      await fetch(`${system.url}/webhooks/queue`, { method: "POST", headers, body });
    },
  };
}

const temporaryDirectories: string[] = [];
afterAll(async () => {
  for (const directory of temporaryDirectories) await rm(directory, { recursive: true, force: true });
});

/** A directory that is gone after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "relay-"));
  temporaryDirectories.push(directory);
  return directory;
}
