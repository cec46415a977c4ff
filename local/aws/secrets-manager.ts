import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { DataDirectory } from "../data-directory.ts";
import { clientSettings } from "./identity.ts";
import { countOperations, type OperationCounts } from "./operation-counts.ts";
import { openSecretStore, type SecretStore, type StoredSecret } from "./secret-store.ts";

/** Secrets by name: an object is stored as JSON, text as it is. */
export type SecretValues = Record<string, Record<string, unknown> | string>;

export interface LocalSecretsManager {
  endpoint: string;
  client: SecretsManagerClient;
  /** How often each operation was called since the start, by name ("GetSecretValue"). */
  operations: OperationCounts;
  /** Creates a secret, or gives it a new current version when the value differs: a rotation. */
  put(name: string, value: SecretValues[string]): void;
  has(name: string): boolean;
  stop(): Promise<void>;
}

/**
 * A Secrets Manager on loopback: the operations that Relay and a person at its console need.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export async function startSecretsManager(
  dataDirectory: DataDirectory | undefined,
): Promise<LocalSecretsManager> {
  const store = openSecretStore(dataDirectory?.path("secrets.json"));
  const operations: OperationCounts = new Map();
  const server = createServer(async (request, response) => {
    const operation = countOperations(operations, request);
    await answer(store, operation, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SecretsManagerClient(clientSettings(endpoint));
  return {
    endpoint,
    client,
    operations,
    put: (name, value) => {
      const secret = store.find(name) ?? store.create(name);
      const valueText = typeof value === "string" ? value : JSON.stringify(value);
      if (findVersion(secret, { VersionStage: "AWSCURRENT" })?.[1].value !== valueText) {
        store.addVersion(secret, valueText);
      }
    },
    has: (name) => store.find(name) !== undefined,
    stop: () => {
      client.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

class ServiceError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

async function answer(
  store: SecretStore,
  operation: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  const send = (status: number, content: unknown) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(content));
  };
  try {
    const perform = OPERATIONS[operation];
    if (!perform) throw new ServiceError("UnknownOperationException", `There is no operation ${operation}`);
    send(200, perform(store, JSON.parse(body || "{}") as Input));
  } catch (error) {
    if (error instanceof ServiceError) return send(400, { __type: error.type, Message: error.message });
    if (error instanceof SyntaxError) return send(400, { __type: "SerializationException" });
    send(500, { __type: "InternalServiceError", Message: "The local Secrets Manager failed" });
  }
}

interface Input {
  Name?: string;
  SecretId?: string;
  SecretString?: string;
  VersionId?: string;
  VersionStage?: string;
  VersionStages?: string[];
  ClientRequestToken?: string;
}

const OPERATIONS: Record<string, (store: SecretStore, input: Input) => unknown> = {
  GetSecretValue: (store, input) => {
    const secret = requireSecret(store, input.SecretId);
    const version = findVersion(secret, input);
    if (!version) {
      const wanted = input.VersionId
        ? `VersionId: ${input.VersionId}`
        : `staging label: ${input.VersionStage ?? "AWSCURRENT"}`;
      throw new ServiceError(
        "ResourceNotFoundException",
        `Secrets Manager can't find the specified secret value for ${wanted}`,
      );
    }
    const [versionId, { value, stages, createdAt }] = version;
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: versionId,
      SecretString: value,
      VersionStages: stages,
      CreatedDate: createdAt,
    };
  },

  PutSecretValue: (store, input) => {
    const secret = requireSecret(store, input.SecretId);
    const stages = input.VersionStages ?? ["AWSCURRENT"];
    const versionId = store.addVersion(
      secret,
      requireText(input.SecretString, "SecretString"),
      stages,
      input.ClientRequestToken,
    );
    return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: stages };
  },

  CreateSecret: (store, input) => {
    const name = requireText(input.Name, "Name");
    if (store.find(name)) {
      throw new ServiceError(
        "ResourceExistsException",
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const secret = store.create(name);
    if (input.SecretString === undefined) return { ARN: secret.arn, Name: name };
    const versionId = store.addVersion(secret, input.SecretString, ["AWSCURRENT"], input.ClientRequestToken);
    return { ARN: secret.arn, Name: name, VersionId: versionId };
  },

  DescribeSecret: (store, input) => describe(requireSecret(store, input.SecretId)),

  ListSecrets: (store) => ({
    SecretList: store.list().map((secret) => {
      const { VersionIdsToStages, ...rest } = describe(secret);
      return { ...rest, SecretVersionsToStages: VersionIdsToStages };
    }),
  }),
};

function describe(secret: StoredSecret) {
  const versions = Object.entries(secret.versions);
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.createdAt,
    LastChangedDate: Math.max(secret.createdAt, ...versions.map(([, { createdAt }]) => createdAt)),
    VersionIdsToStages: Object.fromEntries(versions.map(([id, { stages }]) => [id, stages])),
  };
}

function findVersion(
  secret: StoredSecret,
  { VersionId, VersionStage }: Pick<Input, "VersionId" | "VersionStage">,
) {
  const stage = VersionStage ?? (VersionId ? undefined : "AWSCURRENT");
  return Object.entries(secret.versions).find(
    ([id, { stages }]) => (!VersionId || id === VersionId) && (!stage || stages.includes(stage)),
  );
}

function requireSecret(store: SecretStore, id: string | undefined): StoredSecret {
  const secret = store.find(requireText(id, "SecretId"));
  if (secret) return secret;
  throw new ServiceError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

function requireText(value: string | undefined, field: string): string {
  if (value) return value;
  throw new ServiceError("InvalidParameterException", `You must provide ${field}.`);
}
