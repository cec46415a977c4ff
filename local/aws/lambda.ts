import { randomUUID } from "node:crypto";
import { functionArn } from "./identity.ts";
import type { FunctionDefinition, FunctionErrorPayload, Outcome, StartInstance } from "./lambda-instance.ts";
import { startWorkerInstance } from "./lambda-instance.ts";
import { createInstancePool, type InstancePool } from "./lambda-pool.ts";

/** One line that a function wrote to its log. */
export interface LogLine {
  functionName: string;
  /** Undefined for what is written while the function initialises. */
  requestId: string | undefined;
  line: string;
}

export interface InvocationResult {
  requestId: string;
  /** The answer, or the error, as JSON. */
  payload: string;
  error: FunctionErrorPayload | undefined;
  /** What this invocation wrote to the log. */
  log: string[];
}

export interface InvocationOptions {
  clientContext?: unknown;
}

export interface Lambda {
  functionNames: string[];
  has(functionName: string): boolean;
  /** Runs a function on an event and waits for its answer; rejects only when there is no such function. */
  invoke(functionName: string, event: unknown, options?: InvocationOptions): Promise<InvocationResult>;
  /** Accepts the event and returns; on an error the function is tried twice more, as Lambda does. */
  invokeAsynchronously(functionName: string, event: unknown): void;
  /** Starts an instance of every function; the first initialisation that fails is returned with its function. */
  warm(): Promise<{ functionName: string; error: FunctionErrorPayload } | undefined>;
  /** Ends the instances of a function in the middle of their work; returns how many were working. */
  crash(functionName: string): number;
  stop(): Promise<void>;
}

export interface LambdaOptions {
  functions: FunctionDefinition[];
  onLog(line: LogLine): void;
  /** Divides the waiting times between the tries of an asynchronous invocation. */
  speed?: number;
  startInstance?: StartInstance;
}

const MAXIMUM_RESPONSE_IN_BYTES = 6 * 1024 * 1024;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const ASYNCHRONOUS_RETRY_DELAYS_IN_SECONDS = [60, 120];

/** A Lambda service: runs functions in their own environments, with time-outs, errors and retries as Lambda has them. */
export function createLambda(options: LambdaOptions): Lambda {
  const { functions, onLog, speed = 1, startInstance = startWorkerInstance } = options;
  const pools = new Map<string, InstancePool>(
    functions.map((definition) => [definition.name, createInstancePool(definition, startInstance, onLog)]),
  );
  const retries = new Set<NodeJS.Timeout>();
  let isStopped = false;

  const requirePool = (functionName: string): InstancePool => {
    const pool = pools.get(functionName);
    if (!pool) throw new Error(`Function not found: ${functionArn(functionName)}`);
    return pool;
  };

  async function invoke(
    functionName: string,
    event: unknown,
    { clientContext }: InvocationOptions = {},
  ): Promise<InvocationResult> {
    const requestId = randomUUID();
    const eventText = JSON.stringify(event) ?? "null";
    const { outcome, log } = await requirePool(functionName).run({
      requestId,
      event: eventText,
      clientContext,
    });
    const answer = withinResponseLimit(outcome);
    const error = "error" in answer ? answer.error : undefined;
    const payload = "error" in answer ? JSON.stringify(answer.error) : answer.payload;
    return { requestId, payload, error, log };
  }

  async function tryAsynchronously(functionName: string, event: unknown, attempt: number): Promise<void> {
    const { error } = await invoke(functionName, event);
    if (!error || isStopped) return;
    const delayInSeconds = ASYNCHRONOUS_RETRY_DELAYS_IN_SECONDS[attempt];
    if (delayInSeconds === undefined) {
      const message = `An asynchronous event was given up after ${attempt + 1} tries: ${error.errorMessage}`;
      onLog({ functionName, requestId: undefined, line: JSON.stringify({ level: "ERROR", message }) });
      return;
    }
    const timer = setTimeout(
      () => {
        retries.delete(timer);
        void tryAsynchronously(functionName, event, attempt + 1);
      },
      (delayInSeconds * 1000) / speed,
    );
    retries.add(timer);
  }

  return {
    functionNames: [...pools.keys()],
    has: (functionName) => pools.has(functionName),
    invoke,

    invokeAsynchronously: (functionName, event) => {
      requirePool(functionName);
      void tryAsynchronously(functionName, event, 0);
    },

    warm: async () => {
      const errors = await Promise.all(
        [...pools].map(async ([functionName, pool]) => ({ functionName, error: await pool.warm() })),
      );
      for (const { functionName, error } of errors) if (error) return { functionName, error };
      return undefined;
    },

    crash: (functionName) => requirePool(functionName).crash(),

    stop: async () => {
      isStopped = true;
      for (const timer of retries) clearTimeout(timer);
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}

function withinResponseLimit(outcome: Outcome): Outcome {
  if ("error" in outcome || Buffer.byteLength(outcome.payload) <= MAXIMUM_RESPONSE_IN_BYTES) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAXIMUM_RESPONSE_IN_BYTES} bytes).`;
  return { error: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}
