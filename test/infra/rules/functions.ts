import { at, ofType, referredTo, resourcesAllowed } from "../template.ts";
import { has, type Rule, set } from "./rule.ts";

const FUNCTION = "AWS::Lambda::Function";
const EVENT_SOURCE = "AWS::Lambda::EventSourceMapping";

export const functionRules: Rule[] = [
  {
    type: FUNCTION,
    promise: "runs on Node 24",
    isKept: has("Runtime", "nodejs24.x"),
    breakIt: set("Runtime", "nodejs22.x"),
  },
  {
    type: FUNCTION,
    promise: "runs on arm64",
    isKept: has("Architectures", ["arm64"]),
    breakIt: set("Architectures", ["x86_64"]),
  },
  {
    type: FUNCTION,
    promise: "has a role that no other function has",
    isKept: ({ Properties }, template) => {
      const role = referredTo(Properties.Role, template);
      const sharers = ofType(template, FUNCTION).filter(
        (other) => referredTo(other.Properties.Role, template) === role,
      );
      return role !== undefined && sharers.length === 1;
    },
    breakIt: set("Role", { "Fn::GetAtt": ["ReceiveHrflowWebhookRole", "Arn"] }),
  },
  {
    type: FUNCTION,
    promise: "writes to a log group of its own",
    isKept: ({ Properties }, template) =>
      ofType(template, "AWS::Logs::LogGroup").some(
        (group) => group.Properties.LogGroupName === `/aws/lambda/${Properties.FunctionName}`,
      ),
    breakIt: set("FunctionName", "another"),
  },
  {
    type: FUNCTION,
    promise: "may write to its log group, and make no other",
    isKept: ({ Properties }, template) => {
      const role = referredTo(Properties.Role, template);
      const [group, ...others] = role ? resourcesAllowed(role, "logs:PutLogEvents") : [];
      const name = referredTo(group, template)?.Properties.LogGroupName;
      return others.length === 0 && name === `/aws/lambda/${Properties.FunctionName}`;
    },
    breakIt: set("FunctionName", "another"),
  },
  {
    type: EVENT_SOURCE,
    promise: "gives back the messages of a batch that failed, and not the whole batch",
    isKept: has("FunctionResponseTypes", ["ReportBatchItemFailures"]),
    breakIt: set("FunctionResponseTypes", undefined),
  },
  {
    type: EVENT_SOURCE,
    promise: "has a maximum concurrency of its own, of at least 2",
    isKept: ({ Properties }) => Number(at(Properties, "ScalingConfig.MaximumConcurrency")) >= 2,
    breakIt: set("ScalingConfig", undefined),
  },
  {
    type: EVENT_SOURCE,
    promise: "takes no more messages than a FIFO queue gives",
    isKept: ({ Properties }) => Number(Properties.BatchSize) <= 10,
    breakIt: set("BatchSize", 11),
  },
  {
    type: EVENT_SOURCE,
    promise: "reads a queue that hides messages for at least six times the function's time-out",
    isKept: ({ Properties }, template) => {
      const queue = referredTo(Properties.EventSourceArn, template);
      const timeout = referredTo(Properties.FunctionName, template)?.Properties.Timeout;
      return Number(queue?.Properties.VisibilityTimeout) >= 6 * Number(timeout);
    },
    breakIt: ({ Properties }, template) => {
      const queue = referredTo(Properties.EventSourceArn, template);
      if (queue) queue.Properties.VisibilityTimeout = 900;
    },
  },
  {
    type: EVENT_SOURCE,
    promise: "reads a FIFO queue whose dead letters go to a FIFO queue, after at least five tries",
    isKept: ({ Properties }, template) => {
      const redrive = referredTo(Properties.EventSourceArn, template)?.Properties.RedrivePolicy;
      const deadLetters = referredTo(at(redrive, "deadLetterTargetArn"), template);
      return deadLetters?.Properties.FifoQueue === true && Number(at(redrive, "maxReceiveCount")) >= 5;
    },
    breakIt: ({ Properties }, template) => {
      const queue = referredTo(Properties.EventSourceArn, template);
      const deadLetters = referredTo(at(queue, "Properties.RedrivePolicy.deadLetterTargetArn"), template);
      if (deadLetters) deadLetters.Properties.FifoQueue = undefined;
    },
  },
  {
    type: "AWS::Lambda::Permission",
    promise: "lets nobody invoke a function but this stack's own API",
    isKept: ({ Properties }) => JSON.stringify(Properties.SourceArn)?.includes('{"Ref":"HttpApi"}') ?? false,
    breakIt: set("SourceArn", undefined),
  },
];
