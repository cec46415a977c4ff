/**
 * Questions to the logs that are saved in Logs Insights: docs/runbook.md says when to ask which. Where a query has `…`, put
 * what you look for.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
import type { Connector } from "../lib/connector.ts";
import { connectors as list } from "../lib/connectors/index.ts";
import { idsOf, type Resource, ref, text } from "./cloudformation.ts";
import { pushFunctions, RECEIVER, updateFunctions } from "./functions.ts";

interface SavedQuery {
  id: string;
  name: string;
  /** Whose logs it reads. */
  functions: string[];
  lines: string[];
}

const connectors: readonly Connector[] = list;
const pushes = pushFunctions.map(({ name }) => name);
const workers = [...pushes, ...updateFunctions.map(({ name }) => name)];

const vendors = ["HrFlow", ...connectors.map(({ label }) => label)];
const meanLatency = (vendor: string) => {
  const calls = `vendor_calls.${vendor}`;
  return `sum(${calls}.duration_ms) / sum(${calls}.calls) as ${vendor}_ms, sum(${calls}.calls) as ${vendor}_calls`;
};

export const savedQueries: SavedQuery[] = [
  {
    id: "QueryRun",
    name: "one run",
    functions: workers,
    lines: [
      'filter run_id = "…"',
      "fields @timestamp, level, message, profile_key, row_id, outcome, reason, detail",
      "sort @timestamp",
    ],
  },
  {
    id: "QueryFailures",
    name: "failures of one workflow",
    functions: workers,
    lines: [
      'filter workflow_id = "…" and ispresent(reason) and reason != "none"',
      "fields @timestamp, message, profile_key, row_id, reason, detail, run_id",
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  {
    id: "QueryFailureReasons",
    name: "why workflows fail",
    functions: workers,
    lines: [
      'filter ispresent(reason) and reason != "none"',
      "stats count(*) as times, latest(detail) as last_detail, latest(@timestamp) as last by workflow_id, reason, message",
      "sort times desc",
    ],
  },
  {
    id: "QueryRefusedWebhooks",
    name: "refused webhooks",
    functions: [RECEIVER],
    lines: [
      'filter message in ["webhook refused", "webhook secret not usable", "webhook not stored", "function failed"]',
      "stats count(*) as times, latest(@timestamp) as last by message, webhook, status, reason, detail",
      "sort times desc",
    ],
  },
  {
    id: "QueryFunctionFailures",
    name: "functions that broke off",
    functions: [RECEIVER, ...workers],
    lines: [
      // The second is Lambda's own line: `timeout`, `error` or `failure`, and with Runtime.ExitError mostly memory.
      'filter message = "function failed" or (type = "platform.report" and record.status != "success")',
      "fields @timestamp, @log, message, reason, detail, record.status, record.errorType, record.metrics.maxMemoryUsedMB, record.metrics.durationMs",
      "sort @timestamp desc",
      "limit 200",
    ],
  },
  {
    id: "QueryVendorLatency",
    name: "latency of vendors",
    functions: workers,
    lines: [
      'filter message in ["profile pushed", "profile not pushed", "run finished"]',
      `stats ${vendors.map(meanLatency).join(", ")} by bin(1h)`,
    ],
  },
  {
    id: "QueryProfile",
    name: "all attempts on one profile",
    functions: pushes,
    lines: [
      'filter profile_key = "…"',
      "fields @timestamp, workflow_id, message, outcome, reason, detail, attempt, next_attempt_in_seconds, run_id",
      "sort @timestamp",
    ],
  },
];

export function queries(): Record<string, Resource> {
  return Object.fromEntries(
    savedQueries.map(({ id, name, functions, lines }) => [
      id,
      {
        Type: "AWS::Logs::QueryDefinition",
        Properties: {
          Name: text(`\${AWS::StackName}/${name}`),
          LogGroupNames: functions.map((one) => ref(idsOf(one).logGroup)),
          QueryString: lines.join("\n| "),
        },
      },
    ]),
  );
}
