/** The tables of docs/scale.md: what is counted and measured (docs/scale.json), times the prices. */
import { readFileSync } from "node:fs";
import limits from "../../infra/limits.json" with { type: "json" };
import facts from "../scale.json" with { type: "json" };

const { prices, assumed, measured, counted, mix } = facts;
/** So much memory has one processor. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEGABYTES_OF_A_PROCESSOR = 1769;
export const VENDORS = [
  { name: "teamtailor", label: "Teamtailor", carriesCv: 0 },
  { name: "smartrecruiters", label: "SmartRecruiters", carriesCv: 1 },
  // As base64.
  { name: "flatchr", label: "Flatchr", carriesCv: 4 / 3 },
] as const;
export const OUTCOMES = ["created", "updated", "unchanged", "refused"] as const;
type Vendor = (typeof VENDORS)[number];
type Outcome = (typeof OUTCOMES)[number];

/** In dollars for a million events. */
interface Cost {
  api: number;
  lambdaRequests: number;
  queue: number;
  table: number;
  log: number;
  time: number;
}

/** docs/scale.md with its tables as they are now. */
export function scalePage(): string {
  const page = readFileSync(new URL("../scale.md", import.meta.url), "utf8");
  return Object.entries({
    prices: pricesTable(),
    usage: usageTable(),
    costs: costTable(),
    mix: mixTable(),
  }).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- / -->)`),
        (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`,
      ),
    page,
  );
}

/**
 * An event of HrFlow for one workflow, from the webhook to the candidate.
 *
 * @param batch how many messages share an invocation: one, or as many as were counted together
 */
export function costOf(vendor: Vendor, outcome: Outcome, batch: number, memory = memoryOf(vendor)): Cost {
  const webhook = counted["webhook received"];
  const push = counted[`${vendor.name}: ${outcome}`];
  const receiverInSeconds = gigabyteSeconds(
    assumed.aws_call_in_ms,
    measured.receiver_processor_in_ms,
    RECEIVER_MEMORY,
  );
  const calls = push.vendor_calls + (outcome === "created" ? 1 : 0); // and the CV is fetched
  const waitingInMs = (calls * assumed.vendor_call_in_ms + push.write_units * assumed.aws_call_in_ms) / batch;
  const processorInMs = measured[`${vendor.name}_processor_in_ms`];
  const ofPush = batch === 1 ? push.log_bytes : push.log_bytes_in_batches;
  const bytes = webhook.log_bytes + ofPush + assumed.access_log_bytes;
  return {
    api: prices.http_api_request.usd,
    lambdaRequests: prices.lambda_request.usd * (1 + 1 / batch),
    // The poller receives and deletes.
    queue: prices.sqs_fifo_request.usd * (webhook.sqs_requests + push.sqs_requests + 2 / batch),
    table:
      prices.dynamodb_write_unit.usd * push.write_units + prices.dynamodb_read_unit.usd * push.read_units,
    log: (prices.log_gigabyte.usd * bytes) / 1000,
    time:
      prices.lambda_arm64_gb_second.usd *
      (receiverInSeconds + gigabyteSeconds(waitingInMs, processorInMs, memory)),
  };
}

export function totalOf(cost: Cost): number {
  return Object.values(cost).reduce((sum, part) => sum + part, 0);
}

/** What a million events cost of which so many in a hundred are created, updated, unchanged. */
export function mixedCostOf(vendor: Vendor, batch: number): number {
  const costs = Object.entries(mix).map(
    ([outcome, share]) => (share / 100) * totalOf(costOf(vendor, outcome as keyof typeof mix, batch)),
  );
  return costs.reduce((sum, cost) => sum + cost, 0);
}

const RECEIVER_MEMORY = limits.memoryInMegabytes["receive-hrflow-webhook"];

function memoryOf({ name }: Vendor): number {
  return limits.memoryInMegabytes[`push-profile-to-${name}`];
}

/** The less memory, the less of the processor: its time costs the same, only waiting becomes cheaper. */
function gigabyteSeconds(waitingInMs: number, processorInMs: number, memory: number): number {
  const durationInMs = waitingInMs + (processorInMs * MEGABYTES_OF_A_PROCESSOR) / memory;
  return (durationInMs * memory) / 1024 / 1000;
}

function pricesTable(): string {
  const { region, read_on, ...all } = prices;
  return table(
    ["what", `price, ${region}, ${read_on}`, "page"],
    Object.entries(all).map(([name, { usd, per, page }]) => [
      name.replaceAll("_", " "),
      `$${usd} per ${per}`,
      `<${page}>`,
    ]),
  );
}

function usageTable(): string {
  return table(
    ["", "calls of vendors", "SQS", "write units", "read units", "bytes of log", "in batches"],
    Object.entries(counted).map(([what, usage]) => [
      what,
      "vendor_calls" in usage ? usage.vendor_calls : "–",
      usage.sqs_requests,
      usage.write_units,
      usage.read_units,
      usage.log_bytes,
      "log_bytes_in_batches" in usage ? usage.log_bytes_in_batches : "–",
    ]),
  );
}

function costTable(): string {
  const batch = limits.push.batchSize;
  return table(
    [
      "",
      "API",
      "Lambda requests",
      "SQS",
      "DynamoDB",
      "log",
      "Lambda time",
      "**alone**",
      `**in batches of ${batch}**`,
      "alone, with 1,024 MB",
      "CV out",
    ],
    VENDORS.flatMap((vendor) =>
      OUTCOMES.map((outcome) => {
        const alone = costOf(vendor, outcome, 1);
        const cvOut = (prices.data_out_gigabyte.usd * assumed.cv_in_bytes * vendor.carriesCv) / 1000;
        return [
          `${vendor.label}: ${outcome}`,
          ...[alone.api, alone.lambdaRequests, alone.queue, alone.table, alone.log, alone.time].map(dollars),
          `**${dollars(totalOf(alone))}**`,
          `**${dollars(totalOf(costOf(vendor, outcome, batch)))}**`,
          dollars(totalOf(costOf(vendor, outcome, 1, 1024))),
          outcome === "created" && cvOut > 0 ? dollars(cvOut) : "–",
        ];
      }),
    ),
  );
}

function mixTable(): string {
  const batch = limits.push.batchSize;
  const shares = Object.entries(mix).map(([outcome, share]) => `${share} ${outcome}`);
  return table(
    [`of 100 events ${shares.join(", ")}`, "alone", `in batches of ${batch}`],
    VENDORS.map((vendor) => [
      vendor.label,
      dollars(mixedCostOf(vendor, 1)),
      dollars(mixedCostOf(vendor, batch)),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function dollars(amount: number): string {
  return amount.toFixed(2);
}
