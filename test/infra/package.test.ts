import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Package, packageCopy } from "./package-copy.ts";
import { schemaProblems } from "./resource-schema.ts";
import { roleRules } from "./rules/policies.ts";
import { at, ofType, referredTo, resourcesAllowed, type TemplateResource } from "./template.ts";

// Packaging takes a few seconds, but not while many tests use the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

function packagedWith(...workflows: object[]): Promise<Package> {
  const list = workflows.map((changes) => ({
    workflow_id: "acme-teamtailor",
    action: "push_profile_to_teamtailor",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "teamtailor/acme" },
    ...changes,
  }));
  return packageCopy({ "workflows/index.ts": `export default ${JSON.stringify(list)};` });
}

const WORKFLOWS = [
  { workflow_id: "a-1" },
  { workflow_id: "a1" },
  { workflow_id: "dash1" },
  {
    workflow_id: "acme-flatchr",
    action: "update_profiles_in_hrflow_from_flatchr",
    push_parameters: { source_key: "0".repeat(40) },
    schedule: { expression: "cron(0 6 * * ? *)", time_zone: "Europe/Paris" },
  },
];
let built: Package;
let builtAgain: Package;

beforeAll(async () => {
  [built, builtAgain] = await Promise.all([packagedWith(...WORKFLOWS), packagedWith(...WORKFLOWS)]);
});
afterAll(() => {
  built?.remove();
  builtAgain?.remove();
});

test("the same sources give the same bundles and the same template, save for where they are uploaded", () => {
  const uploads = /serverless\/hrflow-relay\/dev\/[^/]+\//g;
  const textOf = ({ template }: Package) => JSON.stringify(template).replaceAll(uploads, "");
  expect(textOf(builtAgain)).toBe(textOf(built));
  for (const [name, zip] of built.zips) expect(builtAgain.zips.get(name)?.equals(zip), name).toBe(true);
});

test("each webhook has its own URL among the outputs, whatever its name", () => {
  const outputs = Object.keys(built.template.Outputs).filter((id) => id.startsWith("WebhookUrl"));
  expect(outputs).toEqual(["WebhookUrlADash1", "WebhookUrlA1", "WebhookUrlDash1"]);
});

test("each workflow with a schedule is started by Scheduler, with the workflow's id", () => {
  const { template } = built;
  expect(schemaProblems(template)).toEqual([]);
  const [schedule, ...others] = ofType(template, "AWS::Scheduler::Schedule");
  expect(others).toEqual([]);
  expect(schedule?.Properties).toMatchObject({
    ScheduleExpression: "cron(0 6 * * ? *)",
    ScheduleExpressionTimezone: "Europe/Paris",
    Target: { Input: '{"workflow_id":"acme-flatchr"}', RetryPolicy: { MaximumRetryAttempts: 10 } },
  });

  const target = schedule?.Properties.Target;
  const role = referredTo(at(target, "RoleArn"), template) as TemplateResource;
  expect(roleRules.filter(({ isKept }) => !isKept(role, template))).toEqual([]);
  expect(resourcesAllowed(role, "lambda:InvokeFunction")).toEqual([at(target, "Arn")]);
  expect(resourcesAllowed(role, "sqs:SendMessage")).toEqual([at(target, "DeadLetterConfig.Arn")]);
  const missedRuns = referredTo(at(target, "DeadLetterConfig.Arn"), template);
  expect(missedRuns?.Type).toBe("AWS::SQS::Queue");
  expect(missedRuns?.Properties.FifoQueue).toBeUndefined();
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
  const broken = packageCopy({ "workflows/functions.ts": 'import "./missing.ts";' });
  await expect(broken).rejects.toThrow('Could not resolve "./missing.ts"');
});
