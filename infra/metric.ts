/** What CloudWatch counts: the metrics of Relay, and those of AWS's services for its resources. */
import { METRICS, type MetricName, NAMESPACE } from "../lib/observability/metrics.ts";
import { idsOf, type Reference, ref, text } from "./cloudformation.ts";

/** Each stack has its own, so that stages in one account do not count together. For `Fn::Sub`. */
export const METRICS_NAMESPACE = `${NAMESPACE}/\${AWS::StackName}`;

/** One metric of one resource of this stack. */
export interface ServiceMetric {
  namespace: string;
  name: string;
  dimension: string;
  /** The dimension's value. */
  value: Reference;
}

export function lambdaMetric(name: string, functionName: string): ServiceMetric {
  return {
    namespace: "AWS/Lambda",
    name,
    dimension: "FunctionName",
    value: ref(idsOf(functionName).function),
  };
}

/** @param queueId of the template */
export function queueMetric(name: string, queueId: string): ServiceMetric {
  return {
    namespace: "AWS/SQS",
    name,
    dimension: "QueueName",
    value: { "Fn::GetAtt": [queueId, "QueueName"] },
  };
}

/** The HTTP API's names are without "Error": `4xx`, `5xx`, `Count`. */
export function apiMetric(name: string): ServiceMetric {
  return { namespace: "AWS/ApiGateway", name, dimension: "ApiId", value: ref("HttpApi") };
}

/**
 * One number over all webhooks, workflows or vendors, however many there are: a query of CloudWatch Metrics Insights,
 * for `Fn::Sub`. It reads at most 10,000 metrics.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
export function query(statistic: "MAX" | "SUM", name: MetricName, where?: string): string {
  const schema = [`"${METRICS_NAMESPACE}"`, ...METRICS[name].dimensions].join(", ");
  const condition = where === undefined ? "" : ` WHERE ${where}`;
  return `SELECT ${statistic}(${name}) FROM SCHEMA(${schema})${condition}`;
}

/** The namespace of Relay's metrics, as a property of the template. */
export const metricsNamespace: Reference = text(METRICS_NAMESPACE);
