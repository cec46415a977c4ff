import { expect, onTestFinished, test } from "vitest";
import {
  DEFAULT_SMARTRECRUITERS_KEY,
  type SmartrecruitersOptions,
  startSmartrecruiters,
} from "../../local/vendors/smartrecruiters.ts";

const zoe = { firstName: "Zoë", lastName: "Martin", email: "zoe@example.com" };

/** Without the limits, save where a test is about them. */
async function start(options: SmartrecruitersOptions = {}) {
  const free = { rateLimit: false, concurrency: false, processingInMs: 0 } as const;
  const smartrecruiters = await startSmartrecruiters({ ...free, ...options });
  onTestFinished(() => smartrecruiters.stop());
  const job = smartrecruiters.addJob();

  async function send(method: string, path: string, body?: unknown, key = DEFAULT_SMARTRECRUITERS_KEY) {
    const isForm = body instanceof FormData;
    const headers = { "x-smarttoken": key, ...(isForm ? {} : { "content-type": "application/json" }) };
    const init = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) };
    const response = await fetch(`${smartrecruiters.url}${path}`, { method, headers, ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  }
  const create = (fields: Record<string, unknown> = {}) =>
    send("POST", `/jobs/${job.id}/candidates`, { ...zoe, ...fields });
  return { smartrecruiters, job, send, create };
}

function resumeForm(name: string, size = 8): FormData {
  const form = new FormData();
  form.set("attachmentType", "RESUME");
  form.set("file", new File([new Uint8Array(size)], name, { type: "application/pdf" }));
  return form;
}

test("a creation on a job answers the candidate, without what is empty", async () => {
  const { create, job } = await start();
  const { status, body } = await create({ consent: true, tags: [], web: { linkedin: "https://x.example" } });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    ...zoe,
    internal: false,
    web: { linkedin: "https://x.example" },
    primaryAssignment: { job: { id: job.id, title: "Data engineer" }, status: "NEW", source: "API" },
    createdOn: expect.stringMatching(/\.000Z$/),
  });
  for (const absent of ["tags", "phoneNumber", "secondaryAssignments", "consent"])
    expect(body).not.toHaveProperty(absent);
});

test.each([
  [{ location: { countryCode: "FRA" } }, "/location/countryCode", "String is too long (3 chars), maximum 2"],
  [{ location: { city: "" } }, "/location/city", "String is too short (0 chars), minimum 1"],
  [{ lastName: null }, "/lastName", "Invalid type: null (expected string)"],
  [{ email: undefined }, "", "Missing required property: email"],
  [{ education: [{ institution: "Mines" }] }, "/education/0", "Missing required property: degree"],
  [
    { experience: [{ startDate: "XXXX" }] },
    "/experience/0/startDate",
    expect.stringMatching(/^String does not match pattern: /),
  ],
  [{ lastName: "M".repeat(41) }, "/lastName", "String is too long (41 chars), maximum 40"],
  [{ educations: [] }, "/educations", "Additional properties not allowed"],
  [
    { sourceDetails: { sourceTypeId: "CUSTOM", sourceId: "X" } },
    "/sourceDetails/sourceId",
    'No enum match for: "X"',
  ],
])("a creation with %j is a validation failure", async (fields, dataPath, message) => {
  const { create, smartrecruiters } = await start({ unknownKeys: "refuse", nameMaximumLength: 40 });
  const { status, body } = await create(fields);
  expect(status).toBe(400);
  expect(body).toEqual({ message: "validation failure", errors: [{ dataPath, message }] });
  expect(smartrecruiters.candidates()).toEqual([]);
});

test("a validation failure has other forms and another status", async () => {
  const { create, smartrecruiters } = await start({ validationStatus: 422, validationForm: "code" });
  const message = "String is too short (0 chars), minimum 1";
  expect(await create({ firstName: "" })).toMatchObject({
    status: 422,
    body: { errors: [{ code: "INVALID_INPUT", message: `/firstName: ${message}` }] },
  });
  smartrecruiters.settings.validationForm = "full";
  const schemaPath = "/properties/firstName/minLength";
  expect((await create({ firstName: "" })).body.errors).toEqual([
    { code: 200, dataPath: "/firstName", schemaPath, message },
  ]);
});

test("dates may be a year, a month or a day", async () => {
  const { create } = await start();
  const dates = ["2021", "2021-12", "2021-12-25"];
  const experience = dates.map((startDate) => ({ title: "Engineer", startDate }));
  expect((await create({ experience })).body.experience).toEqual(experience);
});

test("a known e-mail is a new candidate, the same one, or a conflict, on the job and elsewhere apart", async () => {
  const { create, smartrecruiters, job, send } = await start({ duplicateElsewhere: "same_id" });
  const known = smartrecruiters.addCandidate({ ...zoe, phoneNumber: "+33639980001" });
  const first = await create({ email: "ZOE@example.com", firstName: "Zoé" });
  expect(first.body).toMatchObject({ id: known.id, firstName: "Zoé", phoneNumber: "+33639980001" });
  expect(smartrecruiters.candidates()[0]?.assignments).toMatchObject([{ jobId: job.id }]);

  const second = await create();
  expect(second.body.id).not.toBe(known.id);
  expect(smartrecruiters.duplicates()).toHaveLength(1);

  smartrecruiters.settings.duplicateOnJob = "conflict";
  expect((await create()).status).toBe(409);
  expect((await send("POST", "/candidates", zoe)).status).toBe(201);
  smartrecruiters.settings.duplicateElsewhere = "conflict";
  expect((await send("POST", "/candidates", zoe)).status).toBe(409);
});

test("a job that is unknown is not found", async () => {
  const { send, job } = await start();
  expect((await send("GET", `/jobs/${job.id}`)).body).toMatchObject({ id: job.id, status: "SOURCING" });
  expect((await send("POST", "/jobs/unknown/candidates", zoe)).status).toBe(404);
  expect((await send("GET", "/jobs/unknown")).body).toEqual({
    message: "Job not found",
    errors: [{ code: "RESOURCE_NOT_FOUND_ERROR", message: "Job not found" }],
  });
});

test("a PATCH changes personal details alone, and replaces a location or merges it", async () => {
  const { send, smartrecruiters } = await start();
  const location = { city: "Paris", countryCode: "FR" };
  const { id } = smartrecruiters.addCandidate({ ...zoe, location, tags: ["a"] });
  const { body } = await send("PATCH", `/candidates/${id}`, { location: { city: "Lyon" }, tags: ["b"] });
  expect(body).toMatchObject({ ...zoe, location: { city: "Lyon" }, tags: ["a"] });
  expect(body.location).not.toHaveProperty("countryCode");
  smartrecruiters.settings.patchNested = "merge";
  const merged = await send("PATCH", `/candidates/${id}`, { location: { countryCode: "FR" } });
  expect(merged.body.location).toEqual({ city: "Lyon", countryCode: "FR" });
});

test("tags are replaced, added and deleted by their own route", async () => {
  const { send, smartrecruiters } = await start();
  const { id } = smartrecruiters.addCandidate({ tags: ["a"] });
  expect((await send("PUT", `/candidates/${id}/tags`, { tags: ["b"] })).body).toEqual({ tags: ["b"] });
  expect((await send("POST", `/candidates/${id}/tags`, { tags: ["c"] })).body).toEqual({ tags: ["b", "c"] });
  smartrecruiters.settings.deleteTags = "named";
  expect((await send("DELETE", `/candidates/${id}/tags`, { tags: ["b"] })).status).toBe(204);
  expect((await send("GET", `/candidates/${id}/tags`)).body).toEqual({ tags: ["c"] });
});

test("the status on a job can be set where the candidate is on it, and may assign where not", async () => {
  const { send, smartrecruiters, job } = await start();
  const other = smartrecruiters.addJob({ title: "Other" });
  const { id } = smartrecruiters.addCandidate(zoe, other.id);
  const setStatus = (status: string) =>
    send("PUT", `/candidates/${id}/jobs/${job.id}/status`, { status }).then((answer) => answer.status);
  expect(await setStatus("NEW")).toBe(404);
  smartrecruiters.settings.statusOnOtherJob = "assign";
  expect(await setStatus("new")).toBe(400);
  expect(await setStatus("IN_REVIEW")).toBe(204);
  expect((await send("GET", `/candidates/${id}`)).body).toMatchObject({
    primaryAssignment: { job: { id: other.id } },
    secondaryAssignments: [{ job: { id: job.id }, status: "IN_REVIEW" }],
  });
});

test("the search takes a keyword, finds more than the exact e-mail, and pages until an empty cursor", async () => {
  const { send, smartrecruiters, job } = await start();
  smartrecruiters.addCandidate(zoe, job.id);
  smartrecruiters.addCandidate({ ...zoe, email: "zoe@example.com.au" });
  const q = encodeURIComponent("ZOE@example.com");
  const { body: first } = await send("GET", `/candidates?q=${q}&limit=1`);
  expect(first).toMatchObject({ limit: 1, totalFound: 2, content: [{ email: "zoe@example.com" }] });
  const { body: last } = await send("GET", `/candidates?q=${q}&limit=1&pageId=${first.nextPageId}`);
  expect(last).toMatchObject({ nextPageId: "", content: [{ email: "zoe@example.com.au" }] });
  expect((await send("GET", `/candidates?jobId=${job.id}`)).body.totalFound).toBe(1);
  expect((await send("GET", "/candidates?limit=101")).status).toBe(400);
  smartrecruiters.settings.lastPageId = "omit";
  expect((await send("GET", "/candidates")).body).not.toHaveProperty("nextPageId");
});

test("a created candidate cannot be found by the search for a while", async () => {
  let now = Date.now();
  const { send, create } = await start({ searchLagInMs: 100, now: () => now });
  const { body } = await create();
  expect((await send("GET", "/candidates?q=zoe")).body.content).toEqual([]);
  expect((await send("GET", `/candidates/${body.id}`)).status).toBe(200);
  now += 100;
  expect((await send("GET", "/candidates?q=zoe")).body.totalFound).toBe(1);
});

test("a CV is a second call, in a form, and a second one is added or replaces the first", async () => {
  const { send, smartrecruiters, create, job } = await start();
  const { id } = (await create()).body;
  const path = `/candidates/${id}/jobs/${job.id}/attachments`;
  const { status, body } = await send("POST", path, resumeForm("Zoë.pdf"));
  expect(status).toBe(201);
  expect(body).toMatchObject({ name: "Zoë.pdf", type: "RESUME", contentType: "application/pdf" });
  expect((await fetch(body.actions.download.url)).status).toBe(401);
  await send("POST", `/candidates/${id}/attachments`, resumeForm("b.pdf"));
  expect((await send("GET", `/candidates/${id}/attachments`)).body.totalFound).toBe(2);
  smartrecruiters.settings.secondResume = "replace";
  await send("POST", path, resumeForm("c.pdf"));
  expect(smartrecruiters.attachments()).toMatchObject([{ name: "c.pdf", jobId: job.id, size: 8 }]);
});

test("an attachment without a file, of another type or too large is refused", async () => {
  const { send, smartrecruiters } = await start({ attachmentMaximumBytes: 100 });
  const { id } = smartrecruiters.addCandidate();
  const statusOf = async (form: FormData) =>
    (await send("POST", `/candidates/${id}/attachments`, form)).status;
  const text = resumeForm("a.pdf");
  text.set("file", "base64 text");
  expect(await statusOf(text)).toBe(400);
  const avatar = resumeForm("a.png");
  avatar.set("attachmentType", "AVATAR");
  expect(await statusOf(avatar)).toBe(400);
  expect(await statusOf(resumeForm("a.pdf", 101))).toBe(413);
  expect(smartrecruiters.attachments()).toEqual([]);
});

test("a creation records no consent", async () => {
  const { send, create } = await start();
  const { id } = (await create({ consent: true })).body;
  expect((await send("GET", `/candidates/${id}/consent`)).body).toEqual({ status: "REQUIRED" });
});

test("each endpoint takes ten requests a second, and says so", async () => {
  const { send, job } = await start({ rateLimit: { limit: 10, periodInMs: 1_000, window: "sliding" } });
  const answers = await Promise.all(Array.from({ length: 12 }, () => send("GET", `/jobs/${job.id}`)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("x-ratelimit-limit")).toBe("10");
  expect(refused?.headers.get("x-ratelimit-remaining")).toBe("0");
  expect(refused?.headers.has("retry-after")).toBe(false);
  expect((await send("GET", "/configuration/sources")).status).toBe(200);
});

test("eight requests run at the same time, and one search", async () => {
  const { send, job } = await start({ concurrency: { all: 8, search: 1 }, processingInMs: 300 });
  const refusedOf = async (count: number, path: string) => {
    const answers = await Promise.all(Array.from({ length: count }, () => send("GET", path)));
    return answers.filter(({ status }) => status === 429).length;
  };
  expect(await refusedOf(9, `/jobs/${job.id}`)).toBe(1);
  expect(await refusedOf(2, "/candidates")).toBe(1);
  expect((await send("GET", "/candidates")).headers.get("x-ratelimit-concurrent-limit")).toBe("1");
});

test("keys come in either header, rotate, and may lack the feature", async () => {
  const { send, smartrecruiters, job } = await start();
  const headers = { authorization: `Bearer ${DEFAULT_SMARTRECRUITERS_KEY}` };
  expect((await fetch(`${smartrecruiters.url}/jobs/${job.id}`, { headers })).status).toBe(200);
  smartrecruiters.acceptKeys(["new-key"]);
  expect((await send("GET", `/jobs/${job.id}`)).status).toBe(401);
  expect((await send("GET", `/jobs/${job.id}`, undefined, "new-key")).status).toBe(200);
  smartrecruiters.settings.access = "no_feature";
  expect(await send("GET", `/jobs/${job.id}`, undefined, "new-key")).toMatchObject({
    status: 403,
    body: { message: "No access to feature: Customer API" },
  });
});
