import { at, everythingIn, resourcesAllowed, statementsOf, type TemplateResource } from "../template.ts";
import { has, type Rule, set } from "./rule.ts";

const ROLE = "AWS::IAM::Role";

export const roleRules: Rule[] = [
  {
    type: ROLE,
    promise: "is taken by functions alone, or by Scheduler for this account alone",
    isKept: ({ Properties }) => {
      const [statement, ...others] = at(Properties, "AssumeRolePolicyDocument.Statement") as unknown[];
      const service = at(statement, "Principal.Service");
      const account = at(statement, "Condition.StringEquals.aws:SourceAccount.Ref");
      return (
        others.length === 0 &&
        (service === "lambda.amazonaws.com" ||
          (service === "scheduler.amazonaws.com" && account === "AWS::AccountId"))
      );
    },
    breakIt: set("AssumeRolePolicyDocument", {
      Statement: [{ Effect: "Allow", Principal: { Service: "scheduler.amazonaws.com" } }],
    }),
  },
  {
    type: ROLE,
    promise: "has no rights of somebody else's making",
    isKept: has("ManagedPolicyArns", undefined),
    breakIt: set("ManagedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
  },
  {
    type: ROLE,
    promise: "allows no action and no resource by a wildcard",
    isKept: (role) =>
      statementsOf(role).every((statement) =>
        [...everythingIn([at(statement, "Action"), at(statement, "Resource")])].every(
          (part) => typeof part !== "string" || !part.includes("*"),
        ),
      ),
    breakIt: allow({ Action: ["sqs:SendMessage"], Resource: "*" }),
  },
  {
    type: ROLE,
    promise: "reads the secrets that are named, and no others",
    isKept: (role) =>
      resourcesAllowed(role, "secretsmanager:GetSecretValue").every((arn) =>
        /:secret:[\w/+=.@-]+-\?{6}$/.test(String(at(arn, "Fn::Sub"))),
      ),
    breakIt: allow({
      Action: ["secretsmanager:GetSecretValue"],
      Resource: { "Fn::Sub": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:?????????" },
    }),
  },
  {
    type: ROLE,
    promise: "reaches keys of the kinds that are named in the table, and no others",
    isKept: (role) =>
      statementsOf(role)
        .filter((statement) => JSON.stringify(at(statement, "Action")).includes("dynamodb:"))
        .every((statement) => {
          const keys = at(statement, "Condition.ForAllValues:StringLike.dynamodb:LeadingKeys");
          return Array.isArray(keys) && keys.every((key) => /^[a-z]+#\*$/.test(key));
        }),
    breakIt: allow({ Action: ["dynamodb:GetItem"], Resource: { "Fn::GetAtt": ["Table", "Arn"] } }),
  },
];

/** Whether a policy of a queue or bucket refuses what does not come by TLS. */
export function isTlsOnly(policy: TemplateResource): boolean {
  const [statement] = statementsOf(policy);
  return (
    at(statement, "Effect") === "Deny" &&
    at(statement, "Principal") === "*" &&
    String(at(statement, "Condition.Bool.aws:SecureTransport")) === "false"
  );
}

/** Puts a statement in the place of the first. */
function allow(statement: object): Rule["breakIt"] {
  return ({ Properties }) => {
    const [policy] = Properties.Policies as { PolicyDocument: { Statement: object[] } }[];
    policy?.PolicyDocument.Statement.splice(0, 1, { Effect: "Allow", ...statement });
  };
}
