/** One instance of a function, in a process of its own: takes the events that it is sent, and says what they cost. */
import type { Context } from "aws-lambda";
import { peakInKilobytes } from "./peak-memory.ts";

/** What an event took of the processor, and the most memory since the start. */
export interface Cost {
  cpuInMs: number;
  peakInKilobytes: number;
  answer: unknown;
}

const [bundle = ""] = process.argv.slice(2);
const { handler } = (await import(bundle)) as { handler(event: unknown, context: Context): Promise<unknown> };
const context = { getRemainingTimeInMillis: () => 170_000, functionName: "bench" } as Context;

process.on("message", async (event) => {
  const before = process.cpuUsage();
  const answer = await handler(event, context);
  const { user, system } = process.cpuUsage(before);
  const cost: Cost = { cpuInMs: (user + system) / 1000, peakInKilobytes: peakInKilobytes(), answer };
  process.send?.(cost);
});
process.send?.("ready");
