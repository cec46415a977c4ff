import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { TemporaryError } from "../errors.ts";
import { describeIssues } from "../issues.ts";

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
  /** Reads the secret again, at most once in `SECRET_REFRESH_INTERVAL_IN_SECONDS`. */
  refresh(name: string): Promise<void>;
  /** How many values of the secret have been seen so far, one after the other: when it grows, the secret has changed. */
  valuesSeen(name: string): number;
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
  const seen = new Map<string, number>();
  const refreshedAt = new Map<string, number>();
  const refreshing = new Map<string, Promise<void>>();

  async function current(name: string): Promise<CachedSecret> {
    const cached = cache.get(name);
    if (cached && now() - cached.readAt < SECRET_CACHE_IN_SECONDS * 1000) return cached;
    return load(name);
  }

  async function load(name: string): Promise<CachedSecret> {
    const { text } = await readVersion(client, name, "AWSCURRENT");
    const entry = { text, value: parseSecret(name, text), previous: undefined, readAt: now() };
    if (cache.get(name)?.text !== text) seen.set(name, (seen.get(name) ?? 0) + 1);
    cache.set(name, entry);
    return entry;
  }

  async function loadWithPrevious(name: string): Promise<void> {
    const entry = await load(name);
    entry.previous = await readPreviousVersion(client, name, now());
  }

  return {
    async read(name, schema) {
      return checkSecret(name, schema, (await current(name)).value);
    },

    async refresh(name) {
      const last = refreshedAt.get(name);
      // Of those that are refused at the same moment, all wait for the one that reads.
      if (last !== undefined && now() - last < SECRET_REFRESH_INTERVAL_IN_SECONDS * 1000)
        return refreshing.get(name);
      refreshedAt.set(name, now());
      const loading = loadWithPrevious(name).finally(() => refreshing.delete(name));
      refreshing.set(name, loading);
      return loading;
    },

    valuesSeen: (name) => seen.get(name) ?? 0,

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
