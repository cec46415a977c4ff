import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { startTestSystem, temporaryDirectory } from "./stand-ins.ts";

test.concurrent("a system killed in the middle of its work goes on where it was", async ({
  expect,
  onTestFinished,
}) => {
  const dataDirectory = temporaryDirectory();
  const notesFile = join(temporaryDirectory(), "notes");
  const script = fileURLToPath(new URL("./killed-system.ts", import.meta.url));
  const child = spawn(process.execPath, [script, dataDirectory, notesFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  const enqueue = (message: object) =>
    fetch(`${url}/webhooks/queue`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    });
  const { notes } = await startTestSystem({ notesFile }).then((other) => other.stop().then(() => other));
  const startedAt = Date.now();
  await enqueue({ name: "waiting", group: "g1", failures: 1, againInSeconds: 3600 });
  await expect.poll(notes).toContain("hidden waiting");
  await enqueue({ name: "soon", group: "g3", failures: 1, againInSeconds: 2 });
  await expect.poll(notes).toContain("hidden soon");
  await enqueue({ name: "held", group: "g2", hangs: true });
  await enqueue({ name: "behind", group: "g2" });
  await expect.poll(notes).toContain("start held");
  const killedAt = Date.now();
  child.kill("SIGKILL");
  await once(child, "exit");

  const again = await startTestSystem({ dataDirectory, notesFile });
  onTestFinished(() => again.stop({ graceInSeconds: 0 }));
  // At speed 1 a message comes back after 18 minutes, unless it is set free.
  await expect.poll(notes).toContain("done behind g2 1");
  expect(notes().indexOf("done held g2 2")).toBeGreaterThan(0);
  expect(notes().indexOf("done held g2 2")).toBeLessThan(notes().indexOf("start behind"));
  await expect.poll(notes).toContainEqual(expect.stringMatching(/^done soon g3/));
  const waiting = again.sqs
    .inspect("push-profile-to-teamtailor.fifo")
    .filter(({ body }) => body.includes('"waiting"'));
  expect(waiting).toMatchObject([{ receiveCount: 1 }]);
  const hiddenAt = Number(waiting[0]?.visibleAt) - 3_600_000;
  expect(hiddenAt).toBeGreaterThanOrEqual(startedAt);
  expect(hiddenAt).toBeLessThanOrEqual(killedAt);
});

test.concurrent("tables, queues and secrets are there again after a restart, with the settings of the new start", async ({
  expect,
  onTestFinished,
}) => {
  const dataDirectory = temporaryDirectory();
  const notesFile = join(temporaryDirectory(), "notes");
  const Key = { pk: { S: "link#1" }, sk: { S: "a" } };
  const first = await startTestSystem({ dataDirectory, notesFile, secrets: { key: { a: 1 } } });
  const TableName = first.dynamodb.tableName;
  await first.dynamodb.client.send(new PutItemCommand({ TableName, Item: { ...Key, value: { N: "1" } } }));
  await first.enqueue({ name: "kept", failures: 1, againInSeconds: 1 });
  await expect.poll(first.notes).toContain("hidden kept");
  await first.stop();

  const second = await startTestSystem({ dataDirectory, notesFile, speed: 100 });
  onTestFinished(() => second.stop());
  const { Item } = await second.dynamodb.client.send(new GetItemCommand({ TableName, Key }));
  expect(Item?.value).toEqual({ N: "1" });
  const { SecretString } = await second.secretsManager.client.send(
    new GetSecretValueCommand({ SecretId: "key" }),
  );
  expect(SecretString).toBe('{"a":1}');
  await second.whenDelivered(30);
  expect(second.notes().at(-1)).toMatch(/^done kept group/);
  const queue = second.queues.get("push-profile-to-teamtailor");
  const { Attributes } = await second.sqs.client.send(
    new GetQueueAttributesCommand({ QueueUrl: queue?.url, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({
    VisibilityTimeout: "11",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queue?.deadLetters.arn, maxReceiveCount: 1000 }),
  });
});

test.concurrent("two systems do not share a data directory or a port", async ({ onTestFinished }) => {
  const dataDirectory = temporaryDirectory();
  const first = await startTestSystem({ dataDirectory });
  onTestFinished(() => first.stop());
  await expect(startTestSystem({ dataDirectory })).rejects.toThrow(
    `The data directory ${dataDirectory} is in use by another process: stop that one, or give another --data`,
  );
  const port = Number(new URL(first.url).port);
  await expect(startTestSystem({ port })).rejects.toThrow(
    `Port ${port} is in use: stop what uses it, or give another with --port (0 takes any free one)`,
  );
});

test.concurrent("several systems run side by side, each with its own settings", async ({
  onTestFinished,
}) => {
  const systems = await Promise.all(
    ["one", "two"].map((NAME) => startTestSystem({ environment: { NAME }, speed: NAME === "one" ? 1 : 60 })),
  );
  onTestFinished(async () => {
    await Promise.all(systems.map((system) => system.stop()));
  });
  const seen = await Promise.all(
    systems.map(
      async ({ lambda }) => JSON.parse((await lambda.invoke("update-stand-in", {})).payload).environment,
    ),
  );
  expect(seen.map(({ NAME, RELAY_SPEED }) => [NAME, RELAY_SPEED])).toEqual([
    ["one", "1"],
    ["two", "60"],
  ]);
  for (const environment of seen) {
    expect(environment).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: "update-stand-in",
      TABLE_NAME: "hrflow-relay",
      PUSH_PROFILE_TO_TEAMTAILOR_QUEUE_URL: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/000000000000\/push-profile-to-teamtailor\.fifo$/,
      ),
      PUSH_PROFILE_TO_TEAMTAILOR_DEAD_LETTER_QUEUE_URL: expect.stringMatching(/-dead-letters\.fifo$/),
    });
  }
  expect(new Set(seen.map((environment) => environment.AWS_ENDPOINT_URL_SQS)).size).toBe(2);
});

test.concurrent("a workflow with a schedule runs in the function of its action", async ({
  expect,
  onTestFinished,
}) => {
  const directory = temporaryDirectory();
  const workflowsFile = join(directory, "mine.mjs");
  const workflow = { workflow_id: "nightly", action: "update_stand_in", schedule: "rate(1 minute)" };
  writeFileSync(workflowsFile, `export default [${JSON.stringify(workflow)}];`);
  writeFileSync(
    join(directory, "update-stand-in.mjs"),
    'import list from "./workflows/index.ts";\nexport const handler = (event) => console.log(JSON.stringify({ event, list }));',
  );
  const system = await startTestSystem({ functionsDirectory: directory, workflowsFile, speed: 600 });
  onTestFinished(() => system.stop());
  await expect.poll(() => system.log.length).toBeGreaterThanOrEqual(3);
  expect(JSON.parse(system.log[0]?.line ?? "")).toEqual({
    event: { workflow_id: "nightly" },
    list: [workflow],
  });
});
