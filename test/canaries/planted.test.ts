/** That the search can find: leaks are planted, one in each place and in each form, and every one is found. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { enqueueOne } from "../../lib/queue.ts";
import { putItem } from "../../lib/table.ts";
import { TEAMTAILOR } from "../operator/scene.ts";
import { CANARIES } from "./canaries.ts";
import { findCanaries } from "./find.ts";
import { QUOTES } from "./quotes.ts";
import { leaksOf, openWatchedScene, type WatchedScene } from "./watched-scene.ts";

let scene: WatchedScene;
beforeAll(async () => {
  scene = await openWatchedScene();
});
afterAll(() => scene.stop());

const [first] = CANARIES;
const value = first?.value ?? "";

/** What cuts may cut the mark away as well. */
const CUTS = ["cut short", "without its beginning"];

test.each(CANARIES.map((canary) => [canary.what, canary] as const))(
  "%s is found in every form",
  (what, canary) => {
    const isFound = (way: string) =>
      findCanaries(`{"detail":"x ${QUOTES[way]?.(canary.value)} y"}`).includes(what);
    const missed = Object.keys(QUOTES).filter((way) => !CUTS.includes(way) && !isFound(way));
    expect(missed).toEqual([]);
  },
);

test("so is what is left of one that was cut", () => {
  const missed = CANARIES.filter(({ what, mark }) => {
    return CUTS.some((way) => !findCanaries(QUOTES[way]?.(mark.repeat(2)) ?? "").includes(what));
  });
  expect(missed).toEqual([]);
});

test("in a text without canaries nothing is found", () => {
  const text = JSON.stringify({
    reason: "write_failure",
    detail: "HrFlow GET /profile/indexing: 404",
    key: "ab12".repeat(10),
  });
  expect(findCanaries(text)).toEqual([]);
});

test.each<[string, () => unknown]>([
  ["log", () => scene.environment.log.info("profile pushed", { name: value })],
  ["metrics", () => scene.environment.metrics.add("vendor_latency", 1, { vendor: value })],
  ["console", () => console.error(value)],
  ["calls of DynamoDB", () => putItem({ pk: "link#x", sk: "link" }, { name: value }, scene.environment)],
  ["table", () => putItem({ pk: "link#y", sk: "link" }, { name: value }, scene.environment)],
  ["calls of SQS", () => enqueueOne(TEAMTAILOR, "group", { name: value }, scene.environment)],
  ["queues", () => enqueueOne(TEAMTAILOR, "group", { name: value }, scene.environment)],
  ["answers", () => scene.invoke(TEAMTAILOR, { workflow_id: value })],
  // Past the function itself, for what it throws is cleaned: when a workflow is declared wrongly, it cannot even start.
  ["thrown errors", () => scene.invoke(TEAMTAILOR, {}, { workflow_id: value })],
])("a leak in %s is found there", async (place, leak) => {
  await leaksOf(scene);
  await leak();
  scene.environment.metrics.flush();
  const found = await leaksOf(scene);
  expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${place}: ${first?.what}`)));
});
