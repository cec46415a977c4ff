/** Secrets that are rotated while webhooks come in and pushes run: nothing fails, nothing is lost, nobody does anything else. */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { createSecretReader, SECRET_REFRESH_INTERVAL_IN_SECONDS } from "../../lib/secrets/secrets.ts";
import { type LocalSecretsManager, startSecretsManager } from "../../local/aws/secrets-manager.ts";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { type SimulatedTeamtailor, startTeamtailor } from "../../local/vendors/teamtailor.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { measurements } from "../measurements.ts";
import { type QueueWorker, queueWorkerOf } from "../push/queue-worker.ts";
import { receiver, webhookRequest } from "../receive/receiver.ts";

const ACTION = "push_profile_to_teamtailor";
const ROTATIONS = 4;
const PROFILES = 40;
/** Whoever rotates a webhook's secret needs longer than this to enter it in HrFlow. */
const MEANWHILE_IN_MS = SECRET_REFRESH_INTERVAL_IN_SECONDS * 1000 + 100;
/** So many instances of each function, each with what it has read of its secrets. */
const INSTANCES = 2;
const WORKFLOW = {
  workflow_id: "acme-teamtailor",
  action: ACTION,
  webhook: "acme",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
};

let hrflow: SimulatedHrflow;
let ats: SimulatedTeamtailor;
let secretsManager: LocalSecretsManager;
let environment: TestEnvironment;
/** What is valid now. */
let hrflowKey: string;
let webhookSecret: string;
let isOver: boolean;
let tasks: Promise<void>[];

beforeEach(async () => {
  hrflow = await startHrflow();
  ats = await startTeamtailor({ rateLimit: false });
  secretsManager = await startSecretsManager(undefined);
  environment = await startTestEnvironment(
    {},
    // Ten times as fast: what has to wait comes back after a second.
    { HRFLOW_BASE_URL: hrflow.url, TEAMTAILOR_BASE_URL: ats.url, RELAY_SPEED: "10" },
  );
  hrflowKey = "";
  webhookSecret = newSecret();
  isOver = false;
  tasks = [];
  rotateHrflowKey();
  rotateAtsKey();
});
afterEach(async () => {
  isOver = true;
  await Promise.allSettled(tasks);
  await Promise.all([environment.stop(), secretsManager.stop(), hrflow.stop(), ats.stop()]);
});

const newSecret = () => randomBytes(16).toString("hex");

function saveHrflowSecret(): void {
  const [api_user, api_secret] = ["relay@example.com", hrflowKey];
  secretsManager.put("hrflow/acme", { api_user, api_secret, webhook_secret: webhookSecret });
}

/** A new key is in the secret, and the old one is refused, from one moment to the next. */
function rotateHrflowKey(): void {
  hrflowKey = newSecret();
  saveHrflowSecret();
  hrflow.acceptKeys([{ api_user: "relay@example.com", api_secret: hrflowKey, permission: "all" }]);
}

function rotateAtsKey(): void {
  const token = newSecret();
  secretsManager.put("teamtailor/acme", { auth: token });
  ats.acceptKeys([{ token, scope: "admin", access: "read_write" }]);
}

/** The secret is rotated first, and entered in HrFlow some time later. */
async function rotateWebhookSecret(): Promise<() => void> {
  const next = newSecret();
  const before = webhookSecret;
  webhookSecret = next;
  saveHrflowSecret();
  webhookSecret = before;
  await delay(MEANWHILE_IN_MS);
  return () => {
    webhookSecret = next;
  };
}

function newInstance(): TestEnvironment {
  return { ...environment, secrets: createSecretReader(secretsManager.client, environment.now) };
}

/** Changes one profile after the other and sends its signed webhook; the answers. */
function sendWebhooks(profileKeys: readonly string[]): Map<number, number> {
  const answers = new Map<number, number>();
  for (let instance = 0; instance < INSTANCES; instance += 1) {
    const receive = receiver([WORKFLOW], newInstance());
    const own = profileKeys.filter((_, index) => index % INSTANCES === instance);
    tasks.push(
      (async () => {
        for (let version = 0; !isOver; version += 1) {
          const key = own[version % own.length] ?? "";
          const profile = hrflow.editProfile(key, { info: { phone: phoneOf(version) } });
          const event = { type: "profile.storing.update", profile: { key, source: profile.source } };
          const { status } = await receive(webhookRequest(event, { secret: webhookSecret }));
          answers.set(status, (answers.get(status) ?? 0) + 1);
          // Whoever knocks without the secret has it read again, now and then; that must not shut out anybody.
          const forged = await receive(webhookRequest(event, { secret: "forged" }));
          expect(forged.status).toBe(401);
          await delay(2);
        }
      })(),
    );
  }
  return answers;
}

const phoneOf = (version: number) => `+336399${String(version % 100_000).padStart(5, "0")}`;

/** Works through the queue as long as the test runs. */
function pushAllTheTime(): QueueWorker[] {
  return Array.from({ length: INSTANCES }, () => {
    const instance = newInstance();
    const handler = pushFunction(teamtailor, { workflows: [WORKFLOW], functions: {} }, instance);
    const worker = queueWorkerOf(ACTION, handler as Parameters<typeof queueWorkerOf>[1], instance);
    tasks.push(
      (async () => {
        while (!isOver) {
          const records = await worker.receive();
          if (records.length > 0) await worker.handle(records);
          else await delay(10);
        }
      })(),
    );
    return worker;
  });
}

function addProfiles(): string[] {
  const { key: source_key } = hrflow.addSource({});
  return Array.from({ length: PROFILES }, (_, index) => {
    const info = { first_name: "Ada", last_name: "Example", email: `ada.${index}@example.com` };
    return hrflow.putProfile({ source_key, info }).key;
  });
}

/** Nothing was lost: when all is pushed, every profile is one candidate, and the newest. */
async function expectAllPushed(profileKeys: readonly string[], workers: QueueWorker[]): Promise<void> {
  await expect.poll(() => workers[0]?.size(), { timeout: 60_000, interval: 50 }).toBe(0);
  const phones = (list: { email: unknown; phone: unknown }[]) =>
    list.map(({ email, phone }) => `${email} ${phone}`).sort();
  expect(
    phones(ats.candidates().map(({ attributes }) => attributes as { email: unknown; phone: unknown })),
  ).toEqual(phones(profileKeys.map((key) => hrflow.profile(key)?.info ?? { email: "", phone: "" })));
  expect(await workers[0]?.deadLetters()).toEqual([]);
}

/** The sum of one metric. */
function measured(name: string): number {
  return Object.entries(measurements(environment))
    .filter(([key]) => key.startsWith(`${name} `))
    .reduce((sum, [, count]) => sum + count, 0);
}

function report(what: string, answers: Map<number, number>): void {
  const figures = {
    webhooks: [...answers].map(([status, count]) => `${count} × ${status}`).join(", "),
    pushes: ["created", "updated", "unchanged", "failed"]
      .map((outcome) => `${measured(`pushes_${outcome}`)} ${outcome}`)
      .join(", "),
    retried: measured("messages_retried"),
    dead_letters: measured("messages_dead_lettered"),
    candidates: ats.candidates().length,
    secrets_read: secretsManager.operations.get("GetSecretValue"),
  };
  process.stdout.write(`\n${what}: ${JSON.stringify(figures, undefined, 2)}\n`);
}

test(`webhook secret, HrFlow's key and the ATS's, ${ROTATIONS} times each: no webhook is refused, no push fails`, async () => {
  const profileKeys = addProfiles();
  const answers = sendWebhooks(profileKeys);
  const workers = pushAllTheTime();
  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    const enterInHrflow = await rotateWebhookSecret();
    enterInHrflow();
    await delay(MEANWHILE_IN_MS);
    rotateHrflowKey();
    await delay(MEANWHILE_IN_MS / 2);
    rotateAtsKey();
    await delay(MEANWHILE_IN_MS / 2);
  }
  isOver = true;
  await Promise.all(tasks);
  isOver = false;
  pushAllTheTime();
  await expectAllPushed(profileKeys, workers);
  report(`${ROTATIONS} rotations of each secret`, answers);
  expect([...answers.keys()]).toEqual([202]);
  expect(measured("pushes_failed")).toBe(0);
  expect(measured("messages_dead_lettered")).toBe(0);
});

test("a key that is refused before its secret is mended holds pushes up, and loses none", async () => {
  const profileKeys = addProfiles();
  const answers = sendWebhooks(profileKeys);
  const workers = pushAllTheTime();
  for (let rotation = 0; rotation < 2; rotation += 1) {
    ats.acceptKeys([]);
    await delay(500);
    rotateAtsKey();
    hrflow.acceptKeys([]);
    await delay(500);
    rotateHrflowKey();
    await delay(MEANWHILE_IN_MS);
  }
  isOver = true;
  await Promise.all(tasks);
  isOver = false;
  pushAllTheTime();
  await expectAllPushed(profileKeys, workers);
  report("keys refused for half a second before the secret is mended", answers);
  expect([...answers.keys()]).toEqual([202]);
  expect(measured("pushes_failed")).toBeGreaterThan(0);
  expect(measured("messages_dead_lettered")).toBe(0);
});
