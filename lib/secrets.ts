import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { TemporaryError } from "./errors.ts";
import { describeIssues } from "./issues.ts";

/** A value read from Secrets Manager is used for so long. */
export const SECRET_CACHE_IN_SECONDS = 300;
/** A secret is read again before its time (after a refused credential or signature) at most once in so long. */
export const SECRET_REFRESH_INTERVAL_IN_SECONDS = 1;
/** After a rotation, webhooks signed with the previous secret are accepted for so long. */
export const PREVIOUS_SECRET_GRACE_IN_SECONDS = 3600;

/** Reads secrets, with a cache that can be refreshed: a rotated secret needs no new deployment. */
export interface SecretReader {
  /**
   * The secret of that name, checked by `schema`.
   *
   * @throws TemporaryError `credential_failure` when it does not exist, is not as it should be, or cannot be read.
   */
  read<T>(name: string, schema: v.GenericSchema<unknown, T>): Promise<T>;
  /** Reads the secret again, at most once in `SECRET_REFRESH_INTERVAL_IN_SECONDS`; whether its value has changed. */
  refresh(name: string): Promise<boolean>;
  /** The previous version, as the last `refresh` found it, while its grace after a rotation lasts; else undefined. */
  readPrevious<T>(name: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined>;
}

interface CachedSecret {
  value: unknown;
  text: string;
  previous: unknown;
  readAt: number;
}

export function createSecretReader(
  client: Pick<SecretsManagerClient, "send">,
  now: () => number,
): SecretReader {
  const cache = new Map<string, CachedSecret>();
  const refreshedAt = new Map<string, number>();

  async function current(name: string): Promise<CachedSecret> {
    const cached = cache.get(name);
    if (cached && now() - cached.readAt < SECRET_CACHE_IN_SECONDS * 1000) return cached;
    return load(name);
  }

  async function load(name: string): Promise<CachedSecret> {
    const { text } = await readVersion(client, name, "AWSCURRENT");
    const entry = { text, value: parseSecret(name, text), previous: undefined, readAt: now() };
    cache.set(name, entry);
    return entry;
  }

  return {
    async read(name, schema) {
      return checkSecret(name, schema, (await current(name)).value);
    },

    async refresh(name) {
      const last = refreshedAt.get(name);
      if (last !== undefined && now() - last < SECRET_REFRESH_INTERVAL_IN_SECONDS * 1000) return false;
      refreshedAt.set(name, now());
      const before = cache.get(name)?.text;
      const after = await load(name);
      after.previous = await readPreviousVersion(client, name, now());
      return before !== after.text;
    },

    async readPrevious(name, schema) {
      const previous = cache.get(name)?.previous;
      if (previous === undefined) return undefined;
      const result = v.safeParse(schema, previous);
      return result.success ? result.output : undefined;
    },
  };
}

/** The value that was current before the last rotation, when that rotation is recent. */
async function readPreviousVersion(
  client: Pick<SecretsManagerClient, "send">,
  name: string,
  now: number,
): Promise<unknown> {
  try {
    const current = await readVersion(client, name, "AWSCURRENT");
    if (now - current.createdAt > PREVIOUS_SECRET_GRACE_IN_SECONDS * 1000) return undefined;
    return JSON.parse((await readVersion(client, name, "AWSPREVIOUS")).text);
  } catch {
    return undefined; // There is no previous version, or it is unreadable: then only the current one counts.
  }
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
async function readVersion(client: Pick<SecretsManagerClient, "send">, name: string, stage: string) {
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }));
    return { text: answer.SecretString ?? "", createdAt: answer.CreatedDate?.getTime() ?? 0 };
  } catch (error) {
    const problem = error instanceof Error ? error.name : "failed";
    if (problem === "ResourceNotFoundException") {
      throw new MissingSecretError(name, { cause: error });
    }
    throw new TemporaryError("credential_failure", `Secrets Manager GetSecretValue ${name}: ${problem}`, {
      cause: error,
    });
  }
}

/** The secret does not exist: for a sender of webhooks the door is closed, for a queued event it is worth waiting. */
export class MissingSecretError extends TemporaryError {
  override name = "MissingSecretError";
  constructor(secret: string, options?: ErrorOptions) {
    super(
      "credential_failure",
      `The secret ${secret} does not exist. Create it in AWS Secrets Manager`,
      options,
    );
  }
}

/** The secret exists and is not as it should be; the message names fields, never values. */
export class MalformedSecretError extends TemporaryError {
  override name = "MalformedSecretError";
}

function parseSecret(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedSecretError("credential_failure", `The secret ${name} is not JSON`); // no cause: it quotes the value
  }
}

function checkSecret<T>(name: string, schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new MalformedSecretError(
    "credential_failure",
    `The secret ${name}: ${describeIssues(result.issues).join("; ")}`,
  );
}
