import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { download } from "../../lib/cv/connection.ts";

/** Of `cv.example`, until 2120, signed by itself. The key guards nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8YMJdcnIQa61qKQT
+luC0O7YL3c4wPuhoCYM5XuCq7GhRANCAARykz4hi7RjdhBFC6S5jb0gRcq7Iet0
6tjGrwQvDhtgbV8ICLYecnKmibHP72XwRC43c2cW55LoQn1zDSaTUvRE
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBMzCB2qADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCmN2LmV4YW1w
bGUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM
CmN2LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARykz4hi7RjdhBF
C6S5jb0gRcq7Iet06tjGrwQvDhtgbV8ICLYecnKmibHP72XwRC43c2cW55LoQn1z
DSaTUvREoxkwFzAVBgNVHREEDjAMggpjdi5leGFtcGxlMAoGCCqGSM49BAMCA0gA
MEUCIQD442l2Tz3NCPX0O91IDCFoeiLF6tpdaG4jyp5LRzALtgIgfug4Vpm47cVr
GVBO7YO65sTDKz+0Klm0Fv5V/GDJqt0=
-----END CERTIFICATE-----`;

const LOOPBACK = [{ address: "127.0.0.1", family: 4 }];
const inTime = () => AbortSignal.timeout(60_000);
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener) => listen(createServer(listener));

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function read(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("connects to the address it is given, whatever the name would resolve to", async () => {
  const port = await serve((request, response) => response.end(request.headers.host));
  // No DNS knows a name under .invalid.
  const answer = await download(new URL(`http://cv.invalid:${port}/cv.pdf`), LOOPBACK, inTime());
  expect(answer.status).toBe(200);
  expect(await read(answer.body)).toBe(`cv.invalid:${port}`);
});

test("does not take up a connection that was made to another address", async () => {
  const connections = new Set();
  const port = await serve((request, response) => {
    connections.add(request.socket.remotePort);
    response.end();
  });
  for (let time = 0; time < 2; time++) {
    await read((await download(new URL(`http://cv.invalid:${port}/`), LOOPBACK, inTime())).body);
  }
  expect(connections.size).toBe(2);
});

test("accepts the certificate of the URL's host, and no other", async () => {
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, CERTIFICATE]);
  onTestFinished(() => setDefaultCACertificates(trusted));
  const names: unknown[] = [];
  const port = await listen(
    createTlsServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
      names.push("servername" in request.socket && request.socket.servername);
      response.end("the CV");
    }),
  );
  const answer = await download(new URL(`https://cv.example:${port}/`), LOOPBACK, inTime());
  expect(await read(answer.body)).toBe("the CV");
  expect(names).toEqual(["cv.example"]);
  await expect(download(new URL(`https://other.example:${port}/`), LOOPBACK, inTime())).rejects.toMatchObject(
    {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    },
  );
});

test("trusts no certificate that nobody vouches for", async () => {
  const port = await listen(
    createTlsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end()),
  );
  await expect(download(new URL(`https://cv.example:${port}/`), LOOPBACK, inTime())).rejects.toMatchObject({
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
});

test("a redirect is an answer like any other", async () => {
  const port = await serve((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
  const answer = await download(new URL(`http://cv.invalid:${port}/`), LOOPBACK, inTime());
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/elsewhere"]);
});

test.each([
  ["before the head", () => {}],
  ["in the body", (_request, response) => response.writeHead(200).write("%PDF-1.4")],
  [
    "in a compressed body",
    (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).write(""),
  ],
  [
    "at a protocol that was not asked for",
    (request) =>
      request.socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  ],
] satisfies [string, RequestListener][])("the signal ends a wait %s", async (_, listener) => {
  const port = await serve(listener);
  const getting = download(new URL(`http://cv.invalid:${port}/`), LOOPBACK, AbortSignal.timeout(100));
  await expect(getting.then(({ body }) => read(body))).rejects.toThrow();
});

test("a body that was stored compressed arrives as it was before, and only whole", async () => {
  const compressed = gzipSync("the CV ".repeat(1000));
  const port = await serve((request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(request.url === "/whole" ? compressed : compressed.subarray(0, 40));
  });
  const get = (path: string) => download(new URL(path, `http://cv.invalid:${port}`), LOOPBACK, inTime());
  const whole = await get("/whole");
  expect(whole.headers.get("content-encoding")).toBeNull();
  expect(await read(whole.body)).toBe("the CV ".repeat(1000));
  await expect(get("/part").then(({ body }) => read(body))).rejects.toThrow();
});

test("without an address nothing is connected", async () => {
  await expect(download(new URL("http://cv.invalid/"), [], inTime())).rejects.toThrow("no address");
});
