import { arnOf, idsOf, type Resource, unmistakable } from "./cloudformation.ts";
import { type QueueFunction, workflowsOf } from "./functions.ts";
import { allow, roleFor } from "./roles.ts";

/** A run that could not be started is tried for so long; then the next schedule is as good. */
const MAXIMUM_AGE_IN_SECONDS = 3600;
const MAXIMUM_RETRIES = 10;

/**
 * One schedule for each workflow that has one, and the role by which Scheduler starts them.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
 */
export function schedulesOf({ name }: QueueFunction): Record<string, Resource> {
  const ids = idsOf(name);
  const scheduled = workflowsOf(name).flatMap((workflow) =>
    workflow.direction === "update" && workflow.schedule
      ? [{ id: workflow.workflow_id, ...workflow.schedule }]
      : [],
  );
  const schedules = scheduled.map(({ id, expression, time_zone }) => [
    `Schedule${unmistakable(id)}`,
    {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        Description: `Runs the workflow ${id}`,
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: time_zone,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: arnOf(ids.function),
          RoleArn: arnOf(ids.schedulerRole),
          Input: JSON.stringify({ workflow_id: id }),
          RetryPolicy: {
            MaximumEventAgeInSeconds: MAXIMUM_AGE_IN_SECONDS,
            MaximumRetryAttempts: MAXIMUM_RETRIES,
          },
          DeadLetterConfig: { Arn: arnOf(ids.missedRuns) },
        },
      },
    },
  ]);
  if (schedules.length === 0) return {};
  const statements = [
    allow(["lambda:InvokeFunction"], arnOf(ids.function)),
    allow(["sqs:SendMessage"], arnOf(ids.missedRuns)),
  ];
  // Scheduler works for many accounts, and may take this role for ours alone.
  const ours = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
  return {
    [ids.schedulerRole]: roleFor("scheduler.amazonaws.com", "start-scheduled-runs", statements, ours),
    ...Object.fromEntries(schedules),
  };
}
