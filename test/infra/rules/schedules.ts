import { checkedSamples } from "../../../docs/generate/sample-workflows.ts";
import { at, ofType, referredTo, statementsOf, type TemplateResource } from "../template.ts";
import { type Rule, set } from "./rule.ts";

const SCHEDULE = "AWS::Scheduler::Schedule";
const byId = new Map(checkedSamples.map((workflow) => [workflow.workflow_id, workflow]));

export const scheduleRules: Rule[] = [
  {
    type: SCHEDULE,
    promise: "starts a declared workflow, and says nothing else",
    isKept: ({ Properties }) => {
      const { workflow_id, ...others } = JSON.parse(String(at(Properties.Target, "Input")));
      return byId.get(workflow_id)?.direction === "update" && Object.keys(others).length === 0;
    },
    breakIt: change("Input", '{"workflow_id":"removed"}'),
  },
  {
    type: SCHEDULE,
    promise: "starts the function that runs its workflow",
    isKept: ({ Properties }, template) => {
      const { workflow_id } = JSON.parse(String(at(Properties.Target, "Input")));
      const started = referredTo(at(Properties.Target, "Arn"), template)?.Properties.Handler;
      return started === `functions/${byId.get(workflow_id)?.action.replaceAll("_", "-")}.handler`;
    },
    breakIt: change("Arn", { "Fn::GetAtt": ["ReceiveDashhrflowDashwebhookLambdaFunction", "Arn"] }),
  },
  {
    type: SCHEDULE,
    promise: "is tried again, for no longer than until the next time is as good",
    isKept: ({ Properties }) => {
      const retry = at(Properties.Target, "RetryPolicy");
      return (
        Number(at(retry, "MaximumRetryAttempts")) > 0 && Number(at(retry, "MaximumEventAgeInSeconds")) <= 3600
      );
    },
    breakIt: change("RetryPolicy", undefined),
  },
  {
    type: SCHEDULE,
    promise: "keeps what it could not start in a queue that an alarm watches",
    isKept: ({ Properties }, template) => {
      const queue = referredTo(at(Properties.Target, "DeadLetterConfig.Arn"), template);
      return queue !== undefined && isWatched(queue, "ApproximateNumberOfMessagesVisible", template);
    },
    breakIt: change("DeadLetterConfig", undefined),
  },
  {
    type: SCHEDULE,
    promise: "starts a function that keeps what it failed to do in a queue that an alarm watches",
    isKept: ({ Properties }, template) => {
      const started = referredTo(at(Properties.Target, "Arn"), template);
      const queue = referredTo(at(started?.Properties.DeadLetterConfig, "TargetArn"), template);
      return queue !== undefined && isWatched(queue, "ApproximateNumberOfMessagesVisible", template);
    },
    breakIt: change("Arn", { "Fn::GetAtt": ["PushDashprofileDashtoDashteamtailorLambdaFunction", "Arn"] }),
  },
  {
    type: SCHEDULE,
    promise: "has a role that starts its function, keeps what fails, and does nothing else",
    isKept: ({ Properties }, template) => {
      const role = referredTo(at(Properties.Target, "RoleArn"), template);
      const rights = role ? statementsOf(role).flatMap((statement) => at(statement, "Action")) : [];
      return rights.join() === "lambda:InvokeFunction,sqs:SendMessage";
    },
    breakIt: change("RoleArn", { "Fn::GetAtt": ["PushProfileToTeamtailorRole", "Arn"] }),
  },
  {
    type: SCHEDULE,
    promise: "is missed by an alarm when its workflow completes no run",
    isKept: ({ Properties }, template) => {
      const { workflow_id } = JSON.parse(String(at(Properties.Target, "Input")));
      return ofType(template, "AWS::CloudWatch::Alarm").some(
        (alarm) =>
          alarm.Properties.MetricName === "updates_completed" &&
          at(alarm.Properties.Dimensions, "0.Value") === workflow_id,
      );
    },
    breakIt: (_, template) => {
      for (const alarm of ofType(template, "AWS::CloudWatch::Alarm")) alarm.Properties.Dimensions = [];
    },
  },
  {
    type: SCHEDULE,
    promise: "goes by a time zone that is said",
    isKept: ({ Properties }) => typeof Properties.ScheduleExpressionTimezone === "string",
    breakIt: set("ScheduleExpressionTimezone", undefined),
  },
];

/** Whether an alarm reads this metric of the resource. */
export function isWatched(
  resource: TemplateResource,
  metric: string,
  template: Parameters<Rule["isKept"]>[1],
): boolean {
  return ofType(template, "AWS::CloudWatch::Alarm").some(
    ({ Properties }) =>
      Properties.MetricName === metric &&
      referredTo(at(Properties.Dimensions, "0.Value"), template) === resource,
  );
}

function change(property: string, value: unknown): Rule["breakIt"] {
  return ({ Properties }) => {
    Properties.Target = { ...(Properties.Target as object), [property]: value };
  };
}
