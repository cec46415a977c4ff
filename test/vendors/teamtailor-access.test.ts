import { expect, test } from "vitest";
import { DEFAULT_TEAMTAILOR_KEY } from "../../local/vendors/teamtailor.ts";
import { call, create, start } from "./teamtailor-calls.ts";

test("without a version, or with one that is gone, the answer names the current one", async () => {
  const teamtailor = await start({ apiVersions: ["20161108"] });
  const { status, body } = await call(`${teamtailor.url}/company`, { headers: { "x-api-version": "" } });
  expect([status, body]).toEqual([
    406,
    {
      errors: [
        {
          status: 406,
          title: "Invalid/Missing API Version",
          detail:
            "Please provide a correct API version in the X-Api-Version header. Current version is: 20161108",
        },
      ],
    },
  ]);
  const accepted = await call(`${teamtailor.url}/company`, { headers: { "x-api-version": "20161108" } });
  expect([accepted.status, accepted.headers.get("x-api-version")]).toEqual([200, "20161108"]);
});

test("a key is known or not, and has a scope and an access", async () => {
  const teamtailor = await start();
  const status = async () => (await create(teamtailor, { sourced: true })).status;
  expect(await status()).toBe(201);
  for (const change of [{ scope: "internal" }, { access: "read" }] as const) {
    teamtailor.acceptKeys([{ ...DEFAULT_TEAMTAILOR_KEY, ...change }]);
    expect(await status()).toBe(403);
  }
  expect((await call(`${teamtailor.url}/company`)).status).toBe(200);
  teamtailor.acceptKeys([]);
  expect(await create(teamtailor, {})).toMatchObject({ status: 401, body: "" });
});

test("over the rate limit is 429, which says in three ways when to come again", async () => {
  const now = Date.parse("2026-11-22T10:00:00Z");
  const teamtailor = await start({ rateLimit: { limit: 2, periodInMs: 2_000 }, now: () => now });
  const company = () => call(`${teamtailor.url}/company`);
  const { headers } = await company();
  expect([headers.get("x-rate-limit-limit"), headers.get("x-rate-limit-remaining")]).toEqual(["2", "1"]);
  await company();
  const limited = await company();
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"]);
  expect(limited.headers.get("x-rate-limit-reset")).toBe("2");
  teamtailor.settings.retryAfter = "date";
  expect((await company()).headers.get("retry-after")).toBe("Sun, 22 Nov 2026 10:00:02 GMT");
  teamtailor.settings.retryAfter = "none";
  expect((await company()).headers.has("retry-after")).toBe(false);
  teamtailor.settings.rateLimit = false;
  expect((await company()).status).toBe(200);
});
