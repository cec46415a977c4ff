import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { PermanentError, VendorError } from "../../lib/errors.ts";
import type { FlatchrOptions } from "../../local/vendors/flatchr.ts";
import { COLUMNS, FILES, MOVE, SEARCH, startAccount, VACANCIES } from "./flatchr-source-account.ts";

const cv = {
  bytes: Buffer.from("%PDF-1.4\nA CV\n%%EOF\n"),
  fileName: "cv.pdf",
  contentType: "application/pdf",
};

/** An account with one candidate in the second column, and the row that tells it. */
async function startWithAda(options: FlatchrOptions = {}, candidateInput: object = { cv }) {
  const account = await startAccount(options);
  const { flatchr } = account;
  const [, column] = flatchr.columns();
  const { candidate, applicant } = flatchr.addCandidate(
    { firstname: "Ada", lastname: "Lovelace", email: "ada@example.com", ...candidateInput },
    { columnId: column?.id ?? 0 },
  );
  return { ...account, candidate, applicant, columnId: column?.id ?? 0, row: await account.onlyRow() };
}

/** What was done to the account by asking. */
function traces({ flatchr }: { flatchr: { writes: { moved: number; touched: number } } }) {
  const { moved, touched } = flatchr.writes;
  return { moved, touched };
}

describe.each(["accept", "refuse"] as const)(
  "where a move without a column is to %s",
  (moveWithoutColumn) => {
    test.each(["boolean", "list"] as const)(
      "a candidate is identified, its consent being a %s",
      async (consent) => {
        const account = await startWithAda({ moveWithoutColumn, consent });
        const { open, row, candidate } = account;
        expect(await open().identify(row)).toEqual({
          candidateId: candidate.id,
          cv: expect.objectContaining({ extension: "pdf" }),
        });
        expect(traces(account)).toEqual({ moved: 0, touched: 1 });
      },
    );

    test("one without a CV has none", async () => {
      const { open, row, candidate } = await startWithAda({ moveWithoutColumn }, {});
      expect(await open().identify(row)).toEqual({ candidateId: candidate.id, cv: undefined });
    });

    test("one that was moved since the row was read stays where it is", async () => {
      const account = await startWithAda({ moveWithoutColumn });
      const { flatchr, open, row, applicant } = account;
      const [, , elsewhere] = flatchr.columns();
      flatchr.moveApplicant(applicant.id, elsewhere?.id ?? 0);
      await open().identify(row);
      expect(traces(account)).toEqual({ moved: 0, touched: 1 });
      expect(flatchr.applicants()[0]?.columnId).toBe(elsewhere?.id);
    });

    test("many are identified at once, and stay where they are", async () => {
      const { flatchr, open, list } = await startAccount({ moveWithoutColumn });
      flatchr.generateCandidates(30);
      const source = open();
      const identities = await Promise.all((await list()).map(source.identify));
      expect(identities.map(({ candidateId }) => candidateId).sort()).toEqual(
        flatchr
          .candidates()
          .map(({ id }) => id)
          .sort(),
      );
      expect(flatchr.writes).toMatchObject({ moved: 0, touched: 30 });
    });

    test("one whose vacancy is closed fails alone, and nothing is moved", async () => {
      const account = await startWithAda({ moveWithoutColumn });
      const { flatchr, open, row, vacancy } = account;
      flatchr.closeVacancy(vacancy.id);
      await expect(open().identify(row)).rejects.toMatchObject({
        name: "PermanentError",
        reason: "read_failure",
        message: expect.stringContaining("the applicant or its vacancy is gone from Flatchr"),
      });
      expect(traces(account)).toEqual({ moved: 0, touched: 0 });
    });

    test("one that is gone fails alone", async () => {
      const { flatchr, open, row, applicant } = await startWithAda({ moveWithoutColumn });
      flatchr.removeApplicant(applicant.id);
      await expect(open().identify(row)).rejects.toBeInstanceOf(PermanentError);
    });
  },
);

describe("where Flatchr asks for a column", () => {
  const moveWithoutColumn = "refuse" as const;

  test("a column that was renamed is found by its new title", async () => {
    const account = await startWithAda({ moveWithoutColumn });
    const { flatchr, open, row, columnId, candidate } = account;
    flatchr.renameColumn(columnId, " Renamed ");
    expect(await open().identify(row)).toMatchObject({ candidateId: candidate.id });
    expect(traces(account)).toEqual({ moved: 0, touched: 1 });
  });

  test.each([
    ["removed", 0],
    ["shared with another", 2],
  ])("a title that is %s names no column: the candidate fails alone, and is not moved", async (_, count) => {
    const account = await startWithAda({ moveWithoutColumn });
    const { flatchr, open, row, columnId } = account;
    if (count === 0) flatchr.removeColumn(columnId);
    else flatchr.addColumn("Entretien RH");
    await expect(open().identify(row)).rejects.toMatchObject({
      name: "PermanentError",
      message: expect.stringContaining(`Flatchr has ${count} columns of the title "Entretien RH"`),
    });
    expect(traces(account)).toEqual({ moved: 0, touched: 0 });
  });

  test("it is asked for a move to nowhere only until that is known", async () => {
    const { flatchr, open, list, callsTo } = await startAccount({ moveWithoutColumn });
    flatchr.generateCandidates(5);
    const source = open();
    for (const row of await list()) await source.identify(row);
    expect(callsTo(MOVE).map(({ status }) => status)).toEqual([400, 200, 200, 200, 200, 200]);
    expect(callsTo(COLUMNS)).toHaveLength(1);
    expect(callsTo(SEARCH)).toHaveLength(1 + 5);
  });
});

test.each(["removed", "ambiguous"])(
  "a column that is %s matters to nobody where none is asked for",
  async (what) => {
    const { flatchr, open, row, columnId, candidate } = await startWithAda();
    if (what === "removed") flatchr.removeColumn(columnId);
    else flatchr.addColumn("Entretien RH");
    expect(await open().identify(row)).toMatchObject({ candidateId: candidate.id });
  },
);

test("vacancies are read once for a run, and columns not at all", async () => {
  const { flatchr, open, list, callsTo } = await startAccount();
  flatchr.generateCandidates(20);
  const source = open();
  await Promise.all((await list()).map(source.identify));
  expect(callsTo(VACANCIES)).toHaveLength(1);
  expect(callsTo(COLUMNS)).toHaveLength(0);
});

test("a vacancy that Flatchr does not list at all is named", async () => {
  const { open, row } = await startWithAda();
  const elsewhere = { ...row, fields: { ...row.fields, vacancy_id: 99 } };
  await expect(open().identify(elsewhere)).rejects.toThrow("Flatchr lists no vacancy 99. Open it again");
  const nowhere = { ...row, fields: { ...row.fields, vacancy_id: null } };
  await expect(open().identify(nowhere)).rejects.toBeInstanceOf(PermanentError);
});

test("a vacancy that is not listed, but whose id the workflow names, is asked", async () => {
  const { open, row, candidate, vacancy } = await startWithAda();
  const unlisted = { ...row, fields: { ...row.fields, vacancy_id: 99 } };
  expect(await open({ vacancy: vacancy.id }).identify(unlisted)).toMatchObject({ candidateId: candidate.id });
});

test("a row that names no applicant fails alone, without a call", async () => {
  const { open, row, callsTo } = await startWithAda();
  const unnamed = { ...row, fields: { ...row.fields, applicant: null } };
  await expect(open().identify(unnamed)).rejects.toMatchObject({
    name: "PermanentError",
    message: "The candidate's id cannot be read: its row names no applicant",
  });
  expect(callsTo(MOVE)).toEqual([]);
});

test.each([
  [{ candidate: null }],
  [{ candidate: { consent: [] } }],
  [{ candidate: { id: "", consent: [{ candidate_id: null }] } }],
])("an answer without a candidate's id (%j) is a failure of this one", async (body) => {
  const { flatchr, open, row } = await startWithAda();
  flatchr.failNext({ route: MOVE }, { kind: "status", status: 200, body });
  await expect(open().identify(row)).rejects.toThrow("Flatchr's answer names no candidate");
});

test("the candidate's id may stand in its consent alone", async () => {
  const { flatchr, open, row } = await startWithAda();
  const body = { candidate: { consent: [{ candidate_id: 4711 }], aws: { key: "", extension: "pdf" } } };
  flatchr.failNext({ route: MOVE }, { kind: "status", status: 200, body });
  expect(await open().identify(row)).toEqual({ candidateId: "4711", cv: undefined });
});

test("a key that may not move anybody is said so, for this one", async () => {
  const { flatchr, open, row } = await startWithAda();
  flatchr.failNext({ route: MOVE }, { kind: "status", status: 403 });
  await expect(open().identify(row)).rejects.toMatchObject({
    name: "PermanentError",
    message: expect.stringContaining("does not permit this API key to ask (403)"),
  });
});

test.each(["reset", "html", "never"] as const)(
  "an outage (%s) is no failure of the candidate",
  async (kind) => {
    const { flatchr, open, row, environment } = await startWithAda();
    flatchr.failNext({ route: MOVE }, { kind, status: 503 });
    const impatient = { abortAfter: () => AbortSignal.timeout(300) };
    const failure = await open({}, {}, { ...environment, ...impatient })
      .identify(row)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(failure).toMatchObject({ isRefused: false });
  },
);

test("an identity and every error are free of personal data and of the key", async () => {
  const { flatchr, open, row, callsTo } = await startWithAda();
  expect(JSON.stringify(await open().identify(row))).not.toMatch(/ada|lovelace|flatchr-api-key/i);
  const words = { message: "Ada Lovelace, ada@example.com, flatchr-api-key" };
  for (const status of [400, 403, 404, 500]) {
    flatchr.failNext({ route: MOVE }, { kind: "status", status, body: words }, 2);
    const failure = await open()
      .identify(row)
      .catch((error: unknown) => error);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/ada@|flatchr-api-key/);
    flatchr.recover();
  }
  expect(callsTo(FILES)).toEqual([]);
});
