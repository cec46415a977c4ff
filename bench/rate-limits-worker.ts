/** One worker of the rate-limit bench, in its own process: polls a queue and runs the push function on what it gets. */
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { startEventSource } from "../local/aws/event-source.ts";
import { clientSettings } from "../local/aws/identity.ts";
import type { Queue } from "../local/aws/sqs.ts";

const { functionName, queue, sqs, batchSize } = JSON.parse(process.argv[2] ?? "{}") as {
  functionName: string;
  queue: Queue;
  sqs: string;
  batchSize: number;
};
const { handler } = (await import(`../functions/${functionName}.ts`)) as {
  handler(event: SQSEvent, context: Context): Promise<unknown>;
};

const context = { getRemainingTimeInMillis: () => 170_000 } as Context;
const source = startEventSource({
  client: new SQSClient(clientSettings(sqs)),
  queue,
  batchSize,
  maximumConcurrency: 1,
  invoke: async (event) => ({ payload: JSON.stringify(await handler(event, context)), error: undefined }),
  onReturned: () => {},
  onProblem: (problem) => console.error(problem),
});
process.once("SIGTERM", () => {
  source.stop();
  process.exit(0);
});
process.send?.("ready");
