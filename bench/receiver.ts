/** The receiver while it is warm: a signed event of 20 kB, beside the call of SQS that it cannot do without. */
import { fork } from "node:child_process";
import { once } from "node:events";
import limits from "../infra/limits.json" with { type: "json" };
import { startSecretsManager } from "../local/aws/secrets-manager.ts";
import { startSqs } from "../local/aws/sqs.ts";
import { awsEnvironment } from "../local/functions.ts";
import { signWebhook } from "../local/vendors/hrflow-webhook.ts";
import { sampleProfile } from "../local/vendors/sample-profiles.ts";
import type { Bundle } from "./bundles.ts";
import { type Figure, median } from "./figure.ts";
import type { ReceiverReport, ReceiverWork } from "./receiver-worker.ts";

const EVENT_IN_BYTES = 20_000;
const WEBHOOK_SECRET = "the-secret-of-the-bench";
const PUSH = "push-profile-to-teamtailor";

export async function benchReceiver(bundles: readonly Bundle[]): Promise<Figure[]> {
  const [sqs, secretsManager] = await Promise.all([startSqs(undefined), startSecretsManager(undefined)]);
  secretsManager.put("hrflow/bench", {
    api_secret: "bench",
    api_user: "bench@example.com",
    webhook_secret: WEBHOOK_SECRET,
  });
  const queue = await sqs.openQueue(PUSH, limits.push);
  const body = eventOfSize(EVENT_IN_BYTES);
  const forged = `${"x".repeat(EVENT_IN_BYTES)}{`; // Who parsed it before the signature would answer 400.
  const work: ReceiverWork = {
    bundle: bundles[0]?.url ?? "",
    queueUrl: queue.url,
    genuine: requestOf(body, signWebhook(body, WEBHOOK_SECRET, "body_hex")),
    forged: requestOf(forged, signWebhook(forged, "another secret", "body_hex")),
  };
  const worker = fork(new URL("receiver-worker.ts", import.meta.url), [JSON.stringify(work)], {
    env: {
      PATH: process.env.PATH,
      ...awsEnvironment(
        {
          sqs: sqs.endpoint,
          dynamodb: sqs.endpoint, // The receiver has no table.
          secretsManager: secretsManager.endpoint,
          tableName: "bench",
        },
        new Map([[PUSH, queue]]),
      ),
      POWERTOOLS_LOG_LEVEL: "SILENT",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"], // Metrics go to standard output.
  });
  const [{ blocks, forgedStatus }] = (await once(worker, "message")) as [ReceiverReport];
  await Promise.all([sqs.stop(), secretsManager.stop()]);

  const ownCpu = blocks.map(({ own, send }) => own.cpuInMs - send.cpuInMs);
  return [
    {
      what: `receiver, warm, a signed event of ${EVENT_IN_BYTES / 1000} kB: wall time`,
      measured: `${median(blocks.map(({ own }) => own.wallInMs)).toFixed(2)} ms`,
      floor: `${median(blocks.map(({ send }) => send.wallInMs)).toFixed(2)} ms for the SQS call alone`,
      values: blocks.map(({ own, send }) => own.wallInMs / send.wallInMs),
      goal: { atMost: 1.3 },
    },
    {
      what: "receiver, warm: processor time beyond that of the SQS call",
      measured: `${median(ownCpu).toFixed(2)} ms`,
      floor: "—",
      values: ownCpu,
      unit: "ms",
      goal: { atMost: 0.5 },
    },
    {
      what: `receiver, a forged event that is no JSON: answered ${forgedStatus}, so it was not parsed`,
      measured: `${forgedStatus}`,
      floor: "401",
      values: [forgedStatus / 401],
      goal: { exactly: 1 },
    },
  ];
}

/** A webhook with a whole profile in it. */
function eventOfSize(bytes: number): string {
  const { profile } = sampleProfile(0);
  const keys = { key: "a".repeat(40), source: { key: "b".repeat(40) } };
  const event = { type: "profile.parsing.success", origin: "api", message: "Profile parsing succeed" };
  const without = JSON.stringify({ ...event, profile: { ...profile, ...keys, text: "" } });
  const text = "Ada wrote a program. ".repeat(bytes).slice(0, bytes - Buffer.byteLength(without));
  return JSON.stringify({ ...event, profile: { ...profile, ...keys, text } });
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function requestOf(body: string, signature: string): object {
  return {
    version: "2.0",
    routeKey: "POST /webhooks/{name}",
    rawPath: "/webhooks/bench-teamtailor",
    headers: { "content-type": "application/json", "http-hrflow-signature": signature },
    pathParameters: { name: "bench-teamtailor" },
    body,
    isBase64Encoded: false,
  };
}
