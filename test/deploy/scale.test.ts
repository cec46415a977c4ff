/** docs/scale.md: its tables are made by `npm run docs`, and what its text says of them is so. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { costOf, OUTCOMES, totalOf, VENDORS } from "../../docs/generate/scale.ts";
import facts from "../../docs/scale.json" with { type: "json" };
import limits from "../../infra/limits.json" with { type: "json" };

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

test("waiting costs by the memory, and the processor's time does not", () => {
  const timeOf = (batch: number, memory: number) => costOf(teamtailor, "created", batch, memory).time;
  const saved = timeOf(1, 1024) - timeOf(1, 256);
  const [calls, writes] = [facts.counted["teamtailor: created"].vendor_calls + 1, 3];
  const waitingInSeconds =
    (calls * facts.assumed.vendor_call_in_ms + writes * facts.assumed.aws_call_in_ms) / 1000;
  expect(saved).toBeCloseTo(prices.lambda_arm64_gb_second.usd * waitingInSeconds * 0.75, 6);
});

test("every table of the page is filled in", () => {
  for (const name of ["costs", "usage", "prices"])
    expect(page).toMatch(
      new RegExp(`<!-- ${name} -->\\n\\n\\|.*\\|\\n\\| --- .*\\n(\\|.*\\|\\n)+\\n<!-- / -->`),
    );
});

test("a function has the memory that was measured for it", () => {
  const deployed = readFileSync(new URL("../../serverless.yml", import.meta.url), "utf8");
  for (const name of Object.keys(limits.memoryInMegabytes))
    expect(deployed).toContain(`memorySize: \${file(infra/limits.json):memoryInMegabytes.${name}}`);
});
