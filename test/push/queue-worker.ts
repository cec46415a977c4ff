/** A push function behind its queue, as a test drives it: receive, handle, delete what is done. As Lambda's poller does. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Context, SQSBatchResponse, SQSRecord } from "aws-lambda";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import type { TestEnvironment } from "../environment.ts";

type Handler = (event: { Records: SQSRecord[] }, context: Context) => Promise<unknown>;

/** What was put into the dead-letter queue. */
export interface DeadLetter {
  body: string;
  reason: string | undefined;
  detail: string | undefined;
  attempts: string | undefined;
  /** That of the queue it came from. */
  groupId: string | undefined;
}

export interface QueueWorker {
  /** Puts a body into the queue, as it is or as JSON. */
  send(body: unknown, groupId?: string): Promise<void>;
  /** Takes what the queue hands out now. */
  receive(): Promise<SQSRecord[]>;
  /** Runs the function with a batch and deletes what is done; the ids of what is not. */
  handle(records: SQSRecord[], timeLeftInMilliseconds?: number): Promise<string[]>;
  /** Receives and handles. */
  work(): Promise<string[]>;
  /** Lets messages be received again at once, as if their time had come. */
  handBack(records: SQSRecord[]): Promise<void>;
  /** In how many seconds each message that waits comes back. */
  waitingFor(): number[];
  /** How many messages are in the queue, visible or not. */
  size(): number;
  deadLetters(): Promise<DeadLetter[]>;
}

/** The worker of the Teamtailor function with these workflows. */
export function queueWorker(workflows: object[], environment: TestEnvironment): QueueWorker {
  const handler = pushFunction(teamtailor, { workflows, functions: {} }, environment);
  return queueWorkerOf("push_profile_to_teamtailor", handler as Handler, environment);
}

/** The worker of the function that runs this action. */
export function queueWorkerOf(action: string, handler: Handler, environment: TestEnvironment): QueueWorker {
  const { sqs, settings } = environment;
  const queueName = `${action.replaceAll("_", "-")}.fifo`;
  const QueueUrl = settings.queueUrl(action);

  async function receiveFrom(url: string): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    return Messages;
  }

  const worker: QueueWorker = {
    async send(body, groupId = "group") {
      const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
      const MessageDeduplicationId = environment.randomId();
      await sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: groupId, MessageDeduplicationId }),
      );
    },
    receive: async () => (await receiveFrom(QueueUrl)).map(toRecord),
    async handle(records, timeLeftInMilliseconds = 180_000) {
      const context = { getRemainingTimeInMillis: () => timeLeftInMilliseconds, functionName: "push" };
      const answer = (await handler({ Records: records }, context as Context)) as SQSBatchResponse;
      const failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      for (const { messageId, receiptHandle: ReceiptHandle } of records) {
        if (!failed.includes(messageId))
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      return failed;
    },
    work: async () => worker.handle(await worker.receive()),
    async handBack(records) {
      for (const { receiptHandle: ReceiptHandle } of records) {
        await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      }
    },
    waitingFor: () =>
      environment.inspectQueue(queueName).flatMap(({ visibleAt }) => {
        return visibleAt === undefined ? [] : [Math.ceil((visibleAt.getTime() - Date.now()) / 1000)];
      }),
    size: () => environment.inspectQueue(queueName).length,
    async deadLetters() {
      const messages = await receiveFrom(settings.deadLetterQueueUrl(action));
      return messages.map(({ Body = "", MessageAttributes: attributes }) => ({
        body: Body,
        reason: attributes?.reason?.StringValue,
        detail: attributes?.detail?.StringValue,
        attempts: attributes?.attempts?.StringValue,
        groupId: attributes?.group?.StringValue,
      }));
    },
  };
  return worker;
}

function toRecord(message: Message): SQSRecord {
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    // SQS was asked for all attributes; their names are the same in the event.
    attributes: message.Attributes as unknown as SQSRecord["attributes"],
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:queue.fifo",
    awsRegion: "eu-west-1",
  };
}
