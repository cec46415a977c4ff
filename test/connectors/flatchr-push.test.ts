import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { PermanentError, TemporaryError } from "../../lib/errors.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { DEFAULT_FLATCHR_KEY, type SimulatedFlatchr, startFlatchr } from "../../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const CREATION = "POST /vacancy/candidate/json";
const ENRICHMENT = "POST /company/:companyId/search/candidate";
const SEARCH = "POST /company/:companyId/search/applicants";
const MOVE = "PUT /company/:companyId/vacancy/:vacancyId/applicant/:applicantId";
const HOUR_IN_MS = 3_600_000;
const pdf = Buffer.from("%PDF-1.4\nA CV\n%%EOF\n");

let hrflow: SimulatedHrflow;
let flatchr: SimulatedFlatchr;
let environment: TestEnvironment;
let sourceKey: string;
let vacancy: { id: string; slug: string };

beforeAll(async () => {
  hrflow = await startHrflow();
  sourceKey = hrflow.addSource({}).key;
});
beforeEach(async () => {
  flatchr = await startFlatchr();
  vacancy = flatchr.addVacancy({ title: "Technicien H/F" });
  const secrets = {
    "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
    "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId },
  };
  environment = await startTestEnvironment(secrets, {
    HRFLOW_BASE_URL: hrflow.url,
    FLATCHR_API_BASE_URL: flatchr.apiUrl,
    FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
    CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin,
  });
});
afterEach(async () => {
  await environment.stop();
  await flatchr.stop();
});
afterAll(() => hrflow.stop());

let people = 0;
function newProfile(info: object = {}) {
  people += 1;
  const email = `person-${people}@example.com`;
  const profile = hrflow.putProfile({
    source_key: sourceKey,
    info: { first_name: "Ada", last_name: `Example ${people}`, email, phone: "+33639980001", ...info },
    experiences: [{ title: "Poet", company: "ACME" }],
  });
  hrflow.addAttachment(profile.key, { type: "resume", extension: ".pdf", bytes: pdf });
  return profile;
}

function push(profile: { key: string }, changes: object = {}) {
  const workflow = checkWorkflow({
    workflow_id: "acme-flatchr",
    action: "push_profile_to_flatchr",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "flatchr/acme" },
    push_parameters: { vacancy: vacancy.slug },
    ...changes,
  });
  if (workflow.direction !== "push") throw new Error("it is a push");
  return pushProfile(
    { ...workflow, connector: flatchrConnector },
    { sourceKey, profileKey: profile.key },
    60_000,
    environment,
  );
}

const callsTo = (route: string) => flatchr.calls.filter((call) => call.route === route);

test("a profile becomes one candidate with its CV and enrichment, and again nothing", async () => {
  const profile = newProfile();
  const { candidateId, ...pushed } = await push(profile);
  expect(pushed).toEqual({ outcome: "created", notes: [] });
  const [candidate] = flatchr.candidates();
  const [applicant] = flatchr.applicants();
  expect(candidateId).toBe(`${vacancy.slug}:${applicant?.id}:${candidate?.id}`);
  expect(candidate).toMatchObject({
    firstname: "Ada",
    email: profile.info.email,
    phone: "+33639980001",
    cv: { extension: "pdf" },
  });
  expect(flatchr.file(candidate?.cv?.key ?? "")?.base64).toBe(pdf.toString("base64"));
  expect(flatchr.enrichments()).toMatchObject([
    {
      candidateId: candidate?.id,
      value: { position: ["Poet"], employment_positions: ["ACME"], name: { given: "Ada" } },
    },
  ]);

  const calls = flatchr.calls.length;
  expect(await push(profile)).toMatchObject({ outcome: "unchanged", candidateId });
  expect(flatchr.calls).toHaveLength(calls);
});

test("a create costs six calls", async () => {
  await push(newProfile());
  const routes = flatchr.calls.map(({ route }) => route);
  expect(routes.slice(0, 2).toSorted()).toEqual(["GET /company/:companyId/vacancies", SEARCH]);
  expect(routes.slice(2)).toEqual([CREATION, SEARCH, MOVE, ENRICHMENT]);
});

test("a changed profile enriches the same candidate, which is asked for its id once", async () => {
  const profile = newProfile();
  const { candidateId } = await push(profile);
  for (const title of ["Engineer", "Director"]) {
    hrflow.editProfile(profile.key, { experiences: [{ title }] });
    expect(await push(profile)).toMatchObject({ outcome: "updated", candidateId, notes: [] });
  }
  expect(flatchr.writes).toMatchObject({ created: 1, enriched: 3, touched: 1, moved: 0 });
  expect(flatchr.enrichments()).toMatchObject([{ value: { position: ["Director"] } }]);
});

test("one person on two vacancies is two applications", async () => {
  const profile = newProfile();
  const other = flatchr.addVacancy();
  await push(profile);
  const second = { workflow_id: "acme-other", push_parameters: { vacancy: other.slug } };
  expect(await push(profile, second)).toMatchObject({ outcome: "created" });
  expect(await push(profile, second)).toMatchObject({ outcome: "unchanged" });
  expect(flatchr.writes.created).toBe(2);
  expect(flatchr.duplicates()).toEqual([]);
});

test("a workflow whose vacancy is changed applies there; one that only names it otherwise does not", async () => {
  const profile = newProfile();
  await push(profile);
  expect(await push(profile, { push_parameters: { vacancy: vacancy.id } })).toMatchObject({
    outcome: "updated",
  });
  expect(flatchr.writes.created).toBe(1);
  const other = flatchr.addVacancy();
  expect(await push(profile, { push_parameters: { vacancy: other.slug } })).toMatchObject({
    outcome: "created",
  });
  expect(flatchr.writes.created).toBe(2);
});

test("a person who is on the vacancy already is updated", async () => {
  const profile = newProfile();
  flatchr.addCandidate({ email: profile.info.email?.toUpperCase() ?? null });
  expect(await push(profile)).toMatchObject({
    outcome: "updated",
    notes: [expect.stringContaining("takes a CV only when it creates a candidate")],
  });
  expect(flatchr.writes.created).toBe(0);
});

test("a homonym is not enriched with another person's data (defect 18)", async () => {
  const profile = newProfile({ last_name: "Homonym" });
  const { candidate } = flatchr.addCandidate({ firstname: "Ada", lastname: "Homonym" });
  expect(await push(profile)).toMatchObject({ outcome: "created" });
  expect(flatchr.enrichments().map(({ candidateId }) => candidateId)).not.toContain(candidate.id);
});

describe("a create without an answer", () => {
  test.each(["reset", "html", "cut_body", "status"] as const)("(%s) is no second candidate", async (kind) => {
    const profile = newProfile();
    flatchr.failNext({ route: CREATION }, { kind, when: "after", status: 502 });
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    const calls = flatchr.calls.length;
    await expect(push(profile)).rejects.toMatchObject({ retryAfterInSeconds: expect.any(Number) });
    expect(flatchr.calls).toHaveLength(calls);
    environment.pass(61);
    expect(await push(profile)).toMatchObject({
      outcome: "updated",
      notes: [expect.stringContaining("it keeps the one that it has")],
    });
    expect(flatchr.writes.created).toBe(1);
    expect(flatchr.enrichments()).toHaveLength(1);
  });

  test("that had no effect is repeated", async () => {
    const profile = newProfile();
    flatchr.failNext({ route: CREATION }, { kind: "reset", when: "before" });
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    environment.pass(61);
    expect(await push(profile)).toMatchObject({ outcome: "created" });
    expect(flatchr.writes.created).toBe(1);
  });
});

test.each([
  ["the search after a create", SEARCH, 1],
  ["the question for its id", MOVE, 0],
  ["the enrichment", ENRICHMENT, 0],
])("an answer to %s that is lost costs no second candidate", async (_, route, earlier) => {
  const profile = newProfile();
  for (let call = 0; call < earlier; call += 1) flatchr.failNext({ route }, { kind: "slow", delayInMs: 1 });
  flatchr.failNext({ route }, { kind: "reset", when: "after" });
  await expect(push(profile)).rejects.toThrow(TemporaryError);
  environment.pass(61);
  expect(await push(profile)).toMatchObject({ outcome: "updated" });
  expect(flatchr.writes).toMatchObject({ created: 1, moved: 0 });
  expect(flatchr.duplicates()).toEqual([]);
});

test("a search that lags behind the create costs time, and no second candidate", async () => {
  flatchr.settings.searchLagInMs = HOUR_IN_MS;
  const profile = newProfile();
  await expect(push(profile)).rejects.toThrow("has created the candidate, but does not find it yet");
  flatchr.settings.now = () => Date.now() + HOUR_IN_MS;
  environment.pass(61);
  expect(await push(profile)).toMatchObject({ outcome: "updated" });
  expect(flatchr.writes.created).toBe(1);
});

test("an application that Flatchr says it has is found and updated", async () => {
  flatchr.settings.duplicates = "refuse";
  const profile = newProfile();
  flatchr.addCandidate({ email: profile.info.email }, { visibleAt: Date.now() + HOUR_IN_MS });
  await expect(push(profile)).rejects.toThrow("says it has the candidate");
  flatchr.settings.now = () => Date.now() + HOUR_IN_MS;
  expect(await push(profile)).toMatchObject({ outcome: "updated" });
  expect(flatchr.applicants()).toHaveLength(1);
});

test("an applicant that was removed is created again", async () => {
  const profile = newProfile();
  await push(profile);
  flatchr.removeApplicant(flatchr.applicants()[0]?.id ?? "");
  hrflow.editProfile(profile.key, { experiences: [{ title: "Again" }] });
  expect(await push(profile)).toMatchObject({ outcome: "created" });
  expect(flatchr.applicants()).toHaveLength(1);
});

test.each([
  // What is forbidden is so for every reference; what is not found may be known by another.
  ["forbidden", 1],
  ["not_found", 2],
] as const)(
  "an account without the option (%s) gets the candidate, and is asked for its id once",
  async (enrichment, calls) => {
    flatchr.settings.enrichment = enrichment;
    const profile = newProfile();
    const { candidateId, ...pushed } = await push(profile);
    expect(pushed).toEqual({ outcome: "created", notes: [expect.stringContaining("CVthèque Premium")] });
    expect(callsTo(ENRICHMENT)).toHaveLength(calls);
    hrflow.editProfile(profile.key, { experiences: [{ title: "Director" }] });
    expect(await push(profile)).toMatchObject({
      outcome: "unchanged",
      candidateId,
      notes: [expect.stringContaining("left out were")],
    });
    expect(callsTo(MOVE)).toHaveLength(1);
  },
);

test.each([
  [{ email: null }, "the profile has no e-mail"],
  [{ first_name: null, last_name: null }, "the profile has no first name"],
])("a profile with %j is a format_failure that says why", async (info, message) => {
  const failing = push(newProfile(info));
  await expect(failing).rejects.toBeInstanceOf(PermanentError);
  await expect(failing).rejects.toMatchObject({
    reason: "format_failure",
    message: expect.stringContaining(message),
  });
  expect(flatchr.calls).toEqual([]);
});

test("a profile without a CV becomes a candidate too", async () => {
  const profile = hrflow.putProfile({
    source_key: sourceKey,
    info: { first_name: "Grace", last_name: "Hopper", email: "grace@example.com" },
  });
  expect(await push(profile)).toMatchObject({ outcome: "created" });
  const file = flatchr.file(flatchr.candidates()[0]?.cv?.key ?? "");
  expect(Buffer.from(file?.base64 ?? "", "base64").toString()).toContain("Grace Hopper\ngrace@example.com");
});

test("a creation that is refused is one failure, and nothing is enriched (defects 4 and 18)", async () => {
  const profile = newProfile();
  flatchr.failNext({ route: CREATION }, { kind: "status", status: 400, body: { message: "no" } });
  await expect(push(profile)).rejects.toMatchObject({ name: "PermanentError", reason: "write_failure" });
  expect(callsTo(SEARCH)).toHaveLength(1);
  expect([...callsTo(MOVE), ...callsTo(ENRICHMENT)]).toEqual([]);
});

test("a dry run looks, previews, and writes nothing", async () => {
  const profile = newProfile();
  const dry = { persist: false };
  expect(await push(profile, dry)).toMatchObject({
    outcome: "created",
    preview: { firstname: "Ada", enrichment: { position: ["Poet"] } },
  });
  const { applicant } = flatchr.addCandidate({ email: profile.info.email });
  expect(await push(profile, dry)).toMatchObject({
    outcome: "updated",
    candidateId: `${vacancy.slug}:${applicant.id}`,
  });
  expect(flatchr.calls.filter(({ write }) => write)).toEqual([]);
});

test("a key that was rotated is read again; a refused one waits", async () => {
  const profile = newProfile();
  flatchr.acceptKeys(["rotated"]);
  const failing = push(profile);
  await expect(failing).rejects.toBeInstanceOf(TemporaryError);
  await expect(failing).rejects.toMatchObject({
    reason: "credential_failure",
    message: expect.stringContaining("401 Invalid token. Put a valid credential into the secret"),
  });
  environment.pass(2);
  environment.rotateSecret("flatchr/acme", { auth: "Bearer rotated", company: flatchr.companyId });
  expect(await push(profile)).toMatchObject({ outcome: "created" });
});

test("two pushes of one profile at the same moment create one candidate", async () => {
  const profile = newProfile();
  const results = await Promise.allSettled([push(profile), push(profile), push(profile)]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(flatchr.writes.created).toBe(1);
});

test("neither the log nor the errors have the key or the person (defects 23 and 24)", async () => {
  const profile = newProfile({ last_name: "Unmistakable" });
  const email = profile.info.email ?? "";
  const routes = [SEARCH, CREATION, MOVE, ENRICHMENT];
  for (const route of routes) {
    // Names can be recognised where they were sent; the key, an e-mail and a phone number anywhere.
    const name = [CREATION, ENRICHMENT].includes(route) ? "Unmistakable" : "somebody";
    const message = `${name}, ${email}, +33 6 39 98 00 01, does not like ${DEFAULT_FLATCHR_KEY}`;
    flatchr.failNext({ route }, { kind: "status", status: 503, body: { message } });
  }
  const messages: string[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await push(profile).catch((error) => messages.push(String(error)));
    environment.pass(61);
  }
  expect(messages).toHaveLength(routes.length);
  const said = [...environment.logged, ...messages].join("\n");
  for (const secret of [email, "Unmistakable", "+33", DEFAULT_FLATCHR_KEY])
    expect(said).not.toContain(secret);
});
