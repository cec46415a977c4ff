/**
 * An SQS FIFO queue with its dead-letter queue, in memory: groups in order, one delivery of a group at a time, visibility
 * time-outs, deduplication, receipts that a later delivery makes void.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { Clock } from "./clock.ts";

export interface Message {
  id: string;
  body: string;
  groupId: string;
  sentAt: number;
  receives: number;
  /** Until then it is in somebody's hands. */
  visibleAt: number;
  receipt: string;
  /** Of a dead letter. */
  reason: string | undefined;
}

/** What of a message both ways of sending have. */
interface Entry {
  MessageBody?: string | undefined;
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
  MessageAttributes?: Record<string, { StringValue?: string | undefined }> | undefined;
}

const DEDUPLICATED_FOR_IN_MILLISECONDS = 5 * 60_000;

export type Queue = ReturnType<typeof createQueue>;

export function createQueue(clock: Clock, visibilityTimeoutInSeconds: number) {
  let messages: Message[] = [];
  const deadLetters: Message[] = [];
  const seen = new Map<string, number>();
  let serial = 0;

  function add(list: Message[], prefix: string, entry: Entry): void {
    const duplicate = `${prefix}${entry.MessageDeduplicationId}`;
    if ((seen.get(duplicate) ?? Number.NEGATIVE_INFINITY) > clock.now() - DEDUPLICATED_FOR_IN_MILLISECONDS)
      return;
    seen.set(duplicate, clock.now());
    serial += 1;
    list.push({
      id: `message-${serial}`,
      body: entry.MessageBody ?? "",
      groupId: entry.MessageGroupId ?? "",
      sentAt: clock.now(),
      receives: 0,
      visibleAt: clock.now(),
      receipt: "",
      reason: entry.MessageAttributes?.reason?.StringValue,
    });
  }

  /** A message comes back by itself: whoever waits for one must be woken. */
  function hide(message: Message, seconds: number): void {
    message.visibleAt = clock.now() + seconds * 1000;
    clock.at(message.visibleAt, () => {});
  }

  /** The groups that have messages, and none of them in somebody's hands. */
  function freeGroups(): string[] {
    const busy = new Set<string>();
    for (const { visibleAt, groupId } of messages) if (visibleAt > clock.now()) busy.add(groupId);
    return [...new Set(messages.map(({ groupId }) => groupId))].filter((groupId) => !busy.has(groupId));
  }

  return {
    deadLetters,
    /** All that are neither done nor given up. */
    messages: (): readonly Message[] => messages,
    freeGroups,

    /** Takes the SDK's commands; `url` ends in ".dead" for the dead-letter queue. */
    send(command: object): object {
      if (command instanceof SendMessageCommand) {
        const { QueueUrl = "" } = command.input;
        if (QueueUrl.endsWith(".dead")) add(deadLetters, "dead ", command.input);
        else add(messages, "", command.input);
        return {};
      }
      if (command instanceof SendMessageBatchCommand) {
        for (const entry of command.input.Entries ?? []) add(messages, "", entry);
        return {};
      }
      if (command instanceof ChangeMessageVisibilityBatchCommand) {
        for (const { ReceiptHandle, VisibilityTimeout = 0 } of command.input.Entries ?? []) {
          const message = messages.find(({ receipt }) => receipt === ReceiptHandle);
          if (message !== undefined && message.visibleAt > clock.now()) hide(message, VisibilityTimeout);
        }
        return {};
      }
      throw new Error(`no such command here: ${command.constructor.name}`);
    },

    /** Hands out up to so many messages of these groups, which must be free. */
    receive(maximum: number, groups: readonly string[]): SQSRecord[] {
      const taken = messages.filter(({ groupId }) => groups.includes(groupId)).slice(0, maximum);
      return taken.map((message) => {
        message.receives += 1;
        message.receipt = `${message.id} ${message.receives}`;
        hide(message, visibilityTimeoutInSeconds);
        return toRecord(message);
      });
    },

    /** Without effect when the message has been handed out again. */
    remove(receipt: string): void {
      messages = messages.filter(
        (message) => message.receipt !== receipt || message.visibleAt <= clock.now(),
      );
    },
  };
}

function toRecord(message: Message): SQSRecord {
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "",
      MessageGroupId: message.groupId,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "",
    awsRegion: "",
  };
}
