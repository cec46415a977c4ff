import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  DEFAULT_HRFLOW_KEY,
  type HrflowOptions,
  type SimulatedHrflow,
  startHrflow,
} from "../../local/vendors/hrflow.ts";
import type { HrflowAttachment, HrflowProfile } from "../../local/vendors/hrflow-profile.ts";

async function start(options: HrflowOptions = {}): Promise<SimulatedHrflow> {
  const hrflow = await startHrflow(options);
  onTestFinished(() => hrflow.stop());
  return hrflow;
}

interface Envelope<Data> {
  code: number;
  message: string;
  data: Data;
  meta?: unknown;
}

async function call<Data = HrflowProfile>(hrflow: SimulatedHrflow, path: string, init: RequestInit = {}) {
  const { api_secret, api_user } = DEFAULT_HRFLOW_KEY;
  const headers = { "x-api-key": api_secret, "x-user-email": api_user, ...init.headers };
  const answer = await fetch(hrflow.url + path, { ...init, headers });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    body: (await answer.json()) as Envelope<Data>,
  };
}

const send = (hrflow: SimulatedHrflow, method: string, path: string, body: unknown) =>
  call(hrflow, path, { method, body: JSON.stringify(body) });

test("a profile is complete, its dates have no colon, its empty places are a list or null", async () => {
  const hrflow = await start();
  const source = hrflow.addSource({ name: "Careers site" });
  const { key } = hrflow.putProfile({ source_key: source.key, info: { first_name: "Élodie" } });
  const path = `/profile/indexing?source_key=${source.key}&key=${key}`;
  const { status, type, body } = await call(hrflow, path);
  expect([status, type, body.code, body.message]).toEqual([200, "application/json", 200, "Profile details"]);
  expect(body.data).toMatchObject({
    key: expect.stringMatching(/^[0-9a-f]{40}$/),
    reference: null,
    tags: [],
  });
  expect(body.data.source).toMatchObject({ key: source.key, name: "Careers site" });
  expect(body.data.updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
  expect(body.data.info.location).toEqual({ text: null, lat: null, lng: null, gmaps: null, fields: [] });
  hrflow.settings.emptyLocationFields = "null";
  expect((await call(hrflow, path)).body.data.info.location.fields).toBeNull();
});

test("what is not found has three forms, and never data", async () => {
  const hrflow = await start();
  const path = `/profile/indexing?source_key=${hrflow.addSource().key}&key=${"0".repeat(40)}`;
  const message = "Invalid parameters. Unable to find object: profile";
  for (const [notFoundStatus, code] of [
    [400, 400],
    [404, 404],
    [200, 400],
  ] as const) {
    hrflow.settings.notFoundStatus = notFoundStatus;
    const { status, body } = await call(hrflow, path);
    expect([status, body]).toEqual([notFoundStatus, { code, message }]);
  }
});

test("keys are checked for their user, their permission and their age", async () => {
  const readOnly = { ...DEFAULT_HRFLOW_KEY, permission: "read" } as const;
  const hrflow = await start({ keys: [readOnly] });
  expect((await call<{ api_key_permission: string }>(hrflow, "/auth")).body.data.api_key_permission).toBe(
    "read",
  );
  const refused = await send(hrflow, "POST", "/profile/indexing", {});
  expect([refused.status, refused.body.message]).toEqual([
    401,
    `Unauthorized. Invalid secret key: ${readOnly.api_secret} for permission: write`,
  ]);
  hrflow.acceptKeys([{ ...DEFAULT_HRFLOW_KEY, api_secret: `ask_${"1".repeat(32)}` }]);
  hrflow.settings.errorsInHttp200 = true;
  expect(await call(hrflow, "/auth")).toMatchObject({ status: 200, body: { code: 401 } });
});

test("a reference is used once in a source", async () => {
  const hrflow = await start();
  const profile = { source_key: hrflow.addSource().key, reference: "r-1", info: {} };
  const created = await send(hrflow, "POST", "/profile/indexing", profile);
  expect([created.status, created.body.message]).toEqual([201, "Profile created"]);
  expect((await send(hrflow, "POST", "/profile/indexing", profile)).body).toEqual({
    code: 400,
    message: "Cannot create profile with this reference: r-1. Already used!",
  });
});

test("PUT takes what GET gave; of a part it wipes or keeps the rest", async () => {
  const hrflow = await start();
  const source_key = hrflow.addSource().key;
  const tags = [{ name: "origin", value: "fair" }];
  const { key } = hrflow.putProfile({ source_key, reference: "r-1", tags, info: { first_name: "Élodie" } });
  hrflow.addAttachment(key, { bytes: new Uint8Array(3), type: "resume", extension: ".pdf" });
  const whole = hrflow.profile(key);

  const same = await send(hrflow, "PUT", "/profile/indexing", whole);
  expect({ ...same.body.data, updated_at: whole?.updated_at }).toEqual(whole);
  expect(hrflow.calls.at(-1)).toMatchObject({ status: 200, write: true, changed: false });

  hrflow.settings.putPartial = "keep";
  const part = { source_key, key, text: "new" };
  expect((await send(hrflow, "PUT", "/profile/indexing", part)).body.data).toMatchObject({
    text: "new",
    tags,
  });
  hrflow.settings.putPartial = "wipe";
  await send(hrflow, "PUT", "/profile/indexing", part);
  expect(hrflow.profile(key)).toMatchObject({ text: "new", tags: [], reference: "r-1" });
  expect(hrflow.profile(key)?.attachments).toHaveLength(1);
});

test("an archived profile is readable or not, as the vendor may have it", async () => {
  const hrflow = await start();
  const source_key = hrflow.addSource().key;
  const { key } = hrflow.putProfile({ source_key, reference: "r-1" });
  const archived = await send(hrflow, "PATCH", "/profile/indexing/archive", {
    source_key,
    reference: "r-1",
    is_archive: 1,
  });
  expect(archived.body).toEqual({ code: 200, message: "Profile archived", data: { key } });
  const path = `/profile/indexing?source_key=${source_key}&key=${key}`;
  expect((await call(hrflow, path)).body.data.archived_at).not.toBeNull();
  hrflow.settings.archivedIsReadable = false;
  expect((await call(hrflow, path)).status).toBe(400);
});

function parse(hrflow: SimulatedHrflow, sourceKey: string, fields: Record<string, string> = {}) {
  const form = new FormData();
  form.set("source_key", sourceKey);
  form.set("file", new File(["Python, SQL"], "Élodie_Martin.pdf"));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return call<{ profile: HrflowProfile }>(hrflow, "/profile/parsing/file", { method: "POST", body: form });
}

test("parsing answers at once with the profile, and its file can be downloaded until it expires", async () => {
  const hrflow = await start();
  const { key } = hrflow.addSource();
  const { status, body } = await parse(hrflow, key, { reference: "r-1", tags: '[{"name":"a","value":"b"}]' });
  expect([status, body.code]).toEqual([201, 201]);
  expect(body.data.profile).toMatchObject({
    reference: "r-1",
    info: { full_name: "Élodie Martin" },
    text: "Python, SQL",
  });
  expect(body.data.profile.tags).toContainEqual({ name: "referrer", value: null });

  const attachments = await call<HrflowAttachment[]>(
    hrflow,
    `/profile/indexing/attachments?source_key=${key}&key=${body.data.profile.key}`,
  );
  const public_url = attachments.body.data[0]?.public_url ?? "";
  expect(new URL(public_url).origin).toBe(new URL(hrflow.url).origin);
  const file = await fetch(public_url);
  expect([file.headers.get("content-type"), await file.text()]).toEqual(["application/pdf", "Python, SQL"]);
  hrflow.settings.attachmentStatus = 403;
  expect((await fetch(public_url)).status).toBe(403);
});

test("where a source parses later, the profile appears later, and its webhook follows", async () => {
  const received: string[] = [];
  const receiver = createServer(async (incoming, outgoing) => {
    received.push(JSON.parse(Buffer.concat(await incoming.toArray()).toString()).type);
    outgoing.writeHead(202).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void receiver.close());
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const hrflow = await start({ asyncParsingInMs: 50, webhook: { url, secret: "s" } });
  const { key } = hrflow.addSource({ sync_parsing: false });

  expect(await parse(hrflow, key, { reference: "r-1" })).toMatchObject({ status: 202, body: { data: [] } });
  const path = `/profile/indexing?source_key=${key}&reference=r-1`;
  expect((await call(hrflow, path)).status).toBe(400);
  await hrflow.settled();
  expect((await call(hrflow, path)).status).toBe(200);
  expect(received).toEqual(["profile.parsing.success"]);

  const again = { source_key: key, reference: "r-1" };
  await send(hrflow, "PUT", "/profile/indexing", again);
  hrflow.settings.writesFireWebhooks = true;
  await send(hrflow, "PUT", "/profile/indexing", again);
  await hrflow.settled();
  expect(hrflow.deliveries.map(({ type, outcome }) => [type, outcome])).toEqual([
    ["profile.parsing.success", 202],
    ["profile.storing.update", 202],
  ]);
});

test("stored profiles are listed in pages, as stubs unless asked for whole", async () => {
  const hrflow = await start();
  const source_key = hrflow.addSource().key;
  for (const day of [1, 2, 3]) {
    hrflow.putProfile({ source_key, reference: `r-${day}`, created_at: `2025-06-0${day}T00:00:00+0000` });
  }
  const path = `/storing/profiles?source_keys=${encodeURIComponent(JSON.stringify([source_key]))}&order_by=asc&limit=2`;
  const first = (await call<HrflowProfile[]>(hrflow, path)).body;
  expect(first.meta).toEqual({ page: 1, maxPage: 2, count: 2, total: 3 });
  expect(first.data.map((profile) => profile.reference)).toEqual(["r-1", "r-2"]);
  expect(first.data[0]).not.toHaveProperty("info");
  const last = (await call(hrflow, `${path}&page=2&return_profile=True`)).body;
  expect(last.data).toMatchObject([{ reference: "r-3", info: { email: null } }]);
  expect((await call(hrflow, "/sources")).body.data).toHaveLength(1);
});

test("state and files are there again after a restart", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hrflow-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const dataFile = join(directory, "hrflow.sqlite");
  const before = await start({ dataFile });
  const source_key = before.addSource().key;
  const { key } = before.putProfile({ source_key, reference: "r-1" });
  before.addAttachment(key, { bytes: new Uint8Array([1, 2]), type: "resume", extension: ".pdf" });
  await before.stop();
  const after = await start({ dataFile });
  const url = after.profile(key)?.attachments[0]?.public_url ?? "";
  expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(new Uint8Array([1, 2]));
  expect(after.putProfile({ source_key }).key).not.toBe(key);
});
