/** docs/scale.md: its tables are made by `npm run docs`, and what its text says of them is so. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { costOf, mixedCostOf, OUTCOMES, totalOf, VENDORS } from "../../docs/generate/scale.ts";
import facts from "../../docs/scale.json" with { type: "json" };
import limits from "../../infra/limits.json" with { type: "json" };
import { LARGE_AT_ONCE, LARGE_IN_BYTES } from "../../lib/cv/turn.ts";
import { LINE_OVERHEAD_IN_BYTES } from "./counting.ts";

const page = readFileSync(new URL("../../docs/scale.md", import.meta.url), "utf8");
const { prices } = facts;
const BATCH = limits.push.batchSize;
const teamtailor = VENDORS[0];

test("what an event cannot do without is as dear as the text says", () => {
  const least =
    prices.http_api_request.usd +
    prices.sqs_fifo_request.usd +
    prices.lambda_request.usd +
    2 * prices.dynamodb_write_unit.usd;
  expect(page).toContain(`come to $${least.toFixed(2)} before`);
});

test("the goal of $3 is not met by any event, as the text says", () => {
  const totals = VENDORS.flatMap((vendor) =>
    OUTCOMES.map((outcome) => totalOf(costOf(vendor, outcome, BATCH))),
  );
  expect(Math.min(...totals)).toBeGreaterThan(3);
  expect(page).toContain("**The goal of $3 for a million events is not met.**");
});

test("what is left of the goal is as the text says", () => {
  const { log, time, ...requests } = costOf(teamtailor, "unchanged", BATCH);
  const least = Object.values(requests).reduce((sum, part) => sum + part, 0);
  expect(page).toContain(`costs $${least.toFixed(2)} for them and its share of the batch`);
  expect(page).toContain(`the log ($${log.toFixed(2)}) and the time ($${time.toFixed(2)}) come on top`);

  const withoutLease = 2 * prices.dynamodb_write_unit.usd - prices.dynamodb_read_unit.usd;
  const mixed =
    mixedCostOf(teamtailor, BATCH) - prices.http_api_request.usd - (facts.mix.unchanged / 100) * withoutLease;
  expect(page).toContain(`the mix above would cost $${mixed.toFixed(2)} for Teamtailor`);
  const unchanged = least + log + time - prices.http_api_request.usd - withoutLease;
  expect(unchanged).toBeLessThan(3);
});

test("the shares of the mix are a hundred events", () => {
  expect(Object.values(facts.mix).reduce((sum, share) => sum + share, 0)).toBe(100);
});

test("a line of the access log is as long as told", () => {
  const { provider } = parse(readFileSync(new URL("../../serverless.yml", import.meta.url), "utf8"));
  const usual: Record<string, string> = {
    requestId: "JKJaXmPLvHcESHA=",
    status: "202",
    integrationStatus: "200",
    "error.message": "-",
  };
  const format: string = provider.logs.httpApi.format;
  const line = format.replaceAll(
    /\$context\.([\w.]+)/g,
    (_, name: string) => usual[name] ?? `unknown ${name}`,
  );
  expect(line).not.toContain("unknown");
  expect(line.length + LINE_OVERHEAD_IN_BYTES).toBe(facts.assumed.access_log_bytes);
});

test("the text tells the memory that functions have, and which CVs take turns", () => {
  for (const { name, label } of VENDORS)
    expect(page).toContain(`| ${label} | ${limits.memoryInMegabytes[`push-profile-to-${name}`]} MB |`);
  expect(LARGE_AT_ONCE).toBe(2);
  expect(page).toContain(
    `CVs of more than ${LARGE_IN_BYTES / 1e6} MB, by the size that HrFlow tells, take turns: two at`,
  );
});

test("waiting costs by the memory, and the processor's time does not", () => {
  const timeOf = (batch: number, memory: number) => costOf(teamtailor, "created", batch, memory).time;
  const saved = timeOf(1, 1024) - timeOf(1, 256);
  const [calls, writes] = [facts.counted["teamtailor: created"].vendor_calls + 1, 3];
  const waitingInSeconds =
    (calls * facts.assumed.vendor_call_in_ms + writes * facts.assumed.aws_call_in_ms) / 1000;
  expect(saved).toBeCloseTo(prices.lambda_arm64_gb_second.usd * waitingInSeconds * 0.75, 6);
});

test("every table of the page is filled in", () => {
  for (const name of ["costs", "mix", "usage", "prices"])
    expect(page).toMatch(
      new RegExp(`<!-- ${name} -->\\n\\n\\|.*\\|\\n\\| --- .*\\n(\\|.*\\|\\n)+\\n<!-- / -->`),
    );
});

test("a function has the memory that was measured for it", () => {
  const deployed = readFileSync(new URL("../../serverless.yml", import.meta.url), "utf8");
  for (const name of Object.keys(limits.memoryInMegabytes))
    expect(deployed).toContain(`memorySize: \${file(infra/limits.json):memoryInMegabytes.${name}}`);
});
