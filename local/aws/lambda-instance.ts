import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { functionArn } from "./identity.ts";

/** One Lambda function: what to run, and the limits and settings the template gives it. */
export interface FunctionDefinition {
  name: string;
  /** URL of the module that exports `handler`. */
  file: string;
  timeoutInSeconds: number;
  /** Instances at a time; what comes above waits for a free one. */
  maximumConcurrency: number;
  environment: Record<string, string>;
  /** URL of the module that takes the place of `workflows/index.ts`. */
  workflowsFile?: string;
}

export interface InvocationRequest {
  requestId: string;
  /** JSON. */
  event: string;
  /** When the time is over, in milliseconds since 1970. */
  deadline: number;
  clientContext?: unknown;
}

export interface FunctionErrorPayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

export type Outcome = { payload: string } | { error: FunctionErrorPayload };

/**
 * One execution environment: started once, then given one event at a time. Whoever runs functions in another way, as
 * processes behind Lambda's Runtime API, provides another `StartInstance`.
 */
export interface Instance {
  /** Settles with the initialisation; undefined when that went well. It never rejects. */
  ready: Promise<FunctionErrorPayload | undefined>;
  /** False after a crash, an exit or `stop`. */
  isAlive(): boolean;
  /** Never rejects: an instance that dies is an error outcome, given when it can do nothing more. */
  invoke(request: InvocationRequest): Promise<Outcome>;
  /** Ends it in the middle of whatever it does. */
  stop(): Promise<void>;
}

export type StartInstance = (definition: FunctionDefinition, onLine: (line: string) => void) => Instance;

/** What the worker is told when it starts. */
export type WorkerInput = {
  functionFile: string;
  functionName: string;
  invokedFunctionArn: string;
  workflowsFile: string | undefined;
};

/** What the worker says. */
export type WorkerMessage =
  | { type: "ready" }
  | { type: "init_error"; error: FunctionErrorPayload }
  | { type: "result"; payload: string }
  | { type: "error"; error: FunctionErrorPayload };

/** An instance as a worker thread: its own module graph and environment, and it can be ended at any point. */
export const startWorkerInstance: StartInstance = (definition, onLine) => {
  const input: WorkerInput = {
    functionFile: definition.file,
    functionName: definition.name,
    invokedFunctionArn: functionArn(definition.name),
    workflowsFile: definition.workflowsFile,
  };
  const worker = new Worker(new URL("./lambda-worker.ts", import.meta.url), {
    workerData: input,
    env: definition.environment,
    stdout: true,
    stderr: true,
    // Users' workflows may lie outside any package, and node's notice about that is no line of the function's log.
    execArgv: ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"],
  });
  forEachLine(worker.stdout, onLine);
  forEachLine(worker.stderr, onLine);

  const initialised = Promise.withResolvers<FunctionErrorPayload | undefined>();
  let running: ((outcome: Outcome) => void) | undefined;
  let death: FunctionErrorPayload | undefined;
  let isStopping = false;

  const settle = (outcome: Outcome) => {
    running?.(outcome);
    running = undefined;
  };
  const die = (error: FunctionErrorPayload) => {
    death ??= error;
    initialised.resolve(death);
    settle({ error: death });
  };

  worker.on("message", (message: WorkerMessage) => {
    // Cut off while it loads modules, a worker may still report the nonsense that this makes of them.
    if (isStopping) return;
    if (message.type === "ready") initialised.resolve(undefined);
    else if (message.type === "init_error") die(message.error);
    else if (message.type === "result") settle({ payload: message.payload });
    else settle({ error: message.error });
  });
  worker.on("error", (error) => {
    die({ errorType: "Runtime.UnhandledPromiseRejection", errorMessage: errorText(error) });
  });
  worker.on("exit", (code) => {
    die({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: exit status ${code}` });
  });

  return {
    ready: initialised.promise,
    isAlive: () => death === undefined && !isStopping,
    invoke: (request) => {
      if (death) return Promise.resolve({ error: death });
      return new Promise((resolve) => {
        running = resolve;
        worker.postMessage(request);
      });
    },
    stop: async () => {
      isStopping = true;
      await worker.terminate();
    },
  };
};

/** Calls back for each line, and at the end for what has no line end. U+2028 is no line end here: JSON contains it. */
function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
