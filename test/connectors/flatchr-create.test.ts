import { expect, test } from "vitest";
import { CandidateExistsError } from "../../lib/connector.ts";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { ada, CREATION, cv, openAccount } from "./flatchr-account.ts";

test("sends the token in body and header, and the CV under its own name and type (defect 19)", async () => {
  const { flatchr, open, bodies, vacancy } = await openAccount();
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
        fileName: "L'Ada.pdf",
        contentType: "application/pdf",
      },
      urls,
    },
  ]);
  const [candidate] = flatchr.candidates();
  expect(flatchr.file(candidate?.cv?.key ?? "")).toMatchObject({ fileName: "L'Ada.pdf" });
});

test("names the vacancy by its slug, however the workflow names it", async () => {
  const { flatchr, open, vacancy } = await openAccount();
  await open({ vacancy: vacancy.id }).create(ada, cv);
  await open({ vacancy: String(vacancy.numericId) }).create(ada, cv);
  expect(flatchr.writes.created).toBe(2);
});

test("without a CV sends what HrFlow knows as text, and says so", async () => {
  const { flatchr, open } = await openAccount();
  const { notes } = await open().create({ ...ada, resume_text: "花子, poète" }, undefined);
  expect(notes).toEqual([expect.stringContaining("Flatchr requires a CV")]);
  const file = flatchr.file(flatchr.candidates()[0]?.cv?.key ?? "");
  expect(file).toMatchObject({ fileName: "profile.txt", contentType: "text/plain" });
  expect(Buffer.from(file?.base64 ?? "", "base64").toString()).toBe("\ufeff花子, poète");
});

test("sends an address of a CV where a format of the user's own has one", async () => {
  const { flatchr, open } = await openAccount();
  await open().create({ ...ada, resume: "https://cv.example/ada.pdf" }, cv);
  expect(flatchr.candidates()[0]).toMatchObject({ cvLink: "https://cv.example/ada.pdf", cv: null });
});

test.each(["documented", "envelope", "with_ids", "text", "empty"] as const)(
  "succeeds with an answer of the form %s",
  async (createAnswer) => {
    for (const createStatus of [200, 201] as const) {
      const { open } = await openAccount({ createAnswer, createStatus });
      expect(await open().create(ada, cv)).toEqual({ notes: [] });
    }
  },
);

test("a refusal for an application that is there already is told apart", async () => {
  const { flatchr, open } = await openAccount({ duplicates: "refuse" });
  flatchr.addCandidate({ email: ada.email });
  await expect(open().create(ada, cv)).rejects.toBeInstanceOf(CandidateExistsError);
});

test("a vacancy that does not exist for the careers site is no candidate that exists", async () => {
  const { flatchr, open } = await openAccount();
  const body = { message: "Vacancy does not exist" };
  flatchr.failNext({ route: CREATION }, { kind: "status", status: 404, body });
  await expect(open().create(ada, cv)).rejects.toMatchObject({ name: "VendorError", effect: "none" });
});

test("a name that Flatchr does not take is a clear refusal", async () => {
  const { open } = await openAccount({ namePattern: "enforce" });
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
  const { flatchr, open } = await openAccount();
  const body = { status: 404, response: "Vacancy not found" };
  flatchr.failNext({ route: CREATION }, { kind: "status", status: 200, body });
  await expect(open().create(ada, cv)).rejects.toThrow("404 Vacancy not found");
});
