import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_FLATCHR_KEY, type FlatchrOptions, startFlatchr } from "../../local/vendors/flatchr.ts";

const DECEMBER_25 = Date.UTC(2021, 11, 25, 12);
const pdf = Buffer.from("%PDF-1.4 a CV");
const resume = { data: pdf.toString("base64"), fileName: "CV_Zoë", contentType: "application/pdf" };

async function start(options: FlatchrOptions = {}) {
  const flatchr = await startFlatchr({ fileIntervalInMs: 0, ...options });
  onTestFinished(() => flatchr.stop());
  const vacancy = flatchr.addVacancy({ title: "Technicien H/F" });
  const company = `${flatchr.apiUrl}/company/${flatchr.companyId}`;

  async function send(method: string, url: string, body?: unknown, key = DEFAULT_FLATCHR_KEY) {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url, { method, headers, redirect: "manual", ...init });
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json" && text !== "";
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
  const create = (fields: Record<string, unknown> = {}) =>
    send("POST", `${flatchr.careersUrl}/vacancy/candidate/json`, {
      vacancy: vacancy.slug,
      firstname: "Zoë",
      lastname: "Martin",
      token: DEFAULT_FLATCHR_KEY,
      email: "zoe@example.com",
      type: "document",
      resume,
      ...fields,
    });
  const search = (filters: Record<string, unknown> = {}) =>
    send("POST", `${company}/search/applicants`, filters);
  const move = (applicant: { id: string }, body: unknown = {}) =>
    send("PUT", `${company}/vacancy/${vacancy.id}/applicant/${applicant.id}`, body);
  return { flatchr, vacancy, company, send, create, search, move };
}

test("a creation keeps the CV and answers no ids", async () => {
  const { flatchr, create } = await start();
  expect((await create()).body).toEqual({ status: 200, response: "applicant created" });
  const [candidate] = flatchr.candidates();
  expect(candidate).toMatchObject({ firstname: "Zoë", email: "zoe@example.com", cv: { extension: "pdf" } });
  expect(flatchr.file(candidate?.cv?.key ?? "")).toMatchObject({ base64: resume.data, fileName: "CV_Zoë" });
  expect(flatchr.writes.created).toBe(1);
});

test("a creation can be answered in other forms", async () => {
  const { flatchr, create } = await start({ createStatus: 201 });
  const forms = ["envelope", "with_ids", "text", "empty"] as const;
  const bodies: unknown[] = [];
  for (const form of forms) {
    flatchr.settings.createAnswer = form;
    const { status, body } = await create();
    expect(status).toBe(201);
    bodies.push(body);
  }
  expect(bodies).toEqual([
    { statusCode: 201, message: "applicant created" },
    {
      status: 201,
      response: "applicant created",
      applicant: expect.any(String),
      candidate: expect.any(String),
    },
    "applicant created",
    "",
  ]);
});

test.each([
  [{ firstname: undefined }, 400, '"firstname" is required'],
  [{ email: "zoe" }, 400, '"email" must be a valid email'],
  [{ comment: null }, 400, '"comment" must be a string that is not empty'],
  [{ urls: [{ linkedin: "x" }] }, 400, '"urls" must be an object of facebook, linkedin, twitter, other'],
  [{ type: "json" }, 400, '"type" must be one of [link, document]'],
  [{ type: "link" }, 400, '"resume" must be a valid url'],
  [{ resume: { ...resume, data: "<html>" } }, 400, '"resume.data" must be a valid base64 string'],
  [
    { resume: { ...resume, data: Buffer.alloc(99).toString("base64") } },
    413,
    "Payload content length greater than maximum allowed: 50",
  ],
  [{ vacancy: "unknown" }, 404, "Vacancy not found"],
  [{ token: "wrong" }, 401, "Invalid token"],
])("a creation with %j is refused", async (fields, statusCode, message) => {
  const { create, flatchr } = await start({ documentMaximumBytes: 50 });
  const { body } = await create(fields);
  expect(body).toEqual({ statusCode, error: expect.any(String), message });
  expect(flatchr.writes.created).toBe(0);
});

test("the slug alone names a vacancy for a creation, unless ids are accepted as well", async () => {
  const { create, vacancy, flatchr } = await start();
  expect((await create({ vacancy: vacancy.id })).status).toBe(404);
  flatchr.settings.createVacancy = "slug_or_id";
  expect((await create({ vacancy: vacancy.id })).status).toBe(200);
});

test("curly quotes do not survive, and names without an ASCII letter may be refused", async () => {
  const { create, flatchr } = await start();
  await create({ lastname: "O’Neil" });
  expect(flatchr.candidates()[0]?.lastname).toBe("O?Neil");
  expect((await create({ firstname: "Éà" })).status).toBe(200);
  flatchr.settings.namePattern = "enforce";
  expect((await create({ firstname: "Éà" })).status).toBe(400);
});

test("the same person on one vacancy is a second applicant, or refused, or another apply", async () => {
  const { create, flatchr } = await start();
  const other = flatchr.addVacancy();
  await create();
  flatchr.settings.duplicates = "refuse";
  expect((await create({ email: "ZOE@example.com" })).status).toBe(409);
  flatchr.settings.duplicates = "merge";
  await create({ lastname: "Durand" });
  await create({ vacancy: other.slug });
  expect(flatchr.candidates()).toHaveLength(1);
  expect(flatchr.applicants().map(({ applies }) => applies.length)).toEqual([2, 1]);
  expect(flatchr.duplicates()).toEqual([]);
  flatchr.settings.duplicates = "create";
  await create();
  expect(flatchr.duplicates()).toHaveLength(1);
});

test("rows have DD/MM/YY, filters take MM/DD/YY, and neither has the candidate's id", async () => {
  const { search, flatchr, vacancy } = await start();
  const { candidate, applicant } = flatchr.addCandidate({ createdAt: DECEMBER_25, email: null });
  const { body } = await search({ start: "12/25/21", end: "12/25/21" });
  expect(body).toEqual([
    {
      applicant: applicant.id,
      vacancy: "Technicien H/F",
      column: "Nouveaux",
      vacancy_id: vacancy.numericId,
      external_id: "",
      status: 1,
      score: 0,
      hired: false,
      firstname: "Camille",
      lastname: "Durand",
      email: null,
      phone: null,
      created_at: "25/12/21",
      updated_at: "25/12/21",
      source: "Site carrière",
    },
  ]);
  expect(JSON.stringify(body)).not.toContain(candidate.id);
  expect((await search({ start: "12/26/21" })).body).toEqual([]);
  expect((await search({ start: "25/12/21" })).status).toBe(400);
  flatchr.settings.endDay = "exclude";
  expect((await search({ end: "12/25/21" })).body).toEqual([]);
});

test("an edit is found by the filters of updates, where the account has them", async () => {
  const { search, flatchr } = await start();
  const { candidate } = flatchr.addCandidate({ createdAt: DECEMBER_25 });
  flatchr.addCandidate({ createdAt: DECEMBER_25 });
  flatchr.editCandidate(candidate.id, { lastname: "Petit" }, DECEMBER_25 + 86_400_000);
  const { body } = await search({ start_update: "12/26/21" });
  expect(body).toMatchObject([{ lastname: "Petit", created_at: "25/12/21", updated_at: "26/12/21" }]);
  flatchr.settings.updateFilters = "ignore";
  expect((await search({ start_update: "12/26/21" })).body).toHaveLength(2);
});

test("filters compare the column's title, the vacancy's encrypted id, and hired in either type", async () => {
  const { search, flatchr, vacancy } = await start();
  const hiredColumn = flatchr.columns().find(({ hired }) => hired);
  flatchr.addCandidate({}, { columnId: hiredColumn?.id ?? 0 });
  flatchr.addCandidate({ firstname: "Aya", phone: "+33 6 39 98 00 01" });
  expect((await search({ column: "Recruté", hired: "true" })).body).toHaveLength(1);
  expect((await search({ hired: false, firstname: "aya", phone: "+33639980001" })).body).toHaveLength(1);
  expect((await search({ vacancy: vacancy.id })).body).toHaveLength(2);
  expect((await search({ vacancy: vacancy.slug })).body).toEqual([]);
  expect((await search({ email: null })).status).toBe(400);
  flatchr.settings.nullFilters = "accept";
  expect((await search({ email: null })).body).toHaveLength(2);
});

test("a created applicant cannot be found for a while", async () => {
  let now = DECEMBER_25;
  const { create, search } = await start({ searchLagInMs: 5_000, now: () => now });
  await create();
  expect((await search()).body).toEqual([]);
  now += 5_000;
  expect((await search()).body).toHaveLength(1);
});

test("a move gives the candidate's id and CV key, and dates in three forms", async () => {
  const { create, flatchr, move } = await start({ now: () => DECEMBER_25 });
  await create();
  const [applicant] = flatchr.applicants();
  const [candidate] = flatchr.candidates();
  if (!applicant || !candidate?.cv) throw new Error("nothing was created");
  const { body } = await move(applicant, { column_id: applicant.columnId });
  expect(body).toMatchObject({ id: applicant.id, created_at: DECEMBER_25 / 1000, column: {}, vacancy: {} });
  expect(body.candidate).toMatchObject({
    id: candidate.id,
    created_at: "2021-12-25T12:00:00.000Z",
    consent: true,
    aws: { ...candidate.cv, signature: expect.stringMatching(/^127\.0\.0\.1:\d+\/storage\//) },
  });
  expect(flatchr.writes).toMatchObject({ touched: 1, moved: 0 });
});

test("a move without a CV has neither cv nor aws, and consent may be a list", async () => {
  const { flatchr, move } = await start({ consent: "list", namesAfterMove: "titles" });
  const { applicant, candidate } = flatchr.addCandidate();
  const { body } = await move(applicant);
  expect(body).toMatchObject({ column: "Nouveaux", vacancy: "Technicien H/F" });
  expect(body.candidate.consent[0].candidate_id).toBe(candidate.id);
  expect(Object.keys(body.candidate)).not.toContain("cv");
  expect(Object.keys(body.candidate)).not.toContain("aws");
});

test("a move can fail: no such column, a vacancy that was closed, no column at all", async () => {
  const { flatchr, move, vacancy, search, company, send } = await start({ moveWithoutColumn: "refuse" });
  const { applicant } = flatchr.addCandidate();
  expect((await move(applicant)).status).toBe(400);
  flatchr.removeColumn(applicant.columnId);
  expect((await move(applicant, { column_id: applicant.columnId })).status).toBe(404);
  expect((await search()).body).toMatchObject([{ column: "Nouveaux" }]);
  const { body: columns } = await send("GET", `${company}/columns`);
  expect(columns).toHaveLength(3);
  flatchr.renameColumn(columns[0].id, "Présélection");
  await move(applicant, { column_id: columns[0].id });
  expect((await search()).body).toMatchObject([{ column: "Présélection" }]);
  expect(flatchr.writes.moved).toBe(1);
  flatchr.closeVacancy(vacancy.id);
  expect((await move(applicant, { column_id: columns[0].id })).status).toBe(404);
  expect((await send("GET", `${company}/vacancies`)).body).toEqual([]);
  expect((await search()).body).toHaveLength(1);
});

test("a vacancy is listed with its three identifiers", async () => {
  const { company, send, vacancy, flatchr } = await start();
  const { body } = await send("GET", `${company}/vacancies?fields=address`);
  expect(body).toMatchObject([
    { id: vacancy.id, vacancy_id: vacancy.numericId, slug: vacancy.slug, address: { locality: "Paris" } },
  ]);
  const one = await send("GET", `${flatchr.apiUrl}/vacancy/${vacancy.id}`);
  expect(one.body).toMatchObject({ id: vacancy.id });
});

test("a file needs its key, extension and token, takes one request a second, and may be redirected", async () => {
  const { company, create, flatchr } = await start({ fileIntervalInMs: 1000 });
  await create();
  const { key = "", extension = "" } = flatchr.candidates()[0]?.cv ?? {};
  const url = `${company}/files/expire?${new URLSearchParams({ key, extension, token: DEFAULT_FLATCHR_KEY })}`;
  expect((await fetch(`${company}/files/expire?key=${key}`)).status).toBe(400);
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(pdf);
  expect((await fetch(url)).status).toBe(429);
  flatchr.settings.fileIntervalInMs = 0;
  flatchr.settings.file = "redirect";
  const redirected = await fetch(url);
  expect(redirected.url).toContain("/storage/");
  expect(redirected.headers.get("content-type")).toBe("application/pdf");
  expect(Buffer.from(await redirected.arrayBuffer())).toEqual(pdf);
  expect((await fetch(redirected.url.split("?")[0] ?? "")).status).toBe(403);
});

test("an enrichment is kept at the candidate that the account's kind of reference names", async () => {
  const { company, send, flatchr } = await start();
  const { candidate } = flatchr.addCandidate({ email: "zoe@example.com" });
  const enrich = (reference: string) =>
    send("POST", `${company}/search/candidate`, { reference, name: "parsing", value: { experience: 3 } });
  expect((await enrich("zoe@example.com")).status).toBe(404);
  expect((await enrich(candidate.id)).body).toEqual({
    statusCode: 200,
    message: { resource_type: "attribute", action: "created" },
  });
  flatchr.settings.enrichmentReference = "email";
  expect((await enrich("zoe@example.com")).body.message.action).toBe("updated");
  expect(flatchr.enrichments()).toMatchObject([
    { candidateId: candidate.id, value: { experience: 3 }, times: 2 },
  ]);
  flatchr.settings.enrichment = "forbidden";
  expect((await enrich("zoe@example.com")).status).toBe(403);
  flatchr.settings.enrichment = "not_found";
  expect((await enrich("zoe@example.com")).status).toBe(404);
});

test("archiving hides an applicant from the search", async () => {
  const { company, send, search, flatchr, vacancy } = await start();
  const { applicant } = flatchr.addCandidate();
  const { body } = await send("DELETE", `${company}/vacancy/${vacancy.id}/applicant/${applicant.id}`);
  expect(body).toMatchObject({ status: 0, vacancy: { slug: vacancy.slug }, datas: [] });
  expect((await search()).body).toEqual([]);
  expect((await search({ status: 0 })).body).toHaveLength(1);
});

test("keys rotate, companies close, and errors come in several forms", async () => {
  const { company, send, flatchr } = await start({ errorForm: "status_code" });
  flatchr.acceptKeys(["new-key"]);
  expect((await send("GET", `${company}/columns`)).body).toEqual({
    statusCode: 401,
    message: "Invalid token",
  });
  expect((await send("GET", `${company}/columns`, undefined, "new-key")).status).toBe(200);
  flatchr.closeCompany(flatchr.companyId);
  flatchr.settings.errorForm = "text";
  const closed = await send("GET", `${company}/columns`, undefined, "new-key");
  expect(closed).toMatchObject({ status: 403, body: "Company is closed" });
});

test("the state outlives a restart on the same file", async () => {
  const dataFile = join(mkdtempSync(join(tmpdir(), "flatchr-")), "flatchr.sqlite");
  const { flatchr: first, create } = await start({ dataFile });
  await create();
  await first.stop();
  const { flatchr: second } = await start({ dataFile });
  expect(second.applicants()).toEqual(first.applicants());
  expect(second.columns()).toHaveLength(4);
  expect(second.addCandidate().candidate.id).not.toBe(first.candidates()[0]?.id);
});

test("fifty thousand candidates are made at once, the same every time", async () => {
  const { flatchr, search } = await start({ now: () => DECEMBER_25 });
  flatchr.generateCandidates(50_000, { withCvEvery: 100 });
  const last = flatchr.candidates().at(-1);
  expect(last?.email).toMatch(/^[a-z.-]+\.50000@example\.com$/);
  expect(flatchr.candidates().filter(({ cv }) => cv)).toHaveLength(500);
  expect((await search({ email: last?.email })).body).toMatchObject([{ created_at: "25/12/21" }]);
});
