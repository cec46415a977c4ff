import { readFileSync } from "node:fs";
import type { Line, Widget } from "../../../infra/widgets.ts";
import { at, ofType, referredTo, type Template, type TemplateResource } from "../template.ts";
import { isWritten, readsWrittenMetrics } from "./metrics.ts";
import { type Rule, set } from "./rule.ts";

const DASHBOARD = "AWS::CloudWatch::Dashboard";
const QUERY = "AWS::Logs::QueryDefinition";
const MAXIMUM_WIDGETS = 500;
const MAXIMUM_METRICS_OF_A_WIDGET = 500;
const MAXIMUM_ALARMS_OF_A_WIDGET = 100;

const page = readFileSync(new URL("../../../docs/observability.md", import.meta.url), "utf8");
const logged = new Set([...page.matchAll(/`(\w+(?:\.\w+)*)`/g)].map(([, word = ""]) => word));
/** The words of Logs Insights itself that are used. */
const WORDS_OF_QUERIES =
  /^(filter|fields|sort|stats|limit|by|as|and|or|in|desc|asc|count|sum|avg|max|pct|latest|bin|ispresent|\d+h?)$/;

export const dashboardRules: Rule[] = [
  {
    type: DASHBOARD,
    promise: "shows metrics that are written, of resources that are there",
    isKept: (dashboard, template) =>
      widgetsOf(dashboard).every(
        (widget) =>
          readsWrittenMetrics(widget) && linesOf(widget).every((line) => isKnownLine(line, template)),
      ),
    breakIt: changeBody((body) => body.replaceAll("pushes_created", "pushes_made")),
  },
  {
    type: DASHBOARD,
    promise: "has a name for every line",
    isKept: (dashboard) =>
      widgetsOf(dashboard).every((widget) =>
        linesOf(widget).every((line) => String(at(line.at(-1), "label") ?? "") !== ""),
      ),
    breakIt: changeBody((body) => body.replaceAll('"label":"received"', '"label":""')),
  },
  {
    type: DASHBOARD,
    promise: "has the unit at every axis",
    isKept: (dashboard) =>
      widgetsOf(dashboard).every(
        ({ type, properties }) =>
          type !== "metric" || String(at(properties, "yAxis.left.label") ?? "") !== "",
      ),
    breakIt: changeBody((body) => body.replaceAll('"label":"seconds"', '"label":""')),
  },
  {
    type: DASHBOARD,
    promise: "shows all alarms, as far as a widget can",
    isKept: (dashboard, template) => {
      const shown = widgetsOf(dashboard).flatMap(
        ({ properties }) => (at(properties, "alarms") ?? []) as string[],
      );
      const ids = shown.map((arn) => /^\$\{(.+)\.Arn\}$/.exec(arn)?.[1] ?? "");
      const alarms = ofType(template, "AWS::CloudWatch::Alarm");
      return (
        ids.every((id) => alarms.includes(template.Resources[id] as TemplateResource)) &&
        ids.length === Math.min(alarms.length, MAXIMUM_ALARMS_OF_A_WIDGET)
      );
    },
    breakIt: changeBody((body) => body.replace(/"\$\{Alarm[^}]+\}",/, "")),
  },
  {
    type: DASHBOARD,
    promise: "is no larger than CloudWatch takes, and no widget lies over another",
    isKept: (dashboard) => {
      const widgets = widgetsOf(dashboard);
      return (
        widgets.length <= MAXIMUM_WIDGETS &&
        widgets.every((widget) => linesOf(widget).length <= MAXIMUM_METRICS_OF_A_WIDGET) &&
        widgets.every(({ x, width }) => Number.isInteger(x) && x + width <= 24) &&
        !widgets.some((one, index) => widgets.slice(index + 1).some((other) => overlap(one, other)))
      );
    },
    breakIt: changeBody((body) => body.replaceAll(/"y":\d+/g, '"y":0')),
  },
  {
    type: QUERY,
    promise: "reads the logs of functions of this stack",
    isKept: ({ Properties }, template) => {
      const groups = Properties.LogGroupNames as unknown[];
      return (
        groups.length > 0 &&
        groups.every((group) => referredTo(group, template)?.Type === "AWS::Logs::LogGroup")
      );
    },
    breakIt: set("LogGroupNames", ["/aws/lambda/another"]),
  },
  {
    type: QUERY,
    promise: "asks for fields that are logged",
    isKept: ({ Properties }) => fieldsIn(String(Properties.QueryString)).every((field) => logged.has(field)),
    breakIt: set("QueryString", "filter mistyped = 1"),
  },
  {
    type: QUERY,
    promise: "is found under the stack's name",
    isKept: ({ Properties }) =>
      /^\$\{AWS::StackName\}\/[a-z ]+$/.test(String(at(Properties.Name, "Fn::Sub"))),
    breakIt: set("Name", "failures"),
  },
];

export function widgetsOf({ Properties }: TemplateResource): Widget[] {
  const body = String(at(Properties.DashboardBody, "Fn::Sub"));
  return (JSON.parse(body) as { widgets: Widget[] }).widgets;
}

function linesOf({ properties }: Widget): Line[] {
  return (at(properties, "metrics") ?? []) as Line[];
}

function isKnownLine(line: Line, template: Template): boolean {
  const [namespace, name, ...dimensions] = line.slice(0, -1) as string[];
  if (namespace === undefined) return at(line[0], "expression") !== undefined;
  const pairs: [string, string][] = [];
  for (let index = 0; index < dimensions.length; index += 2) {
    const id = /^\$\{(\w+)(\.\w+)?\}$/.exec(dimensions[index + 1] ?? "")?.[1];
    pairs.push([dimensions[index] ?? "", id ?? dimensions[index + 1] ?? ""]);
  }
  return isWritten({ namespace, name: name ?? "", dimensions: Object.fromEntries(pairs) }, template);
}

function overlap(one: Widget, other: Widget): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** What a query reads: words that are neither its own, nor in quotes, nor names that it gives. */
function fieldsIn(query: string): string[] {
  const words = query.replaceAll(/"[^"]*"/g, "").match(/@?\w+(\.\w+)*/g) ?? [];
  const given = new Set([...query.matchAll(/ as (\w+)/g)].map(([, name = ""]) => name));
  return words
    .filter((word) => !word.startsWith("@") && !WORDS_OF_QUERIES.test(word) && !given.has(word))
    .flatMap((word) =>
      word.startsWith("vendor_calls.") ? ["vendor_calls", word.split(".")[2] ?? ""] : word,
    );
}

function changeBody(change: (body: string) => string): Rule["breakIt"] {
  return ({ Properties }) => {
    Properties.DashboardBody = { "Fn::Sub": change(String(at(Properties.DashboardBody, "Fn::Sub"))) };
  };
}
