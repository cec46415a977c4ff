import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import { afterEach, expect, test, vi } from "vitest";
import { type Profile, profileSchema } from "../../lib/hrflow/schema.ts";
import { keepWithEmail, notifyTeam, tagWithSource } from "../../workflows/functions.ts";

afterEach(() => vi.unstubAllGlobals());

function profile(info: object): Profile {
  const source = { key: "s", name: "Careers site" };
  return v.parse(profileSchema, { key: "k", source, info, tags: [{ name: "remote", value: true }] });
}

test("the logic keeps profiles with an e-mail address, and no others", () => {
  expect(keepWithEmail(profile({ email: "a@example.com" }))).toBe(true);
  expect(keepWithEmail(profile({ email: "" }))).toBe(false);
});

test("the format adds the source to the tags", () => {
  const candidate = tagWithSource(profile({ first_name: "Ada", email: "a@example.com" }));
  expect(candidate).toMatchObject({ email: "a@example.com", tags: ["remote", "source: Careers site"] });
});

const run = { run_id: "r", workflow_id: "w", action: "a", events: { write_success: 1 } };

/** Answers in the place of the URL that is notified. */
async function standIn(status: number) {
  const received = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    received.resolve(json(request));
    response.writeHead(status).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}`, init));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { received: received.promise, [Symbol.dispose]: stop };
}

test("the callback tells a URL the keys and numbers of the run, and nothing else", async () => {
  using server = await standIn(204);
  await notifyTeam({ ...run, ...{ items: [{ preview: "personal" }] } });
  expect(await server.received).toEqual(run);
});

test("the callback fails when the URL does not take it", async () => {
  using _server = await standIn(500);
  await expect(notifyTeam(run)).rejects.toThrow("the notification was answered with 500");
});
