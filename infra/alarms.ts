/**
 * What wakes somebody. Each alarm has a section in docs/runbook.md, by the name of its kind. CloudWatch bills an alarm by
 * the metrics that it reads, some $0.10 a month each: docs/runbook.md tells how many there are.
 */
import { idsOf, type Reference, type Resource, ref, text, unmistakable } from "./cloudformation.ts";
import { byId, type DeclaredWorkflow, pushFunctions, RECEIVER, updateFunctions } from "./functions.ts";
import {
  apiMetric,
  lambdaMetric,
  metricsNamespace,
  query,
  queueMetric,
  type ServiceMetric,
} from "./metric.ts";
import { ALARM_TOPIC } from "./notification.ts";
import { longestGapInHours } from "./schedule-gap.ts";

const declared = [...byId.values()];
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** When an alarm rings. */
interface Condition {
  statistic?: "Maximum" | "Sum";
  periodInSeconds: number;
  /** So many periods in a row. */
  periods: number;
  comparison: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  /** What no data at all means. */
  missing: "breaching" | "ignore" | "notBreaching";
}

/** One message is one too many: it waits for a person, and is lost when the queue's 14 days are over. */
const ANY_MESSAGE: Condition = {
  statistic: "Maximum",
  periodInSeconds: 5 * MINUTE,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  missing: "notBreaching",
};
/**
 * A push takes seconds, and a hiccup of a vendor is over in an hour. Two hours are an outage. Messages are given up after 48,
 * so that there is time left to act.
 */
const LONG_WAIT_IN_SECONDS = 2 * HOUR;
const LONG_WAIT: Condition = {
  statistic: "Maximum",
  periodInSeconds: 5 * MINUTE,
  periods: 3,
  comparison: "GreaterThanThreshold",
  threshold: LONG_WAIT_IN_SECONDS,
  missing: "notBreaching",
};
/** Attempts are half an hour apart at most, so that an hour always has one. Queries see three hours. */
const LONG_RETRY: Condition = { ...LONG_WAIT, periodInSeconds: HOUR, periods: 1 };
/** One that fails is tried again by its queue or by Scheduler; three within 15 minutes are a fault that stays. */
const SEVERAL_ERRORS: Condition = {
  statistic: "Sum",
  periodInSeconds: 15 * MINUTE,
  periods: 1,
  comparison: "GreaterThanOrEqualToThreshold",
  threshold: 3,
  missing: "notBreaching",
};
/** HrFlow documents no retry of its webhooks: each of these may be an event that is lost. */
const ANY_LOSS: Condition = {
  statistic: "Sum",
  periodInSeconds: 5 * MINUTE,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  missing: "notBreaching",
};
/** One passes by itself, and what was throttled comes again. For a quarter of an hour on end it does not. */
const STEADY_THROTTLING: Condition = { ...ANY_LOSS, periods: 3 };
/** Attempts are half an hour apart at most. That a rotated secret is read again is no refusal. */
const ANY_REFUSAL: Condition = { ...ANY_LOSS, periodInSeconds: HOUR };
/**
 * Ages count from the beginning of a day: one of three days is a change that has failed for two at least. A daily run has
 * one value a day, so that the alarm stays as it is in between.
 */
const STALE_CHANGE: Condition = {
  periodInSeconds: HOUR,
  periods: 1,
  comparison: "GreaterThanThreshold",
  threshold: 3 * DAY,
  missing: "ignore",
};

/** @param workflows the declared ones, unless a page shows others */
export function alarms(workflows: readonly DeclaredWorkflow[] = declared): Record<string, Resource> {
  const queueFunctions = [...pushFunctions, ...updateFunctions].map(({ name }) => name);
  const visible = "ApproximateNumberOfMessagesVisible";
  const list = [
    ...queueFunctions.map((name) =>
      onService(
        "dead-letters",
        name,
        "has given up messages",
        ANY_MESSAGE,
        queueMetric(visible, idsOf(name).deadLetters),
      ),
    ),
    ...updateFunctions.map(({ name }) =>
      onService(
        "missed-runs",
        name,
        "could not be started, or broke off",
        ANY_MESSAGE,
        queueMetric(visible, idsOf(name).missedRuns),
      ),
    ),
    ...queueFunctions.map((name) =>
      onService(
        "messages-waiting",
        name,
        "has messages that wait for two hours",
        LONG_WAIT,
        queueMetric("ApproximateAgeOfOldestMessage", idsOf(name).queue),
      ),
    ),
    ...[RECEIVER, ...queueFunctions].flatMap((name) => [
      onService("function-errors", name, "fails", SEVERAL_ERRORS, lambdaMetric("Errors", name)),
      onService(
        "function-throttles",
        name,
        "is not given the capacity that it needs",
        // A webhook that is throttled is answered 503, and perhaps lost; a message comes again.
        name === RECEIVER ? ANY_LOSS : STEADY_THROTTLING,
        lambdaMetric("Throttles", name),
      ),
    ]),
    onService("api-errors", "", "Webhooks are answered with 5xx", ANY_LOSS, apiMetric("5xx")),
    onQuery(
      "webhooks-refused",
      "Webhooks of a declared name are refused",
      ANY_LOSS,
      // Names that nobody has declared are anybody's to call.
      query("SUM", "webhooks_refused", { where: "webhook != '(unknown)'" }),
    ),
    onQuery("messages-retried", "Messages fail for two hours", LONG_RETRY, query("MAX", "message_age")),
    onQuery(
      "credentials-refused",
      "A credential is refused",
      ANY_REFUSAL,
      query("SUM", "credentials_refused"),
    ),
    onQuery(
      "updates-pending",
      "A change in the ATS is not written for days",
      STALE_CHANGE,
      query("MAX", "update_oldest_pending_age"),
    ),
    ...workflows.flatMap(stalledUpdate),
  ];
  return Object.fromEntries(list);
}

/** A run is late when it has missed its time twice, and never before so long: a long one goes on in several invocations. */
const LEAST_WATCH_IN_HOURS = 3;
/** CloudWatch looks back no further. A schedule that runs more rarely than that cannot be watched this way. */
const LONGEST_WATCH_IN_HOURS = 7 * 24;

/**
 * One for each workflow with a schedule, for each has its own interval. No data is what it looks for, so it rings, too, from
 * the deployment of a new workflow until its first run is complete.
 */
function stalledUpdate(workflow: DeclaredWorkflow): [string, Resource][] {
  if (workflow.direction !== "update" || !workflow.schedule || !workflow.persist) return [];
  const { expression, time_zone } = workflow.schedule;
  const gap = longestGapInHours(expression, time_zone);
  if (gap === undefined || gap > LONGEST_WATCH_IN_HOURS - 24) return [];
  const hours = Math.min(Math.max(Math.ceil(2 * gap) + 1, LEAST_WATCH_IN_HOURS), LONGEST_WATCH_IN_HOURS);
  const { workflow_id, action } = workflow;
  const condition: Condition = {
    periodInSeconds: HOUR,
    periods: hours,
    comparison: "LessThanThreshold",
    threshold: 1,
    missing: "breaching",
  };
  const metric = {
    Namespace: metricsNamespace,
    MetricName: "updates_completed",
    Dimensions: [
      { Name: "workflow_id", Value: workflow_id },
      { Name: "action", Value: action },
    ],
    Statistic: "Sum",
    Period: HOUR,
  };
  const says = `The workflow ${workflow_id} has completed no run for ${hours} hours`;
  return [alarm("update-stalled", unmistakable(workflow_id), workflow_id, says, condition, metric)];
}

/** On one metric of one resource. */
function onService(
  kind: string,
  subject: string,
  says: string,
  condition: Condition,
  { namespace, name, dimension, value }: ServiceMetric,
): [string, Resource] {
  const metric = {
    Namespace: namespace,
    MetricName: name,
    Dimensions: [{ Name: dimension, Value: value }],
    Statistic: condition.statistic,
    Period: condition.periodInSeconds,
  };
  return alarm(kind, unmistakable(subject), subject, `${subject} ${says}`.trim(), condition, metric);
}

/** On one number over all workflows, so that their count changes nothing. */
function onQuery(kind: string, says: string, condition: Condition, expression: string): [string, Resource] {
  const metric = {
    Metrics: [
      { Id: "all", Expression: text(expression), Period: condition.periodInSeconds, ReturnData: true },
    ],
  };
  return alarm(kind, "", "", says, condition, metric);
}

function alarm(
  kind: string,
  subjectId: string,
  subject: string,
  says: string,
  { periods, comparison, threshold, missing }: Condition,
  metric: object,
): [string, Resource] {
  const words = kind.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  const told: Reference[] = [ref(ALARM_TOPIC)];
  return [
    `Alarm${words}${subjectId}`,
    {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        AlarmName: text([`\${AWS::StackName}`, kind, subject].filter((part) => part !== "").join("-")),
        AlarmDescription: `${says}. What to do: docs/runbook.md#${kind}`,
        ...metric,
        EvaluationPeriods: periods,
        DatapointsToAlarm: periods,
        ComparisonOperator: comparison,
        Threshold: threshold,
        TreatMissingData: missing,
        AlarmActions: told,
        OKActions: told,
      },
    },
  ];
}
