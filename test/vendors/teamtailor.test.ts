import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { call, create, find, start, update } from "./teamtailor-calls.ts";

test("a candidate needs an e-mail unless it is sourced", async () => {
  const teamtailor = await start();
  const refused = await create(teamtailor, { "first-name": "Élodie" });
  expect([refused.status, refused.body]).toEqual([
    422,
    {
      errors: [
        {
          title: "can't be blank",
          detail: "email - can't be blank",
          code: "100",
          source: { pointer: "/data/attributes/email" },
          status: "422",
        },
      ],
    },
  ]);
  const { status, body } = await create(teamtailor, { "first-name": "Élodie", sourced: true });
  expect([status, body.data.attributes]).toMatchObject([
    201,
    { "first-name": "Élodie", email: null, tags: [] },
  ]);
});

test("an e-mail is taken, or merged with, or neither", async () => {
  const teamtailor = await start();
  const first = await create(teamtailor, { email: "a@example.com", phone: "1", tags: ["x"] });
  const taken = await create(teamtailor, { email: "A@example.com" });
  expect([taken.status, taken.body.errors[0]?.detail]).toEqual([422, "email - has already been taken"]);

  teamtailor.settings.mergeStatus = 201;
  teamtailor.settings.tagsOnUpdate = "add";
  const merged = await create(teamtailor, { email: "a@example.com", tags: ["y"], merge: true });
  expect([merged.status, merged.body.data]).toMatchObject([
    201,
    { id: first.body.data.id, attributes: { phone: "1", tags: ["x", "y"] } },
  ]);
  expect(teamtailor.duplicates()).toEqual([]);

  teamtailor.settings.emailUniqueness = "none";
  expect((await create(teamtailor, { email: "a@example.com" })).status).toBe(201);
  expect(teamtailor.duplicates()).toHaveLength(1);
});

test("attributes have their types; unknown ones and another content type are refused", async () => {
  const teamtailor = await start();
  const statusOf = async (attributes: object) => {
    const { status, body } = await create(teamtailor, { sourced: true, ...attributes });
    return [status, body.errors?.[0]?.detail];
  };
  expect(await statusOf({ tags: [{ name: "a" }] })).toEqual([422, "tags - is invalid"]);
  expect(await statusOf({ resume: "cv.pdf" })).toEqual([422, "resume - is invalid"]);
  expect(await statusOf({ colour: "red" })).toEqual([400, "colour is not allowed."]);
  const { status, body } = await call(`${teamtailor.url}/candidates`, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  expect([status, body.errors[0]?.code]).toEqual([415, "415"]);
});

test("a pitch has 140 characters, whatever their width, and more is refused or cut off", async () => {
  const teamtailor = await start();
  expect((await create(teamtailor, { sourced: true, pitch: "🙂".repeat(140) })).status).toBe(201);
  expect((await create(teamtailor, { sourced: true, pitch: "🙂".repeat(141) })).status).toBe(422);
  teamtailor.settings.pitchOverLimit = "truncate";
  const { body } = await create(teamtailor, { sourced: true, pitch: "🙂".repeat(141) });
  expect(body.data.attributes.pitch).toBe("🙂".repeat(140));
});

test("an update changes what it names, of the candidate that both ids name", async () => {
  const teamtailor = await start();
  const { id } = teamtailor.addCandidate({ email: "a@example.com", "first-name": "Élodie", tags: ["x"] });
  const { status, body } = await update(teamtailor, id, { phone: "2", tags: ["y"] });
  expect([status, body.data.attributes]).toMatchObject([
    200,
    { phone: "2", tags: ["y"], "first-name": "Élodie" },
  ]);
  await update(teamtailor, id, { phone: "2" });
  expect(teamtailor.calls.map(({ route, changed }) => [route, changed])).toEqual([
    ["PATCH /candidates/:id", true],
    ["PATCH /candidates/:id", false],
  ]);
  expect((await update(teamtailor, id, {}, "999")).status).toBe(409);
  expect(await update(teamtailor, "999", {})).toMatchObject({
    status: 404,
    body: {
      errors: [
        {
          code: "404",
          title: "Record not found",
          detail: "The record identified by 999 could not be found.",
        },
      ],
    },
  });
});

test("a filter finds by e-mail, in its case or any, and not before its time; or is ignored", async () => {
  const teamtailor = await start();
  teamtailor.addCandidate({ email: "Anna+cv@example.com" });
  teamtailor.addCandidate({ email: "b@example.com" });
  const count = async (email: string) => (await find(teamtailor, email)).list.length;
  expect([await count("Anna+cv@example.com"), await count("anna+cv@example.com")]).toEqual([1, 0]);
  teamtailor.settings.emailFilter = "insensitive";
  expect(await count("anna+cv@example.com")).toBe(1);
  teamtailor.settings.searchLagInMs = 60_000;
  expect(await count("anna+cv@example.com")).toBe(0);
  teamtailor.settings.emailFilter = "ignored";
  expect(await count("nobody@example.com")).toBe(2);
});

test("pages have ten candidates, at most thirty, and lead to the next", async () => {
  const teamtailor = await start();
  for (let index = 0; index < 35; index++) teamtailor.addCandidate({ sourced: true });
  expect((await call(`${teamtailor.url}/candidates`)).list).toHaveLength(10);
  const path = `${teamtailor.url}/candidates?sort=-id&page[size]=100`;
  const first = await call(path);
  expect([first.list.length, first.list[0]?.id]).toEqual([30, "35"]);
  expect(first.body.meta).toEqual({ "record-count": 35, "page-count": 2 });
  const last = await call(first.body.links.next ?? "");
  expect([last.list.length, last.body.links.next]).toEqual([5, undefined]);
  teamtailor.settings.pageSizeOverLimit = "refuse";
  expect((await call(path)).status).toBe(400);
});

async function startWithFile(): Promise<{ hrflow: SimulatedHrflow; url: string }> {
  const hrflow = await startHrflow();
  onTestFinished(() => hrflow.stop());
  const { key } = hrflow.putProfile({ source_key: hrflow.addSource().key });
  const { public_url } = hrflow.addAttachment(key, {
    bytes: new TextEncoder().encode("CV"),
    type: "resume",
    extension: ".pdf",
  });
  return { hrflow, url: public_url };
}

test("the CV is fetched from its address, after the answer or before it", async () => {
  const teamtailor = await start();
  const { hrflow, url } = await startWithFile();
  const { body } = await create(teamtailor, { sourced: true, resume: url });
  expect(body.data.attributes.resume).toBeNull();
  await teamtailor.settled();
  expect(teamtailor.candidates()[0]?.resume).toMatchObject({ url, size: 2 });
  const readBack = await call(`${teamtailor.url}/candidates/${body.data.id}`);
  expect((await fetch(String(readBack.body.data.attributes.resume))).status).toBe(200);

  hrflow.settings.attachmentStatus = 403;
  teamtailor.settings.resumeFetch = "sync";
  const refused = await create(teamtailor, { sourced: true, resume: url });
  expect([refused.status, refused.body.errors[0]?.detail]).toEqual([422, "resume - could not be downloaded"]);
  expect(teamtailor.candidates()).toHaveLength(1);
  expect(teamtailor.fetches.map(({ outcome }) => outcome)).toEqual([200, 403]);
});

test("uploads and applications belong to a candidate", async () => {
  const teamtailor = await start({ secondApplication: "refuse" });
  const { url } = await startWithFile();
  const { id } = teamtailor.addCandidate({ sourced: true });
  const candidate = { data: { id, type: "candidates" } };
  const send = (type: string, attributes: object, relationships: object) => {
    const body = JSON.stringify({ data: { type, attributes, relationships } });
    return call(`${teamtailor.url}/${type}`, { method: "POST", body });
  };
  expect((await send("uploads", { url, "file-name": "cv.pdf" }, { candidate })).status).toBe(201);
  expect(teamtailor.candidates()[0]?.uploads).toMatchObject([{ fileName: "cv.pdf", file: { size: 2 } }]);
  const job = { data: { id: "7", type: "jobs" } };
  expect((await send("job-applications", {}, { candidate })).status).toBe(422);
  expect((await send("job-applications", {}, { candidate, job })).status).toBe(201);
  expect((await send("job-applications", {}, { candidate, job })).status).toBe(422);
  expect(teamtailor.applications()).toMatchObject([{ candidateId: id, jobId: "7" }]);
});

test("candidates are there again after a restart", async () => {
  const directory = mkdtempSync(join(tmpdir(), "teamtailor-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const dataFile = join(directory, "teamtailor.sqlite");
  const before = await start({ dataFile });
  await create(before, { email: "a@example.com" });
  await before.stop();
  const after = await start({ dataFile });
  expect((await create(after, { email: "a@example.com" })).status).toBe(422);
  expect((await create(after, { email: "b@example.com" })).body.data.id).toBe("2");
});
