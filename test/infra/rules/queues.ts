import { at, ofType, referredTo, type Template, type TemplateResource } from "../template.ts";
import { isTlsOnly } from "./policies.ts";
import { has, type Rule, set } from "./rule.ts";
import { isWatched } from "./schedules.ts";

const QUEUE = "AWS::SQS::Queue";
/** Attempts of 48 hours: each after twice the time of the one before, up to half an hour. */
const OWN_ATTEMPTS = 12 + (48 * 3600) / 1350;
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
    promise: "is watched by an alarm: a queue that is worked on by its age, another by whatever lies in it",
    isKept: (queue, template) => {
      const isWorkedOn = queue.Properties.RedrivePolicy !== undefined;
      const metric = isWorkedOn ? "ApproximateAgeOfOldestMessage" : "ApproximateNumberOfMessagesVisible";
      return isWatched(queue, metric, template);
    },
    breakIt: (_, template) => {
      for (const alarm of ofType(template, "AWS::CloudWatch::Alarm")) alarm.Properties.Dimensions = [];
    },
  },
  {
    type: QUEUE,
    promise: "is worked on by one function, or takes what another gave up",
    isKept: (queue, template) => {
      const sources = ofType(template, "AWS::Lambda::EventSourceMapping").filter(
        ({ Properties }) => referredTo(Properties.EventSourceArn, template) === queue,
      );
      return sources.length === (queue.Properties.RedrivePolicy === undefined ? 0 : 1);
    },
    breakIt: (queue) => {
      if (queue.Properties.RedrivePolicy) delete queue.Properties.RedrivePolicy;
      else queue.Properties.RedrivePolicy = {};
    },
  },
  {
    type: QUEUE,
    promise: "gives up no message before the function does, which says why",
    isKept: ({ Properties }) =>
      Properties.RedrivePolicy === undefined ||
      Number(at(Properties.RedrivePolicy, "maxReceiveCount")) > OWN_ATTEMPTS,
    breakIt: set("RedrivePolicy", { maxReceiveCount: 10 }),
  },
  {
    type: QUEUE,
    promise: "is kept, with what is in it, when a change would replace it",
    isKept: (queue) => queue.UpdateReplacePolicy === "Retain",
    breakIt: (queue) => {
      delete queue.UpdateReplacePolicy;
    },
  },
  {
    type: QUEUE,
    promise: "hands over messages at once, and as soon as there are some",
    isKept: has("DelaySeconds", undefined),
    breakIt: set("DelaySeconds", 60),
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
