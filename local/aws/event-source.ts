import { setTimeout as delay } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";
import { REGION } from "./identity.ts";
import type { InvocationResult } from "./lambda.ts";
import type { Queue } from "./sqs.ts";

export interface EventSourceOptions {
  client: SQSClient;
  queue: Queue;
  batchSize: number;
  maximumConcurrency: number;
  invoke(event: SQSEvent): Promise<Pick<InvocationResult, "payload" | "error">>;
  /** The function gave these messages back: they stay in the queue until they are visible again. */
  onReturned(receiptHandles: string[]): void;
  onProblem(message: string): void;
}

export interface EventSource {
  /** Receives nothing more. */
  stop(): void;
  /** Settles when all that was received has been handled. */
  drained(): Promise<void>;
}

const LONG_POLL_IN_SECONDS = 20;
const PAUSE_AFTER_A_PROBLEM_IN_MS = 500;

/**
 * What Lambda's poller for SQS does: receives a batch, invokes the function, and deletes what succeeded. After an error
 * or a time-out nothing is deleted, and the messages come back when their visibility time-out has passed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { client, queue, batchSize, maximumConcurrency, onProblem } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function receive(): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: LONG_POLL_IN_SECONDS,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    const { Messages = [] } = await client.send(command, { abortSignal: stopping.signal });
    return Messages;
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive();
        if (messages.length === 0) continue;
        const handling = handleBatch(options, messages)
          .catch((error: unknown) => onProblem(`${queue.name}: ${errorText(error)}`))
          .finally(() => running.delete(handling));
        running.add(handling);
        while (running.size >= maximumConcurrency) await Promise.race(running);
      } catch (error) {
        if (stopping.signal.aborted) return;
        onProblem(`${queue.name}: ${errorText(error)}`);
        await delay(PAUSE_AFTER_A_PROBLEM_IN_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  const polling = poll();
  return {
    stop: () => stopping.abort(),
    drained: async () => {
      await polling;
      await Promise.all(running);
    },
  };
}

async function handleBatch(options: EventSourceOptions, messages: Message[]): Promise<void> {
  const { client, queue, invoke, onReturned } = options;
  const { payload, error } = await invoke({ Records: messages.map((message) => toRecord(message, queue)) });
  if (error) return;
  const failedIds = readFailedIds(payload, messages);
  if (failedIds === "all") return;
  const isFailed = ({ MessageId }: Message) => failedIds.has(MessageId ?? "");
  onReturned(messages.filter(isFailed).map(({ ReceiptHandle }) => ReceiptHandle ?? ""));
  const succeeded = messages.filter((message) => !isFailed(message));
  if (succeeded.length === 0) return;
  const { Failed = [] } = await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: succeeded.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  if (Failed.length > 0) throw new Error(`${Failed.length} handled messages could not be deleted`);
}

/**
 * Which messages of the batch failed. An answer without failures, or with none, is a success; one that names something
 * that was not in the batch makes Lambda keep all of it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function readFailedIds(payload: string, messages: Message[]): Set<string> | "all" {
  const answer = JSON.parse(payload) as Partial<SQSBatchResponse> | null;
  const failures = answer?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return "all";
  const inBatch = new Set(messages.map(({ MessageId }) => MessageId));
  const isKnown = failures.every((failure) => inBatch.has(failure?.itemIdentifier));
  return isKnown ? new Set(failures.map(({ itemIdentifier }) => itemIdentifier)) : "all";
}

function toRecord(message: Message, queue: Queue): SQSRecord {
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    // SQS was asked for all attributes; their names are the same in the event.
    attributes: message.Attributes as unknown as SQSRecord["attributes"],
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        toMessageAttribute(value),
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? "",
    ...(message.MD5OfMessageAttributes ? { md5OfMessageAttributes: message.MD5OfMessageAttributes } : {}),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: REGION,
  };
}

function toMessageAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    dataType: value.DataType ?? "String",
    stringListValues: [],
    binaryListValues: [],
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue ? { binaryValue: Buffer.from(value.BinaryValue).toString("base64") } : {}),
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
