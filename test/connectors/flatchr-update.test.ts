import { expect, test } from "vitest";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { ada, cv, ENRICHMENT, found, MOVE, openAccount, SEARCH } from "./flatchr-account.ts";

test("enriches, and asks for the candidate's id once in its life", async () => {
  const { flatchr, open, bodies, callsTo, vacancy } = await openAccount();
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
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  await open().update(`${vacancy.slug}:${applicant.id}:${candidate.id}`, ada, undefined);
  expect(flatchr.calls.map(({ route }) => route)).toEqual([SEARCH, ENRICHMENT]);
});

test.each(["boolean", "list"] as const)("knows the candidate's id where consent is a %s", async (consent) => {
  const { flatchr, open } = await openAccount({ consent });
  flatchr.addCandidate({ email: ada.email });
  const store = open();
  const { candidateId } = await found(store);
  expect(await store.update(candidateId, ada, undefined)).toMatchObject({ outcome: "updated" });
});

test.each(["candidate_id", "email", "either"] as const)(
  "works where the reference is %s, and keeps no e-mail as id",
  async (enrichmentReference) => {
    const { flatchr, open, vacancy } = await openAccount({ enrichmentReference });
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
    const { flatchr, open, callsTo } = await openAccount({ moveWithoutColumn });
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
  const { flatchr, open } = await openAccount({ moveWithoutColumn: "refuse", enrichmentReference: "email" });
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
    const { flatchr, open } = await openAccount({ enrichment });
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
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  flatchr.failNext({}, { kind: "status", status }, Number.POSITIVE_INFINITY);
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  await expect(open().update(id, ada, undefined)).rejects.toMatchObject({ isCredentialRefused: true });
});

test.each([401, 429, 500])("an enrichment that is answered %i is tried again later", async (status) => {
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  flatchr.failNext({ route: ENRICHMENT }, { kind: "status", status });
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  await expect(open().update(id, ada, undefined)).rejects.toMatchObject({ status });
});

test("an enrichment that Flatchr finds wrong is a failure, not a missing option", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  const body = { statusCode: 400, error: "Bad Request", message: '"value.experience" must be an integer' };
  flatchr.failNext({ route: ENRICHMENT }, { kind: "status", status: 400, body }, 2);
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  await expect(open().update(id, ada, undefined)).rejects.toThrow('400 "value.experience" must be');
});

test("an HTML page is no success of an enrichment", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  flatchr.failNext({ route: ENRICHMENT }, { kind: "html", status: 200 });
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  await expect(open().update(id, ada, undefined)).rejects.toThrow("HTML page");
});

test("an applicant that was removed is gone, with or without its candidate's id", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  flatchr.removeApplicant(applicant.id);
  for (const id of [`${vacancy.slug}:${applicant.id}`, `${vacancy.slug}:${applicant.id}:${candidate.id}`]) {
    expect(await open().update(id, ada, undefined)).toEqual({ outcome: "gone" });
  }
});

test.each([403, 404])(
  "a key that may not move anybody (%i) leaves the e-mail as reference",
  async (status) => {
    const { flatchr, open } = await openAccount({ enrichmentReference: "email" });
    flatchr.addCandidate({ email: ada.email });
    flatchr.failNext({ route: MOVE }, { kind: "status", status });
    const store = open();
    const { candidateId } = await found(store);
    expect(await store.update(candidateId, ada, undefined)).toEqual({
      outcome: "updated",
      candidateId,
      notes: [],
    });
  },
);

test("an e-mail that was changed on either side loses nobody, and moves nobody again", async () => {
  const { flatchr, open, vacancy, callsTo } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: "ada.king@example.com" });
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  expect(await open().update(id, ada, undefined)).toMatchObject({ outcome: "updated" });
  expect(callsTo(MOVE)).toEqual([]);
});

test.each([
  ["is found among the archived", 0],
  ["is asked for where Flatchr does not tell the archived", 1],
])("an applicant that was archived %s, and is no other than before", async (_, moves) => {
  const { flatchr, open, vacancy, callsTo } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: ada.email });
  const url = `${flatchr.apiUrl}/company/${flatchr.companyId}/vacancy/${vacancy.id}/applicant/${applicant.id}`;
  await fetch(url, { method: "DELETE", headers: { authorization: `Bearer ${DEFAULT_FLATCHR_KEY}` } });
  if (moves > 0) {
    // The third search is the one with the filter.
    flatchr.failNext({ route: SEARCH }, { kind: "slow" }, 2);
    flatchr.failNext({ route: SEARCH }, { kind: "status", status: 400 });
  }
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  expect(await open().update(id, ada, undefined)).toMatchObject({ outcome: "updated" });
  expect(callsTo(MOVE)).toHaveLength(moves);
  expect(flatchr.applicants()).toMatchObject([{ status: 0 }]);
});

test("a closed vacancy has its candidates still", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const { candidate, applicant } = flatchr.addCandidate({ email: "changed@example.com" });
  flatchr.closeVacancy(vacancy.id);
  const id = `${vacancy.slug}:${applicant.id}:${candidate.id}`;
  expect(await open().update(id, ada, undefined)).toMatchObject({ outcome: "updated" });
});

test("where the workflow has another vacancy now, the candidate is gone from it", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const other = flatchr.addVacancy();
  const { applicant } = flatchr.addCandidate({ email: ada.email }, { vacancyId: vacancy.id });
  const id = `${vacancy.slug}:${applicant.id}`;
  expect(await open({ vacancy: other.slug }).update(id, ada, undefined)).toEqual({ outcome: "gone" });
});

test("without an enrichment there is nothing to write, and nobody is asked for an id", async () => {
  const { flatchr, open } = await openAccount();
  flatchr.addCandidate({ email: ada.email });
  const store = open();
  const { candidateId } = await found(store);
  const { enrichment: _, ...bare } = ada;
  expect(await store.update(candidateId, bare, undefined)).toMatchObject({ outcome: "unchanged" });
  expect(flatchr.calls.filter(({ write }) => write)).toEqual([]);
});

test("a CV that comes later is not sent, and a note says what Flatchr has", async () => {
  const { flatchr, open } = await openAccount();
  flatchr.addCandidate({ email: ada.email });
  const store = open();
  const { candidateId } = await found(store);
  const first = await store.update(candidateId, ada, cv);
  expect(first.notes).toEqual([expect.stringContaining("it has none, which has to be added there")]);
  const later = await open().update(first.candidateId ?? "", ada, cv);
  expect(later.notes).toEqual([expect.stringContaining("a new one has to be added there")]);
});

test("the CV that this push has created the candidate with needs no note", async () => {
  const { open } = await openAccount();
  const store = open();
  await store.create(ada, cv);
  const { candidateId } = await found(store);
  expect(await store.update(candidateId, ada, cv)).toMatchObject({ outcome: "updated", notes: [] });
  expect((await open().update(candidateId, ada, cv)).notes).toEqual([
    expect.stringContaining("it keeps the one that it has"),
  ]);
});
