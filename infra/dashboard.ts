/** One look that tells whether profiles flow: all workflows together at the top, each of its own below. */
import type { Connector } from "../lib/connector.ts";
import { connectors as list } from "../lib/connectors/index.ts";
import { alarms } from "./alarms.ts";
import { arnOf, idsOf, type Resource, text } from "./cloudformation.ts";
import { byId, type DeclaredWorkflow, pushFunctions, RECEIVER, updateFunctions } from "./functions.ts";
import { apiMetric, lambdaMetric, queueMetric } from "./metric.ts";
import { asText, chart, inRows, line, type Part, serviceLine, total, type Widget } from "./widgets.ts";

const connectors: readonly Connector[] = list;
const GREEN = "#2ca02c";
const BLUE = "#1f77b4";
const GREY = "#9aa5b1";
const YELLOW = "#e6b800";
const ORANGE = "#ff7f0e";
const RED = "#d62728";
const PURPLE = "#9467bd";

/** An alarm widget shows no more. */
const MAXIMUM_ALARMS = 100;
/** So that the whole stays within the 500 widgets of a dashboard, and the template within its megabyte. */
const MAXIMUM_WORKFLOWS = 100;

const queueFunctions = [...pushFunctions, ...updateFunctions].map(({ name }) => name);
const shortName = (functionName: string) =>
  functionName.replace(/^push-profile-to-/, "→ ").replace(/^update-profiles-in-hrflow-from-/, "← ");

export function dashboard(): Record<string, Resource> {
  return {
    Dashboard: {
      Type: "AWS::CloudWatch::Dashboard",
      Properties: {
        DashboardName: text(`\${AWS::StackName}`),
        DashboardBody: text(JSON.stringify({ start: "-P1D", widgets: widgets() })),
      },
    },
  };
}

/** @param workflows the declared ones, unless a page shows others */
export function widgets(workflows: readonly DeclaredWorkflow[] = [...byId.values()]): Widget[] {
  return inRows([
    { height: 2, parts: [introduction()] },
    { height: 3, parts: [alarmStatus(workflows)] },
    { height: 6, parts: [webhooks(), pushes(), updates()] },
    { height: 6, parts: [lag(), deadLetters(), pending()] },
    { height: 6, parts: [latency(), rateLimits(), credentials()] },
    { height: 6, parts: [waiting(), functionFailures(), api()] },
    ...workflows.slice(0, MAXIMUM_WORKFLOWS).map(ofWorkflow),
  ]);
}

function introduction(): Part {
  const markdown = `**HrFlow Relay, \${AWS::StackName}.** Read from the top: webhooks come in, pushes and updates go out. What fails is tried again for 48 hours; what is given up lies in a dead-letter queue. An alarm that rings has its section in docs/runbook.md; the saved queries are in Logs Insights, under \${AWS::StackName}.`;
  return { type: "text", properties: { markdown } };
}

function alarmStatus(workflows: readonly DeclaredWorkflow[]): Part {
  const ids = Object.keys(alarms(workflows)).slice(0, MAXIMUM_ALARMS);
  return { type: "alarm", properties: { title: "Alarms", alarms: ids.map((id) => asText(arnOf(id))) } };
}

function webhooks(): Part {
  return chart("Webhooks received", "in 5 minutes", [
    total("SUM", "webhooks_received", "Sum", "received", GREEN),
    total("SUM", "messages_stored", "Sum", "messages stored", BLUE),
    total("SUM", "webhooks_refused", "Sum", "refused", RED),
  ]);
}

function pushes(): Part {
  const lines = [
    total("SUM", "pushes_created", "Sum", "created", GREEN),
    total("SUM", "pushes_updated", "Sum", "updated", BLUE),
    total("SUM", "pushes_unchanged", "Sum", "unchanged", GREY),
    total("SUM", "pushes_discarded", "Sum", "discarded", PURPLE),
    total("SUM", "messages_retried", "Sum", "to be tried again", YELLOW),
    total("SUM", "messages_dead_lettered", "Sum", "dead-lettered", RED),
  ];
  return chart("Profiles pushed", "in 5 minutes", lines, { stacked: true });
}

function updates(): Part {
  const lines = [
    total("SUM", "update_write_success", "Sum", "written", GREEN),
    total("SUM", "update_write_unchanged", "Sum", "unchanged", GREY),
    total("SUM", "update_logics_discard", "Sum", "discarded", PURPLE),
    total("SUM", "update_write_failure", "Sum", "not written", ORANGE),
    total("SUM", "update_read_failure", "Sum", "not read", RED),
  ];
  return chart("Candidates brought to HrFlow", "in 5 minutes", lines, { stacked: true });
}

function lag(): Part {
  return chart("From webhook to candidate, worst workflow", "seconds", [
    total("MAX", "push_lag", "p50", "half", BLUE),
    total("MAX", "push_lag", "p90", "nine in ten", GREEN),
    total("MAX", "message_age", "Maximum", "still failing", ORANGE),
  ]);
}

function deadLetters(): Part {
  const visible = "ApproximateNumberOfMessagesVisible";
  return chart("Dead letters that wait for a person", "messages", [
    ...queueFunctions.map((name) =>
      serviceLine(queueMetric(visible, idsOf(name).deadLetters), "Maximum", shortName(name)),
    ),
    ...updateFunctions.map(({ name }) =>
      serviceLine(queueMetric(visible, idsOf(name).missedRuns), "Maximum", `missed runs ${shortName(name)}`),
    ),
  ]);
}

function pending(): Part {
  return chart("Candidates left to later runs", "candidates", [
    total("SUM", "update_pending", "Maximum", "pending", ORANGE),
  ]);
}

const vendors = ["HrFlow", ...connectors.map(({ label }) => label)];

function latency(): Part {
  const lines = vendors.map((vendor) => line("vendor_latency", "p90", { vendor }, vendor));
  return chart("Latency of vendors, nine in ten", "milliseconds", lines);
}

function rateLimits(): Part {
  const lines = vendors.map((vendor) => line("vendor_rate_limited", "Sum", { vendor }, vendor));
  return chart("Answers 429 of vendors", "in 5 minutes", lines);
}

function credentials(): Part {
  return chart("Refused credentials", "in 5 minutes", [
    total("SUM", "credentials_refused", "Sum", "attempts", RED),
  ]);
}

function waiting(): Part {
  const lines = queueFunctions.map((name) =>
    serviceLine(queueMetric("ApproximateAgeOfOldestMessage", idsOf(name).queue), "Maximum", shortName(name)),
  );
  return chart("Age of the oldest message", "seconds", lines);
}

function functionFailures(): Part {
  const functions = [RECEIVER, ...queueFunctions];
  return chart("Functions that fail or are throttled", "in 5 minutes", [
    ...functions.map((name) => serviceLine(lambdaMetric("Errors", name), "Sum", `${shortName(name)} errors`)),
    ...functions.map((name) =>
      serviceLine(lambdaMetric("Throttles", name), "Sum", `${shortName(name)} throttled`),
    ),
  ]);
}

function api(): Part {
  return chart("Requests to the webhooks", "in 5 minutes", [
    serviceLine(apiMetric("Count"), "Sum", "all", GREY),
    serviceLine(apiMetric("4xx"), "Sum", "4xx", ORANGE),
    serviceLine(apiMetric("5xx"), "Sum", "5xx", RED),
  ]);
}

function ofWorkflow({ workflow_id, action, direction }: DeclaredWorkflow): {
  height: number;
  parts: Part[];
} {
  const of = { workflow_id, action };
  if (direction === "push") {
    const outcomes = [
      line("pushes_created", "Sum", of, "created", GREEN),
      line("pushes_updated", "Sum", of, "updated", BLUE),
      line("pushes_unchanged", "Sum", of, "unchanged", GREY),
      line("pushes_discarded", "Sum", of, "discarded", PURPLE),
      line("messages_retried", "Sum", of, "to be tried again", YELLOW),
    ];
    const ages = [
      line("push_lag", "p90", of, "done, nine in ten", GREEN),
      line("message_age", "Maximum", of, "still failing", ORANGE),
    ];
    return {
      height: 5,
      parts: [
        chart(`${workflow_id}: pushed`, "in 5 minutes", outcomes, { stacked: true }),
        chart(`${workflow_id}: time since the webhook`, "seconds", ages),
      ],
    };
  }
  const written = [
    line("update_write_success", "Sum", of, "written", GREEN),
    line("update_write_unchanged", "Sum", of, "unchanged", GREY),
    line("update_write_failure", "Sum", of, "not written", ORANGE),
    line("updates_completed", "Sum", of, "runs completed", BLUE),
  ];
  const behind = [
    line("update_oldest_pending_age", "Maximum", of, "oldest change to be written", ORANGE),
    line("update_cursor_age", "Maximum", of, "cursor", BLUE),
  ];
  return {
    height: 5,
    parts: [
      chart(`${workflow_id}: brought to HrFlow`, "in 5 minutes", written),
      chart(`${workflow_id}: how far behind`, "seconds", behind),
    ],
  };
}
