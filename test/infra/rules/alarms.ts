import { at, ofType, referredTo, statementsOf, type TemplateResource } from "../template.ts";
import { isWritten, metricOf, readsWrittenMetrics } from "./metrics.ts";
import { isTlsOnly } from "./policies.ts";
import { has, type Rule, set } from "./rule.ts";

const ALARM = "AWS::CloudWatch::Alarm";
const TOPIC = "AWS::SNS::Topic";
const TOPIC_POLICY = "AWS::SNS::TopicPolicy";
const KEY = "AWS::KMS::Key";
const CLOUDWATCH = "cloudwatch.amazonaws.com";
const A_DAY_IN_SECONDS = 24 * 3600;

export const alarmRules: Rule[] = [
  {
    type: ALARM,
    promise: "tells the stack's topic, when it rings and when it is over",
    isKept: ({ Properties }, template) =>
      ["AlarmActions", "OKActions"].every((action) => {
        const told = Properties[action] as unknown[];
        return told.length === 1 && referredTo(told[0], template)?.Type === TOPIC;
      }),
    breakIt: set("AlarmActions", []),
  },
  {
    type: ALARM,
    promise: "is not switched off",
    isKept: has("ActionsEnabled", undefined),
    breakIt: set("ActionsEnabled", false),
  },
  {
    type: ALARM,
    promise: "says in words what is wrong, and where it stands what to do",
    isKept: ({ Properties }) =>
      /^\S+ .+\. What to do: docs\/runbook\.md#[a-z-]+$/.test(String(Properties.AlarmDescription)),
    breakIt: set("AlarmDescription", "5xx"),
  },
  {
    type: ALARM,
    promise: "has the name of its stack first, by which the topic knows it, and is no longer than AWS takes",
    isKept: ({ Properties }) => {
      const name = String(at(Properties.AlarmName, "Fn::Sub"));
      return /^\$\{AWS::StackName\}-[a-z-]+/.test(name) && name.length <= 255;
    },
    breakIt: set("AlarmName", "alarm"),
  },
  {
    type: ALARM,
    promise: "says what no data means",
    isKept: ({ Properties }) =>
      ["breaching", "notBreaching", "ignore"].includes(String(Properties.TreatMissingData)),
    breakIt: set("TreatMissingData", undefined),
  },
  {
    type: ALARM,
    promise: "reads a metric that is written, with all of its dimensions, of a resource that is there",
    isKept: ({ Properties }, template) => {
      const metric = metricOf(Properties);
      return metric === undefined ? readsWrittenMetrics(Properties.Metrics) : isWritten(metric, template);
    },
    breakIt: ({ Properties }) => {
      if (Properties.MetricName) Properties.MetricName = "mistyped";
      else Properties.Metrics = [{ Expression: 'SELECT MAX(mistyped) FROM SCHEMA("HrFlowRelay", vendor)' }];
    },
  },
  {
    type: ALARM,
    promise: "looks back no further than CloudWatch does: 3 hours in a query, a day, a week by the hour",
    isKept: ({ Properties }) => {
      const isQuery = Properties.Metrics !== undefined;
      const period = Number(isQuery ? at(Properties.Metrics, "0.Period") : Properties.Period);
      const watched = period * Number(Properties.EvaluationPeriods);
      const longest = isQuery ? 3 * 3600 : period < 3600 ? A_DAY_IN_SECONDS : 7 * A_DAY_IN_SECONDS;
      return period % 60 === 0 && watched <= longest;
    },
    breakIt: set("EvaluationPeriods", 2016),
  },
  {
    type: ALARM,
    promise: "rings when something is there, or when nothing is: never by a threshold that is always met",
    isKept: ({ Properties }) => {
      const threshold = Number(Properties.Threshold);
      return Properties.ComparisonOperator === "LessThanThreshold"
        ? threshold > 0 && Properties.TreatMissingData === "breaching"
        : threshold > (Properties.ComparisonOperator === "GreaterThanOrEqualToThreshold" ? 0 : -1) &&
            Properties.TreatMissingData !== "breaching";
    },
    breakIt: set("Threshold", -1),
  },
  {
    type: TOPIC,
    promise: "is encrypted by a key of this stack, for CloudWatch may not use AWS's own",
    isKept: ({ Properties }, template) => referredTo(Properties.KmsMasterKeyId, template)?.Type === KEY,
    breakIt: set("KmsMasterKeyId", "alias/aws/sns"),
  },
  {
    type: TOPIC,
    promise: "has a policy of its own",
    isKept: (topic, template) =>
      ofType(template, TOPIC_POLICY).some(
        ({ Properties }) => referredTo(at(Properties.Topics, "0"), template) === topic,
      ),
    breakIt: (_, template) => {
      for (const policy of ofType(template, TOPIC_POLICY)) policy.Properties.Topics = [];
    },
  },
  {
    type: TOPIC_POLICY,
    promise: "lets nothing in but TLS",
    isKept: isTlsOnly,
    breakIt: set("PolicyDocument", { Statement: [] }),
  },
  {
    type: TOPIC_POLICY,
    promise: "lets nobody publish but the alarms of this stack",
    isKept: (policy) => {
      const allowed = statementsOf(policy).filter((statement) => at(statement, "Effect") === "Allow");
      return allowed.length === 1 && allowed.every(isForOwnAlarms);
    },
    breakIt: ({ Properties }) => {
      const statements = at(Properties.PolicyDocument, "Statement") as unknown[];
      statements.push({ Effect: "Allow", Principal: "*", Action: "sns:Publish" });
    },
  },
  {
    type: KEY,
    promise: "is renewed every year",
    isKept: has("EnableKeyRotation", true),
    breakIt: set("EnableKeyRotation", false),
  },
  {
    type: KEY,
    promise: "is used by the alarms of this stack, and by whom the account's IAM lets",
    isKept: ({ Properties }) => {
      const [account, alarms, ...others] = at(Properties.KeyPolicy, "Statement") as unknown[];
      const root = String(at(account, "Principal.AWS.Fn::Sub"));
      return others.length === 0 && root.endsWith(":root") && isForOwnAlarms(alarms);
    },
    breakIt: ({ Properties }) => {
      const statements = at(Properties.KeyPolicy, "Statement") as { Principal: unknown }[];
      for (const statement of statements) statement.Principal = "*";
    },
  },
  {
    type: "AWS::SNS::Subscription",
    promise: "is made only where an address is given",
    isKept: (subscription) => subscription.Condition === "HasAlarmEmail",
    breakIt: (subscription: TemplateResource) => {
      delete subscription.Condition;
    },
  },
];

function isForOwnAlarms(statement: unknown): boolean {
  const condition = at(statement, "Condition");
  const source = String(at(condition, "ArnLike.aws:SourceArn.Fn::Sub"));
  return (
    at(statement, "Principal.Service") === CLOUDWATCH &&
    at(condition, "StringEquals.aws:SourceAccount.Ref") === "AWS::AccountId" &&
    source.endsWith(`:alarm:\${AWS::StackName}-*`)
  );
}
