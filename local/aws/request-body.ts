import type { IncomingMessage } from "node:http";

/** Reads a request's body up to a limit. What is above it is not kept, but read, so that the sender sees the answer. */
export async function readBody(
  request: IncomingMessage,
  maximumInBytes: number,
): Promise<Buffer | "too large"> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maximumInBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= maximumInBytes ? Buffer.concat(chunks) : "too large";
}
