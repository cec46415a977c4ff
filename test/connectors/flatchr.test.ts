import * as v from "valibot";
import { describe, expect, test } from "vitest";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { ada, CREATION, cv, found, MOVE, openAccount, sharedEnvironment } from "./flatchr-account.ts";

test("ids of any form are passed on as they are", async () => {
  const { flatchr, open, callsTo } = await openAccount();
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
    const { flatchr, open } = await openAccount();
    const other = flatchr.addCompany();
    const vacancy = flatchr.addVacancy({ companyId: other.id });
    flatchr.addColumn("Nouveaux", { companyId: other.id });
    flatchr.addCandidate({ email: ada.email }, { vacancyId: vacancy.id });
    const store = open({ vacancy: vacancy.slug, compagny: other.id });
    expect(await store.find(ada)).toMatchObject({ outcome: "found" });
  });

  test("a company that is named nowhere is asked for", async () => {
    const { open } = await openAccount();
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
        environment: { ...(await sharedEnvironment()), fetch },
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
      const { flatchr, open } = await openAccount({ errorForm });
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
    const { open } = await openAccount();
    await expect(open({ company: "nobody" }).find(ada)).rejects.toThrow(
      /company\/nobody\/.*: 404 Company not found/,
    );
  });
});
