import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import type { Context } from "aws-lambda";
import workflows from "./workflows/index.ts";

let calls = 0;

interface Instruction {
  does?: "throw" | "hang" | "exit" | "reject later" | "answer much" | "log";
}

/** A stand-in: does what the event says, or answers what it sees. */
export async function handler(event: Instruction, context: Context) {
  calls += 1;
  const { does } = event;
  if (does === "throw") throw new RangeError("as it was told");
  if (does === "hang") {
    console.log("hanging");
    await delay(600_000);
  }
  if (does === "exit") process.exit(3);
  if (does === "reject later") {
    void Promise.reject(new Error("nobody catches this"));
    await delay(1000);
  }
  if (does === "answer much") return "x".repeat(7 * 1024 * 1024);
  if (does === "log") {
    console.log(JSON.stringify({ message: "first", separator: "\u2028" }));
    process.stdout.write("second, without an end");
    console.error("third");
  }
  const { awsRequestId, functionName, clientContext } = context;
  return {
    event,
    calls,
    threadId,
    workflows,
    awsRequestId,
    functionName,
    clientContext,
    remainingTimeInMs: context.getRemainingTimeInMillis(),
    environment: process.env,
  };
}
