/** The templates in secrets/: whoever fills them in has secrets that are taken. */
import { readdirSync, readFileSync } from "node:fs";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { hrflowAuthSchema, webhookAuthSchema } from "../../lib/hrflow/schema.ts";
import { createSecretReader } from "../../lib/secrets/secrets.ts";
import { startSecretsManager } from "../../local/aws/secrets-manager.ts";

const folder = new URL("../../secrets/", import.meta.url);
const schemas = new Map<string, v.GenericSchema[]>([
  ["hrflow", [hrflowAuthSchema, webhookAuthSchema]],
  ...connectors.map(({ name, auth }: Connector): [string, v.GenericSchema[]] => [name, [auth]]),
]);

test("there is a template for HrFlow and for each ATS", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json") && !file.endsWith(".local.json"));
  expect(files.sort()).toEqual([...schemas.keys()].sort().map((name) => `${name}.json`));
});

describe.each([...schemas])("the template %s.json", (name, ofThis) => {
  const template = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Record<
    string,
    string
  >;

  test("is taken", () => {
    for (const schema of ofThis) expect(v.safeParse(schema, template).issues).toBeUndefined();
  });

  test("has no key that nobody reads, and none too many", () => {
    const known = ofThis.flatMap((schema) =>
      Object.keys((schema as v.ObjectSchema<v.ObjectEntries, undefined>).entries),
    );
    for (const key of Object.keys(template)) {
      expect(known, key).toContain(key);
      const { [key]: _, ...others } = template;
      const isNeeded = ofThis.some((schema) => !v.safeParse(schema, others).success);
      // Flatchr's company may stand in the workflow, and Teamtailor's region is mostly eu: both are asked for all the same.
      expect(isNeeded || ["company_id", "region"].includes(key), key).toBe(true);
    }
  });

  test("holds no credential", () => {
    for (const [key, value] of Object.entries(template))
      if (key !== "region") expect(value).toMatch(/^YOUR_[A-Z_]+$/);
  });
});

test("a webhook secret that is stored twice leaves the one before it no hour of grace", async () => {
  const secretsManager = await startSecretsManager(undefined);
  secretsManager.put("hrflow/acme", { webhook_secret: "leaked" });
  const store = () => {
    const SecretString = JSON.stringify({ webhook_secret: "new" });
    return secretsManager.client.send(new PutSecretValueCommand({ SecretId: "hrflow/acme", SecretString }));
  };
  const previous = async () => {
    const secrets = createSecretReader(secretsManager.client, Date.now);
    await secrets.refresh("hrflow/acme");
    return (await secrets.readPrevious("hrflow/acme", webhookAuthSchema))?.webhook_secret;
  };
  await store();
  expect(await previous()).toEqual(["leaked"]);
  await store();
  expect(await previous()).toEqual(["new"]);
  await secretsManager.stop();
});
