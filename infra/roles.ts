/** One role for each function, with what the function does and nothing more. */
import type { CheckedWorkflow } from "../lib/workflow-check.ts";
import { arnOf, generatedIdOf, type Reference, type Resource, text } from "./cloudformation.ts";
import { queueIdsOf } from "./queues.ts";

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: Reference | Reference[];
  Condition?: object;
}

/** Sends to the push queues, and reads the secrets by which HrFlow's webhooks are verified. */
export function receiverRole(
  functionName: string,
  pushFunctions: readonly string[],
  workflows: readonly CheckedWorkflow[],
): Resource {
  return roleOf(functionName, [
    allow(
      ["sqs:SendMessage"],
      pushFunctions.map((name) => arnOf(queueIdsOf(name).queue)),
    ),
    ...readSecrets(workflows.map(({ hrflow_auth }) => hrflow_auth.secret)),
  ]);
}

/** Works on its own queue, keeps links and the pace of calls, and reads the secrets of the workflows that it runs. */
export function pushRole(functionName: string, workflows: readonly CheckedWorkflow[]): Resource {
  const { queue, deadLetters } = queueIdsOf(functionName);
  return roleOf(functionName, [
    allow(
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      arnOf(queue),
    ),
    allow(["sqs:SendMessage"], arnOf(deadLetters)),
    {
      ...allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], arnOf("Table")),
      Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["link#*", "rate#*"] } },
    },
    ...readSecrets(
      workflows.flatMap(({ hrflow_auth, connector_auth }) => [hrflow_auth.secret, connector_auth.secret]),
    ),
  ]);
}

function roleOf(functionName: string, statements: Statement[]): Resource {
  const log = allow(
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    arnOf(generatedIdOf(functionName, "LogGroup")),
  );
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: ["sts:AssumeRole"], Principal: { Service: "lambda.amazonaws.com" } },
        ],
      },
      Policies: [
        {
          PolicyName: functionName,
          PolicyDocument: { Version: "2012-10-17", Statement: [log, ...statements] },
        },
      ],
    },
  };
}

function allow(Action: string[], Resource: Statement["Resource"]): Statement {
  return { Effect: "Allow", Action, Resource };
}

/** No statement at all when there is nothing to read: IAM refuses one without resources. */
function readSecrets(names: readonly string[]): Statement[] {
  const distinct = [...new Set(names)].sort();
  return distinct.length === 0 ? [] : [allow(["secretsmanager:GetSecretValue"], distinct.map(secretArn))];
}

/**
 * AWS adds a hyphen and six characters to the name.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
 */
function secretArn(name: string): Reference {
  // Anything else would be no name to Secrets Manager, and might be a wildcard to IAM.
  if (!/^[\w/+=.@-]+$/.test(name)) {
    throw new Error(`The secret name "${name}" may have only letters, digits and the characters /_+=.@-`);
  }
  return text(
    `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
  );
}
