import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSecretsManager } from "../../../local/aws/secrets-manager.ts";
import { openDataDirectory } from "../../../local/data-directory.ts";
import { temporaryDirectory } from "../stand-ins.ts";

async function startEmpty() {
  const manager = await startSecretsManager(undefined);
  onTestFinished(manager.stop);
  return manager;
}

describe("the local Secrets Manager, through the SDK's client", () => {
  test("answers a secret with its version, stages and date", async () => {
    const { client, put } = await startEmpty();
    put("hrflow/demo", { api_secret: "a" });
    const answer = await client.send(new GetSecretValueCommand({ SecretId: "hrflow/demo" }));
    expect(answer).toMatchObject({
      Name: "hrflow/demo",
      SecretString: '{"api_secret":"a"}',
      VersionStages: ["AWSCURRENT"],
    });
    expect(answer.CreatedDate?.getTime()).toBeCloseTo(Date.now(), -4);
    const byArn = await client.send(new GetSecretValueCommand({ SecretId: answer.ARN }));
    expect(byArn.VersionId).toBe(answer.VersionId);
  });

  test("keeps the previous version of a rotated secret, and only that", async () => {
    const { client, put } = await startEmpty();
    put("key", "first");
    await client.send(new PutSecretValueCommand({ SecretId: "key", SecretString: "second" }));
    put("key", "third");
    const read = async (VersionStage: string) =>
      (await client.send(new GetSecretValueCommand({ SecretId: "key", VersionStage }))).SecretString;
    expect(await read("AWSCURRENT")).toBe("third");
    expect(await read("AWSPREVIOUS")).toBe("second");
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: "key" }));
    expect(Object.values(VersionIdsToStages)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
  });

  test("makes no new version of a value that is already current", async () => {
    const { client, put } = await startEmpty();
    put("key", "same");
    put("key", "same");
    await expect(
      client.send(new GetSecretValueCommand({ SecretId: "key", VersionStage: "AWSPREVIOUS" })),
    ).rejects.toThrow("Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS");
  });

  test("refuses what is not there, what is there already, and what it does not know", async () => {
    const { client, endpoint, put } = await startEmpty();
    put("key", "value");
    await expect(client.send(new GetSecretValueCommand({ SecretId: "other" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(
      client.send(new CreateSecretCommand({ Name: "key", SecretString: "x" })),
    ).rejects.toMatchObject({
      name: "ResourceExistsException",
    });
    const unknown = await fetch(endpoint, {
      method: "POST",
      headers: { "x-amz-target": "secretsmanager.RotateSecret" },
      body: "{}",
    });
    expect(unknown.status).toBe(400);
  });

  test("lists secrets without their values, and counts what it is asked", async () => {
    const { client, operations } = await startEmpty();
    await client.send(new CreateSecretCommand({ Name: "one", SecretString: "hidden" }));
    const { SecretList } = await client.send(new ListSecretsCommand());
    expect(SecretList?.map(({ Name }) => Name)).toEqual(["one"]);
    expect(JSON.stringify(SecretList)).not.toContain("hidden");
    expect(Object.fromEntries(operations)).toEqual({ CreateSecret: 1, ListSecrets: 1 });
  });

  test("keeps secrets in the data directory", async () => {
    const dataDirectory = openDataDirectory(temporaryDirectory());
    const first = await startSecretsManager(dataDirectory);
    first.put("key", "kept");
    await first.stop();
    const second = await startSecretsManager(dataDirectory);
    const { SecretString } = await second.client.send(new GetSecretValueCommand({ SecretId: "key" }));
    expect(SecretString).toBe("kept");
    await second.stop();
    dataDirectory.close();
  });
});
