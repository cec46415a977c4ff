/** A real environment for tests: a DynamoDB, an SQS and a Secrets Manager on loopback, and the SDK's own clients. */
import { Console } from "node:console";
import { lookup } from "node:dns/promises";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connector } from "../lib/connector.ts";
import { connectors } from "../lib/connectors/index.ts";
import { download } from "../lib/cv/connection.ts";
import { createCvTurns } from "../lib/cv/turn.ts";
import type { Environment } from "../lib/environment.ts";
import { createPacer } from "../lib/http/pace.ts";
import type { Log } from "../lib/observability/log.ts";
import { createLogger } from "../lib/observability/logger.ts";
import { createMetrics } from "../lib/observability/metrics.ts";
import { createSecretReader } from "../lib/secrets/secrets.ts";
import { readSettings } from "../lib/settings.ts";
import { startDynamoDb } from "../local/aws/dynamodb.ts";
import { type SecretValues, startSecretsManager } from "../local/aws/secrets-manager.ts";
import { startSqs } from "../local/aws/sqs.ts";

/** What a test does with it besides handing it to the code. */
export interface TestEnvironment extends Environment {
  /** What the code has logged, one JSON object a line. */
  logged: string[];
  /** What the code has measured, one JSON object a line; written when a function ends. */
  measured: string[];
  rotateSecret(name: string, value: SecretValues[string]): void;
  tableOperations: Map<string, number>;
  inspectQueue(name: string): { body: string; groupId: string | undefined; visibleAt: Date | undefined }[];
  /** Moves the clock of the code. */
  pass(seconds: number): void;
  stop(): Promise<void>;
}

const ACTIONS = connectors.flatMap(({ name, pull }: Connector) => [
  `push_profile_to_${name}`,
  ...(pull ? [`update_profiles_in_hrflow_from_${name}`] : []),
]);

/** Starts one. `variables` are the environment variables of the function: base URLs above all. */
export async function startTestEnvironment(
  secrets: SecretValues,
  variables: Record<string, string> = {},
): Promise<TestEnvironment> {
  const [dynamodb, sqs, secretsManager] = await Promise.all([
    startDynamoDb(undefined),
    startSqs(undefined),
    startSecretsManager(undefined),
  ]);
  for (const [name, value] of Object.entries(secrets)) secretsManager.put(name, value);
  const queueUrls: Record<string, string> = {};
  for (const action of ACTIONS) {
    const settings = { visibilityTimeoutInSeconds: 30, maximumReceiveCount: 1000, retentionInDays: 14 };
    const queue = await sqs.openQueue(action.replaceAll("_", "-"), settings);
    queueUrls[`${action.toUpperCase()}_QUEUE_URL`] = queue.url;
    queueUrls[`${action.toUpperCase()}_DEAD_LETTER_QUEUE_URL`] = queue.deadLetters.url;
  }
  const logged: string[] = [];
  const measured: string[] = [];
  let passed = 0;
  let ids = 0;
  const now = () => Date.now() + passed;
  const world = {
    settings: readSettings({ TABLE_NAME: dynamodb.tableName, ...queueUrls, ...variables }),
    log: recordingLogger(logged),
    metrics: createMetrics(now, (line) => measured.push(line)),
    secrets: createSecretReader(secretsManager.client, now),
    dynamodb: dynamodb.client,
    sqs: sqs.client,
    fetch: globalThis.fetch,
    lookup: (hostname: string) => lookup(hostname, { all: true }),
    download,
    now,
    random: () => 0.5,
    randomId: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, "0")}`,
    sleep: (milliseconds: number, signal: AbortSignal) => sleep(milliseconds, undefined, { signal }),
    abortAfter: (milliseconds: number) => AbortSignal.timeout(Math.max(0, Math.floor(milliseconds))),
    logged,
    measured,
    rotateSecret: secretsManager.put,
    tableOperations: dynamodb.operations,
    inspectQueue: (name: string) => sqs.inspect(name),
    pass: (seconds: number) => {
      passed += seconds * 1000;
    },
    stop: async () => {
      await Promise.all([dynamodb.stop(), sqs.stop(), secretsManager.stop()]);
    },
  };
  return { ...world, pacer: createPacer(world), cvTurns: createCvTurns() };
}

/** The logger of a function, writing to a list instead of the console. */
function recordingLogger(lines: string[]): Log {
  const logger = createLogger({ logLevel: "DEBUG" });
  const stream = new WritableLines(lines);
  Object.defineProperty(logger, "console", { value: new Console({ stdout: stream, stderr: stream }) });
  return logger;
}

class WritableLines extends Writable {
  readonly #lines: string[];
  constructor(lines: string[]) {
    super();
    this.#lines = lines;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#lines.push(chunk.toString().trimEnd());
    done();
  }
}
