import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import type { SimulatedAnswer, SimulatedCall } from "./simulator.ts";

/** What the client gets, whether over a connection or in the process of its caller. */
export type Outcome = WholeAnswer | { kind: "reset" | "garbage" | "never" };

export interface WholeAnswer {
  /** `cut_body`: the connection breaks in the middle of the body. */
  kind: "answer" | "cut_body";
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The whole body, also of one that is cut. */
  bytes: Buffer;
  /** How long the body takes to come, in drops. */
  durationInMs: number;
}

export interface Answering {
  fault: Fault | undefined;
  /** Ends all waiting. */
  stopped: AbortSignal;
  contentType: string;
  errorBody(status: number, message: string): unknown;
  /** Lets the request take effect and gives the true answer. */
  answer(): Promise<SimulatedAnswer>;
  /** Called once, when it is decided what the client gets and before it gets it. */
  onAnswer(status: SimulatedCall["status"], changed: boolean): void;
}

/** Answers one request, with the fault it is to have, if any. */
export async function decideOutcome(answering: Answering): Promise<Outcome> {
  const { fault, stopped } = answering;
  if (!fault) return tell(answering, await answering.answer());

  // Being slow is no refusal: the request takes effect in either case, before or after the wait.
  const takesEffect = fault.when === "after" || fault.kind === "slow" || fault.kind === "slow_body";
  const waitsFirst = fault.when !== "after" && fault.kind !== "slow_body";
  if (waitsFirst) await wait(fault, stopped);
  const answer = takesEffect ? await answering.answer() : undefined;
  if (!waitsFirst && fault.kind !== "slow_body") await wait(fault, stopped);

  const changed = answer?.changed ?? false;
  switch (fault.kind) {
    case "slow":
    case "slow_body":
      return tell(answering, answer ?? { status: 500 }, fault);
    case "status": {
      const status = fault.status ?? 500;
      const body = fault.body ?? answering.errorBody(status, "A generic error occurred on the server");
      return tell(answering, { status, body, changed, headers: fault.headers ?? {} });
    }
    case "html": {
      const headers = { "content-type": "text/html; charset=utf-8", ...fault.headers };
      const body = fault.body ?? "<html><body><h1>502 Bad Gateway</h1></body></html>";
      return tell(answering, { status: fault.status ?? 502, body, changed, headers });
    }
    case "truncated_json":
    case "cut_body": {
      const body = fault.body ?? answer?.body ?? { data: { id: "1", note: "this text does not end" } };
      const status = fault.status ?? answer?.status ?? 200;
      return tell(
        answering,
        { status, body, changed, headers: { ...answer?.headers, ...fault.headers } },
        fault,
      );
    }
    case "reset":
    case "garbage":
    case "never":
      answering.onAnswer(fault.kind, changed);
      return { kind: fault.kind };
  }
}

async function wait(fault: Fault, stopped: AbortSignal): Promise<void> {
  if (fault.delayInMs) await delay(fault.delayInMs, undefined, { signal: stopped });
}

function tell(answering: Answering, answer: SimulatedAnswer, fault?: Fault): Outcome {
  const whole = toBytes(answer.body);
  const bytes = fault?.kind === "truncated_json" ? whole.subarray(0, whole.length / 2) : whole;
  answering.onAnswer(answer.status, answer.changed ?? false);
  return {
    kind: fault?.kind === "cut_body" ? "cut_body" : "answer",
    status: answer.status,
    headers: {
      ...(answer.body !== undefined ? { "content-type": answering.contentType } : {}),
      "content-length": String(bytes.length),
      ...lowerCaseNames(answer.headers ?? {}),
    },
    bytes,
    durationInMs: fault?.kind === "slow_body" ? (fault.delayInMs ?? 0) : 0,
  };
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
