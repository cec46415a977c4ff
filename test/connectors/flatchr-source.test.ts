import { inspect } from "node:util";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { VendorError } from "../../lib/errors.ts";
import { describeIssues } from "../../lib/issues.ts";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { COLUMNS, collect, SEARCH, startAccount, VACANCIES } from "./flatchr-source-account.ts";

const day = (text: string) => Date.parse(`${text}T12:00:00Z`);

/** What is said of parameters. */
function problemsOf(parameters: unknown): string[] {
  const result = v.safeParse(flatchrConnector.pull.parameters, parameters);
  return result.success ? [] : describeIssues(result.issues);
}

describe("the parameters", () => {
  test.each([
    [{}],
    [{ start: "12/25/21", end: "12/25/21", hired: false, vacancy: 2401 }],
    [{ start: "02/29/24" }],
    [
      {
        firstname: null,
        lastname: null,
        email: null,
        hired: null,
        column: null,
        start: null,
        end: null,
        vacancy: null,
      },
    ],
  ])("%j are right", (parameters) => {
    expect(problemsOf(parameters)).toEqual([]);
  });

  test.each([
    [{ start: "25/12/21" }, "start must be a date MM/DD/YY"],
    [{ end: "02/30/24" }, "end must be a date MM/DD/YY"],
    [{ start: "02/29/23" }, "start must be a date MM/DD/YY"],
    [{ start: "2021-12-25" }, "start must be a date MM/DD/YY"],
    [{ start: "12/25/2021" }, "start must be a date MM/DD/YY"],
    [{ start: "" }, "start must be a date MM/DD/YY"],
    [{ start: "01/01/22", end: "12/31/21" }, "end must not be before start"],
    [{ hired: "true" }, "hired must be true or false"],
    [{ email: " " }, "email must not be empty"],
    [{ fistname: "Ada" }, "fistname is unknown: it takes no keys"],
  ])("%j are wrong, and it is said why", (parameters, problem) => {
    expect(problemsOf(parameters)).toEqual([problem]);
  });
});

describe("the list", () => {
  /** Ada is the one whom each filter finds; Grace differs from her in everything. */
  async function startWithTwo() {
    const account = await startAccount();
    const { flatchr, vacancy } = account;
    const [first, , , hired] = flatchr.columns();
    const other = flatchr.addVacancy({ title: "Other" });
    flatchr.addCandidate(
      { firstname: "Ada", lastname: "Lovelace", email: "ada@example.com", createdAt: day("2021-12-25") },
      { vacancyId: vacancy.id, columnId: hired?.id ?? 0 },
    );
    flatchr.addCandidate(
      { firstname: "Grace", lastname: "Hopper", email: "grace@example.com", createdAt: day("2021-11-09") },
      { vacancyId: other.id, columnId: first?.id ?? 0 },
    );
    return { ...account, vacancy, other };
  }

  test("has everybody, without filters, and asks with none", async () => {
    const { namesOf, bodies } = await startWithTwo();
    expect(await namesOf()).toEqual(["ada", "grace"]);
    expect(bodies).toEqual([{}]);
  });

  test("null is no filter, and is not sent", async () => {
    const { namesOf, bodies } = await startWithTwo();
    expect(await namesOf({ firstname: null, hired: null, start: null, vacancy: null })).toEqual([
      "ada",
      "grace",
    ]);
    expect(bodies).toEqual([{}]);
  });

  test.each([
    ["firstname", "Ada", "Grace"],
    ["lastname", "Lovelace", "Hopper"],
    ["email", "ada@example.com", "grace@example.com"],
    ["hired", true, false],
    ["column", "Recruté", "Nouveaux"],
  ])("goes by %s", async (name, adas, graces) => {
    const { namesOf, bodies } = await startWithTwo();
    expect(await namesOf({ [name]: adas })).toEqual(["ada"]);
    expect(await namesOf({ [name]: graces })).toEqual(["grace"]);
    expect(bodies[0]).toEqual({ [name]: adas });
  });

  test("goes by start and end, which are MM/DD/YY", async () => {
    const { namesOf, bodies } = await startWithTwo();
    expect(await namesOf({ start: "12/01/21" })).toEqual(["ada"]);
    expect(await namesOf({ end: "12/01/21" })).toEqual(["grace"]);
    expect(await namesOf({ start: "11/09/21", end: "12/25/21" })).toEqual(["ada", "grace"]);
    expect(bodies.at(-1)).toEqual({ start: "11/09/21", end: "12/25/21" });
  });

  test("goes by vacancy, named by id, slug or number", async () => {
    const { namesOf, vacancy, other } = await startWithTwo();
    for (const name of [vacancy.id, vacancy.slug, vacancy.numericId, String(vacancy.numericId)])
      expect(await namesOf({ vacancy: name })).toEqual(["ada"]);
    expect(await namesOf({ vacancy: other.slug })).toEqual(["grace"]);
  });

  test("goes by a vacancy that is closed", async () => {
    const { namesOf, vacancy, flatchr } = await startWithTwo();
    flatchr.closeVacancy(vacancy.id);
    for (const name of [vacancy.id, vacancy.slug, vacancy.numericId])
      expect(await namesOf({ vacancy: name })).toEqual(["ada"]);
  });

  test.each(["nothing-of-the-kind", 99])(
    "a vacancy that is not listed (%s) is named, and nothing is read",
    async (name) => {
      const { list, callsTo } = await startWithTwo();
      await expect(list({ vacancy: name })).rejects.toMatchObject({
        reason: "bad_origin_parameters",
        message: expect.stringContaining(`Flatchr lists no vacancy "${name}"`),
      });
      expect(callsTo(SEARCH)).toEqual([]);
    },
  );

  test.each(["either", "boolean", "string"] as const)(
    "goes by hired where Flatchr takes it as %s",
    async (hiredFilter) => {
      const { flatchr, namesOf } = await startWithTwo();
      flatchr.settings.hiredFilter = hiredFilter;
      flatchr.settings.updateFilters = "refuse";
      expect(await namesOf({ hired: true })).toEqual(["ada"]);
      expect(await namesOf({ hired: false }, "2021-01-01")).toEqual(["grace"]);
    },
  );

  test.each(["apply", "ignore", "refuse"] as const)(
    "has what changed since a day, also where Flatchr's filter is to %s",
    async (updateFilters) => {
      const { flatchr, namesOf, bodies } = await startWithTwo();
      flatchr.settings.updateFilters = updateFilters;
      expect(await namesOf({}, "2021-12-25")).toEqual(["ada"]);
      expect(bodies[0]).toEqual({ start_update: "12/25/21" });
      expect(bodies.slice(1)).toEqual(updateFilters === "refuse" ? [{}] : []);
      expect(await namesOf({ lastname: "Hopper" }, "2021-11-09")).toEqual(["grace"]);
      expect(await namesOf({}, "2021-12-26")).toEqual([]);
    },
  );

  test("a filter that Flatchr refuses is an error without its value", async () => {
    const { flatchr, list } = await startWithTwo();
    flatchr.failNext(
      { route: SEARCH },
      { kind: "status", status: 400, body: { message: "ada@example.com: no" } },
      2,
    );
    const failure = await list({ email: "ada@example.com" }, "2021-01-01").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(failure).toMatchObject({
      status: 400,
      message: expect.stringContaining("/search/applicants: 400 …: no"),
    });
  });

  test("a row is what Flatchr documents, with its day", async () => {
    const { flatchr, onlyRow, vacancy } = await startAccount();
    const { applicant } = flatchr.addCandidate(
      { firstname: "Ada", lastname: "Lovelace", email: null, createdAt: day("2021-11-09") },
      { updatedAt: day("2022-01-31"), externalId: "X-1", source: "L'Apec" },
    );
    expect(await onlyRow()).toEqual({
      id: applicant.id,
      changedOn: "2022-01-31",
      fields: {
        applicant: applicant.id,
        vacancy: "Technicien H/F ",
        column: "Nouveaux",
        vacancy_id: vacancy.numericId,
        external_id: "X-1",
        status: 1,
        score: 0,
        hired: false,
        firstname: "Ada",
        lastname: "Lovelace",
        email: null,
        phone: null,
        created_at: "09/11/21",
        updated_at: "31/01/22",
        source: "L'Apec",
      },
    });
  });

  /** The rows of a search that answers with this body. */
  async function rowsOf(body: unknown) {
    const { flatchr, list } = await startAccount();
    flatchr.failNext({ route: SEARCH }, { kind: "status", status: 200, body });
    return list();
  }

  test.each([
    ["09/11/21", "2021-11-09"],
    ["31/12/99", "2099-12-31"],
    ["2021-11-09T23:00:00.000Z", "2021-11-09"],
    ["12/25/21", undefined],
    ["30/02/24", undefined],
    ["", undefined],
    [null, undefined],
    [0, undefined],
  ])("a row of %j changed on %s", async (updated_at, changedOn) => {
    expect(await rowsOf([{ applicant: "a", updated_at }])).toMatchObject([{ id: "a", changedOn }]);
  });

  test("fields that are absent or of another shape are null, and a number is an id, too", async () => {
    const [row] = await rowsOf([{ applicant: 17, candidate: {}, email: {}, hired: "true" }]);
    expect(row).toMatchObject({
      id: "17",
      fields: { applicant: 17, email: null, phone: null, hired: "true" },
    });
    expect(row?.fields).not.toHaveProperty("candidate");
  });

  test("a row that is there twice comes once", async () => {
    const rows = await rowsOf([{ applicant: "a" }, { applicant: "b" }, { applicant: "a", score: 1 }]);
    expect(rows.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("rows that name no applicant are not lost, and have ids without personal data", async () => {
    const rows = await rowsOf([
      { email: "ada@example.com" },
      { applicant: null, email: "grace@example.com" },
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
    for (const { id } of rows) expect(id).toMatch(/^unnamed-[\w-]{43}$/);
  });

  test("no candidates are no rows", async () => {
    expect(await rowsOf([])).toEqual([]);
    expect(await rowsOf(" \n[ ] \n")).toEqual([]);
  });

  test.each([
    ["cut off in a row", '[{"applicant":"a"},{"appl', "no valid JSON|breaks off"],
    ["cut off between rows", '[{"applicant":"a"},', "breaks off"],
    ["without its end", '[{"applicant":"a"}', "breaks off"],
    ["followed by something", '[{"applicant":"a"}] {"b":1}', "no valid JSON"],
    ["without a comma", '[{"applicant":"Lovelace"}{"applicant":"Ada"}]', "no valid JSON"],
    ["empty", "", "no valid JSON"],
    ["blank", "  ", "no valid JSON"],
    ["a page", "<html>Ada</html>", "no valid JSON"],
    ["an object", { rows: [] }, "not as documented"],
    ["null", "null", "not as documented"],
    ["a list of texts", ["Ada"], "not as documented"],
  ])("an answer that is %s is an error, and no shorter list", async (_, body, words) => {
    const failure = await rowsOf(body).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(failure).toMatchObject({ status: undefined, message: expect.stringMatching(words) });
    expect(inspect(failure, { depth: 9 })).not.toMatch(/Ada|Lovelace/);
  });

  test.each(["truncated_json", "cut_body", "reset"] as const)("%s is an error", async (kind) => {
    const { flatchr, list } = await startAccount();
    flatchr.generateCandidates(500);
    flatchr.failNext({ route: SEARCH }, { kind });
    flatchr.failNext({ route: SEARCH }, { kind, when: "after" });
    await expect(list()).rejects.toThrow(VendorError);
    await expect(list()).rejects.toThrow(VendorError);
    expect(await list()).toHaveLength(500);
  });

  test("an answer that says 401 in its body is a refused credential", async () => {
    const failing = rowsOf({ statusCode: 401, message: "Invalid token" });
    await expect(failing).rejects.toMatchObject({ status: 401, isCredentialRefused: true });
  });

  test("a key that is refused is said without the key", async () => {
    const { open } = await startAccount();
    const failure = await collect(open({}, { api_key: "a-wrong-key" }).list(undefined)).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ status: 401 });
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("a-wrong-key");
  });

  test("a secret without the company says what to do", () => {
    return startAccount().then(({ open }) => {
      expect(() => open({}, { company_id: null })).toThrow("Put company_id into the secret");
    });
  });

  test("the answer is read before the first row is worked on, so that nothing waits for it", async () => {
    const { flatchr, open } = await startAccount();
    flatchr.generateCandidates(3000);
    const rows = open().list(undefined)[Symbol.asyncIterator]();
    await rows.next();
    await flatchr.stop();
    let count = 1;
    while (!(await rows.next()).done) count += 1;
    expect(count).toBe(3000);
  });
});

describe("the catalogue", () => {
  test("has what rows are named by, in an order of its own, and is read once", async () => {
    const { flatchr, open, vacancy, callsTo } = await startAccount();
    const source = open();
    const before = await source.catalogue();
    expect(before).toMatchObject({
      columns: expect.arrayContaining([[expect.any(String), "Nouveaux"]]),
      vacancies: [[vacancy.id, String(vacancy.numericId), "Technicien H/F "]],
    });
    await Promise.all([source.catalogue(), source.catalogue()]);
    expect([...callsTo(COLUMNS), ...callsTo(VACANCIES)]).toHaveLength(2);

    expect(await open().catalogue()).toEqual(before);
    flatchr.renameColumn(flatchr.columns()[0]?.id ?? 0, "Renamed");
    expect(await open().catalogue()).not.toEqual(before);
  });

  test("is read again when it could not be read", async () => {
    const { flatchr, open } = await startAccount();
    const source = open();
    flatchr.failNext({ route: COLUMNS }, { kind: "status", status: 500 });
    await expect(source.catalogue()).rejects.toThrow(VendorError);
    expect(await source.catalogue()).toMatchObject({ columns: expect.any(Array) });
  });
});

test("no error holds the key or what was searched for", async () => {
  const { flatchr, list } = await startAccount();
  const kinds = ["status", "html", "truncated_json", "cut_body", "reset", "garbage"] as const;
  for (const kind of kinds) {
    const body = `the key ${DEFAULT_FLATCHR_KEY} of Lovelace`;
    flatchr.failNext(
      { route: SEARCH },
      { kind, status: 502, ...(kind === "status" && { body: { message: body } }) },
    );
    const failure = await list({ lastname: "Lovelace" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/Lovelace|flatchr-api-key/);
  }
});
