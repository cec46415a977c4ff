/** infra/deploy-role.yml: who may take the role, and whether it reaches what the stack is made of, and not much more. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CollectionTag, parse, type ScalarTag } from "yaml";
import { type Package, packageCopy } from "../infra/package-copy.ts";
import { schemaProblems } from "../infra/resource-schema.ts";
import { at, statementsOf, type Template, type TemplateResource } from "../infra/template.ts";

/** CloudFormation's short forms: `!Ref Stage` is `{ Ref: Stage }`. */
const SHORT_FORMS: (ScalarTag | CollectionTag)[] = [
  { tag: "!Ref", resolve: (value: string) => ({ Ref: value }) },
  { tag: "!Sub", resolve: (value: string) => ({ "Fn::Sub": value }) },
  { tag: "!GetAtt", resolve: (value: string) => ({ "Fn::GetAtt": value.split(".") }) },
  { tag: "!If", collection: "seq", resolve: (value) => ({ "Fn::If": value.toJSON() }) },
  { tag: "!Equals", collection: "seq", resolve: (value) => ({ "Fn::Equals": value.toJSON() }) },
];
const text = readFileSync(new URL("../../infra/deploy-role.yml", import.meta.url), "utf8");
const template = parse(text, { customTags: SHORT_FORMS }) as Template & {
  Parameters: Record<string, { AllowedPattern?: string }>;
};
const role = template.Resources.Role as TemplateResource;
const statements = statementsOf(role) as {
  Sid: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}[];
const actionsOf = (statement: (typeof statements)[number]) => [statement.Action].flat();

const OF_STAGE = `hrflow-relay-\${Stage}`;
/** IAM's limit for all policies of a role together, without white space. */
const MAXIMUM_POLICY_IN_CHARACTERS = 10_240;
const LONGEST = [
  [`\${AWS::Partition}`, "aws-us-gov"],
  [`\${AWS::Region}`, "ap-southeast-2"],
  [`\${AWS::AccountId}`, "123456789012"],
  [`\${Stage}`, "production"],
] as const;

test("it is what CloudFormation takes", () => {
  expect(schemaProblems(template)).toEqual([]);
});

describe("who may take it", () => {
  const [trust, ...others] = at(role, "Properties.AssumeRolePolicyDocument.Statement") as unknown[];

  test("is a job of one repository that GitHub has let into the environment of the stage", () => {
    expect(others).toEqual([]);
    expect(at(trust, "Action")).toBe("sts:AssumeRoleWithWebIdentity");
    expect(at(trust, "Condition")).toEqual({
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": {
          "Fn::Sub": `repo:\${Repository}:environment:\${Stage}`,
        },
      },
    });
  });

  test.each([
    ["acme/hrflow-relay", true],
    ["acme@123456/hrflow-relay@456789", true],
    ["acme/*", false],
    ["acme", false],
    ["acme/hrflow-relay:ref:refs/heads/main", false],
  ])("%s as repository: %s", (repository, isTaken) => {
    const pattern = new RegExp(`^(?:${template.Parameters.Repository?.AllowedPattern})$`);
    expect(pattern.test(repository)).toBe(isTaken);
  });
});

describe("what it may do", () => {
  let built: Package;
  beforeAll(async () => {
    const schedule = { expression: "rate(1 hour)" };
    const auth = { hrflow_auth: { secret: "hrflow/acme" }, connector_auth: { secret: "flatchr/acme" } };
    const update = { action: "update_profiles_in_hrflow_from_flatchr", push_parameters: { source_key: "s" } };
    const workflows = [{ workflow_id: "acme", ...update, ...auth, schedule }];
    built = await packageCopy({ "workflows/index.ts": `export default ${JSON.stringify(workflows)};` });
  }, 120_000);
  afterAll(() => built?.remove());

  /** What makes a resource of each type. Two that are made by a call of another type's are left out. */
  const CREATE: Record<string, string> = {
    "AWS::ApiGatewayV2::Api": "apigateway:POST",
    "AWS::ApiGatewayV2::Integration": "apigateway:POST",
    "AWS::ApiGatewayV2::Route": "apigateway:POST",
    "AWS::ApiGatewayV2::Stage": "apigateway:POST",
    "AWS::CloudWatch::Alarm": "cloudwatch:PutMetricAlarm",
    "AWS::CloudWatch::Dashboard": "cloudwatch:PutDashboard",
    "AWS::DynamoDB::Table": "dynamodb:CreateTable",
    "AWS::IAM::ManagedPolicy": "iam:CreatePolicy",
    "AWS::IAM::Role": "iam:CreateRole",
    "AWS::KMS::Key": "kms:CreateKey",
    "AWS::Lambda::EventInvokeConfig": "lambda:PutFunctionEventInvokeConfig",
    "AWS::Lambda::EventSourceMapping": "lambda:CreateEventSourceMapping",
    "AWS::Lambda::Function": "lambda:CreateFunction",
    "AWS::Lambda::Permission": "lambda:AddPermission",
    "AWS::Logs::LogGroup": "logs:CreateLogGroup",
    "AWS::Logs::QueryDefinition": "logs:PutQueryDefinition",
    "AWS::S3::Bucket": "s3:CreateBucket",
    "AWS::S3::BucketPolicy": "s3:PutBucketPolicy",
    "AWS::SNS::Subscription": "sns:Subscribe",
    "AWS::SNS::Topic": "sns:CreateTopic",
    "AWS::SNS::TopicPolicy": "sns:SetTopicAttributes",
    "AWS::SQS::Queue": "sqs:CreateQueue",
    "AWS::SQS::QueuePolicy": "sqs:SetQueueAttributes",
    "AWS::Scheduler::Schedule": "scheduler:CreateSchedule",
  };

  test("is to make every resource of the stack", () => {
    const types = [...new Set(Object.values(built.template.Resources).map(({ Type }) => Type))];
    expect(types.filter((type) => CREATE[type] === undefined)).toEqual([]);
    const allowed = new Set(statements.flatMap(actionsOf));
    expect(types.filter((type) => !allowed.has(CREATE[type] ?? ""))).toEqual([]);
  });

  test("fits into a role, with the longest names", () => {
    const filledIn = LONGEST.reduce(
      (policy: string, [name, value]) => policy.replaceAll(name, value),
      JSON.stringify(at(role, "Properties.Policies.0.PolicyDocument")).replaceAll(
        /\{"Fn::Sub":("[^"]*")\}/g,
        "$1",
      ),
    );
    expect(filledIn).not.toContain("Fn::");
    expect(filledIn.length).toBeLessThan(MAXIMUM_POLICY_IN_CHARACTERS);
  });

  test("is to touch names of this stage alone, and what has none only through CloudFormation", () => {
    const unnamed = statements.filter(({ Resource }) => !JSON.stringify(Resource).includes(OF_STAGE));
    const held = unnamed.filter(({ Condition }) =>
      [`function:${OF_STAGE}-*`, "cloudformation.amazonaws.com"].some((limit) =>
        JSON.stringify(Condition ?? {}).includes(limit),
      ),
    );
    expect(held.map(({ Sid }) => Sid)).toEqual(["EventSources", "Api", "Keys", "Queries"]);
    const free = unnamed.filter((statement) => !held.includes(statement));
    expect(free.map(({ Sid }) => Sid)).toEqual(["AnyTemplate", "ReadEventSources", "Logs", "ReadAlarms"]);
  });

  test("is to attach policies of this stage alone, to roles of this stage", () => {
    const attaching = statements.filter((statement) => actionsOf(statement).includes("iam:AttachRolePolicy"));
    expect(attaching).toHaveLength(1);
    const policy = { "Fn::Sub": `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${OF_STAGE}-*` };
    expect(attaching[0]?.Condition).toEqual({ ArnLike: { "iam:PolicyARN": policy } });
  });

  test("is said in statements that IAM can tell apart", () => {
    const names = statements.map(({ Sid }) => Sid);
    expect(new Set(names).size).toBe(names.length);
  });

  test("names its actions, and none by which state, messages or secrets are read, or the table is lost", () => {
    const actions = statements.flatMap(actionsOf);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    const forbidden =
      /^(secretsmanager:|dynamodb:(.*Item|Query|Scan|DeleteTable|.*Export)|sqs:(Send|Receive|Purge)|lambda:Invoke|kms:(Decrypt|Encrypt)|iam:(.*User|.*AccessKey))/;
    expect(actions.filter((action) => forbidden.test(action))).toEqual([]);
  });
});
