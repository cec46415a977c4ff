/** The page at http://localhost:3000/, as HTTP; what a browser makes of it is in test/browser. */
import { request } from "node:http";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { startTestSystem, type TestSystem } from "./stand-ins.ts";

async function start(): Promise<TestSystem> {
  const system = await startTestSystem();
  onTestFinished(() => system.stop());
  return system;
}

async function read({ url }: TestSystem): Promise<string> {
  return (await fetch(url)).text();
}

/** With a Host header, which fetch does not let one choose. */
function answerOf(url: string, host: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const sent = request(url, { headers: { host } }, async (response) => {
    resolve({ status: response.statusCode, body: Buffer.concat(await response.toArray()).toString() });
  });
  sent.on("error", reject).end();
  return promise;
}

async function put({ dynamodb }: TestSystem, item: object): Promise<void> {
  const { client, tableName } = dynamodb;
  await client.send(new PutItemCommand({ TableName: tableName, Item: marshall(item) }));
}

const link = {
  pk: "link#acme#source#5d2a14c7a47f8a6f",
  sk: "link",
  candidate_id: "17",
  fingerprint: "a-hash",
  last_outcome: "created",
  updated_at: "2026-11-22T10:00:00.000Z",
  released_by: "run-of-the-push",
};
const run = {
  pk: "run#acme-update",
  sk: "2026-11-22T09:00:00.000Z#run-of-the-update",
  run_id: "run-of-the-update",
  action: "update_profiles_in_hrflow_from_flatchr",
  status: "success_with_failures",
  reason: "write_failure",
  message: "1 of 3 failed",
  events: { write_success: 2, write_failure: 1 },
  items: [],
  started_at: "2026-11-22T09:00:00.000Z",
  duration_ms: 1000,
  expires_at: 2_000_000_000,
};

test("an empty system says what to do", async () => {
  const page = await read(await start());
  expect(page).toContain("No run yet");
  expect(page).toContain("Nothing was given up");
  expect(page).toContain("No profile has become a candidate yet");
});

test("a link tells its candidate and its last push; a run tells its counts and its reason", async () => {
  const system = await start();
  await put(system, link);
  await put(system, run);
  await put(system, { pk: "candidate#acme#1", sk: "candidate", candidate_id: "not-shown" });
  const page = await read(system);
  for (const shown of ["acme", "5d2a14c7a47f8a6f", "17", "created", "run-of-the-push", "run-of-the-update"])
    expect(page).toContain(shown);
  expect(page).toContain("2 write success, 1 write failure");
  expect(page).toContain("1 of 3 failed");
  expect(page).not.toContain("not-shown");
  expect(page).not.toContain("a-hash");
});

test("a dead letter is shown with its reason and what to do", async () => {
  const system = await start();
  const queue = system.queues.get("push-profile-to-teamtailor");
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  await system.sqs.client.send(
    new SendMessageCommand({
      QueueUrl: queue?.deadLetters.url,
      MessageBody: JSON.stringify({ workflow_id: "acme", source_key: "s", profile_key: "p-17" }),
      MessageGroupId: "a",
      MessageDeduplicationId: "a",
      MessageAttributes: { reason: text("create_outcome_unknown"), detail: text("answered nothing") },
    }),
  );
  const page = await read(system);
  for (const shown of ["create outcome unknown", "answered nothing", "p-17", "erase the profile"])
    expect(page).toContain(shown);
});

test("whatever stands in the state is text, and never markup", async () => {
  const system = await start();
  await put(system, { ...link, candidate_id: '<img src=x onerror="alert(1)">' });
  const page = await read(system);
  expect(page).not.toContain("<img");
  expect(page).toContain("&lt;img");
});

test("it takes items of another form for none of its own", async () => {
  const system = await start();
  await put(system, { pk: "run#acme", sk: "1", events: "many" });
  expect((await fetch(system.url)).status).toBe(200);
});

test("a change arrives at who watches, by itself", async () => {
  const system = await start();
  const { body } = await fetch(`${system.url}/events`);
  const chunks = body?.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  const readUntil = async (wanted: string) => {
    while (!told.includes(wanted)) told += (await chunks?.read())?.value ?? expect.fail("the stream ended");
  };
  await readUntil("No run yet");
  expect(told).not.toContain("5d2a14c7a47f8a6f");
  await put(system, link);
  await readUntil("5d2a14c7a47f8a6f");
  await chunks?.cancel();
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])(
  "it can only be read: %s is refused",
  async (method) => {
    const { url } = await start();
    for (const path of ["/", "/events", "/page.css"]) {
      const response = await fetch(`${url}${path}`, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  },
);

test("it is served to this machine's own names, so that no other site can have itself pointed here", async () => {
  const { url } = await start();
  const { port } = new URL(url);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "localhost"])
    expect((await answerOf(url, host)).status, host).toBe(200);
  for (const host of [
    `evil.example:${port}`,
    "localhost.evil.example",
    "192.168.0.1",
    "127.0.0.1.evil.example",
  ]) {
    for (const path of ["/", "/events", "/page.js"]) {
      const { status, body } = await answerOf(`${url}${path}`, host);
      expect([status, body], host).toEqual([403, expect.stringContaining("this machine only")]);
    }
  }
});

test("a browser is told to run no other script and to load nothing from elsewhere", async () => {
  const { url } = await start();
  const response = await fetch(url);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const page = await response.text();
  expect(page).not.toMatch(/<script(?![^>]* src=)|\sstyle=|\son\w+=/);
  for (const [, path = ""] of page.matchAll(/(?:src|href)="([^"]+)"/g))
    expect((await fetch(new URL(path, url))).status, path).toBe(200);
});
