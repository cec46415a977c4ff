import { arnOf, idsOf, type Resource, ref, text } from "./cloudformation.ts";
import type { QueueFunction } from "./functions.ts";

/** A function's queue, and where its dead letters go. */
export function queuesOf({ name, limits }: QueueFunction): Record<string, Resource> {
  const { queue, deadLetters } = idsOf(name);
  return {
    ...protectedQueue(queue, name, limits, {
      ...FIFO,
      VisibilityTimeout: limits.visibilityTimeoutInSeconds,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(deadLetters),
        maxReceiveCount: limits.maximumReceiveCount,
      },
    }),
    ...protectedQueue(deadLetters, `${name}-dead-letters`, limits, FIFO),
  };
}

/** Where runs go that Scheduler or Lambda could not start, or that broke off each time. It cannot be FIFO. */
export function missedRunsOf({ name, limits }: QueueFunction): Record<string, Resource> {
  return protectedQueue(idsOf(name).missedRuns, `${name}-missed-runs`, limits, {});
}

/**
 * In high-throughput mode: order and duplicates matter within one group only.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
const FIFO = {
  FifoQueue: true,
  DeduplicationScope: "messageGroup",
  FifoThroughputLimit: "perMessageGroupId",
};

/** A queue that is encrypted, and that takes and gives nothing but by TLS. */
function protectedQueue(
  id: string,
  name: string,
  { retentionInDays }: QueueFunction["limits"],
  properties: Partial<typeof FIFO> & Record<string, unknown>,
): Record<string, Resource> {
  return {
    [id]: {
      Type: "AWS::SQS::Queue",
      UpdateReplacePolicy: "Retain", // With another name it would be another queue, and messages still lie in the old one.
      Properties: {
        QueueName: text(`\${AWS::StackName}-${name}${properties.FifoQueue ? ".fifo" : ""}`),
        MessageRetentionPeriod: retentionInDays * 24 * 3600,
        SqsManagedSseEnabled: true,
        ...properties,
      },
    },
    [`${id}Policy`]: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [ref(id)],
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: arnOf(id),
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    },
  };
}
