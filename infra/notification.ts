/** Where alarms tell it: a topic that is encrypted, and whoever has subscribed to it. */
import { arnOf, type Resource, ref, text } from "./cloudformation.ts";

export const ALARM_TOPIC = "AlarmTopic";
const KEY = "AlarmTopicKey";
const POLICY_VERSION = "2012-10-17";

/** The stack's own alarms, and nobody else's. */
const OWN_ALARMS = {
  StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") },
  ArnLike: {
    "aws:SourceArn": text(
      `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:\${AWS::StackName}-*`,
    ),
  },
};
const CLOUDWATCH = { Service: "cloudwatch.amazonaws.com" };

/**
 * The key is our own, for CloudWatch may not use AWS's key of SNS: its alarms would never arrive. It costs $1 a month.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
export function notification(): Record<string, Resource> {
  return {
    [KEY]: {
      Type: "AWS::KMS::Key",
      Properties: {
        Description: text(`The alarms of \${AWS::StackName}`),
        EnableKeyRotation: true,
        PendingWindowInDays: 7, // The least: nothing that it has encrypted is kept for longer than a delivery takes.
        KeyPolicy: {
          Version: POLICY_VERSION,
          Statement: [
            {
              // Whom IAM lets. Without it nobody could change the key any more.
              Effect: "Allow",
              Principal: { AWS: text(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root`) },
              Action: "kms:*",
              Resource: "*", // in a key's policy: this key
            },
            {
              Effect: "Allow",
              Principal: CLOUDWATCH,
              Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
              Resource: "*",
              Condition: OWN_ALARMS,
            },
          ],
        },
      },
    },
    [ALARM_TOPIC]: {
      Type: "AWS::SNS::Topic",
      Properties: { TopicName: text(`\${AWS::StackName}-alarms`), KmsMasterKeyId: arnOf(KEY) },
    },
    [`${ALARM_TOPIC}Policy`]: {
      Type: "AWS::SNS::TopicPolicy",
      Properties: {
        Topics: [ref(ALARM_TOPIC)],
        PolicyDocument: {
          Version: POLICY_VERSION,
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "sns:Publish",
              Resource: ref(ALARM_TOPIC),
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
            {
              Effect: "Allow",
              Principal: CLOUDWATCH,
              Action: "sns:Publish",
              Resource: ref(ALARM_TOPIC),
              Condition: OWN_ALARMS,
            },
          ],
        },
      },
    },
  };
}
