import { arnOf, idOf, type Resource, text } from "./cloudformation.ts";
import limits from "./limits.json" with { type: "json" };

/** The ids of a push function's two queues. */
export function queueIdsOf(functionName: string) {
  return { queue: `${idOf(functionName)}Queue`, deadLetters: `${idOf(functionName)}DeadLetterQueue` };
}

/** A push function's queue, where its dead letters go, and for both: nothing but TLS. */
export function queuesOf(functionName: string): Record<string, Resource> {
  const { queue, deadLetters } = queueIdsOf(functionName);
  const { visibilityTimeoutInSeconds, maximumReceiveCount } = limits.push;
  return {
    [queue]: fifoQueue(functionName, {
      VisibilityTimeout: visibilityTimeoutInSeconds,
      RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: maximumReceiveCount },
    }),
    [deadLetters]: fifoQueue(`${functionName}-dead-letters`, {}),
    [`${queue}Policy`]: tlsOnly(queue),
    [`${deadLetters}Policy`]: tlsOnly(deadLetters),
  };
}

/**
 * In high-throughput mode: order and duplicates matter within one profile only.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
function fifoQueue(name: string, properties: Record<string, unknown>): Resource {
  return {
    Type: "AWS::SQS::Queue",
    Properties: {
      QueueName: text(`\${AWS::StackName}-${name}.fifo`),
      FifoQueue: true,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
      MessageRetentionPeriod: limits.push.retentionInDays * 24 * 3600,
      SqsManagedSseEnabled: true,
      ...properties,
    },
  };
}

function tlsOnly(queue: string): Resource {
  return {
    Type: "AWS::SQS::QueuePolicy",
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: arnOf(queue),
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      },
    },
  };
}
