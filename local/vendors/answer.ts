import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults.ts";
import type { SimulatedAnswer, SimulatedCall } from "./simulator.ts";

export interface Answering {
  outgoing: ServerResponse;
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
export async function answerWith(answering: Answering): Promise<void> {
  const { fault, stopped } = answering;
  if (!fault) return send(answering, await answering.answer());

  // Being slow is no refusal: the request takes effect in either case, before or after the wait.
  const takesEffect = fault.when === "after" || fault.kind === "slow" || fault.kind === "slow_body";
  const waitsFirst = fault.when !== "after" && fault.kind !== "slow_body";
  if (waitsFirst) await wait(fault, stopped);
  const answer = takesEffect ? await answering.answer() : undefined;
  if (!waitsFirst && fault.kind !== "slow_body") await wait(fault, stopped);

  const { outgoing, onAnswer } = answering;
  const changed = answer?.changed ?? false;
  switch (fault.kind) {
    case "slow":
    case "slow_body":
      return send(answering, answer ?? { status: 500 }, fault);
    case "status": {
      const status = fault.status ?? 500;
      const body = fault.body ?? answering.errorBody(status, "A generic error occurred on the server");
      return send(answering, { status, body, changed, headers: fault.headers ?? {} });
    }
    case "html": {
      const headers = { "content-type": "text/html; charset=utf-8", ...fault.headers };
      const body = fault.body ?? "<html><body><h1>502 Bad Gateway</h1></body></html>";
      return send(answering, { status: fault.status ?? 502, body, changed, headers });
    }
    case "truncated_json":
    case "cut_body": {
      const body = fault.body ?? answer?.body ?? { data: { id: "1", note: "this text does not end" } };
      const status = fault.status ?? answer?.status ?? 200;
      return send(
        answering,
        { status, body, changed, headers: { ...answer?.headers, ...fault.headers } },
        fault,
      );
    }
    case "reset":
      onAnswer("reset", changed);
      outgoing.socket?.resetAndDestroy();
      return;
    case "garbage":
      onAnswer("garbage", changed);
      outgoing.socket?.end(Buffer.from("\u0000\u0016\u0003not an answer of HTTP\r\n\r\n"));
      return;
    case "never":
      onAnswer("never", changed);
  }
}

async function wait(fault: Fault, stopped: AbortSignal): Promise<void> {
  if (fault.delayInMs) await delay(fault.delayInMs, undefined, { signal: stopped });
}

async function send(answering: Answering, answer: SimulatedAnswer, fault?: Fault): Promise<void> {
  const { outgoing } = answering;
  const bytes = toBytes(answer.body);
  const sent = fault?.kind === "truncated_json" ? bytes.subarray(0, bytes.length / 2) : bytes;
  answering.onAnswer(answer.status, answer.changed ?? false);
  const hasBody = answer.body !== undefined;
  outgoing.writeHead(answer.status, {
    ...(hasBody ? { "content-type": answering.contentType } : {}),
    "content-length": sent.length,
    ...lowerCaseNames(answer.headers ?? {}),
  });
  if (fault?.kind === "cut_body") {
    outgoing.write(sent.subarray(0, sent.length / 2));
    // Long enough for the first half to leave, so that the client sees a body that breaks off.
    await delay(20, undefined, { signal: answering.stopped });
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === "slow_body") await drip(answering, sent, fault.delayInMs ?? 0);
  else outgoing.end(sent);
}

const DROPS_OF_A_SLOW_BODY = 10;

async function drip({ outgoing, stopped }: Answering, bytes: Buffer, durationInMs: number): Promise<void> {
  const dropLength = Math.max(1, Math.ceil(bytes.length / DROPS_OF_A_SLOW_BODY));
  for (let start = 0; start < bytes.length; start += dropLength) {
    outgoing.write(bytes.subarray(start, start + dropLength));
    await delay(durationInMs / DROPS_OF_A_SLOW_BODY, undefined, { signal: stopped });
  }
  outgoing.end();
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
