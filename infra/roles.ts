/** One role for each function, with what the function does and nothing more. */
import { arnOf, idsOf, type Reference, type Resource, text } from "./cloudformation.ts";
import { byWebhook, pushFunctions, type QueueFunction, RECEIVER, workflowsOf } from "./functions.ts";

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: Reference | Reference[];
  Condition?: object;
}

/** Sends to the push queues, and reads the secrets by which HrFlow's webhooks are verified. */
export function receiverRole(): Record<string, Resource> {
  const pushWorkflows = [...byWebhook.values()].flat();
  return functionRole(RECEIVER, [
    allow(
      ["sqs:SendMessage"],
      pushFunctions.map(({ name }) => arnOf(idsOf(name).queue)),
    ),
    ...readSecrets(pushWorkflows.map(({ hrflow_auth }) => hrflow_auth.secret)),
  ]);
}

/**
 * Works on its own queue and in its part of the table, and reads the secrets of the workflows that it runs. By hand it
 * lists its dead letters and puts them back into its queue.
 */
export function queueFunctionRole({ name, table, isScheduled }: QueueFunction): Record<string, Resource> {
  const { queue, deadLetters, missedRuns } = idsOf(name);
  const ownTargets = isScheduled ? [queue, deadLetters, missedRuns] : [queue, deadLetters];
  const secrets = workflowsOf(name).flatMap(({ hrflow_auth, connector_auth }) => [
    hrflow_auth.secret,
    connector_auth.secret,
  ]);
  return functionRole(name, [
    allow(
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      [arnOf(queue), arnOf(deadLetters)],
    ),
    allow(["sqs:SendMessage"], ownTargets.map(arnOf)),
    ...table.map(({ actions, keys }) => ({
      ...allow(
        actions.map((action) => `dynamodb:${action}`),
        arnOf("Table"),
      ),
      Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } },
    })),
    ...readSecrets(secrets),
  ]);
}

function functionRole(name: string, statements: Statement[]): Record<string, Resource> {
  const { role, logGroup } = idsOf(name);
  const writeLog = allow(["logs:CreateLogStream", "logs:PutLogEvents"], arnOf(logGroup));
  return { [role]: roleFor("lambda.amazonaws.com", name, [writeLog, ...statements]) };
}

/** What a service of AWS may do for us, in this account. */
export function roleFor(
  service: string,
  name: string,
  statements: Statement[],
  condition?: object,
): Resource {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["sts:AssumeRole"],
            Principal: { Service: service },
            ...(condition && { Condition: condition }),
          },
        ],
      },
      Policies: [{ PolicyName: name, PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    },
  };
}

export function allow(Action: string[], Resource: Statement["Resource"]): Statement {
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
