import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { answer, failureOf, KEY, startTestVendor, type TestVendor } from "./vendor.ts";

let vendor: TestVendor;
beforeAll(async () => {
  vendor = await startTestVendor();
});
afterEach(() => vendor.simulator.recover());
afterAll(() => vendor.stop());

describe("a redirect", () => {
  let elsewhere: Server;
  let followed = 0;
  beforeAll(async () => {
    elsewhere = createServer((_, response) => {
      followed += 1;
      response.end('{"id":"1"}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => elsewhere.close());

  const statuses = [301, 302, 303, 307, 308];
  const redirected = (status: number) => {
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    return vendor.createWith({ kind: "status", status, headers: { location } });
  };

  test.each(statuses)("(%i) is not followed: a credential goes nowhere else", async (status) => {
    expect(await redirected(status)).toMatchObject({ effect: "unknown" });
    expect(followed).toBe(0);
  });

  test.each(statuses)("(%i) is called a redirect", async (status) => {
    expect((await redirected(status)).message).toMatch(/redirect/);
  });
});

describe("an answer of 20 MB", () => {
  const getLarge = (bytes: number) => {
    vendor.largeInBytes = bytes;
    return vendor.client().call("GET", "large", { answer });
  };

  test("is read", async () => {
    expect((await getLarge(20_000_000)).id.length).toBeGreaterThan(19_999_900);
  });

  test("and one byte more is not", async () => {
    expect(await failureOf(getLarge(20_000_001))).toMatchObject({ effect: "unknown", status: undefined });
  });

  test("and one byte more is called too large", async () => {
    const { message } = await failureOf(getLarge(20_000_001));
    expect(message).toMatch(/^Acme GET http.*\/v1\/large: .*the answer is too large$/);
  });
});

describe("when to come back", () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "120" }, 120],
    ["a part of a second", { "retry-after": "0.2" }, 1],
    ["a date that has passed", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["more than 6 hours", { "retry-after": "86400" }, 6 * 3600],
    ["the header of Teamtailor", { "x-rate-limit-reset": "7" }, 7],
    ["both: the standard one counts", { "retry-after": "3", "x-rate-limit-reset": "7" }, 3],
    ["nonsense", { "retry-after": "soon" }, undefined],
    ["a blank", { "retry-after": " " }, undefined],
    ["nothing", {}, undefined],
  ])("is read from %s", async (_, headers, seconds) => {
    vendor.simulator.failNext({}, { kind: "status", status: 503, headers });
    expect((await failureOf(vendor.create())).retryAfterInSeconds).toBe(seconds);
  });

  test("is read from a date to come", async () => {
    const headers = { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() };
    vendor.simulator.failNext({}, { kind: "status", status: 503, headers });
    const { retryAfterInSeconds = 0 } = await failureOf(vendor.create());
    expect(retryAfterInSeconds).toBeGreaterThan(3_500);
    expect(retryAfterInSeconds).toBeLessThanOrEqual(3_600);
  });
});

describe("no error and no log line holds", () => {
  const words = `Bearer ${KEY} may not add Ada Lovelace, ada@example.com, bob@example.com`;
  const who = () => `Acme POST ${vendor.simulator.url}/candidates:`;

  test("the credential, or anything that was sent", async () => {
    const { message } = await vendor.createWith({ kind: "status", status: 403, body: { message: words } });
    expect(message).toBe(`${who()} 403 Bearer … may not add …, …, …`);
  });

  test("the query", async () => {
    vendor.simulator.failNext({}, { kind: "status", status: 500, body: { message: "no" } });
    const query = { "filter[email]": "ada@example.com" };
    const { message } = await failureOf(vendor.client().call("GET", "candidates", { query, answer }));
    expect(message).toBe(`Acme GET ${vendor.simulator.url}/candidates: 500 no`);
  });

  test("what a 200 said that cannot be used", async () => {
    const { message } = await vendor.createWith({ kind: "status", status: 200, body: words });
    expect(message).toBe(`${who()} 200 but no valid JSON`);
  });

  test("more than who was called, how, with which status and for how long", async () => {
    const before = vendor.environment.logged.length;
    await vendor.createWith({ kind: "status", status: 403, body: { message: words } });
    await vendor.createWith({ kind: "status", status: 200, body: words });
    await vendor.createWith({ kind: "reset" });
    const lines = vendor.environment.logged.slice(before).map((line) => JSON.parse(line));
    expect(lines.map(({ status }) => status)).toEqual([403, 200, expect.any(String)]);
    for (const line of lines) {
      expect(line).toMatchObject({ message: "vendor called", vendor: "Acme", method: "POST" });
      expect(line.duration_ms).toBeGreaterThanOrEqual(0);
      expect(JSON.stringify(line)).not.toMatch(/key-0123|example\.com|Lovelace/);
    }
  });
});
