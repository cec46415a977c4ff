import { expect, test } from "vitest";
import { ada, found, openAccount, SEARCH } from "./flatchr-account.ts";

test("goes by e-mail, whatever its capitals, and changes nothing", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const { applicant } = flatchr.addCandidate({ email: "ada@example.com" });
  const { candidateId } = await found(open(), { ...ada, email: "Ada@Example.com" });
  expect(candidateId).toBe(`${vacancy.slug}:${applicant.id}`);
  expect(flatchr.calls.filter(({ write }) => write)).toEqual([]);
});

test.each(["equal", "contain"] as const)("is exact where the filter finds %s texts", async (textFilters) => {
  const { flatchr, open } = await openAccount({ textFilters });
  flatchr.addCandidate({ email: "not-ada@example.com" });
  flatchr.addCandidate({ email: null });
  expect(await open().find(ada)).toEqual({ outcome: "not_found" });
});

test("a homonym is another person (defect 18)", async () => {
  const { flatchr, open } = await openAccount();
  flatchr.addCandidate({ firstname: "Ada", lastname: "Lovelace", email: "other@example.com" });
  expect(await open().find(ada)).toEqual({ outcome: "not_found" });
});

test("the same person on another vacancy is another application", async () => {
  const { flatchr, open, vacancy } = await openAccount();
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
  const { flatchr, open, vacancy } = await openAccount();
  flatchr.addCandidate({ email: ada.email });
  for (const name of [vacancy.slug, vacancy.id, vacancy.numericId]) {
    expect(await open({ vacancy: name }).find(ada)).toMatchObject({ outcome: "found" });
  }
});

test("a vacancy that Flatchr does not list is named, before anything is created", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  await expect(open({ vacancy: "nothing" }).find(ada)).rejects.toMatchObject({
    reason: "bad_target_parameters",
    message: expect.stringContaining('Flatchr lists no vacancy "nothing"'),
  });
  flatchr.closeVacancy(vacancy.id);
  await expect(open().find(ada)).rejects.toMatchObject({ name: "PermanentError" });
});

test("of several hits it is the oldest that is active, at every look, and it says so", async () => {
  const { flatchr, open, vacancy } = await openAccount();
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

test("one that is active comes before one that was archived", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  const row = { vacancy_id: vacancy.numericId, email: ada.email, created_at: "02/01/21" };
  const body = [
    { ...row, applicant: "archived", status: 0 },
    { ...row, applicant: "active", status: 1, created_at: "03/01/21" },
  ];
  flatchr.failNext({ route: SEARCH }, { kind: "status", status: 200, body });
  expect(await found(open())).toMatchObject({ candidateId: `${vacancy.slug}:active` });
});

test("a search without results costs two calls", async () => {
  const { flatchr, open } = await openAccount();
  await open().find(ada);
  expect(flatchr.calls).toHaveLength(2);
});
