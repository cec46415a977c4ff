import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { VendorError } from "../../lib/errors.ts";
import { createHrflowClient, DuplicateReferenceError, type HrflowClient } from "../../lib/hrflow/client.ts";
import { isQuotaUsedUp } from "../../lib/hrflow/connection.ts";
import { mergeProfile } from "../../lib/hrflow/merge-profile.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

let environment: TestEnvironment;
let hrflow: SimulatedHrflow;
let client: HrflowClient;
let sourceKey: string;

beforeAll(async () => {
  environment = await startTestEnvironment({});
});
beforeEach(async () => {
  hrflow = await startHrflow();
  sourceKey = hrflow.addSource({ name: "Flatchr" }).key;
  client = clientOf(hrflow.url);
});
afterEach(() => hrflow.stop());
afterAll(() => environment.stop());

function clientOf(url: string): HrflowClient {
  const settings = { ...environment.settings, baseUrl: () => url };
  return createHrflowClient(DEFAULT_HRFLOW_KEY, { ...environment, settings }, new AbortController().signal);
}

/** A server that always gives this answer. */
async function answering(status: number, body: unknown): Promise<HrflowClient> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
}

async function failureOf(call: Promise<unknown>): Promise<VendorError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof VendorError ? error : expect.fail(`it should fail with a VendorError: ${error}`);
}

const newProfile = (changes: object = {}) =>
  hrflow.putProfile({
    source_key: sourceKey,
    reference: "candidate-1",
    info: { first_name: "Ada", last_name: "Example", email: "ada@example.com" },
    tags: [{ name: "senior", value: null }],
    ...changes,
  });

describe("a profile is found by its reference", () => {
  test.each(["array", "null"] as const)("exactly as HrFlow sent it (empty places: %s)", async (form) => {
    hrflow.settings.emptyLocationFields = form;
    const { key } = newProfile({ text: "  \n", experiences: [{ title: "Engineer" }] });
    const found = await client.findByReference(sourceKey, "candidate-1");
    expect(found).toEqual(hrflow.profile(key));
    expect(Object.keys(found ?? {})).toEqual(Object.keys(hrflow.profile(key) ?? {}));
  });

  test("also with attributes that nobody has heard of", async () => {
    const body = '{"key":"k","invented":{"__proto__":{"a":1}},"tags":[null]}';
    const data: unknown = JSON.parse(body);
    const found = await (await answering(200, { code: 200, data })).findByReference(sourceKey, "r");
    expect(JSON.stringify(found)).toBe(body);
  });

  test.each([400, 404, 200] as const)("undefined when it is unknown (HTTP %i)", async (status) => {
    hrflow.settings.notFoundStatus = status;
    expect(await client.findByReference(sourceKey, "nobody")).toBeUndefined();
  });

  test.each([null, [], {}])("undefined when the answer is %j", async (data) => {
    const other = await answering(200, { code: 200, message: "Profile details", data });
    expect(await other.findByReference(sourceKey, "nobody")).toBeUndefined();
  });

  test("an error's code counts in whatever form, under HTTP 200 too", async () => {
    const other = await answering(200, { code: "400", message: "Unable to find object: profile" });
    expect(await other.findByReference(sourceKey, "nobody")).toBeUndefined();
    expect((await failureOf((await answering(200, { code: "500" })).whoAmI())).status).toBe(500);
  });

  test("undefined while it is still parsed", async () => {
    hrflow.settings.readableAfterInMs = 60_000;
    newProfile();
    expect(await client.findByReference(sourceKey, "candidate-1")).toBeUndefined();
  });

  test("an unknown source says nothing about the profile", async () => {
    newProfile();
    const failure = await failureOf(client.findByReference("0".repeat(40), "candidate-1"));
    expect(failure.detail).toContain("Unable to find object: source");
    expect(failure.isRefused).toBe(true);
  });

  test("nor does a page of a gateway, or a path that is not there", async () => {
    newProfile();
    hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "html", status: 404 });
    await failureOf(client.findByReference(sourceKey, "candidate-1"));
    hrflow.failNext({ route: "GET /profile/indexing" }, { kind: "html", status: 200 });
    await failureOf(client.findByReference(sourceKey, "candidate-1"));
    await failureOf((await answering(404, { message: "No such route" })).findByReference(sourceKey, "r"));
  });
});

describe.each(["wipe", "keep"] as const)(
  "an edit, where a PUT without a field would %s it,",
  (putPartial) => {
    test("changes what was changed and keeps all else", async () => {
      hrflow.settings.putPartial = putPartial;
      const before = newProfile({
        text: "CV",
        skills: [{ name: "python", type: "hard", value: null }],
        experiences: [{ title: "Engineer", date_start: "2019-03-01T00:00:00" }],
      });
      hrflow.addAttachment(before.key, { bytes: Buffer.from("cv"), type: "resume", extension: ".pdf" });
      const current = (await client.findByReference(sourceKey, "candidate-1")) ?? expect.fail("it is there");
      const edit = { info: { phone: "+33612345678" }, tags: [{ name: "column", value: "Hired" }] };
      const merged = mergeProfile(current, edit, undefined) ?? expect.fail("it changes");
      await client.edit(sourceKey, merged);

      const after = hrflow.profile(before.key);
      expect(after).toEqual({ ...merged, updated_at: expect.any(String) });
      expect(after?.attachments).toHaveLength(1);
      expect(after?.tags.map(({ name }) => name)).toEqual(["senior", "column"]);
      const again = (await client.findByReference(sourceKey, "candidate-1")) ?? expect.fail("it is there");
      expect(mergeProfile(again, edit, undefined)).toBeUndefined();
    });
  },
);

test("an edit whose answer was lost is repeated without harm", async () => {
  const { key } = newProfile();
  const current = (await client.findByReference(sourceKey, "candidate-1")) ?? expect.fail("it is there");
  const changed = { ...current, text: "New" };
  hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "reset", when: "after" });
  expect((await failureOf(client.edit(sourceKey, changed))).effect).toBe("unknown");
  await client.edit(sourceKey, changed);
  expect(hrflow.profile(key)?.text).toBe("New");
  expect(hrflow.calls.filter(({ changed: isChanged }) => isChanged)).toHaveLength(1);
});

describe("an edit or create is done only when HrFlow's envelope says so", () => {
  test.each([201, 202, "200"])("code %j is a success", async (code) => {
    const other = await answering(200, { code, message: "Profile edited" });
    await other.edit(sourceKey, { key: "k" });
    expect(await other.create(sourceKey, { reference: "r" })).toEqual({ profileKey: undefined });
  });

  test.each([{}, null, "ok", { message: "fine" }, { code: 422, message: "tags must have a name" }])(
    "%j is not",
    async (body) => {
      const other = await answering(200, body);
      await failureOf(other.edit(sourceKey, { key: "k" }));
      await failureOf(other.create(sourceKey, { reference: "r" }));
    },
  );

  test("nor is a page of a gateway", async () => {
    const { key } = newProfile();
    hrflow.failNext({ route: "PUT /profile/indexing" }, { kind: "html", status: 200 });
    const failure = await failureOf(client.edit(sourceKey, { key }));
    expect(failure.message).toContain("HTML");
    expect(failure.effect).toBe("unknown");
  });
});

describe("a profile is created", () => {
  test("with what HrFlow requires, empty where nothing is known, and without what is no profile's", async () => {
    const { profileKey } = await client.create(sourceKey, {
      reference: "candidate-1",
      created_at: "2025-06-20T15:25:07+0000",
      tags: [{ name: "column", value: "Hired" }],
      resume: "bytes",
      id: 4711,
    });
    expect(profileKey).toMatch(/^[0-9a-f]{40}$/);
    const created = hrflow.profile(profileKey ?? "");
    expect(created).toMatchObject({
      reference: "candidate-1",
      created_at: "2025-06-20T15:25:07+0000",
      text: "",
      text_language: "",
      tags: [{ name: "column", value: "Hired" }],
    });
    expect(created).not.toHaveProperty("resume");
    expect(created?.id).not.toBe(4711);
  });

  test("with the text that is known", async () => {
    const { profileKey } = await client.create(sourceKey, {
      reference: "r",
      info: { first_name: "Ada" },
      text: "CV",
      text_language: "en",
    });
    expect(hrflow.profile(profileKey ?? "")).toMatchObject({
      info: { first_name: "Ada" },
      text: "CV",
      text_language: "en",
    });
  });

  test.each([false, true])("once: a used reference is recognised (errors in HTTP 200: %s)", async (in200) => {
    hrflow.settings.errorsInHttp200 = in200;
    newProfile();
    // Words of the profile are blotted out of the refusal, and it is understood all the same.
    for (const info of [
      {},
      { first_name: "Already", last_name: "used" },
      { summary: "Cannot create profile" },
    ]) {
      const creating = client.create(sourceKey, { reference: "candidate-1", info });
      await expect(creating).rejects.toThrow(DuplicateReferenceError);
    }
    expect(hrflow.profiles()).toHaveLength(1);
  });

  test("also when its answer was lost: the repetition says that it is there", async () => {
    hrflow.failNext({ route: "POST /profile/indexing" }, { kind: "reset", when: "after" });
    expect((await failureOf(client.create(sourceKey, { reference: "r" }))).effect).toBe("unknown");
    await expect(client.create(sourceKey, { reference: "r" })).rejects.toThrow(DuplicateReferenceError);
    expect(await client.findByReference(sourceKey, "r")).toMatchObject({ reference: "r" });
  });

  test("another refusal is no duplicate", async () => {
    const creating = client.create(sourceKey, { reference: "r", tags: [{ value: "nameless" }] });
    expect((await failureOf(creating)).status).toBe(422);
  });
});

describe("a source", () => {
  test.each([true, false])("says whether it parses at once: %s", async (sync_parsing) => {
    const { key } = hrflow.addSource({ name: "Careers", sync_parsing });
    expect(await client.findSource(key)).toEqual({ name: "Careers", syncParsing: sync_parsing });
  });

  test.each([
    [1, true],
    ["True", true],
    [0, false],
    [null, false],
    [undefined, false],
  ])("sync_parsing %j means %s", async (sync_parsing, expected) => {
    const other = await answering(200, { code: 200, data: { name: null, sync_parsing } });
    expect(await other.findSource("key")).toEqual({ name: "", syncParsing: expected });
  });

  test.each([false, true])("is undefined when it is unknown (errors in HTTP 200: %s)", async (in200) => {
    hrflow.settings.errorsInHttp200 = in200;
    expect(await client.findSource("0".repeat(40))).toBeUndefined();
  });

  test("is undefined also in the words of its own page", async () => {
    const other = await answering(400, { code: 400, message: "Invalid source fields" });
    expect(await other.findSource("key")).toBeUndefined();
  });

  test("that the key may not read is a refused credential", async () => {
    const other = await answering(401, { code: 401, message: "Unauthorized Access to source key: xxxxxx" });
    expect((await failureOf(other.findSource("key"))).isCredentialRefused).toBe(true);
  });
});

describe("the key", () => {
  test("is asked what it may do", async () => {
    expect(await client.whoAmI()).toEqual({ teamName: "Example team", permission: "all" });
  });

  test.each([false, true])("never stands in an error (errors in HTTP 200: %s)", async (in200) => {
    hrflow.settings.errorsInHttp200 = in200;
    hrflow.acceptKeys([]);
    const failure = await failureOf(client.whoAmI());
    expect(failure.isCredentialRefused).toBe(true);
    expect(failure.message).not.toContain(DEFAULT_HRFLOW_KEY.api_secret);
  });
});

test("a quota that is used up is told apart, and says so", async () => {
  const body = { code: 402, message: "Payment required" };
  for (const status of [402, 200]) {
    const failure = await failureOf((await answering(status, body)).findByReference(sourceKey, "r"));
    expect(isQuotaUsedUp(failure)).toBe(true);
    expect(failure.detail).toContain("quota");
  }
  expect(isQuotaUsedUp(await failureOf((await answering(400, { code: 400 })).whoAmI()))).toBe(false);
});
