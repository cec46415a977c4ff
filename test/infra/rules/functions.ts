import { at, ofType, referredTo, resourcesAllowed } from "../template.ts";
import { OWN_NAMESPACE } from "./metrics.ts";
import { has, type Rule, set } from "./rule.ts";
import { isWatched } from "./schedules.ts";

const FUNCTION = "AWS::Lambda::Function";
const EVENT_SOURCE = "AWS::Lambda::EventSourceMapping";
/** Read by Node, and not by us. */
export const OF_THE_RUNTIME = new Set(["NODE_OPTIONS"]);

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
    type: FUNCTION,
    promise: "is watched by an alarm when it fails, and one when it is throttled",
    isKept: (watched, template) =>
      isWatched(watched, "Errors", template) && isWatched(watched, "Throttles", template),
    breakIt: (_, template) => {
      for (const alarm of ofType(template, "AWS::CloudWatch::Alarm")) alarm.Properties.Dimensions = [];
    },
  },
  {
    type: FUNCTION,
    promise: "counts in the stack's own namespace",
    isKept: ({ Properties }) =>
      at(Properties.Environment, "Variables.METRICS_NAMESPACE.Fn::Sub") === OWN_NAMESPACE,
    breakIt: set("Environment", { Variables: { METRICS_NAMESPACE: "HrFlowRelay" } }),
  },
  {
    type: FUNCTION,
    promise:
      "has no text among its settings that could be a credential: only references, and the runtime's own",
    isKept: ({ Properties }) => {
      const variables = Object.entries((at(Properties.Environment, "Variables") ?? {}) as object);
      return variables.every(([name, value]) => typeof value === "object" || OF_THE_RUNTIME.has(name));
    },
    breakIt: set("Environment", { Variables: { API_KEY: "0123456789" } }),
  },
  {
    type: FUNCTION,
    promise:
      "hands on its lines as they are, down to INFO: which metrics are, for they are lines without a level",
    isKept: ({ Properties }) =>
      at(Properties.LoggingConfig, "LogFormat") === "JSON" &&
      at(Properties.LoggingConfig, "ApplicationLogLevel") === "INFO",
    breakIt: set("LoggingConfig", { LogFormat: "JSON", ApplicationLogLevel: "WARN" }),
  },
  {
    type: FUNCTION,
    promise: "pays for no line of Lambda's own for each event: only for those of failures, and of long runs",
    isKept: ({ Properties }) => {
      const isOfRuns = Properties.DeadLetterConfig !== undefined;
      return at(Properties.LoggingConfig, "SystemLogLevel") === (isOfRuns ? "INFO" : "WARN");
    },
    breakIt: set("LoggingConfig", { LogFormat: "JSON" }),
  },
  {
    type: FUNCTION,
    promise: "has no reserved concurrency: the poller of its queue would take more than it may hand over",
    isKept: has("ReservedConcurrentExecutions", undefined),
    breakIt: set("ReservedConcurrentExecutions", 2),
  },
  {
    type: FUNCTION,
    promise: "ends before whoever waits for it does: the HTTP API after 30 seconds, Lambda after 15 minutes",
    isKept: ({ Properties }, template) => {
      const isCalledByHttp = ofType(template, "AWS::ApiGatewayV2::Integration").some(
        (integration) =>
          referredTo(integration.Properties.IntegrationUri, template)?.Properties === Properties,
      );
      return Number(Properties.Timeout) <= (isCalledByHttp ? 29 : 900);
    },
    breakIt: set("Timeout", 901),
  },
  {
    type: FUNCTION,
    promise: "goes round by messages to itself only where it may send some",
    isKept: ({ Properties }, template) => {
      if (Properties.RecursiveLoop === undefined) return true;
      const role = referredTo(Properties.Role, template);
      const source = ofType(template, EVENT_SOURCE).find(
        (one) => referredTo(one.Properties.FunctionName, template)?.Properties === Properties,
      );
      const own = referredTo(source?.Properties.EventSourceArn, template);
      const targets = role ? resourcesAllowed(role, "sqs:SendMessage") : [];
      return own !== undefined && targets.some((target) => referredTo(target, template) === own);
    },
    breakIt: (broken, template) => {
      broken.Properties.RecursiveLoop = "Allow";
      for (const source of ofType(template, EVENT_SOURCE)) source.Properties.EventSourceArn = undefined;
    },
  },
  {
    type: EVENT_SOURCE,
    promise: "is open, and hands over every message: one that a filter does not match would be deleted",
    isKept: ({ Properties }) => Properties.FilterCriteria === undefined && Properties.Enabled !== false,
    breakIt: set("FilterCriteria", { Filters: [{ Pattern: "{}" }] }),
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
