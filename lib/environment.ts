/**
 * Everything in Relay that is not a pure function: time, randomness, the network, AWS, the log. The engines and clients
 * reach the world through this one object and nothing else, so that a test can play any course of events.
 */
import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createSecretReader, type SecretReader } from "./secrets.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The world as an engine sees it. */
export interface Environment {
  settings: Settings;
  log: Logger;
  secrets: SecretReader;
  dynamodb: Pick<DynamoDBClient, "send">;
  sqs: Pick<SQSClient, "send">;
  fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  now(): number;
  /** 0 ≤ number < 1. */
  random(): number;
  randomId(): string;
  /** A signal that aborts after so many milliseconds. */
  abortAfter(milliseconds: number): AbortSignal;
}

/** AWS answers in milliseconds or not at all; a call that hangs is repeated by the SDK, which knows what is safe. */
const AWS_CLIENT = { maxAttempts: 4, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 } };

/** The real world, made once for each instance of a function. */
export function createEnvironment(): Environment {
  const now = () => Date.now();
  return {
    settings: readSettings(process.env),
    log: new Logger({ serviceName: "hrflow-relay" }),
    secrets: createSecretReader(new SecretsManagerClient(AWS_CLIENT), now),
    dynamodb: new DynamoDBClient(AWS_CLIENT),
    sqs: new SQSClient(AWS_CLIENT),
    fetch: (input, init) => globalThis.fetch(input, init),
    now,
    random: () => Math.random(),
    randomId: () => randomUUID(),
    abortAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
  };
}
