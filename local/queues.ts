import { setTimeout as delay } from "node:timers/promises";
import { type EventSource, startEventSource } from "./aws/event-source.ts";
import type { Lambda, LogLine } from "./aws/lambda.ts";
import type { LocalSqs, QueuedMessage, QueueWithDeadLetters } from "./aws/sqs.ts";
import { type FunctionFile, queueLimitsOf, queueSettings } from "./functions.ts";

/** The queues by the name of the function that works on them. */
export async function openQueues(
  sqs: LocalSqs,
  files: FunctionFile[],
  speed: number,
): Promise<Map<string, QueueWithDeadLetters>> {
  const queues = new Map<string, QueueWithDeadLetters>();
  for (const { name, queueName } of files) {
    if (queueName !== undefined) queues.set(name, await sqs.openQueue(queueName, queueSettings(name, speed)));
  }
  return queues;
}

/** Lets a queue drive its function. */
export function connectQueue(
  functionName: string,
  queue: QueueWithDeadLetters,
  sqs: LocalSqs,
  lambda: Lambda,
  onLog: (line: LogLine) => void,
): EventSource {
  const { batchSize, maximumConcurrency } = queueLimitsOf(functionName);
  return startEventSource({
    client: sqs.client,
    queue,
    batchSize,
    maximumConcurrency,
    invoke: async (event) => {
      const result = await lambda.invoke(functionName, event);
      if (result.error) report(`The function failed: ${result.error.errorMessage}`);
      return result;
    },
    onReturned: (receiptHandles) => sqs.rememberWaiting(queue.name, receiptHandles),
    onProblem: report,
  });

  function report(message: string): void {
    onLog({ functionName, requestId: undefined, line: JSON.stringify({ level: "ERROR", message }) });
  }
}

/** Resolves when nothing of what is awaited is left in the queues, neither waiting nor at work. */
export async function waitUntilEmpty(
  queues: QueueWithDeadLetters[],
  sqs: LocalSqs,
  timeoutInSeconds: number,
  isAwaited: (message: QueuedMessage) => boolean,
): Promise<void> {
  const deadline = Date.now() + timeoutInSeconds * 1000;
  const count = () => queues.reduce((sum, { name }) => sum + sqs.inspect(name).filter(isAwaited).length, 0);
  for (let left = count(); left > 0; left = count()) {
    if (Date.now() > deadline)
      throw new Error(`${left} messages are still queued after ${timeoutInSeconds} seconds`);
    await delay(20);
  }
}
