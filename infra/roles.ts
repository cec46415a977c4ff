/** One role for each function, with what the function does and nothing more. */
import { arnOf, idsOf, type Reference, type Resource, ref, text } from "./cloudformation.ts";
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
  const toQueues = allow(
    ["sqs:SendMessage"],
    pushFunctions.map(({ name }) => arnOf(idsOf(name).queue)),
  );
  const secrets = pushWorkflows.map(({ hrflow_auth }) => hrflow_auth.secret);
  return functionRole(RECEIVER, [toQueues], secrets);
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
  const statements = [
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
  ];
  return functionRole(name, statements, secrets);
}

function functionRole(name: string, statements: Statement[], secrets: string[]): Record<string, Resource> {
  const { role, logGroup } = idsOf(name);
  const writeLog = allow(["logs:CreateLogStream", "logs:PutLogEvents"], arnOf(logGroup));
  const [inline = [], ...more] = inPolicies(secrets);
  // IAM refuses a statement without resources.
  const readSecrets = inline.length > 0 ? [reading(inline)] : [];
  if (more.length > POLICIES_OF_A_ROLE) {
    throw new Error(
      `The workflows of ${name} name ${new Set(secrets).size} secrets, which is more than one role can be allowed to read: share secrets among them, or deploy them as two services`,
    );
  }
  return {
    [role]: roleFor("lambda.amazonaws.com", name, [writeLog, ...statements, ...readSecrets]),
    ...Object.fromEntries(
      more.map((names, index) => [
        `${role}Secrets${index + 1}`,
        {
          Type: "AWS::IAM::ManagedPolicy",
          Properties: {
            Description: `More secrets of ${name}`,
            Roles: [ref(role)],
            PolicyDocument: { Version: "2012-10-17", Statement: [reading(names)] },
          },
        },
      ]),
    ),
  };
}

/**
 * A role's own policies may have 10,240 characters together, and a policy beside it 6,144; a role takes ten of these.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const SECRETS_IN_CHARACTERS = 5_800;
const POLICIES_OF_A_ROLE = 10;
/** Of a secret's ARN with quotes and comma, without its name: in the partition and region with the longest names. */
const ARN_IN_CHARACTERS = 85;

/** Which secrets stand in the role's own policy, and which in each of those beside it. */
function inPolicies(secrets: readonly string[]): string[][] {
  const policies: string[][] = [];
  let left = 0;
  for (const secret of [...new Set(secrets)].sort()) {
    left -= secret.length + ARN_IN_CHARACTERS;
    if (left < 0) {
      policies.push([]);
      left = SECRETS_IN_CHARACTERS - secret.length - ARN_IN_CHARACTERS;
    }
    policies.at(-1)?.push(secret);
  }
  return policies;
}

function reading(secrets: readonly string[]): Statement {
  return allow(["secretsmanager:GetSecretValue"], secrets.map(secretArn));
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
