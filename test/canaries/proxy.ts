/** Stands between Relay and the simulated vendors, and answers one planned call with an error that quotes what it was sent. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a vendor was sent, in pieces: everything that an error could quote. */
export type Quotable = string[];

/** Which call is answered by the proxy, and with what. */
export interface PlannedAnswer {
  method: string;
  /** Of the path behind the vendor's base URL. */
  path: RegExp;
  status: number;
  /** The body, given all that the call carried. */
  body(quotable: Quotable): string;
}

export interface VendorProxy {
  /** Where a vendor is reached through the proxy. */
  through(url: string): string;
  /** Plans the answer to every call that matches from now on, or to none. */
  plan(answer: PlannedAnswer | undefined): void;
  /** Whether the call that was planned last was made. */
  hasMet(): boolean;
  /** Of every call: to which vendor, and all that it carried. */
  readonly received: { origin: string; carried: string }[];
  stop(): Promise<void>;
}

export async function startVendorProxy(): Promise<VendorProxy> {
  const targets: string[] = [];
  const received: VendorProxy["received"] = [];
  let planned: PlannedAnswer | undefined;
  let met = false;

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [, index = "", path = ""] = /^\/(\d+)(.*)$/s.exec(incoming.url ?? "") ?? [];
    const target = targets[Number(index)] ?? "";
    const headers = new Headers(incoming.headers as Record<string, string>);
    const method = incoming.method ?? "GET";
    received.push({
      origin: new URL(target).origin,
      carried: JSON.stringify([path, [...headers], body.toString("latin1")]),
    });
    const { pathname } = new URL(path, "http://vendor");
    if (planned?.method === method && planned.path.test(pathname)) {
      met = true;
      const quotable = await quotableIn(path, headers, body);
      outgoing.writeHead(planned.status, { "content-type": "application/json" });
      outgoing.end(planned.body(quotable));
      return;
    }
    for (const name of ["host", "connection", "content-length"]) headers.delete(name);
    const hasBody = !["GET", "HEAD"].includes(method);
    const answer = await fetch(`${target}${path}`, {
      method,
      headers,
      redirect: "manual",
      ...(hasBody && { body: new Uint8Array(body) }),
    });
    const answered = Object.fromEntries(
      [...answer.headers].filter(([name]) => !/length|encoding/.test(name)),
    );
    outgoing.writeHead(answer.status, answered).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    through(url) {
      if (!targets.includes(url)) targets.push(url);
      return `${origin}/${targets.indexOf(url)}`;
    },
    plan(answer) {
      planned = answer;
      if (answer) met = false;
    },
    hasMet: () => met,
    received,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Every text of a path, of headers and of a body, and the body as a whole. */
async function quotableIn(path: string, headers: Headers, body: Buffer): Promise<Quotable> {
  const { pathname, searchParams } = new URL(path, "http://vendor");
  const credentials = ["authorization", "x-api-key", "x-user-email", "x-smarttoken"];
  const inHeaders = credentials.flatMap((name) => headers.get(name) ?? []);
  const inUrl = [...pathname.split("/").map(decodeURIComponent), ...searchParams.values(), path];
  const type = headers.get("content-type") ?? "";
  const text = body.toString();
  const inBody = type.startsWith("multipart/form-data")
    ? await textsInForm(body, type)
    : text === ""
      ? []
      : [...textsIn(JSON.parse(text)), text];
  return [...inHeaders, ...inUrl, ...inBody].filter((value) => value.length > 1);
}

async function textsInForm(body: Buffer, type: string): Promise<string[]> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const texts = [...form.values()].map(async (value) =>
    typeof value === "string" ? [value] : [value.name, await value.text()],
  );
  return (await Promise.all(texts)).flat();
}

/** All texts in a JSON value, the names of its fields too. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
