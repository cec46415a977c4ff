import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createSecretReader,
  PREVIOUS_SECRET_GRACE_IN_SECONDS,
  SECRET_CACHE_IN_SECONDS,
  SECRET_REFRESH_INTERVAL_IN_SECONDS,
} from "../../lib/secrets/secrets.ts";
import { clientSettings } from "../../local/aws/identity.ts";
import { type LocalSecretsManager, startSecretsManager } from "../../local/aws/secrets-manager.ts";
import type { TestEnvironment } from "../environment.ts";
import {
  event,
  type Receive,
  receiver,
  startReceiverEnvironment,
  storedMessages,
  webhookRequest,
  workflow,
} from "./receiver.ts";

const NOWHERE = { ...clientSettings("http://127.0.0.1:1"), maxAttempts: 1 };

let environment: TestEnvironment;
let secretsManager: LocalSecretsManager;
let receive: Receive;
beforeEach(async () => {
  secretsManager = await startSecretsManager(undefined);
  let now = Date.now(); // Stands still, so that "once in a second" can be counted.
  environment = {
    ...(await startReceiverEnvironment()),
    now: () => now,
    pass: (seconds) => {
      now += seconds * 1000;
    },
    secrets: createSecretReader(secretsManager.client, () => now),
  };
  receive = receiver([workflow()], environment);
});
afterEach(() => Promise.all([environment.stop(), secretsManager.stop()]));

const put = (webhook_secret: unknown) => secretsManager.put("hrflow/acme", { webhook_secret });
/** The status that a webhook signed with this secret gets. */
const signedWith = async (secret: string) => (await receive(webhookRequest(event(), { secret }))).status;
const timesRead = () => secretsManager.operations.get("GetSecretValue") ?? 0;

describe("closed, with 401, as long as", () => {
  const refusal = { status: 401, body: { error: "no webhook secret is configured" } };
  const forged = webhookRequest(event(), { secret: "undefined" });

  test("there is no secret of that name", async () => {
    expect(await receive(forged)).toMatchObject(refusal);
    expect(environment.logged.join()).toContain("The secret hrflow/acme does not exist. Create it");
  });

  test.each<[string, Record<string, unknown> | string]>([
    ["has no webhook_secret", { api_secret: "ask_0", api_user: "relay@example.com" }],
    ["has an empty webhook_secret", { webhook_secret: "" }],
    ["has null for it", { webhook_secret: null }],
    ["has a number for it", { webhook_secret: 1234 }],
    ["has an object for it", { webhook_secret: { secret: "whsec" } }],
    ["has an empty list of them", { webhook_secret: [] }],
    ["has a list with an empty one", { webhook_secret: ["whsec_live", ""] }],
    ["has a list with a number", { webhook_secret: ["whsec_live", 1] }],
    ["is not JSON", "whsec_live"],
    ["is a list", '["whsec_live"]'],
    ["is null", "null"],
  ])("the secret %s", async (_, value) => {
    secretsManager.put("hrflow/acme", value);
    expect(await receive(forged)).toMatchObject(refusal);
    for (const secret of ["", "null", "1234", "whsec_live"]) expect(await signedWith(secret)).toBe(401);
    expect(storedMessages(environment)).toEqual([]);
    expect(environment.logged.join()).toContain("The secret hrflow/acme");
    expect(environment.logged.join()).not.toContain("whsec_live");
  });

  test("it is mended: then the very next webhook is let in", async () => {
    secretsManager.put("hrflow/acme", { api_secret: "ask_0" });
    expect(await signedWith("mended")).toBe(401);
    put("mended");
    environment.pass(SECRET_REFRESH_INTERVAL_IN_SECONDS);
    expect(await signedWith("mended")).toBe(202);
  });
});

describe("a rotated secret", () => {
  beforeEach(async () => {
    put("old");
    expect(await signedWith("old")).toBe(202);
    put("new");
  });

  test("counts from the next webhook on, without a new deployment", async () => {
    expect(await signedWith("new")).toBe(202);
  });

  test("leaves the previous one valid for an hour, and no longer", async () => {
    expect(await signedWith("new")).toBe(202);
    environment.pass(PREVIOUS_SECRET_GRACE_IN_SECONDS - 10);
    expect(await signedWith("old")).toBe(202);
    environment.pass(20);
    expect(await signedWith("old")).toBe(401);
    expect(await signedWith("new")).toBe(202);
  });

  test("leaves the one before the previous invalid at once", async () => {
    put("newest");
    expect(await signedWith("newest")).toBe(202);
    expect(await signedWith("new")).toBe(202);
    expect(await signedWith("old")).toBe(401);
  });

  test("loses no webhook, in whatever order the two sides change", async () => {
    for (const secret of ["old", "new", "old", "new", "new", "old"])
      expect(await signedWith(secret)).toBe(202);
  });

  test("is noticed without a webhook that fails, when the cache has expired", async () => {
    environment.pass(SECRET_CACHE_IN_SECONDS);
    const before = timesRead();
    expect(await signedWith("new")).toBe(202);
    expect(timesRead()).toBe(before + 1);
  });
});

describe("a list of secrets", () => {
  beforeEach(() => put(["first", "second"]));

  test.each(["first", "second"])("lets in what is signed with the %s", async (secret) => {
    expect(await signedWith(secret)).toBe(202);
  });

  test("lets in nothing else", async () => {
    for (const secret of ["third", "first,second", "firstsecond"]) expect(await signedWith(secret)).toBe(401);
  });
});

describe("calls to AWS", () => {
  test("a webhook costs exactly one when the function is warm", async () => {
    put("acme");
    await signedWith("acme");
    const before = timesRead();
    const calls: string[] = [];
    (environment.sqs as SQSClient).middlewareStack.add(
      (next, context) => (input) => {
        calls.push(context.commandName ?? "");
        return next(input);
      },
      { step: "initialize" },
    );
    expect(await signedWith("acme")).toBe(202);
    expect(calls).toEqual(["SendMessageCommand"]);
    expect(timesRead()).toBe(before);
    expect([...environment.tableOperations]).toEqual([]);
  });

  test("a flood of forged webhooks has the secret read again once in a second", async () => {
    put("acme");
    await signedWith("acme");
    const before = timesRead();
    for (let count = 0; count < 50; count += 1) expect(await signedWith("forged")).toBe(401);
    const once = timesRead() - before;
    expect(once).toBeLessThanOrEqual(3);
    environment.pass(SECRET_REFRESH_INTERVAL_IN_SECONDS);
    await signedWith("forged");
    expect(timesRead() - before).toBe(2 * once);
  });
});

describe("503, so that the sender tries again, when", () => {
  test("Secrets Manager does not answer", async () => {
    const client = new SecretsManagerClient(NOWHERE);
    receive = receiver([workflow()], {
      ...environment,
      secrets: createSecretReader(client, environment.now),
    });
    expect(await receive(webhookRequest(event()))).toMatchObject({
      status: 503,
      headers: { "retry-after": "10" },
      body: { error: "the signature cannot be checked now: try again" },
    });
    expect(environment.logged.join()).toContain("Secrets Manager GetSecretValue hrflow/acme");
  });

  test("a signature fails and Secrets Manager cannot say whether the secret was rotated", async () => {
    put("old");
    expect(await signedWith("old")).toBe(202);
    await secretsManager.stop();
    expect(await signedWith("new")).toBe(503);
    expect(await signedWith("old")).toBe(202);
  });

  test("the queue does not answer", async () => {
    put("acme");
    receive = receiver([workflow()], { ...environment, sqs: new SQSClient(NOWHERE) });
    expect(await receive(webhookRequest(event(), { secret: "acme" }))).toMatchObject({
      status: 503,
      headers: { "retry-after": "10" },
      body: { error: "the event could not be stored: try again" },
    });
  });

  test("the queue is not set up; the log says which variable is missing", async () => {
    put("acme");
    const { settings } = environment;
    const queueUrl = (action: string) => settings.queueUrl(`${action}_elsewhere`);
    receive = receiver([workflow()], { ...environment, settings: { ...settings, queueUrl } });
    expect(await signedWith("acme")).toBe(503);
    expect(environment.logged.join()).toContain("PUSH_PROFILE_TO_TEAMTAILOR_ELSEWHERE_QUEUE_URL is not set");
  });
});
