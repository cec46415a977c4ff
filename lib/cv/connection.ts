/**
 * One GET over a connection to addresses that were checked before. `fetch` resolves the name by itself, a second time,
 * when the answer may be another one (DNS rebinding); `node:https` lets the caller say where to connect.
 */
import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { pipeline } from "node:stream";
import { createUnzip } from "node:zlib";

/** The head of an answer, and its body to be read. A `Response` is one, too. */
export interface Answer {
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array> | null;
}

/**
 * Gets a URL from one of these addresses and from nowhere else. The certificate must be the one of the URL's host.
 * Redirects are answers like any other.
 *
 * @param signal ends the connection, also while the body is being read
 */
export async function download(
  url: URL,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Answer> {
  const { request } = url.protocol === "https:" ? https : http;
  const sent = request(url, {
    agent: false, // No connection of another time, nor a proxy that would resolve the name by itself.
    lookup: answerWith(addresses),
    signal,
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "hrflow-relay" },
  });
  sent.on("error", () => {}); // One that comes after the head reaches whoever reads the body as well.
  sent.end();
  const [message] = (await once(sent, "response", { signal })) as [IncomingMessage];

  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const status = message.statusCode ?? 0;
  if (!/^(x-)?gzip$|^deflate$/i.test(headers.get("content-encoding") ?? ""))
    return { status, headers, body: message };
  // Some storages answer compressed without being asked, because the file was stored so.
  headers.delete("content-encoding");
  headers.delete("content-length");
  return { status, headers, body: pipeline(message, createUnzip(), () => {}) };
}

/** Stands in for the DNS, and gives the same answer for any name. */
function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error("no address to connect to"), []);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
