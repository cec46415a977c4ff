/**
 * What wakes somebody. Each alarm has a section in docs/runbook.md, by the name of its kind. CloudWatch bills an alarm by
 * the metrics that it reads, some $0.10 a month each: docs/runbook.md tells how many there are.
 */
import {
  ANY_LOSS,
  ANY_MESSAGE,
  ANY_REFUSAL,
  type Condition,
  HOUR,
  LONG_RETRY,
  LONG_WAIT,
  SEVERAL_ERRORS,
  STALE_CHANGE,
  STEADY_THROTTLING,
} from "./alarm-conditions.ts";
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
      query("SUM", "webhooks_refused", "webhook != '(unknown)'"),
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
