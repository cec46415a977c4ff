import { METRICS } from "../../../lib/observability/metrics.ts";
import { at, everythingIn, type Template } from "../template.ts";

/** The stack's own namespace. */
export const OWN_NAMESPACE = `HrFlowRelay/\${AWS::StackName}`;

/** Which resource a metric of AWS is of, and which of its metrics are used. */
const OF_AWS: Record<string, { dimension: string; type: string; names: RegExp }> = {
  "AWS/Lambda": {
    dimension: "FunctionName",
    type: "AWS::Lambda::Function",
    names: /^(Errors|Throttles|Duration|Invocations|ConcurrentExecutions)$/,
  },
  "AWS/SQS": {
    dimension: "QueueName",
    type: "AWS::SQS::Queue",
    names: /^(ApproximateNumberOfMessagesVisible|ApproximateAgeOfOldestMessage)$/,
  },
  "AWS/ApiGateway": { dimension: "ApiId", type: "AWS::ApiGatewayV2::Api", names: /^(4xx|5xx|Count)$/ },
};

export interface NamedMetric {
  namespace: string;
  name: string;
  /** By name; of a metric of AWS the value is the id of a resource. */
  dimensions: Record<string, string>;
}

/** Whether somebody writes this metric: lib/observability/metrics.ts, or AWS for a resource of this stack. */
export function isWritten({ namespace, name, dimensions }: NamedMetric, template: Template): boolean {
  if (namespace === OWN_NAMESPACE) {
    return sameNames(Object.keys(dimensions), name) && !Object.values(dimensions).includes("");
  }
  const known = OF_AWS[namespace];
  const [[dimension, id] = [], ...others] = Object.entries(dimensions);
  return (
    known !== undefined &&
    others.length === 0 &&
    known.names.test(name) &&
    dimension === known.dimension &&
    template.Resources[String(id)]?.Type === known.type
  );
}

/** Whether every query or search in a value reads a metric of lib/observability/metrics.ts by all of its dimensions. */
export function readsWrittenMetrics(value: unknown): boolean {
  const queried = [...everythingIn(value)].flatMap((text) =>
    typeof text === "string" ? [...expressionsIn(text)] : [],
  );
  return queried.every(
    ({ namespace, name, dimensions }) => namespace === OWN_NAMESPACE && sameNames(dimensions, name),
  );
}

function* expressionsIn(text: string) {
  const forms = [
    /SELECT \w+\((?<name>\w+)\) FROM SCHEMA\("(?<namespace>[^"]+)", (?<dimensions>[\w, ]+)\)/g,
    /SEARCH\('\{"(?<namespace>[^"]+)",(?<dimensions>[\w,]+)\} MetricName="(?<name>\w+)"'/g,
  ];
  for (const { groups } of forms.flatMap((form) => [...text.matchAll(form)])) {
    const { name = "", namespace = "", dimensions = "" } = groups ?? {};
    yield { name, namespace, dimensions: dimensions.split(/, ?/) };
  }
  // One that is not understood here is a mistake, here or there.
  if (/SELECT|SEARCH/.test(text) && !forms.some((form) => text.match(form))) {
    yield { name: "", namespace: text, dimensions: [] };
  }
}

function sameNames(dimensions: readonly string[], name: string): boolean {
  const defined = Object.hasOwn(METRICS, name) ? METRICS[name as keyof typeof METRICS].dimensions : [];
  return defined.length > 0 && [...defined].sort().join() === [...dimensions].sort().join();
}

/** The metric that an alarm reads; undefined where it is a query. */
export function metricOf(properties: Record<string, unknown>): NamedMetric | undefined {
  if (properties.MetricName === undefined) return undefined;
  const dimensions = (properties.Dimensions ?? []) as { Name: string; Value: unknown }[];
  return {
    namespace: String(at(properties.Namespace, "Fn::Sub") ?? properties.Namespace),
    name: String(properties.MetricName),
    dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, idOrText(Value)])),
  };
}

function idOrText(value: unknown): string {
  return String(at(value, "Ref") ?? at(value, "Fn::GetAtt.0") ?? value);
}
