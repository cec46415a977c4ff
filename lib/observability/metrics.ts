/**
 * What Relay measures, and how it tells CloudWatch: as lines of JSON in the log (embedded metric format), which cost no call.
 * A dimension is the name of a webhook or a workflow, or a word of ours; never a key of a profile or a candidate.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Outcome, RunEvents } from "../run/answer.ts";

/** Deployed, each stack has a namespace of its own (METRICS_NAMESPACE), so that stages do not count together. */
export const NAMESPACE = "HrFlowRelay";
/** CloudWatch takes so many values of one metric in one line. */
const MAXIMUM_VALUES = 100;

interface Definition {
  unit: "Count" | "Milliseconds" | "Seconds";
  dimensions: readonly string[];
}

const OF_WEBHOOK = ["webhook"] as const;
const OF_WORKFLOW = ["workflow_id", "action"] as const;
const OF_VENDOR = ["vendor"] as const;

/** Every metric; docs/observability.md says when each is written. */
export const METRICS = {
  webhooks_received: { unit: "Count", dimensions: OF_WEBHOOK },
  webhooks_refused: { unit: "Count", dimensions: [...OF_WEBHOOK, "status"] },
  messages_stored: { unit: "Count", dimensions: OF_WEBHOOK },
  messages_retried: { unit: "Count", dimensions: OF_WORKFLOW },
  message_age: { unit: "Seconds", dimensions: OF_WORKFLOW },
  messages_dead_lettered: { unit: "Count", dimensions: [...OF_WORKFLOW, "reason"] },

  pushes_created: { unit: "Count", dimensions: OF_WORKFLOW },
  pushes_updated: { unit: "Count", dimensions: OF_WORKFLOW },
  pushes_unchanged: { unit: "Count", dimensions: OF_WORKFLOW },
  pushes_discarded: { unit: "Count", dimensions: OF_WORKFLOW },
  pushes_failed: { unit: "Count", dimensions: OF_WORKFLOW },
  push_lag: { unit: "Seconds", dimensions: OF_WORKFLOW },

  update_read_success: { unit: "Count", dimensions: OF_WORKFLOW },
  update_read_failure: { unit: "Count", dimensions: OF_WORKFLOW },
  update_logics_discard: { unit: "Count", dimensions: OF_WORKFLOW },
  update_logics_failure: { unit: "Count", dimensions: OF_WORKFLOW },
  update_format_failure: { unit: "Count", dimensions: OF_WORKFLOW },
  update_write_success: { unit: "Count", dimensions: OF_WORKFLOW },
  update_write_unchanged: { unit: "Count", dimensions: OF_WORKFLOW },
  update_write_failure: { unit: "Count", dimensions: OF_WORKFLOW },
  update_callback_executed: { unit: "Count", dimensions: OF_WORKFLOW },
  update_callback_failure: { unit: "Count", dimensions: OF_WORKFLOW },
  updates_completed: { unit: "Count", dimensions: OF_WORKFLOW },
  update_pending: { unit: "Count", dimensions: OF_WORKFLOW },
  update_oldest_pending_age: { unit: "Seconds", dimensions: OF_WORKFLOW },
  update_cursor_age: { unit: "Seconds", dimensions: OF_WORKFLOW },

  credentials_refused: { unit: "Count", dimensions: OF_WORKFLOW },

  vendor_latency: { unit: "Milliseconds", dimensions: OF_VENDOR },
  vendor_rate_limited: { unit: "Count", dimensions: OF_VENDOR },
} as const satisfies Record<string, Definition> &
  Record<`pushes_${Outcome}` | `update_${keyof RunEvents}`, Definition>;

export type MetricName = keyof typeof METRICS;
type Dimension<Name extends MetricName> = (typeof METRICS)[Name]["dimensions"][number];

/** Takes what is measured in the course of an invocation, and writes it at its end. */
export interface Metrics {
  /** Of `about`, only the dimensions of the metric are used. */
  add<Name extends MetricName>(name: Name, value: number, about: Record<Dimension<Name>, string>): void;
  /** Writes what was added since the last time, in as few lines as can hold it. */
  flush(): void;
}

/** The values of metrics that have their dimensions in common. */
interface Measured {
  dimensions: Record<string, string>;
  values: Map<MetricName, number[]>;
}

export function createMetrics(
  now: () => number,
  write: (line: string) => void,
  namespace = NAMESPACE,
): Metrics {
  const measured = new Map<string, Measured>();

  function flush(): void {
    for (const sets of shareLines(measured.values())) write(toLine(namespace, sets, now()));
    measured.clear();
  }

  return {
    add(name, value, about) {
      if (!Number.isFinite(value)) return;
      const named: readonly string[] = METRICS[name].dimensions;
      const dimensions = Object.fromEntries(
        named.map((key) => [key, (about as Record<string, string>)[key] ?? ""]),
      );
      const set = JSON.stringify(dimensions);
      const { values } = measured.get(set) ?? { values: new Map<MetricName, number[]>() };
      const ofThis = values.get(name) ?? [];
      ofThis.push(value);
      values.set(name, ofThis);
      measured.set(set, { dimensions, values });
      if (ofThis.length === MAXIMUM_VALUES) flush();
    },
    flush,
  };
}

/** Each line is paid for by its bytes: one holds as many sets as do not contradict each other, above all all of one push. */
function shareLines(measured: Iterable<Measured>): Measured[][] {
  const lines: Measured[][] = [];
  for (const set of measured) {
    const line = lines.find((others) => others.every((other) => canShare(set, other)));
    if (line === undefined) lines.push([set]);
    else line.push(set);
  }
  return lines;
}

/** A dimension and a metric are members of the line, each by its name: so each has one value there. */
function canShare(one: Measured, other: Measured): boolean {
  const isSame = ([name, value]: [string, string]) => (other.dimensions[name] ?? value) === value;
  return (
    Object.entries(one.dimensions).every(isSame) &&
    [...one.values.keys()].every((name) => !other.values.has(name))
  );
}

function toLine(namespace: string, sets: readonly Measured[], timestamp: number): string {
  const directives = sets.map(({ dimensions, values }) => ({
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: METRICS[name].unit })),
  }));
  const measured = sets.flatMap(({ values }) => [...values]);
  return JSON.stringify({
    _aws: { Timestamp: timestamp, CloudWatchMetrics: directives },
    ...Object.assign({}, ...sets.map(({ dimensions }) => dimensions)),
    ...Object.fromEntries(measured.map(([name, all]) => [name, all.length === 1 ? all[0] : all])),
  });
}
