/**
 * Runs inside a worker thread: one execution environment of one function. It imports the function once and then handles
 * one event after the other, as Lambda's Node runtime does.
 */
import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type {
  FunctionErrorPayload,
  InvocationRequest,
  WorkerInput,
  WorkerMessage,
} from "./lambda-instance.ts";

const { functionFile, functionName, invokedFunctionArn, workflowsFile } = workerData as WorkerInput;

if (workflowsFile !== undefined) {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      // The replacement itself may import the workflows it replaces, to add to them.
      specifier.endsWith("workflows/index.ts") && context.parentURL !== workflowsFile
        ? { url: workflowsFile, shortCircuit: true }
        : nextResolve(specifier, context),
  });
}

try {
  const handler = await importHandler();
  parentPort?.on("message", async (request: InvocationRequest) => {
    const answer = await handle(handler, request);
    // The parent has received every line of the log when this write is acknowledged: the answer comes after its log.
    await new Promise((resolve) => process.stdout.write("", resolve));
    post(answer);
  });
  post({ type: "ready" });
} catch (error) {
  post({ type: "init_error", error: toErrorPayload(error) });
}

type Handler = (event: unknown, context: unknown) => unknown;

async function importHandler(): Promise<Handler> {
  const { handler } = (await import(functionFile)) as { handler?: unknown };
  if (typeof handler === "function") return handler as Handler;
  const error = new Error(`${functionName} has no function named handler`);
  error.name = "Runtime.HandlerNotFound";
  throw error;
}

async function handle(handler: Handler, request: InvocationRequest): Promise<WorkerMessage> {
  try {
    const result = await handler(JSON.parse(request.event), toContext(request));
    return { type: "result", payload: JSON.stringify(result) ?? "null" };
  } catch (error) {
    return { type: "error", error: toErrorPayload(error) };
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function toContext({ requestId, deadline, clientContext }: InvocationRequest) {
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn,
    memoryLimitInMB: "1024",
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/[$LATEST]`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    ...(clientContext === undefined ? {} : { clientContext }),
  };
}

function toErrorPayload(error: unknown): FunctionErrorPayload {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
