/** A simulated vendor behind a real HTTP server: connections, and all that can go wrong with them. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome, WholeAnswer } from "./answer.ts";
import type { Asked } from "./simulator.ts";

export interface VendorServer {
  /** "http://127.0.0.1:4711" */
  origin: string;
  /** Ends all connections, idle, open or held, and closes the port. */
  stop(): Promise<void>;
}

/**
 * @param port 0 for any that is free
 * @param stopped ends all waiting
 */
export async function startServer(
  port: number,
  stopped: AbortSignal,
  perform: (asked: Asked) => Promise<Outcome>,
): Promise<VendorServer> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await readBody(incoming).catch(() => undefined);
      // A client that left before its request was complete has asked nothing.
      if (body === undefined) return;
      const { method = "GET", url = "/", headers } = incoming;
      await send(await perform({ method, url: new URL(url, origin), headers, body }), outgoing, stopped);
    } catch (error) {
      if (stopped.aborted) return;
      console.error("A simulated vendor failed on its own:", error);
      if (!outgoing.headersSent) outgoing.writeHead(500).end();
    }
  });
  // A client may keep a connection for a minute; a shorter time would add resets that nobody asked for.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function send(outcome: Outcome, outgoing: ServerResponse, stopped: AbortSignal): Promise<void> {
  switch (outcome.kind) {
    case "reset":
      outgoing.socket?.resetAndDestroy();
      return;
    case "garbage":
      outgoing.socket?.end(Buffer.from("\u0000\u0016\u0003not an answer of HTTP\r\n\r\n"));
      return;
    case "never":
      return;
  }
  const { bytes } = outcome;
  outgoing.writeHead(outcome.status, outcome.headers);
  if (outcome.kind === "cut_body") {
    outgoing.write(bytes.subarray(0, bytes.length / 2));
    // Long enough for the first half to leave, so that the client sees a body that breaks off.
    await delay(20, undefined, { signal: stopped });
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (outcome.durationInMs > 0) await drip(outcome, outgoing, stopped);
  else outgoing.end(bytes);
}

const DROPS_OF_A_SLOW_BODY = 10;

async function drip(
  { bytes, durationInMs }: WholeAnswer,
  outgoing: ServerResponse,
  stopped: AbortSignal,
): Promise<void> {
  const dropLength = Math.max(1, Math.ceil(bytes.length / DROPS_OF_A_SLOW_BODY));
  for (let start = 0; start < bytes.length; start += dropLength) {
    outgoing.write(bytes.subarray(start, start + dropLength));
    await delay(durationInMs / DROPS_OF_A_SLOW_BODY, undefined, { signal: stopped });
  }
  outgoing.end();
}
