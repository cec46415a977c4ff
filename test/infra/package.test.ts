import { expect, onTestFinished, test, vi } from "vitest";
import { type Package, packageCopy } from "./package-copy.ts";

vi.setConfig({ testTimeout: 120_000 });

async function packaged(changes?: Record<string, string>): Promise<Package> {
  const built = await packageCopy(changes);
  onTestFinished(built.remove);
  return built;
}

function packagedWith(...workflows: object[]): Promise<Package> {
  const list = workflows.map((changes) => ({
    workflow_id: "acme-teamtailor",
    action: "push_profile_to_teamtailor",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "teamtailor/acme" },
    ...changes,
  }));
  return packaged({ "workflows/index.ts": `export default ${JSON.stringify(list)};` });
}

test("the same sources give the same bundles and the same template, save for where they are uploaded", async () => {
  const [one, other] = await Promise.all([packaged(), packaged()]);
  const uploads = /serverless\/hrflow-relay\/dev\/[^/]+\//g;
  const textOf = ({ template }: Package) => JSON.stringify(template).replaceAll(uploads, "");
  expect(textOf(other)).toBe(textOf(one));
  for (const [name, zip] of one.zips) expect(other.zips.get(name)?.equals(zip), name).toBe(true);
});

test("each webhook has its own URL among the outputs, whatever its name", async () => {
  const names = ["a-1", "a1", "dash1"];
  const { template } = await packagedWith(...names.map((workflow_id) => ({ workflow_id })));
  const outputs = Object.keys(template.Outputs).filter((id) => id.startsWith("WebhookUrl"));
  expect(outputs).toEqual(["WebhookUrlADash1", "WebhookUrlA1", "WebhookUrlDash1"]);
});

test("a wrong workflow is not packaged: the message names it, the field and the reason", async () => {
  const mistyped = packagedWith({ push_parameters: { sorced: true } });
  await expect(mistyped).rejects.toThrow(/Workflow "acme-teamtailor": push_parameters.*sorced/);
});

test("a secret name that IAM would read as a wildcard is not packaged", async () => {
  const greedy = packagedWith({ hrflow_auth: { secret: "hrflow/*" } });
  await expect(greedy).rejects.toThrow('The secret name "hrflow/*" may have only letters');
});

test("a build that fails ends, and says why", async () => {
  const broken = packaged({ "workflows/functions.ts": 'import "./missing.ts";' });
  await expect(broken).rejects.toThrow('Could not resolve "./missing.ts"');
});
