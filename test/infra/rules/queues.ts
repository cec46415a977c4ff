import { at, ofType, referredTo, type Template, type TemplateResource } from "../template.ts";
import { isTlsOnly } from "./policies.ts";
import { has, type Rule, set } from "./rule.ts";

const QUEUE = "AWS::SQS::Queue";
const FOURTEEN_DAYS_IN_SECONDS = 14 * 24 * 3600;

export const queueRules: Rule[] = [
  {
    type: QUEUE,
    promise: "is named as SQS wants it: a FIFO queue .fifo, and no other",
    isKept: ({ Properties }) =>
      String(at(Properties.QueueName, "Fn::Sub")).endsWith(".fifo") === (Properties.FifoQueue === true),
    breakIt: ({ Properties }) => {
      Properties.FifoQueue = Properties.FifoQueue ? undefined : true;
    },
  },
  {
    type: QUEUE,
    promise: "has a name that is short enough, in a stage of ten letters",
    isKept: ({ Properties }) => {
      const name = String(at(Properties.QueueName, "Fn::Sub"));
      return name.replace(`\${AWS::StackName}`, "hrflow-relay-production").length <= 80;
    },
    breakIt: set("QueueName", { "Fn::Sub": `\${AWS::StackName}-${"long".repeat(20)}.fifo` }),
  },
  {
    type: QUEUE,
    promise: "is in high-throughput mode if it is FIFO",
    isKept: ({ Properties }) =>
      Properties.FifoQueue === undefined ||
      (Properties.DeduplicationScope === "messageGroup" &&
        Properties.FifoThroughputLimit === "perMessageGroupId"),
    breakIt: ({ Properties }) => {
      Object.assign(Properties, { FifoQueue: true, FifoThroughputLimit: "perQueue" });
    },
  },
  {
    type: QUEUE,
    promise: "drops no message because its body is that of another",
    isKept: has("ContentBasedDeduplication", undefined),
    breakIt: set("ContentBasedDeduplication", true),
  },
  {
    type: QUEUE,
    promise: "keeps messages as long as SQS can",
    isKept: has("MessageRetentionPeriod", FOURTEEN_DAYS_IN_SECONDS),
    breakIt: set("MessageRetentionPeriod", undefined),
  },
  {
    type: QUEUE,
    promise: "is encrypted",
    isKept: has("SqsManagedSseEnabled", true),
    breakIt: set("SqsManagedSseEnabled", false),
  },
  {
    type: QUEUE,
    promise: "is reached by TLS only",
    isKept: (queue, template) => policiesOf(queue, template).some((policy) => isTlsOnly(policy)),
    breakIt: (queue, template) => {
      for (const policy of policiesOf(queue, template)) policy.Properties.Queues = [];
    },
  },
];

function policiesOf(queue: TemplateResource, template: Template): TemplateResource[] {
  return ofType(template, "AWS::SQS::QueuePolicy").filter(
    ({ Properties }) =>
      referredTo(at(Properties.Queues, "0"), template) === queue &&
      referredTo(at(Properties.PolicyDocument, "Statement.0.Resource"), template) === queue,
  );
}
