/** docs/runbook.md: every alarm has its section, every section its alarm, and what it tells to type is taken. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { checkedSamples } from "../../docs/generate/sample-workflows.ts";
import { alarms } from "../../infra/alarms.ts";
import { pushFunctions, updateFunctions } from "../../infra/functions.ts";
import limits from "../../infra/limits.json" with { type: "json" };
import { savedQueries } from "../../infra/queries.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/runbook.md");
const [, ofAlarms = "", others = ""] = page.split(/^## (?:When an alarm rings|On other occasions)$/m);
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
const headingsIn = (part: string) => [...part.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);

const alarmList = Object.values(alarms(checkedSamples));
const anchors = alarmList.map(({ Properties }) => String(Properties.AlarmDescription).split("#")[1] ?? "");

test("each alarm has its section, and each section an alarm", () => {
  expect(headingsIn(ofAlarms).map(anchorOf).sort()).toEqual([...new Set(anchors)].sort());
});

test.each(headingsIn(ofAlarms))("%s: what it means, where to look, what to do", (heading) => {
  const section = ofAlarms.split(/^### /m).find((one) => one.startsWith(`${heading}\n`)) ?? "";
  const parts = [...section.matchAll(/^\*\*(\w+)\.\*\* (.+)/gm)];
  expect(parts.map(([, part]) => part)).toEqual(["Means", "Look", "Do"]);
});

test("an outage of a day has its section", () => {
  expect(headingsIn(others)).toContain("An ATS has been down for a day");
});

test("links lead to sections of the page", () => {
  const known = headingsIn(page).map(anchorOf);
  const linked = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(linked.filter((anchor) => !known.includes(anchor ?? ""))).toEqual([]);
});

test("the saved queries that it names are there, and all of them are named", () => {
  const named = [...page.matchAll(/saved query `([^`]+)`|, `(one run|latency of vendors)`/g)];
  const names = new Set(named.map(([, first, second]) => first ?? second));
  expect([...names].sort()).toEqual(savedQueries.map(({ name }) => name).sort());
});

test("it tells how many alarms there are", () => {
  expect(page).toContain(`${alarmList.length} alarms with the sample workflows`);
});

test("it tells how long dead letters wait, wherever it does", () => {
  const { queue = "", letters = "" } =
    /They wait there for (?<queue>\d+) days.*where they wait for (?<letters>\d+) days more/s.exec(page)
      ?.groups ?? {};
  expect([queue, letters].map(Number)).toEqual([limits.push.retentionInDays, limits.push.retentionInDays]);
});

test("the functions and queues that its commands name are deployed", () => {
  const named = [...page.matchAll(/"\$STACK-([\w-]+)"/g)].map(([, name = ""]) => name);
  const functions = [...pushFunctions, ...updateFunctions].map(({ name }) => name);
  const deployed = [...functions, ...updateFunctions.map(({ name }) => `${name}-missed-runs`)];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !deployed.includes(name))).toEqual([]);
});

describe("what is typed", () => {
  const commands = [...page.matchAll(/^ask ([\w-]+) '(.+)'$/gm)].map(([, name = "", event = ""]) => [
    name,
    event,
  ]);

  test.each(commands)("%s takes %s", (name, event) => {
    const schema: object = JSON.parse(read(`docs/schemas/${name}.schema.json`));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    validate(JSON.parse(event ?? ""));
    expect(validate.errors).toBeNull();
  });
});
