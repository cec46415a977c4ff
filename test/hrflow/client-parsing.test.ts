import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CvFile } from "../../lib/connector.ts";
import { VendorError } from "../../lib/errors.ts";
import { createHrflowClient, DuplicateReferenceError, type HrflowClient } from "../../lib/hrflow/client.ts";
import type { FileParsing } from "../../lib/hrflow/profile-writer.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const cv: CvFile = {
  fileName: 'Élodie "Lo" Martin.pdf',
  contentType: "application/pdf",
  bytes: new TextEncoder().encode("%PDF-1.7 Data engineer"),
};

let environment: TestEnvironment;
let hrflow: SimulatedHrflow;
let client: HrflowClient;
/** The forms that HrFlow was sent. */
let forms: FormData[];

beforeAll(async () => {
  environment = await startTestEnvironment({});
});
beforeEach(async () => {
  hrflow = await startHrflow();
  forms = [];
  const settings = { ...environment.settings, baseUrl: () => hrflow.url };
  const recordingFetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.method === "POST") forms.push(await request.clone().formData());
    return fetch(request);
  };
  const observed = { ...environment, settings, fetch: recordingFetch };
  client = createHrflowClient(DEFAULT_HRFLOW_KEY, observed, new AbortController().signal);
});
afterEach(() => hrflow.stop());
afterAll(() => environment.stop());

const source = (sync_parsing: boolean) => hrflow.addSource({ sync_parsing }).key;
const parse = (sourceKey: string, changes: Partial<FileParsing> = {}) =>
  client.parseFile(sourceKey, { reference: "candidate-1", file: cv, ...changes });

test("a source that parses at once answers with the profile", async () => {
  const sourceKey = source(true);
  const tags = [{ name: "column", value: "Hired" }];
  expect(await parse(sourceKey, { tags, metadatas: [{ name: "by", value: 42 }] })).toEqual({
    outcome: "parsed",
  });
  expect(await client.findByReference(sourceKey, "candidate-1")).toMatchObject({
    tags: [...tags, { name: "referrer", value: null }],
    metadatas: [{ name: "by", value: 42 }],
    attachments: [
      { type: "original", extension: ".pdf" },
      { type: "resume", extension: ".pdf" },
    ],
  });
});

test("a source that parses later answers with its queue", async () => {
  hrflow.settings.asyncParsingInMs = 60_000;
  const sourceKey = source(false);
  expect(await parse(sourceKey)).toEqual({ outcome: "queued" });
  expect(await client.findByReference(sourceKey, "candidate-1")).toBeUndefined();
});

test.each([
  [202, { profile: {} }, "queued"],
  [201, [], "queued"],
  [200, undefined, "queued"],
  [200, { profile: {} }, "parsed"],
])("code %i with %j means %s", async (code, data, outcome) => {
  const fault = { kind: "status", status: 200, body: { code, data } } as const;
  hrflow.failNext({ route: "POST /profile/parsing/file" }, fault);
  expect(await parse(source(true))).toEqual({ outcome });
});

test("the form has the documented fields, and none for what is not known", async () => {
  const sourceKey = source(true);
  await parse(sourceKey, { tags: [], metadatas: undefined });
  const form = forms[0] ?? expect.fail("a form was sent");
  expect(Object.fromEntries([...form].filter(([name]) => name !== "file"))).toEqual({
    source_key: sourceKey,
    reference: "candidate-1",
    profile_content_type: "application/pdf",
  });
  const file = form.get("file");
  if (!(file instanceof File)) expect.fail("the file is a file");
  expect([file.name, file.type, Buffer.from(await file.arrayBuffer())]).toEqual([
    cv.fileName,
    cv.contentType,
    Buffer.from(cv.bytes),
  ]);
});

describe("a file for a profile that is there", () => {
  const existing = (sourceKey: string) =>
    hrflow.putProfile({ source_key: sourceKey, reference: "candidate-1", info: { first_name: "Ada" } });

  test.each([true, false])("is parsed onto it by its key (at once: %s)", async (sync) => {
    const sourceKey = source(sync);
    const { key } = existing(sourceKey);
    await parse(sourceKey, { key });
    expect(hrflow.profiles()).toHaveLength(1);
    expect(hrflow.profile(key)?.attachments).toHaveLength(2);
  });

  test.each([false, true])("is refused as a duplicate without (errors in HTTP 200: %s)", async (in200) => {
    hrflow.settings.errorsInHttp200 = in200;
    const sourceKey = source(true);
    existing(sourceKey);
    await expect(parse(sourceKey)).rejects.toThrow(DuplicateReferenceError);
  });

  test("or replaces it, where HrFlow allows that", async () => {
    hrflow.settings.reparseReference = "replace";
    const sourceKey = source(true);
    const { key } = existing(sourceKey);
    expect(await parse(sourceKey)).toEqual({ outcome: "parsed" });
    expect(hrflow.profile(key)?.attachments).toHaveLength(2);
  });
});

describe("a refusal", () => {
  test.each([false, true])("is clear and quotes nobody (errors in HTTP 200: %s)", async (in200) => {
    hrflow.settings.errorsInHttp200 = in200;
    const file = { ...cv, fileName: "Martin.exe" };
    const failure: unknown = await parse(source(true), { file }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(failure).toMatchObject({ status: 400, isRefused: true, effect: "none" });
    expect(String(failure)).toContain("Unsupported file extension");
  });

  test("keeps what the form holds to itself", async () => {
    const body = { code: 400, message: 'Élodie "Lo" Martin.pdf of "Secret Team" cannot be read' };
    hrflow.failNext({ route: "POST /profile/parsing/file" }, { kind: "status", status: 400, body });
    const tags = [{ name: "team", value: "Secret Team" }];
    await expect(parse(source(true), { tags })).rejects.toThrow('400 … of "…" cannot be read');
  });

  test("of an unknown source is no duplicate", async () => {
    await expect(parse("0".repeat(40))).rejects.toThrow("Unable to find object: source");
  });
});

test.each([
  ["html", 200],
  ["truncated_json", 200],
  ["reset", 200],
  ["html", 502],
] as const)("a lost answer (%s %i) leaves open whether the file is there", async (kind, status) => {
  const sourceKey = source(true);
  hrflow.failNext({ route: "POST /profile/parsing/file" }, { kind, status, when: "after" });
  await expect(parse(sourceKey)).rejects.toMatchObject({ name: "VendorError", effect: "unknown" });
  expect(await client.findByReference(sourceKey, "candidate-1")).toMatchObject({ reference: "candidate-1" });
  await expect(parse(sourceKey)).rejects.toThrow(DuplicateReferenceError);
});
