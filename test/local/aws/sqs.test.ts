import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { type LocalSqs, type QueueWithDeadLetters, startSqs } from "../../../local/aws/sqs.ts";
import { openDataDirectory } from "../../../local/data-directory.ts";
import { temporaryDirectory } from "../stand-ins.ts";

const SETTINGS = { visibilityTimeoutInSeconds: 60, maximumReceiveCount: 1, retentionInDays: 14 };

async function start(dataDirectory = openDataDirectory(temporaryDirectory())) {
  const sqs = await startSqs(dataDirectory);
  onTestFinished(async () => {
    await sqs.stop();
    dataDirectory.close();
  });
  return { sqs, queue: await sqs.openQueue("pushes", SETTINGS) };
}

async function send({ client }: LocalSqs, queue: QueueWithDeadLetters, body: string): Promise<void> {
  const message = {
    QueueUrl: queue.url,
    MessageBody: body,
    MessageGroupId: "g",
    MessageDeduplicationId: body,
  };
  await client.send(new SendMessageCommand(message));
}

async function receive({ client }: LocalSqs, queue: QueueWithDeadLetters) {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10 }),
  );
  return Messages;
}

test("a message whose visibility is set to 0 can be received again", async () => {
  const { sqs, queue } = await start();
  await sqs.openQueue("pushes", { ...SETTINGS, maximumReceiveCount: 5 });
  await send(sqs, queue, "a");
  const [received] = await receive(sqs, queue);
  await sqs.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.url,
      ReceiptHandle: received?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  expect(sqs.inspect(queue.name)).toEqual([
    {
      body: "a",
      attributes: {},
      groupId: "g",
      sentAt: expect.any(Date),
      receiveCount: 1,
      visibleAt: undefined,
    },
  ]);
  expect((await receive(sqs, queue)).map(({ Body }) => Body)).toEqual(["a"]);
  expect(sqs.inspect(queue.name)).toMatchObject([{ receiveCount: 2, visibleAt: expect.any(Date) }]);
});

test("a message received too often goes to the dead-letter queue", async () => {
  const { sqs, queue } = await start();
  await sqs.openQueue("pushes", { ...SETTINGS, visibilityTimeoutInSeconds: 1 });
  await send(sqs, queue, "a");
  expect(await receive(sqs, queue)).toHaveLength(1);
  await delay(1050);
  expect(await receive(sqs, queue)).toEqual([]);
  expect(sqs.inspect(queue.name)).toEqual([]);
  expect(sqs.inspect(queue.deadLetters.name)).toMatchObject([{ body: "a" }]);
});

test("a queue that is opened again keeps its messages and takes the new settings", async () => {
  const { sqs, queue } = await start();
  await send(sqs, queue, "a");
  await sqs.openQueue("pushes", { ...SETTINGS, visibilityTimeoutInSeconds: 7 });
  const { Attributes } = await sqs.client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({ VisibilityTimeout: "7", ApproximateNumberOfMessages: "1" });
});

test("it listens on this machine's own address only, and leaves other servers alone", async () => {
  const both = await Promise.all([startSqs(undefined), startSqs(undefined)]);
  onTestFinished(async () => {
    for (const sqs of both) await sqs.stop();
  });
  for (const { endpoint } of both) {
    // 127.0.0.2 reaches a server that listens on every interface, and not one on 127.0.0.1.
    const socket = connect(Number(new URL(endpoint).port), "127.0.0.2");
    await expect(once(socket, "connect")).rejects.toThrow();
  }
  const other = createServer().listen(0, "0.0.0.0");
  await once(other, "listening");
  expect(other.address()).toMatchObject({ address: "0.0.0.0" });
  other.close();
});
