import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { parse } from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fetchCv } from "../../lib/cv/cv.ts";
import { createEnvironment, type Environment } from "../../lib/environment.ts";
import { type Profile, profileSchema } from "../../lib/hrflow/schema.ts";
import { readSettings } from "../../lib/settings.ts";

/** What the DNS says in these tests. */
const DNS: Record<string, string[]> = {
  "cv.example": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
  localhost: ["127.0.0.1", "::1"],
  "localhost.": ["127.0.0.1"],
  "ip6-localhost": ["::1"],
  "metadata.google.internal": ["169.254.169.254"],
  "instance-data.ec2.internal": ["169.254.169.254"],
  "db.internal": ["10.1.2.3"],
  "printer.local": ["192.168.1.20"],
  "127.0.0.1.nip.io": ["127.0.0.1"],
  "cname-to-private.example": ["172.16.0.9"],
  "public-and-private.example": ["93.184.215.14", "10.0.0.7"],
  "public-and-private-6.example": ["93.184.215.14", "fd12::1"],
  "nat64.example": ["64:ff9b::a9fe:a9fe"],
  "mapped.example": ["::ffff:127.0.0.1"],
  "zone.example": ["fe80::1%eth0"],
  "shared-space.example": ["100.64.3.4"],
  "no-address.example": ["not an address"],
};

const NOT_HTTPS = /not https/;
const PORT = /another port/;
const CREDENTIALS = /credentials/;
const MALFORMED = /malformed/;
const NOT_PUBLIC = (range: string) => new RegExp(`not public \\(${range}\\)`);

/** `{port}` is where a server listens that nothing may reach. */
const REFUSED: [url: string, why: RegExp][] = [
  // Schemes
  ["http://cv.example/cv.pdf", NOT_HTTPS],
  ["http://cv.example:443/cv.pdf", NOT_HTTPS],
  ["ftp://cv.example/cv.pdf", NOT_HTTPS],
  ["file:///etc/passwd", NOT_HTTPS],
  ["file://cv.example/etc/passwd", NOT_HTTPS],
  ["data:application/pdf;base64,JVBERi0xLjQ=", NOT_HTTPS],
  ["blob:https://cv.example/3f2a", NOT_HTTPS],
  ["javascript:alert(1)", NOT_HTTPS],
  ["gopher://127.0.0.1:{port}/_GET", NOT_HTTPS],
  ["ws://cv.example/", NOT_HTTPS],
  ["about:blank", NOT_HTTPS],
  // Ports
  ["https://cv.example:8443/cv.pdf", PORT],
  ["https://cv.example:80/cv.pdf", PORT],
  ["https://cv.example:22/", PORT],
  ["https://127.0.0.1:{port}/", PORT],
  ["https://localhost:{port}/", PORT],
  ["http://127.0.0.1:{port}/", NOT_HTTPS],
  ["http://[::1]:{port}/", NOT_HTTPS],
  ["http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", NOT_HTTPS],
  ["https://127.0.0.1:9001/2018-06-01/runtime/invocation/next", PORT],
  ["http://169.254.170.2/v2/credentials", NOT_HTTPS],
  ["http://169.254.169.254/latest/meta-data/", NOT_HTTPS],
  // Credentials
  ["https://user@cv.example/cv.pdf", CREDENTIALS],
  ["https://user:password@cv.example/cv.pdf", CREDENTIALS],
  ["https://:password@cv.example/cv.pdf", CREDENTIALS],
  ["https://cv.example@127.0.0.1/", CREDENTIALS],
  ["https://cv.example:443@127.0.0.1:{port}/", CREDENTIALS],
  ["https://cv.example%2f@127.0.0.1/", CREDENTIALS],
  // No URL, or a host that is none
  ["", MALFORMED],
  ["cv.pdf", MALFORMED],
  ["//cv.example/cv.pdf", MALFORMED],
  ["https://", MALFORMED],
  ["https://256.256.256.256/", MALFORMED],
  ["https://127.0.0.1.5/", MALFORMED],
  ["https://0x100000000/", MALFORMED],
  ["https://[fe80::1%25eth0]/", MALFORMED],
  ["https://cv.example:99999/", MALFORMED],
  // Loopback in every spelling
  ["https://127.0.0.1/", NOT_PUBLIC("loopback")],
  ["https://127.255.255.254/", NOT_PUBLIC("loopback")],
  ["https://127.1/", NOT_PUBLIC("loopback")],
  ["https://2130706433/", NOT_PUBLIC("loopback")],
  ["https://017700000001/", NOT_PUBLIC("loopback")],
  ["https://0x7f000001/", NOT_PUBLIC("loopback")],
  ["https://0x7f.1/", NOT_PUBLIC("loopback")],
  ["https://0177.0.0.01/", NOT_PUBLIC("loopback")],
  ["https://127.0.0.1./", NOT_PUBLIC("loopback")],
  ["https://%31%32%37.0.0.1/", NOT_PUBLIC("loopback")],
  ["https://１２７.０.０.１/", NOT_PUBLIC("loopback")],
  ["https://127。0。0。1/", NOT_PUBLIC("loopback")],
  ["https://①②⑦.⓪.⓪.①/", NOT_PUBLIC("loopback")],
  ["https:\\\\127.0.0.1\\", NOT_PUBLIC("loopback")],
  ["https:127.0.0.1", NOT_PUBLIC("loopback")],
  [" https://127.0.0.1/\t", NOT_PUBLIC("loopback")],
  ["https://[::1]/", NOT_PUBLIC("loopback")],
  ["https://[0:0:0:0:0:0:0:1]/", NOT_PUBLIC("loopback")],
  // Private, local and special addresses, at both ends of their ranges
  ["https://0/", NOT_PUBLIC("unspecified")],
  ["https://0.255.255.255/", NOT_PUBLIC("unspecified")],
  ["https://10.0.0.0/", NOT_PUBLIC("private")],
  ["https://10.255.255.255/", NOT_PUBLIC("private")],
  ["https://172.16.0.0/", NOT_PUBLIC("private")],
  ["https://172.31.255.255/", NOT_PUBLIC("private")],
  ["https://192.168.0.0/", NOT_PUBLIC("private")],
  ["https://192.168.255.255/", NOT_PUBLIC("private")],
  ["https://100.64.0.0/", NOT_PUBLIC("carrierGradeNat")],
  ["https://100.127.255.255/", NOT_PUBLIC("carrierGradeNat")],
  ["https://169.254.0.0/", NOT_PUBLIC("linkLocal")],
  ["https://169.254.169.254/latest/meta-data/", NOT_PUBLIC("linkLocal")],
  ["https://169.254.170.2/v2/credentials", NOT_PUBLIC("linkLocal")],
  ["https://2852039166/", NOT_PUBLIC("linkLocal")],
  ["https://0xa9fea9fe/", NOT_PUBLIC("linkLocal")],
  ["https://0251.0376.0251.0376/", NOT_PUBLIC("linkLocal")],
  ["https://192.0.0.170/", NOT_PUBLIC("reserved")],
  ["https://192.0.2.1/", NOT_PUBLIC("reserved")],
  ["https://198.18.0.1/", NOT_PUBLIC("reserved")],
  ["https://198.51.100.7/", NOT_PUBLIC("reserved")],
  ["https://203.0.113.7/", NOT_PUBLIC("reserved")],
  ["https://224.0.0.1/", NOT_PUBLIC("multicast")],
  ["https://240.0.0.1/", NOT_PUBLIC("reserved")],
  ["https://255.255.255.255/", NOT_PUBLIC("broadcast")],
  ["https://[::]/", NOT_PUBLIC("unspecified")],
  ["https://[fc00::1]/", NOT_PUBLIC("uniqueLocal")],
  ["https://[fd00:ec2::254]/latest/meta-data/", NOT_PUBLIC("uniqueLocal")],
  ["https://[fe80::1]/", NOT_PUBLIC("linkLocal")],
  ["https://[fec0::1]/", NOT_PUBLIC("deprecatedSiteLocal")],
  ["https://[ff02::1]/", NOT_PUBLIC("multicast")],
  ["https://[100::1]/", NOT_PUBLIC("discard")],
  ["https://[2001:db8::1]/", NOT_PUBLIC("reserved")],
  ["https://[3fff::1]/", NOT_PUBLIC("reserved")],
  ["https://[5f00::1]/", NOT_PUBLIC("segmentRouting")],
  ["https://[4000::1]/", NOT_PUBLIC("unassigned")],
  // IPv4 inside IPv6
  ["https://[::ffff:127.0.0.1]/", NOT_PUBLIC("ipv4Mapped")],
  ["https://[::ffff:a9fe:a9fe]/", NOT_PUBLIC("ipv4Mapped")],
  ["https://[::ffff:0:127.0.0.1]/", NOT_PUBLIC("rfc6145")],
  ["https://[::127.0.0.1]/", NOT_PUBLIC("unassigned")],
  ["https://[64:ff9b::127.0.0.1]/", NOT_PUBLIC("rfc6052")],
  ["https://[64:ff9b:1::a00:1]/", NOT_PUBLIC("rfc6052")],
  ["https://[2002:7f00:1::]/", NOT_PUBLIC("6to4")],
  ["https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", NOT_PUBLIC("teredo")],
  // Names
  ["https://localhost/", NOT_PUBLIC("loopback")],
  ["https://LOCALHOST./", NOT_PUBLIC("loopback")],
  ["https://ip6-localhost/", NOT_PUBLIC("loopback")],
  ["https://metadata.google.internal/", NOT_PUBLIC("linkLocal")],
  ["https://instance-data.ec2.internal/", NOT_PUBLIC("linkLocal")],
  ["https://db.internal/", NOT_PUBLIC("private")],
  ["https://printer.local/", NOT_PUBLIC("private")],
  ["https://127.0.0.1.nip.io/", NOT_PUBLIC("loopback")],
  ["https://cname-to-private.example/", NOT_PUBLIC("private")],
  ["https://public-and-private.example/", NOT_PUBLIC("private")],
  ["https://public-and-private-6.example/", NOT_PUBLIC("uniqueLocal")],
  ["https://nat64.example/", NOT_PUBLIC("rfc6052")],
  ["https://mapped.example/", NOT_PUBLIC("ipv4Mapped")],
  ["https://zone.example/", NOT_PUBLIC("linkLocal")],
  ["https://shared-space.example/", NOT_PUBLIC("carrierGradeNat")],
  ["https://no-address.example/", /no IP address/],
  ["https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", NOT_PUBLIC("loopback")],
  ["https://metadata。google。internal/", NOT_PUBLIC("linkLocal")],
  ["https://metadata.google.internal./", NOT_PUBLIC("linkLocal")],
  ["https://localhost%00.cv.example/", MALFORMED],
];

/** The nearest neighbours of what is refused. */
const ACCEPTED = [
  "https://cv.example/cv.pdf",
  "https://cv.example:443/cv.pdf",
  "https://cv.example./cv.pdf",
  "https://CV.EXAMPLE/cv.pdf",
  "https://1.0.0.0/",
  "https://9.255.255.255/",
  "https://11.0.0.0/",
  "https://100.63.255.255/",
  "https://100.128.0.0/",
  "https://126.255.255.255/",
  "https://128.0.0.0/",
  "https://169.253.255.255/",
  "https://169.255.0.0/",
  "https://172.15.255.255/",
  "https://172.32.0.0/",
  "https://192.167.255.255/",
  "https://192.169.0.0/",
  "https://223.255.255.255/",
  "https://[2606:4700::1111]/",
];

const connections: string[] = [];
/** Where nothing may connect: a port of its own and, if it is free, that of Lambda's Runtime API. */
const forbidden = createServer();
const runtimeApi = createServer();
const redirecting = createHttpServer();
let port: number;
let allowedOrigin: string;

beforeAll(async () => {
  for (const server of [forbidden, runtimeApi]) {
    server.on("connection", (socket) => {
      connections.push(`${socket.remoteAddress}`);
      socket.destroy();
    });
  }
  forbidden.listen(0);
  runtimeApi.on("error", () => {}).listen(9001);
  await once(forbidden, "listening");
  port = (forbidden.address() as AddressInfo).port;
  redirecting.on("request", (request, response) => {
    const target = decodeURIComponent(request.url?.split("?to=")[1] ?? "");
    response.writeHead(302, { location: Buffer.from(target).toString("latin1") }).end();
  });
  redirecting.listen(0, "127.0.0.1");
  await once(redirecting, "listening");
  allowedOrigin = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const server of [forbidden, runtimeApi, redirecting]) server.close();
});
beforeEach(() => {
  connections.length = 0;
});

/** The URL is set past the schema, which refuses an empty one. */
function profileWithCv(publicUrl: string): Profile {
  const profile = parse(profileSchema, { key: "1", attachments: [{ type: "resume", public_url: "x" }] });
  return {
    ...profile,
    attachments: profile.attachments.map((attachment) => ({ ...attachment, public_url: publicUrl })),
  };
}

/** The real network behind a DNS of our own; `requested` is what was asked of the network. */
function guardedEnvironment(changes: Partial<Environment> = {}) {
  const real = createEnvironment();
  const requested: { url: string; addresses: string[] }[] = [];
  const environment: Environment = {
    ...real,
    settings: readSettings({ CV_ALLOWED_ORIGINS: allowedOrigin }),
    lookup: async (hostname) => {
      const addresses = DNS[hostname] ?? DNS[hostname.replace(/\.$/, "")];
      if (!addresses) throw Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
      return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    },
    ...changes,
    download: (url, addresses, signal) => {
      requested.push({ url: url.href, addresses: addresses.map(({ address }) => address) });
      return (changes.download ?? real.download)(url, addresses, signal);
    },
  };
  const fetchFrom = (url: string) =>
    fetchCv(profileWithCv(url), "file", AbortSignal.timeout(60_000), environment);
  return { fetchFrom, requested };
}

const aDocument = async () => new Response("%PDF-1.4 the CV");
const toPort = (url: string) => url.replace("{port}", `${port}`);

describe("what may not be fetched is not, and nothing is connected", () => {
  test.each(REFUSED)("%s", async (template, why) => {
    const { fetchFrom, requested } = guardedEnvironment();
    const { cv, notes } = await fetchFrom(toPort(template));
    expect(cv).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(requested).toEqual([]);
    expect(connections).toEqual([]);
  });

  test("(there are enough of them)", () => expect(REFUSED.length).toBeGreaterThanOrEqual(60));
});

describe("nor is it after a redirect", () => {
  test.each(REFUSED.filter(([url]) => url.includes(":")))("%s", async (template, why) => {
    const { fetchFrom, requested } = guardedEnvironment();
    const { cv, notes } = await fetchFrom(
      `${allowedOrigin}/?to=${encodeURIComponent(toPort(template).trim())}`,
    );
    expect(cv).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(requested).toHaveLength(1);
    expect(connections).toEqual([]);
  });
});

describe("what is public is fetched", () => {
  test.each(ACCEPTED)("%s", async (url) => {
    const { fetchFrom, requested } = guardedEnvironment({ download: aDocument });
    expect((await fetchFrom(url)).cv).toMatchObject({ url });
    expect(requested).toHaveLength(1);
  });
});

describe("an allowed origin is that origin and nothing like it", () => {
  test.each([
    ["http://localhost:{allowed}/", NOT_HTTPS],
    ["https://127.0.0.1:{allowed}/", PORT],
    ["http://127.0.0.1:{port}/", NOT_HTTPS],
    ["http://127.0.0.1/", NOT_HTTPS],
    ["http://127.0.0.2:{allowed}/", NOT_HTTPS],
    ["http://[::ffff:127.0.0.1]:{allowed}/", NOT_HTTPS],
    ["http://127.0.0.1.nip.io:{allowed}/", NOT_HTTPS],
    ["http://cv.example/?http://127.0.0.1:{allowed}/", NOT_HTTPS],
    ["http://user@127.0.0.1:{allowed}/", CREDENTIALS],
    ["ftp://127.0.0.1:{allowed}/", NOT_HTTPS],
    ["blob:http://127.0.0.1:{allowed}/3f2a", NOT_HTTPS],
  ])("%s is refused", async (template, why) => {
    const { fetchFrom, requested } = guardedEnvironment();
    const allowedPort = new URL(allowedOrigin).port;
    const { notes } = await fetchFrom(toPort(template).replace("{allowed}", allowedPort));
    expect(notes).toEqual([expect.stringMatching(why)]);
    expect(requested).toEqual([]);
  });

  test.each(["http://127.0.0.1:{allowed}/cv", "http://2130706433:{allowed}/cv"])(
    "%s is fetched",
    async (template) => {
      const { fetchFrom } = guardedEnvironment({ download: aDocument });
      const url = template.replace("{allowed}", new URL(allowedOrigin).port);
      expect((await fetchFrom(url)).cv).toMatchObject({ url });
    },
  );
});

test("the connection goes to the address that was checked, though the DNS says another one a moment later", async () => {
  const answers = ["93.184.215.14", "127.0.0.1"];
  let asked = 0;
  const { fetchFrom, requested } = guardedEnvironment({
    lookup: async () => [{ address: answers[asked++] ?? "127.0.0.1", family: 4 }],
    download: aDocument,
  });
  await fetchFrom("https://rebinding.example/cv.pdf");
  expect(asked).toBe(1);
  expect(requested).toEqual([{ url: "https://rebinding.example/cv.pdf", addresses: ["93.184.215.14"] }]);
});

test("a name is resolved and checked again at each redirect, also a redirect to itself", async () => {
  const answers = ["93.184.215.14", "127.0.0.1"];
  let asked = 0;
  const { fetchFrom, requested } = guardedEnvironment({
    lookup: async () => [{ address: answers[asked++] ?? "127.0.0.1", family: 4 }],
    download: async () => new Response(null, { status: 302, headers: { location: "/again" } }),
  });
  expect((await fetchFrom("https://rebinding.example/cv.pdf")).notes).toEqual([
    expect.stringMatching(NOT_PUBLIC("loopback")),
  ]);
  expect(requested).toHaveLength(1);
});
