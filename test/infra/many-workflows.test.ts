/** An agency's deployment: 150 customers' pushes with secrets and webhooks of their own, and 100 scheduled updates. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pushFunctions, updateFunctions } from "../../infra/functions.ts";
import { type Package, packageCopy } from "./package-copy.ts";
import { schemaProblems } from "./resource-schema.ts";
import { rules } from "./rules/all.ts";
import { widgetsOf } from "./rules/dashboard.ts";
import { at, ofType, referredTo, statementsOf, type TemplateResource } from "./template.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const PUSHES = 150;
const UPDATES = 100;
const auth = (customer: string) => ({
  hrflow_auth: { secret: `production/hrflow/customer-${customer}` },
  connector_auth: { secret: `production/ats/customer-${customer}` },
});
const pushes = Array.from({ length: PUSHES }, (_, index) => ({
  workflow_id: `customer-${index}-teamtailor`,
  action: "push_profile_to_teamtailor",
  ...auth(`${index}`),
}));
const updates = Array.from({ length: UPDATES }, (_, index) => ({
  workflow_id: `customer-${index}-flatchr`,
  action: "update_profiles_in_hrflow_from_flatchr",
  ...auth(`${index}`),
  push_parameters: { source_key: "0f2b3c7d9a" },
  schedule:
    index % 2 === 0 ? "rate(1 hour)" : { expression: "cron(0 6 ? * MON-FRI *)", time_zone: "Europe/Paris" },
}));

let built: Package;
beforeAll(async () => {
  built = await packageCopy({
    "workflows/index.ts": `export default ${JSON.stringify([...pushes, ...updates])};`,
  });
});
afterAll(() => built?.remove());

/** As long as it can be, once CloudFormation has filled in region and account. */
function asDeployed(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, "$1")
    .replaceAll(`\${AWS::Partition}`, "aws")
    .replaceAll(`\${AWS::Region}`, "ap-northeast-1")
    .replaceAll(`\${AWS::AccountId}`, "123456789012");
}

describe("the template of many workflows", () => {
  test("keeps the limits of CloudFormation: 500 resources, 200 outputs, a megabyte", () => {
    expect(schemaProblems(built.template)).toEqual([]);
    expect(Object.keys(built.template.Resources).length).toBeLessThanOrEqual(500);
    expect(Object.keys(built.template.Outputs).length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(built.template).length).toBeLessThan(1_000_000);
  });

  test("keeps the limits of IAM: 10,240 characters in a role, 6,144 in a policy beside it, ten of these", () => {
    for (const { Properties } of ofType(built.template, "AWS::IAM::Role")) {
      expect(asDeployed(Properties.Policies).length).toBeLessThanOrEqual(10_240);
    }
    const beside = ofType(built.template, "AWS::IAM::ManagedPolicy");
    expect(beside.length).toBeGreaterThan(0);
    for (const { Properties } of beside) {
      expect(asDeployed(Properties.PolicyDocument).length).toBeLessThanOrEqual(6_144);
    }
    const byRole = Map.groupBy(beside, ({ Properties }) =>
      referredTo(at(Properties.Roles, "0"), built.template),
    );
    for (const [role, policies] of byRole) {
      expect(role?.Type).toBe("AWS::IAM::Role");
      expect(policies.length).toBeLessThanOrEqual(10);
    }
  });

  test.each([
    ["push-profile-to-teamtailor", PUSHES * 2],
    ["receive-hrflow-webhook", PUSHES],
    ["update-profiles-in-hrflow-from-flatchr", UPDATES * 2],
  ])("%s may read %i secrets, each once, and nothing else in the policies beside its role", (name, count) => {
    const deployed = ofType(built.template, "AWS::Lambda::Function").find(
      ({ Properties }) => Properties.Handler === `functions/${name}.handler`,
    );
    const role = referredTo(deployed?.Properties.Role, built.template) as TemplateResource;
    const beside = ofType(built.template, "AWS::IAM::ManagedPolicy").filter(
      ({ Properties }) => referredTo(at(Properties.Roles, "0"), built.template) === role,
    );
    const statements = [role, ...beside].flatMap(statementsOf);
    const reading = statements.filter((statement) => String(at(statement, "Action")) === READ);
    const arns = reading
      .flatMap((statement) => at(statement, "Resource"))
      .map((arn) => String(at(arn, "Fn::Sub")));
    expect(new Set(arns).size).toBe(count);
    expect(arns).toHaveLength(count);
    for (const arn of arns) expect(arn).toMatch(/:secret:production\/(hrflow|ats)\/customer-\d+-\?{6}$/);
    expect(beside.flatMap(statementsOf).every((one) => String(at(one, "Action")) === READ)).toBe(true);
  });

  test("has one address in place of more outputs than a stack may have", () => {
    const ids = Object.keys(built.template.Outputs);
    expect(ids).toContain("WebhooksAddress");
    expect(ids.filter((id) => id.startsWith("WebhookUrl"))).toEqual([]);
  });

  test("has one alarm more for each scheduled workflow, and none for a push", () => {
    const alarms = ofType(built.template, "AWS::CloudWatch::Alarm");
    const ofFunctions = 4 * pushFunctions.length + 5 * updateFunctions.length + 2;
    expect(alarms).toHaveLength(ofFunctions + 5 + UPDATES);
    const periods = (index: number) =>
      alarms.find((alarm) =>
        JSON.stringify(alarm.Properties.Dimensions)?.includes(`"customer-${index}-flatchr"`),
      )?.Properties.EvaluationPeriods;
    expect(periods(0)).toBe(3); // hourly
    expect(periods(1)).toBe(2 * 72 + 1); // twice from Friday to Monday
  });

  test("has a dashboard that CloudWatch takes", () => {
    const [dashboard] = ofType(built.template, "AWS::CloudWatch::Dashboard") as [TemplateResource];
    expect(widgetsOf(dashboard).length).toBeLessThanOrEqual(500);
    const broken = rules.filter(
      ({ type, isKept }) => type === dashboard.Type && !isKept(dashboard, built.template),
    );
    expect(broken.map(({ promise }) => promise)).toEqual([]);
  });
});

test("more secrets than a role can be allowed to read are not packaged: the message says how many, and what to do", async () => {
  const customers = Array.from({ length: 400 }, (_, index) => ({
    workflow_id: `customer-${index}`,
    action: "push_profile_to_teamtailor",
    ...auth(`${index}`),
  }));
  const tooMany = packageCopy({ "workflows/index.ts": `export default ${JSON.stringify(customers)};` });
  await expect(tooMany).rejects.toThrow("push-profile-to-teamtailor name 800 secrets");
});

const READ = "secretsmanager:GetSecretValue";
