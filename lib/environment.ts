/**
 * Everything in Relay that is not a pure function: time, randomness, the network, AWS, log and metrics. The engines and clients
 * reach the world through this one object and nothing else, so that a test can play any course of events.
 */
import { randomUUID } from "node:crypto";
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { fromEnv } from "@aws-sdk/credential-provider-env";
import { type Answer, download } from "./cv/connection.ts";
import { type CvTurns, createCvTurns } from "./cv/turn.ts";
import { createPacer, type Pacer } from "./http/pace.ts";
import type { Log } from "./observability/log.ts";
import { createLogger } from "./observability/logger.ts";
import { createMetrics, type Metrics } from "./observability/metrics.ts";
import { createSecretReader, type SecretReader } from "./secrets/secrets.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The world as an engine sees it. */
export interface Environment {
  settings: Settings;
  log: Log;
  metrics: Metrics;
  secrets: SecretReader;
  dynamodb: Pick<DynamoDBClient, "send">;
  sqs: Pick<SQSClient, "send">;
  fetch: typeof globalThis.fetch;
  /** All addresses of a host name, as the operating system resolves it. */
  lookup(hostname: string): Promise<LookupAddress[]>;
  /** Gets a URL from one of these addresses and from nowhere else; a redirect is an answer like any other. */
  download(url: URL, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<Answer>;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ number < 1. */
  random(): number;
  randomId(): string;
  /** A signal that aborts after so many milliseconds. */
  abortAfter(milliseconds: number): AbortSignal;
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Keeps the vendors' rate limits. */
  pacer: Pacer;
  /** Keeps the memory that CVs take. */
  cvTurns: CvTurns;
}

/** As much of the world as the receiver needs: no table, no vendor, no CV. */
export type ReceiverEnvironment = Pick<
  Environment,
  "settings" | "log" | "metrics" | "secrets" | "sqs" | "now" | "randomId"
>;

/**
 * AWS answers in milliseconds or not at all; a call that hangs is repeated by the SDK, which knows what is safe. On Lambda
 * credentials are always in environment variables, so that the SDK's search for others is not bundled: see
 * infra/left-out/credential-search.ts.
 */
const AWS_CLIENT = {
  credentials: fromEnv(),
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
};

/** The real world, made once for each instance of a function. */
export function createEnvironment(): Environment {
  // Node loads its `fetch` when a part of it is first touched: now, since Lambda gives the initialisation a full processor.
  void globalThis.Headers;
  const world = {
    ...createReceiverEnvironment(),
    dynamodb: new DynamoDBClient(AWS_CLIENT),
    fetch: globalThis.fetch,
    lookup: (hostname: string) => lookup(hostname, { all: true }),
    download,
    random: () => Math.random(),
    abortAfter: (milliseconds: number) => AbortSignal.timeout(Math.max(0, Math.floor(milliseconds))),
    sleep: (milliseconds: number, signal: AbortSignal) => sleep(milliseconds, undefined, { signal }),
  };
  return { ...world, pacer: createPacer(world), cvTurns: createCvTurns() };
}

/** The receiver's part of it. */
export function createReceiverEnvironment(): ReceiverEnvironment {
  const now = () => Date.now();
  const settings = readSettings(process.env);
  return {
    settings,
    log: createLogger(),
    // Past the console, which on Lambda puts a time before each line.
    metrics: createMetrics(now, (line) => process.stdout.write(`${line}\n`), settings.metricsNamespace),
    secrets: createSecretReader(new SecretsManagerClient(AWS_CLIENT), now),
    sqs: new SQSClient(AWS_CLIENT),
    now,
    randomId: () => randomUUID(),
  };
}
