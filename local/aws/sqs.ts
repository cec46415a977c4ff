import { Server } from "node:net";
import { DatabaseSync } from "node:sqlite";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import type { DataDirectory } from "../data-directory.ts";
import { ACCOUNT_ID, clientSettings, REGION } from "./identity.ts";

export interface Queue {
  name: string;
  url: string;
  arn: string;
}

export interface QueueWithDeadLetters extends Queue {
  deadLetters: Queue;
}

export interface QueueSettings {
  visibilityTimeoutInSeconds: number;
  maximumReceiveCount: number;
  retentionInDays: number;
}

/** One message that lies in a queue, as a test or a person may look at it without receiving it. */
export interface QueuedMessage {
  body: string;
  /** Message attributes that are text. */
  attributes: Record<string, string>;
  groupId: string | undefined;
  sentAt: Date;
  receiveCount: number;
  /** Not before then; undefined when it can be received now. */
  visibleAt: Date | undefined;
}

export interface LocalSqs {
  endpoint: string;
  client: SQSClient;
  /** Creates, or adopts from the data directory, a FIFO queue with its FIFO dead-letter queue. */
  openQueue(name: string, settings: QueueSettings): Promise<QueueWithDeadLetters>;
  /** Everything in a queue, visible or not, in no particular order over groups. */
  inspect(queueName: string): QueuedMessage[];
  /** Notes that a function gave these messages back, so that a restart lets them go on waiting. */
  rememberWaiting(queueName: string, receiptHandles: string[]): void;
  stop(): Promise<void>;
}

/** An SQS on loopback, in memory, or in a data directory where it outlives a SIGKILL. */
export async function startSqs(dataDirectory: DataDirectory | undefined): Promise<LocalSqs> {
  const server = await onLoopback(() =>
    startFauxqs({
      port: 0,
      logger: false,
      defaultRegion: REGION,
      ...(dataDirectory ? { dataDir: dataDirectory.path("sqs") } : {}),
    }),
  );
  if (dataDirectory) keepMessagesThatBecomeVisible(dataDirectory.path("sqs/fauxqs.db"));
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = new SQSClient(clientSettings(endpoint));

  async function createQueue(name: string, attributes: Record<string, string>): Promise<Queue> {
    const settable = { ...attributes };
    delete settable.FifoQueue;
    // A kept queue may have other settings, by another --speed or release, which CreateQueue would refuse.
    const queue = {
      name,
      url: `${endpoint}/${ACCOUNT_ID}/${name}`,
      arn: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`,
    };
    if (server.inspectQueue(name)) {
      await client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: settable }));
    } else {
      await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    }
    return queue;
  }

  return {
    endpoint,
    client,

    async openQueue(name, settings) {
      const retention = String(settings.retentionInDays * 24 * 3600);
      const deadLetters = await createQueue(`${name}-dead-letters.fifo`, {
        FifoQueue: "true",
        MessageRetentionPeriod: retention,
      });
      const queue = await createQueue(`${name}.fifo`, {
        FifoQueue: "true",
        VisibilityTimeout: String(settings.visibilityTimeoutInSeconds),
        MessageRetentionPeriod: retention,
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: settings.maximumReceiveCount,
        }),
      });
      if (dataDirectory) await releaseMessagesOfDeadWorkers(server, client, queue, dataDirectory);
      return { ...queue, deadLetters };
    },

    inspect(queueName) {
      const messages = server.inspectQueue(queueName)?.messages;
      if (!messages) throw new Error(`There is no queue ${queueName}`);
      const seen = (message: (typeof messages.ready)[number], visibleAt?: number): QueuedMessage => ({
        body: message.body,
        attributes: Object.fromEntries(
          Object.entries(message.messageAttributes).map(([name, { StringValue = "" }]) => [
            name,
            StringValue,
          ]),
        ),
        groupId: message.messageGroupId,
        sentAt: new Date(message.sentTimestamp),
        receiveCount: message.approximateReceiveCount,
        visibleAt: visibleAt === undefined ? undefined : new Date(visibleAt),
      });
      return [
        ...messages.ready.map((message) => seen(message)),
        ...messages.delayed.map((message) => seen(message, message.delayUntil)),
        ...messages.inflight.map(({ message, visibilityDeadline }) => seen(message, visibilityDeadline)),
      ];
    },

    rememberWaiting: (queueName, receiptHandles) => dataDirectory?.rememberWaiting(queueName, receiptHandles),

    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}

/**
 * A message in flight at the start belongs to a worker of a process that is gone. Nobody will delete it, so it is made
 * visible now and not at its visibility time-out, 18 minutes away. One that a function gave back to be tried later
 * keeps its time.
 */
async function releaseMessagesOfDeadWorkers(
  server: FauxqsServer,
  client: SQSClient,
  queue: Queue,
  dataDirectory: DataDirectory,
): Promise<void> {
  const inFlight = server.inspectQueue(queue.name)?.messages.inflight ?? [];
  const handles = inFlight.map(({ receiptHandle }) => receiptHandle);
  const waiting = dataDirectory.waitingAmong(queue.name, handles);
  for (const receiptHandle of handles) {
    if (waiting.has(receiptHandle)) continue;
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: 0,
      }),
    );
  }
}

let startsSoFar: Promise<unknown> = Promise.resolve();

/**
 * fauxqs listens on every interface and offers no choice; a queue that accepts any credentials belongs on loopback.
 * Only a server that asks for 0.0.0.0 while fauxqs starts is affected. One start follows the other, so that each puts
 * back what it found.
 */
function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const started = startsSoFar.then(async () => {
    const listen = Server.prototype.listen;
    Server.prototype.listen = function (this: Server, ...parameters: unknown[]) {
      const [options, ...rest] = parameters;
      const isEveryInterface =
        typeof options === "object" && options !== null && "host" in options && options.host === "0.0.0.0";
      const chosen = isEveryInterface ? { ...options, host: "127.0.0.1" } : options;
      return Reflect.apply(listen, this, [chosen, ...rest]) as Server;
    };
    try {
      return await start();
    } finally {
      Server.prototype.listen = listen;
    }
  });
  startsSoFar = started.catch(() => {});
  return started;
}

/**
 * fauxqs 2.4.1 with a data directory loses a message when its visibility is set to 0: it stores NULL as the receive
 * count, which its own table forbids, after it has taken the message from memory. This trigger stores what was meant.
 */
function keepMessagesThatBecomeVisible(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(`
    CREATE TRIGGER IF NOT EXISTS keep_receive_count BEFORE UPDATE ON sqs_messages
    WHEN NEW.approximate_receive_count IS NULL
    BEGIN
      UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = OLD.message_id;
      SELECT RAISE(IGNORE);
    END;
  `);
  database.close();
}
