import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { StartError } from "./start-error.ts";

/** What the local system needs to know of a declared workflow; the functions check the rest. */
export interface DeclaredWorkflow {
  workflowId: string;
  action: string;
  webhook: string;
  /** Which sources a push takes; all when empty. */
  sourceKeys: string[];
  /** As they were written, without what is no JSON. */
  pullParameters: Record<string, unknown>;
  pushParameters: Record<string, unknown>;
  hrflowSecret: string;
  connectorSecret: string;
  schedule: { expression: string; timeZone?: string } | undefined;
  /** `persist: false`: it never writes. */
  isDryRun: boolean;
  /** What it writes is settled by functions of the user's, or by a choice of fields. */
  isCustomised: boolean;
}

/**
 * Reads the workflows of a module in a thread of its own: the module is the user's, and may be another one at the next
 * start in the same process.
 *
 * @throws StartError when the file does not exist or cannot be loaded.
 */
export async function readWorkflows(file: string): Promise<DeclaredWorkflow[]> {
  if (!existsSync(file))
    throw new StartError(`The workflows file ${file} does not exist: give its path with --workflows`);
  const worker = new Worker(new URL("./workflow-list-worker.ts", import.meta.url), {
    workerData: pathToFileURL(file).href,
    stdout: true,
    stderr: true,
    execArgv: ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"],
  });
  const answer = Promise.withResolvers<WorkflowListAnswer>();
  worker.on("message", answer.resolve);
  worker.on("error", (error) =>
    answer.resolve({ problem: error instanceof Error ? error.message : String(error) }),
  );
  worker.on("exit", (code) => answer.resolve({ problem: `it ended the process with exit code ${code}` }));
  const { workflows, problem } = await answer.promise;
  await worker.terminate();
  if (workflows) return workflows;
  throw new StartError(`The workflows in ${file} cannot be used: ${problem}`);
}

/** What the thread answers. */
export interface WorkflowListAnswer {
  workflows?: DeclaredWorkflow[];
  problem?: string;
}
