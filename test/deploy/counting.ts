/** An environment that counts what AWS bills for an event: requests of SQS, DynamoDB's units, and bytes of the log. */
import type { Context } from "aws-lambda";
import { createMetrics } from "../../lib/observability/metrics.ts";
import type { TestEnvironment } from "../environment.ts";

/** What one or several events have used. */
export interface Usage {
  sqs_requests: number;
  write_units: number;
  read_units: number;
  log_bytes: number;
}

export interface CountingEnvironment extends TestEnvironment {
  /** What was used since the last time. */
  takeUsage(): Usage;
}

/** CloudWatch counts so many bytes with each line. */
export const LINE_OVERHEAD_IN_BYTES = 26;
/** As long as a stack's own is. */
const DEPLOYED_NAMESPACE = "HrFlowRelay/hrflow-relay-production";

interface Call {
  constructor: { name: string };
  input: Record<string, unknown>;
}
interface Consumed {
  CapacityUnits?: number;
}
interface Answer {
  ConsumedCapacity?: Consumed | Consumed[];
}

export function countUsage(environment: TestEnvironment): CountingEnvironment {
  const nothing = { sqs_requests: 0, write_units: 0, read_units: 0 };
  let used = { ...nothing };
  const sqs = calledThrough(environment.sqs, (_, send) => {
    used.sqs_requests += 1;
    return send();
  });
  const dynamodb = calledThrough(environment.dynamodb, async (call, send) => {
    const kind = /^(Get|BatchGet|Query)/.test(call.constructor.name) ? "read_units" : "write_units";
    call.input.ReturnConsumedCapacity = "TOTAL";
    try {
      const { ConsumedCapacity = [] } = await send();
      used[kind] += [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    } catch (error) {
      used[kind] += 1; // A write that its condition forbids is billed as well.
      throw error;
    }
  });
  return {
    ...environment,
    sqs,
    dynamodb,
    metrics: createMetrics(environment.now, (line) => environment.measured.push(line), DEPLOYED_NAMESPACE),
    takeUsage() {
      const lines = [...environment.logged, ...environment.measured].filter((line) => !isDebug(line));
      const log_bytes = lines.reduce(
        (sum, line) => sum + Buffer.byteLength(line) + LINE_OVERHEAD_IN_BYTES,
        0,
      );
      const taken = { ...used, log_bytes };
      used = { ...nothing };
      environment.logged.length = environment.measured.length = 0;
      return taken;
    },
  };
}

/** A function's context as Lambda fills it in: the request's id stands in each line of the log. */
export function contextOf(functionName: string): Context {
  const name = `hrflow-relay-production-${functionName}`;
  return {
    functionName: name,
    awsRequestId: "00000000-0000-4000-8000-000000000000",
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    memoryLimitInMB: "1024",
    getRemainingTimeInMillis: () => 600_000,
  } as Context;
}

/** Deployed functions write none of these. */
function isDebug(line: string): boolean {
  return (JSON.parse(line) as { level?: string }).level === "DEBUG";
}

/** An SDK client whose calls go through `onCall`. */
function calledThrough<Client extends { send: unknown }>(
  client: Client,
  onCall: (call: Call, send: () => Promise<Answer>) => Promise<unknown>,
): Client {
  const sendReally = client.send as (call: Call) => Promise<Answer>;
  const send = async (call: Call) => {
    let answer: Answer | undefined;
    await onCall(call, async () => {
      answer = await sendReally.call(client, call);
      return answer;
    });
    return answer;
  };
  return { send } as unknown as Client;
}
