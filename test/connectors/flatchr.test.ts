import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CandidateExistsError, type CandidateStore, type Cv } from "../../lib/connector.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import type { FlatchrCandidate } from "../../lib/connectors/flatchr/schema.ts";
import { DEFAULT_FLATCHR_KEY, type FlatchrOptions, startFlatchr } from "../../local/vendors/flatchr.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const ENRICHMENT = "POST /company/:companyId/search/candidate";
const CREATION = "POST /vacancy/candidate/json";
const MOVE = "PUT /company/:companyId/vacancy/:vacancyId/applicant/:applicantId";

const ada: FlatchrCandidate = {
  firstname: "Ada",
  lastname: "Lovelace",
  email: "ada@example.com",
  enrichment: { position: ["Poet"], experience: 6 },
};
const cv: Cv = {
  url: "https://cv.example/ada.pdf",
  fileName: "Ada.pdf",
  contentType: "application/pdf",
  bytes: new Uint8Array(Buffer.from("%PDF-1.4 of Ada")),
};

let shared: TestEnvironment;
beforeAll(async () => {
  shared = await startTestEnvironment({});
});
afterAll(() => shared.stop());

/** A Flatchr with one vacancy, and its doors as a push opens them. */
async function start(options: FlatchrOptions = {}) {
  const flatchr = await startFlatchr(options);
  onTestFinished(() => flatchr.stop());
  const vacancy = flatchr.addVacancy({ title: "Technicien H/F" });
  const bodies: unknown[] = [];
  const urls = { FLATCHR_API_BASE_URL: flatchr.apiUrl, FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl };
  const environment = {
    ...shared,
    settings: {
      ...shared.settings,
      baseUrl: (name: string) => ({ url: urls[name as keyof typeof urls], overridden: true }),
    },
    fetch: async (input: string | URL | Request, init?: RequestInit) => {
      if (input instanceof Request && input.method !== "GET") bodies.push(await input.clone().json());
      return globalThis.fetch(input, init);
    },
  };
  /** A new push: nothing is remembered from the one before. */
  function open(parameters: object = {}, secret: object = {}): CandidateStore<FlatchrCandidate> {
    const { auth, push } = flatchrConnector;
    return push.connect({
      auth: v.parse(auth, { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId, ...secret }),
      parameters: v.parse(push.parameters, { vacancy: vacancy.slug, ...parameters }),
      environment,
      signal: AbortSignal.timeout(30_000),
    });
  }
  const callsTo = (route: string) => flatchr.calls.filter((call) => call.route === route);
  return { flatchr, vacancy, open, bodies, callsTo };
}

async function found(store: CandidateStore<FlatchrCandidate>, candidate = ada) {
  const answer = await store.find(candidate);
  if (answer.outcome !== "found") throw new Error(answer.outcome);
  return answer;
}

describe("finding", () => {
  test("goes by e-mail, whatever its capitals, and changes nothing", async () => {
    const { flatchr, open, vacancy } = await start();
    const { applicant } = flatchr.addCandidate({ email: "ada@example.com" });
    const { candidateId } = await found(open(), { ...ada, email: "Ada@Example.com" });
    expect(candidateId).toBe(`${vacancy.slug}:${applicant.id}`);
    expect(flatchr.calls.filter(({ write }) => write)).toEqual([]);
  });

  test.each(["equal", "contain"] as const)(
    "is exact where the filter finds %s texts",
    async (textFilters) => {
      const { flatchr, open } = await start({ textFilters });
      flatchr.addCandidate({ email: "not-ada@example.com" });
      flatchr.addCandidate({ email: null });
      expect(await open().find(ada)).toEqual({ outcome: "not_found" });
    },
  );

  test("a homonym is another person (defect 18)", async () => {
    const { flatchr, open } = await start();
    flatchr.addCandidate({ firstname: "Ada", lastname: "Lovelace", email: "other@example.com" });
    expect(await open().find(ada)).toEqual({ outcome: "not_found" });
  });

  test("the same person on another vacancy is another application", async () => {
    const { flatchr, open, vacancy } = await start();
    const other = flatchr.addVacancy();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email }, { vacancyId: other.id });
    expect(await open().find(ada)).toEqual({ outcome: "not_found" });
    expect(await found(open({ vacancy: other.slug }))).toMatchObject({
      candidateId: `${other.slug}:${applicant.id}`,
    });
    const { id } = flatchr.addApplicant(candidate.id, vacancy.id);
    expect(await found(open())).toMatchObject({ candidateId: `${vacancy.slug}:${id}`, notes: [] });
  });

  test("the vacancy may be named by slug, encrypted id or number", async () => {
    const { flatchr, open, vacancy } = await start();
    flatchr.addCandidate({ email: ada.email });
    for (const name of [vacancy.slug, vacancy.id, vacancy.numericId]) {
      expect(await open({ vacancy: name }).find(ada)).toMatchObject({ outcome: "found" });
    }
  });

  test("a vacancy that Flatchr does not list is named, before anything is created", async () => {
    const { flatchr, open, vacancy } = await start();
    await expect(open({ vacancy: "nothing" }).find(ada)).rejects.toMatchObject({
      reason: "bad_target_parameters",
      message: expect.stringContaining('Flatchr lists no vacancy "nothing"'),
    });
    flatchr.closeVacancy(vacancy.id);
    await expect(open().find(ada)).rejects.toMatchObject({ name: "PermanentError" });
  });

  test("of several hits it is the oldest that is active, at every look, and it says so", async () => {
    const { flatchr, open, vacancy } = await start();
    const day = (number: number) => Date.UTC(2021, 0, number);
    flatchr.addCandidate({ email: ada.email }, { createdAt: day(31) });
    const { applicant } = flatchr.addCandidate({ email: ada.email }, { createdAt: day(2) });
    flatchr.addCandidate({ email: ada.email }, { createdAt: Date.UTC(2021, 2, 1) });
    for (let look = 0; look < 2; look += 1) {
      expect(await found(open())).toEqual({
        outcome: "found",
        candidateId: `${vacancy.slug}:${applicant.id}`,
        notes: [expect.stringContaining("3 times on the vacancy: the oldest")],
      });
    }
  });

  test("a search without results costs two calls", async () => {
    const { flatchr, open } = await start();
    await open().find(ada);
    expect(flatchr.calls).toHaveLength(2);
  });
});

describe("creating", () => {
  test("sends the token in body and header, and the CV under its own name and type", async () => {
    const { flatchr, open, bodies, vacancy } = await start();
    const urls = { linkedin: "https://l.example", other: "https://o.example" };
    expect(await open().create({ ...ada, phone: "+33639980001", urls }, cv)).toEqual({ notes: [] });
    expect(bodies).toEqual([
      {
        vacancy: vacancy.slug,
        firstname: "Ada",
        lastname: "Lovelace",
        token: DEFAULT_FLATCHR_KEY,
        email: "ada@example.com",
        phone: "+33639980001",
        type: "document",
        resume: {
          data: Buffer.from(cv.bytes).toString("base64"),
          fileName: "Ada.pdf",
          contentType: "application/pdf",
        },
        urls,
      },
    ]);
    const [candidate] = flatchr.candidates();
    expect(flatchr.file(candidate?.cv?.key ?? "")).toMatchObject({ fileName: "Ada.pdf" });
  });

  test("names the vacancy by its slug, however the workflow names it", async () => {
    const { flatchr, open, vacancy } = await start();
    await open({ vacancy: vacancy.id }).create(ada, cv);
    await open({ vacancy: String(vacancy.numericId) }).create(ada, cv);
    expect(flatchr.writes.created).toBe(2);
  });

  test("without a CV sends what HrFlow knows as text, and says so", async () => {
    const { flatchr, open } = await start();
    const { notes } = await open().create({ ...ada, resume_text: "花子, poète" }, undefined);
    expect(notes).toEqual([expect.stringContaining("Flatchr requires a CV")]);
    const file = flatchr.file(flatchr.candidates()[0]?.cv?.key ?? "");
    expect(file).toMatchObject({ fileName: "profile.txt", contentType: "text/plain" });
    expect(Buffer.from(file?.base64 ?? "", "base64").toString()).toBe("\ufeff花子, poète");
  });

  test("sends an address of a CV where a format of the user's own has one", async () => {
    const { flatchr, open } = await start();
    await open().create({ ...ada, resume: "https://cv.example/ada.pdf" }, cv);
    expect(flatchr.candidates()[0]).toMatchObject({ cvLink: "https://cv.example/ada.pdf", cv: null });
  });

  test.each(["documented", "envelope", "with_ids", "text", "empty"] as const)(
    "succeeds with an answer of the form %s",
    async (createAnswer) => {
      for (const createStatus of [200, 201] as const) {
        const { open } = await start({ createAnswer, createStatus });
        expect(await open().create(ada, cv)).toEqual({ notes: [] });
      }
    },
  );

  test("a refusal for an application that is there already is told apart", async () => {
    const { flatchr, open } = await start({ duplicates: "refuse" });
    flatchr.addCandidate({ email: ada.email });
    await expect(open().create(ada, cv)).rejects.toBeInstanceOf(CandidateExistsError);
  });

  test("a vacancy that does not exist for the careers site is no candidate that exists", async () => {
    const { flatchr, open } = await start();
    const body = { message: "Vacancy does not exist" };
    flatchr.failNext({ route: CREATION }, { kind: "status", status: 404, body });
    await expect(open().create(ada, cv)).rejects.toMatchObject({ name: "VendorError", effect: "none" });
  });

  test("a name that Flatchr does not take is a clear refusal", async () => {
    const { open } = await start({ namePattern: "enforce" });
    const refused = open().create({ ...ada, firstname: "花子" }, cv);
    await expect(refused).rejects.toMatchObject({
      isRefused: true,
      message: expect.stringMatching(
        /Flatchr POST .*\/vacancy\/candidate\/json: 400 "firstname" must match the pattern/,
      ),
    });
    await expect(refused).rejects.not.toThrow("花子");
  });

  test("an error that comes with HTTP 200 is an error", async () => {
    const { flatchr, open } = await start();
    const body = { status: 404, response: "Vacancy not found" };
    flatchr.failNext({ route: CREATION }, { kind: "status", status: 200, body });
    await expect(open().create(ada, cv)).rejects.toThrow("404 Vacancy not found");
  });
});

describe("updating", () => {
  test("enriches, and asks for the candidate's id once in its life", async () => {
    const { flatchr, open, bodies, callsTo, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    const store = open();
    const { candidateId } = await found(store);
    const updated = await store.update(candidateId, ada, undefined);
    const learned = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    expect(updated).toEqual({ outcome: "updated", candidateId: learned, notes: [] });
    expect(bodies.at(-1)).toEqual({
      app_name: "HRMatch",
      reference: candidate.id,
      name: "parsing",
      type: "applicants",
      value: { position: ["Poet"], experience: 6 },
    });

    await open().update(learned, { ...ada, enrichment: { experience: 7 } }, undefined);
    await open().update(learned, { ...ada, enrichment: { experience: 8 } }, undefined);
    expect(callsTo(MOVE)).toHaveLength(1);
    expect(flatchr.enrichments()).toMatchObject([
      { candidateId: candidate.id, times: 3, value: { experience: 8 } },
    ]);
  });

  test("costs two calls when the candidate's id is known", async () => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    await open().update(`${vacancy.slug}:${applicant.id}:${candidate.id}`, ada, undefined);
    expect(flatchr.calls.map(({ route }) => route)).toEqual([
      "POST /company/:companyId/search/applicants",
      ENRICHMENT,
    ]);
  });

  test.each(["boolean", "list"] as const)(
    "knows the candidate's id where consent is a %s",
    async (consent) => {
      const { flatchr, open } = await start({ consent });
      flatchr.addCandidate({ email: ada.email });
      const store = open();
      const { candidateId } = await found(store);
      expect(await store.update(candidateId, ada, undefined)).toMatchObject({ outcome: "updated" });
    },
  );

  test.each(["candidate_id", "email", "either"] as const)(
    "works where the reference is %s, and keeps no e-mail as id",
    async (enrichmentReference) => {
      const { flatchr, open, vacancy } = await start({ enrichmentReference });
      const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
      const store = open();
      const { candidateId } = await found(store);
      expect(await store.update(candidateId, ada, undefined)).toEqual({
        outcome: "updated",
        candidateId: `${vacancy.slug}:${applicant.id}:${candidate.id}`,
        notes: [],
      });
      expect(flatchr.enrichments()).toHaveLength(1);
    },
  );

  test("nobody is moved, even where Flatchr insists on a column", async () => {
    for (const moveWithoutColumn of ["accept", "refuse"] as const) {
      const { flatchr, open, callsTo } = await start({ moveWithoutColumn });
      const [, interview] = flatchr.columns();
      flatchr.addCandidate({ email: ada.email }, { columnId: interview?.id ?? 0 });
      const store = open();
      const { candidateId } = await found(store);
      expect(await store.update(candidateId, ada, undefined)).toMatchObject({ outcome: "updated" });
      expect(flatchr.writes).toMatchObject({ moved: 0, touched: 1 });
      expect(callsTo(MOVE)).toHaveLength(moveWithoutColumn === "accept" ? 1 : 2);
    }
  });

  test("where no column is sure, nobody is moved, and the e-mail is the reference", async () => {
    const { flatchr, open } = await start({ moveWithoutColumn: "refuse", enrichmentReference: "email" });
    flatchr.addColumn("Nouveaux");
    const { applicant } = flatchr.addCandidate({ email: ada.email });
    const store = open();
    const { candidateId } = await found(store);
    expect(await store.update(candidateId, ada, undefined)).toMatchObject({
      outcome: "updated",
      candidateId: expect.stringMatching(new RegExp(`:${applicant.id}$`)),
    });
    expect(flatchr.writes).toMatchObject({ moved: 0, touched: 0, enriched: 1 });
  });

  test.each(["forbidden", "not_found"] as const)(
    "an account without the option (%s) has the candidate, and says what was left out",
    async (enrichment) => {
      const { flatchr, open } = await start({ enrichment });
      flatchr.addCandidate({ email: ada.email });
      const store = open();
      const { candidateId } = await found(store);
      const updated = await store.update(candidateId, ada, undefined);
      expect(updated).toMatchObject({
        outcome: "unchanged",
        notes: [expect.stringMatching(/CVthèque Premium.*left out were position, experience/)],
      });
      expect(JSON.stringify(updated)).not.toContain(ada.email);
    },
  );

  test.each([401, 403])("a key that is refused everywhere (%i) is no missing option", async (status) => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    flatchr.failNext({}, { kind: "status", status }, Number.POSITIVE_INFINITY);
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    await expect(open().update(id, ada, undefined)).rejects.toMatchObject({ isCredentialRefused: true });
  });

  test.each([401, 429, 500])("an enrichment that is answered %i is tried again later", async (status) => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    flatchr.failNext({ route: ENRICHMENT }, { kind: "status", status });
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    await expect(open().update(id, ada, undefined)).rejects.toMatchObject({ status });
  });

  test("an enrichment that Flatchr finds wrong is a failure, not a missing option", async () => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    const body = { statusCode: 400, error: "Bad Request", message: '"value.experience" must be an integer' };
    flatchr.failNext({ route: ENRICHMENT }, { kind: "status", status: 400, body }, 2);
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    await expect(open().update(id, ada, undefined)).rejects.toThrow('400 "value.experience" must be');
  });

  test("an HTML page is no success of an enrichment", async () => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    flatchr.failNext({ route: ENRICHMENT }, { kind: "html", status: 200 });
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    await expect(open().update(id, ada, undefined)).rejects.toThrow("HTML page");
  });

  test("an applicant that was removed is gone, with or without its candidate's id", async () => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
    flatchr.removeApplicant(applicant.id);
    for (const id of [`${vacancy.slug}:${applicant.id}`, `${vacancy.slug}:${applicant.id}:${candidate.id}`]) {
      expect(await open().update(id, ada, undefined)).toEqual({ outcome: "gone" });
    }
  });

  test("an e-mail that was changed on either side loses nobody, and moves nobody again", async () => {
    const { flatchr, open, vacancy, callsTo } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: "ada.king@example.com" });
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    expect(await open().update(id, ada, undefined)).toMatchObject({ outcome: "updated" });
    expect(callsTo(MOVE)).toEqual([]);
  });

  test("a closed vacancy has its candidates still", async () => {
    const { flatchr, open, vacancy } = await start();
    const { candidate, applicant } = flatchr.addCandidate({ email: "changed@example.com" });
    flatchr.closeVacancy(vacancy.id);
    const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
    expect(await open().update(id, ada, undefined)).toMatchObject({ outcome: "updated" });
  });

  test("where the workflow has another vacancy now, the candidate is gone from it", async () => {
    const { flatchr, open, vacancy } = await start();
    const other = flatchr.addVacancy();
    const { applicant } = flatchr.addCandidate({ email: ada.email }, { vacancyId: vacancy.id });
    const id = `${vacancy.slug}:${applicant.id}`;
    expect(await open({ vacancy: other.slug }).update(id, ada, undefined)).toEqual({ outcome: "gone" });
  });

  test("without an enrichment there is nothing to write, and nobody is asked for an id", async () => {
    const { flatchr, open } = await start();
    flatchr.addCandidate({ email: ada.email });
    const store = open();
    const { candidateId } = await found(store);
    const { enrichment: _, ...bare } = ada;
    expect(await store.update(candidateId, bare, undefined)).toMatchObject({ outcome: "unchanged" });
    expect(flatchr.calls.filter(({ write }) => write)).toEqual([]);
  });

  test("a CV that comes later is not sent, and a note says what Flatchr has", async () => {
    const { flatchr, open } = await start();
    flatchr.addCandidate({ email: ada.email });
    const store = open();
    const { candidateId } = await found(store);
    const first = await store.update(candidateId, ada, cv);
    expect(first.notes).toEqual([expect.stringContaining("it has none, which has to be added there")]);
    const later = await open().update(first.candidateId ?? "", ada, cv);
    expect(later.notes).toEqual([expect.stringContaining("a new one has to be added there")]);
  });

  test("the CV that this push has created the candidate with needs no note", async () => {
    const { open } = await start();
    const store = open();
    await store.create(ada, cv);
    const { candidateId } = await found(store);
    expect(await store.update(candidateId, ada, cv)).toMatchObject({ outcome: "updated", notes: [] });
    expect((await open().update(candidateId, ada, cv)).notes).toEqual([
      expect.stringContaining("it keeps the one that it has"),
    ]);
  });
});

test("ids of any form are passed on as they are", async () => {
  const { flatchr, open, callsTo } = await start();
  const vacancy = flatchr.addVacancy({ id: "a/b?c#d:e %2F", slug: "straße/h-f?x#y:z" });
  const { candidate } = flatchr.addCandidate({ email: ada.email }, { vacancyId: vacancy.id });
  const store = open({ vacancy: vacancy.slug });
  const { candidateId } = await found(store);
  const updated = await store.update(candidateId, ada, undefined);
  expect(updated.outcome).toBe("updated");
  expect(updated.candidateId).toMatch(new RegExp(`^[^:/?#]+:[^:]+:${candidate.id}$`));
  expect(callsTo(MOVE)).toHaveLength(1);
  await open({ vacancy: vacancy.slug }).create(ada, cv);
  expect(
    await open({ vacancy: vacancy.slug }).update(updated.candidateId ?? "", ada, undefined),
  ).toMatchObject({
    outcome: "updated",
  });
});

describe("which Flatchr is called", () => {
  test("the company of the parameters wins over that of the secret", async () => {
    const { flatchr, open } = await start();
    const other = flatchr.addCompany();
    const vacancy = flatchr.addVacancy({ companyId: other.id });
    flatchr.addColumn("Nouveaux", { companyId: other.id });
    flatchr.addCandidate({ email: ada.email }, { vacancyId: vacancy.id });
    const store = open({ vacancy: vacancy.slug, compagny: other.id });
    expect(await store.find(ada)).toMatchObject({ outcome: "found" });
  });

  test("a company that is named nowhere is asked for", async () => {
    const { open } = await start();
    expect(() => open({}, { company_id: undefined })).toThrow(
      "Put company_id into the secret, or company into",
    );
  });

  test.each([
    [{}, "https://api.flatchr.io/company/"],
    [{ env_base_url: "https://api.flatchr.io/" }, "https://api.flatchr.io/company/"],
    [{ env_base_url: "https://api.demo.flatchr.io" }, "https://api.demo.flatchr.io/company/"],
  ])(
    "a secret with %j means %s…, one slash, with encryption (defects 1 and 22)",
    async (secret, beginning) => {
      const called: string[] = [];
      const fetch = async (input: string | URL | Request) => {
        called.push(input instanceof Request ? input.url : String(input));
        throw Object.assign(new Error("offline"), { code: "ENOTFOUND" });
      };
      const store = flatchrConnector.push.connect({
        auth: v.parse(flatchrConnector.auth, { api_key: "k", company_id: "c", ...secret }),
        parameters: { vacancy: "slug", company: undefined },
        environment: { ...shared, fetch },
        signal: AbortSignal.timeout(30_000),
      });
      await expect(store.find(ada)).rejects.toMatchObject({ effect: "none" });
      expect(called).not.toEqual([]);
      for (const url of called) expect(url.startsWith(beginning)).toBe(true);
    },
  );
});

describe("an error", () => {
  test.each(["boom", "status_code", "message", "status_and_response", "text"] as const)(
    "of the form %s is clear, and has neither credential nor personal data",
    async (errorForm) => {
      const { flatchr, open } = await start({ errorForm });
      const message = `No ${ada.email}, Ada LOVELACE or ${DEFAULT_FLATCHR_KEY} here`;
      const bodies = {
        boom: { statusCode: 422, error: "Unprocessable Entity", message },
        status_code: { statusCode: 422, message },
        message: { message },
        status_and_response: { status: 422, response: message },
        text: message,
      };
      flatchr.failNext({ route: CREATION }, { kind: "status", status: 422, body: bodies[errorForm] });
      const failing = open().create(ada, cv);
      await expect(failing).rejects.toThrow(/Flatchr POST http.*\/vacancy\/candidate\/json: 422 /);
      for (const secret of [ada.email, "Ada", "LOVELACE", "Lovelace", DEFAULT_FLATCHR_KEY]) {
        await expect(failing).rejects.not.toThrow(secret);
      }
    },
  );

  test("of a company that Flatchr does not know says which", async () => {
    const { open } = await start();
    await expect(open({ company: "nobody" }).find(ada)).rejects.toThrow(
      /company\/nobody\/.*: 404 Company not found/,
    );
  });
});
