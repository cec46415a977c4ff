/**
 * The parts of a dashboard. All text here is for `Fn::Sub`: `${AWS::Region}` and the like are filled in by CloudFormation.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import { METRICS, type MetricName } from "../lib/observability/metrics.ts";
import type { Reference } from "./cloudformation.ts";
import { METRICS_NAMESPACE, type ServiceMetric } from "./metric.ts";

export type Statistic = "Maximum" | "Sum" | "p50" | "p90";

interface LineOptions {
  label: string;
  stat?: Statistic;
  color?: string;
  expression?: string;
}
/** A metric, as namespace, name, then name and value of each dimension; or an expression. Its options come last. */
export type Line = [...string[], LineOptions] | [LineOptions];

export interface Widget {
  type: "metric" | "text" | "alarm";
  x: number;
  y: number;
  width: number;
  height: number;
  properties: ChartProperties | { markdown: string } | { title: string; alarms: string[] };
}

export interface ChartProperties {
  title: string;
  region: string;
  view: "timeSeries";
  stacked: boolean;
  period: number;
  metrics: Line[];
  yAxis: { left: { min: 0; label: string; showUnits: false } };
}

/** A widget that has no place yet. */
export type Part = Pick<Widget, "type" | "properties">;

const FIVE_MINUTES = 300;

export function chart(
  title: string,
  unit: string,
  metrics: Line[],
  { stacked = false }: { stacked?: boolean } = {},
): Part {
  const yAxis = { left: { min: 0 as const, label: unit, showUnits: false as const } };
  return {
    type: "metric",
    properties: {
      title,
      region: `\${AWS::Region}`,
      view: "timeSeries",
      stacked,
      period: FIVE_MINUTES,
      metrics,
      yAxis,
    },
  };
}

/** One of Relay's metrics, of one workflow, webhook or vendor. */
export function line(
  name: MetricName,
  stat: Statistic,
  values: Record<string, string>,
  label: string,
  color?: string,
): Line {
  const dimensions = METRICS[name].dimensions.flatMap((dimension) => [dimension, values[dimension] ?? ""]);
  return [METRICS_NAMESPACE, name, ...dimensions, { label, stat, ...(color !== undefined && { color }) }];
}

/**
 * One of Relay's metrics, all webhooks, workflows or vendors (up to 500) together.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export function total(
  together: "MAX" | "SUM",
  name: MetricName,
  stat: Statistic,
  label: string,
  color?: string,
): Line {
  const schema = [`"${METRICS_NAMESPACE}"`, ...METRICS[name].dimensions].join(",");
  const expression = `${together}(SEARCH('{${schema}} MetricName="${name}"', '${stat}'))`;
  return [{ expression, label, ...(color !== undefined && { color }) }];
}

/** A metric of one of AWS's services. */
export function serviceLine(
  { namespace, name, dimension, value }: ServiceMetric,
  stat: Statistic,
  label: string,
  color?: string,
): Line {
  const options = { label, stat, ...(color !== undefined && { color }) };
  return [namespace, name, dimension, asText(value), options];
}

/** A value that CloudFormation fills in, as it stands in a text. */
export function asText(reference: Reference): string {
  if ("Ref" in reference) return `\${${reference.Ref}}`;
  if ("Fn::GetAtt" in reference) return `\${${reference["Fn::GetAtt"].join(".")}}`;
  return reference["Fn::Sub"];
}

const COLUMNS = 24;

/** Puts parts side by side, each row below the last. */
export function inRows(rows: { height: number; parts: Part[] }[]): Widget[] {
  const widgets: Widget[] = [];
  let y = 0;
  for (const { height, parts } of rows) {
    const width = COLUMNS / parts.length;
    for (const [index, part] of parts.entries())
      widgets.push({ ...part, x: index * width, y, width, height });
    y += height;
  }
  return widgets;
}
