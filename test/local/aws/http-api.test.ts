import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSystem, type TestSystem } from "../stand-ins.ts";

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.stop());

/** Sends a request to the stand-in, which answers with the event it was given. */
async function eventOf(path: string, options: RequestInit = {}) {
  const response = await fetch(`${system.url}${path}`, { method: "POST", ...options });
  expect(response.status).toBe(202);
  return JSON.parse(await response.text());
}

describe("the webhook route", () => {
  test("gives the function API Gateway's event, version 2.0", async () => {
    const event = await eventOf("/webhooks/acme%20one?a=1&b=2&a=3", {
      headers: { "Content-Type": "application/json", "HTTP-HRFLOW-SIGNATURE": "abc", Cookie: "a=1; b=2" },
      body: '{"é":1}',
    });
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "POST /webhooks/{name}",
      rawPath: "/webhooks/acme%20one",
      rawQueryString: "a=1&b=2&a=3",
      queryStringParameters: { a: "1,3", b: "2" },
      pathParameters: { name: "acme one" },
      cookies: ["a=1", "b=2"],
      headers: { "content-type": "application/json", "http-hrflow-signature": "abc", "content-length": "8" },
      requestContext: {
        http: { method: "POST", sourceIp: "127.0.0.1", protocol: "HTTP/1.1" },
        stage: "$default",
      },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty("cookie");
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });

  test.each([
    ["application/json; charset=utf-8", false],
    ["text/plain", false],
    ["application/octet-stream", true],
    ["application/x-www-form-urlencoded", true],
    ["multipart/form-data; boundary=x", true],
  ])("hands over a body of type %s as base64: %s", async (contentType, isBase64Encoded) => {
    const event = await eventOf("/webhooks/a", { headers: { "content-type": contentType }, body: "é" });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? "base64" : "utf8").toString()).toBe("é");
  });

  test("joins repeated headers with commas, and leaves out what is not there", async () => {
    const answer = Promise.withResolvers<string>();
    const headers = { "http-hrflow-signature": ["one", "two"] };
    request(`${system.url}/webhooks/a`, { method: "POST", headers }, async (response) => {
      answer.resolve(Buffer.concat(await response.toArray()).toString());
    }).end();
    const event = JSON.parse(await answer.promise);
    expect(event.headers["http-hrflow-signature"]).toBe("one,two");
    expect(event).not.toHaveProperty("body");
    expect(event).not.toHaveProperty("queryStringParameters");
    expect(event.isBase64Encoded).toBe(false);
  });

  test("returns the function's status, headers and body", async () => {
    const response = await fetch(`${system.url}/webhooks/queue`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"x"}',
    });
    expect(response.status).toBe(202);
    expect(response.headers.get("x-stored")).toBe("1");
    expect(await response.text()).toBe("");
  });

  test("answers 500 and nothing about the inside when the function fails", async () => {
    const response = await fetch(`${system.url}/webhooks/queue`, { method: "POST", body: "not JSON" });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: "Internal Server Error" });
  });

  test.each([
    ["GET", "/webhooks/a"],
    ["POST", "/webhooks/"],
    ["POST", "/webhooks/a/b"],
    ["POST", "/other"],
  ])("does not know %s %s", async (method, path) => {
    const response = await fetch(`${system.url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: "Not Found" });
  });

  test("refuses a body of more than 10 MB, and one that is too large for the function's event", async () => {
    const send = (length: number) =>
      fetch(`${system.url}/webhooks/a`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: "x".repeat(length),
      });
    expect((await send(10 * 1024 * 1024 + 1)).status).toBe(413);
    expect((await send(6 * 1024 * 1024)).status).toBe(413);
    expect((await send(5 * 1024 * 1024)).status).toBe(202);
  });
});
