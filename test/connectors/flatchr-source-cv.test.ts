import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { PermanentError, TemporaryError, VendorError } from "../../lib/errors.ts";
import { DEFAULT_FLATCHR_KEY, type FlatchrOptions } from "../../local/vendors/flatchr.ts";
import { FILES, MOVE, startAccount } from "./flatchr-source-account.ts";

const pdf = Buffer.from("%PDF-1.4\nA CV\n%%EOF\n");
const STORAGE = "GET /storage/:file";

/** An account with one candidate with this CV, and who it is. */
async function startWithCv(options: FlatchrOptions = {}, bytes: Uint8Array = pdf, fileName = "cv.pdf") {
  const account = await startAccount(options);
  const cv = { bytes, fileName, contentType: "application/pdf" };
  account.flatchr.addCandidate({ firstname: "Ada", lastname: "Lovelace", email: "ada@example.com", cv });
  const identity = await account.open().identify(await account.onlyRow());
  return { ...account, identity };
}

describe.each(["bytes", "redirect"] as const)("where Flatchr answers with %s", (file) => {
  test("a CV is fetched, with its name and type", async () => {
    const { open, identity } = await startWithCv({ file });
    const cv = await open().fetchCv(identity);
    expect(cv).toMatchObject({ fileName: "ada-lovelace.pdf", contentType: "application/pdf" });
    expect(Buffer.from(cv.bytes)).toEqual(pdf);
  });

  test("the type is what the bytes show", async () => {
    const { open, identity } = await startWithCv({ file }, Buffer.from("{\\rtf1 A CV}"), "cv.doc");
    expect(await open().fetchCv(identity)).toMatchObject({
      fileName: "ada-lovelace.rtf",
      contentType: "application/rtf",
    });
  });

  test("a file of another type is what Flatchr calls it", async () => {
    const { open, identity } = await startWithCv({ file }, Buffer.from("A CV"), "cv.txt");
    expect(await open().fetchCv(identity)).toMatchObject({
      fileName: "ada-lovelace.txt",
      contentType: "text/plain",
    });
  });

  test("no CV is larger than 10 MB", async () => {
    const { open, identity } = await startWithCv({ file }, Buffer.concat([pdf, Buffer.alloc(10_000_000)]));
    await expect(open().fetchCv(identity)).rejects.toThrow("it is larger than 10 MB");
    await expect(open().fetchCv(identity)).rejects.toBeInstanceOf(PermanentError);
  });

  test("an empty file is none", async () => {
    const { open, identity } = await startWithCv({ file }, Buffer.alloc(0));
    await expect(open().fetchCv(identity)).rejects.toThrow("the file is empty");
  });

  test.each(["<html><body>Sign in</body></html>", '{"message":"slow down"}'])(
    "a page (%s) is none",
    async (page) => {
      const { open, identity } = await startWithCv({ file }, Buffer.from(page));
      await expect(open().fetchCv(identity)).rejects.toBeInstanceOf(TemporaryError);
    },
  );

  test("a CV that was removed is a failure, each time", async () => {
    const { flatchr, open, identity } = await startWithCv({ file });
    flatchr.editCandidate(flatchr.candidates()[0]?.id ?? "", { cv: null });
    await expect(open().fetchCv(identity)).rejects.toMatchObject({ status: 404, isRefused: true });
  });

  test.each(["cut_body", "reset"] as const)("one that breaks off (%s) is no CV", async (kind) => {
    const { flatchr, open, identity } = await startWithCv(
      { file },
      Buffer.concat([pdf, Buffer.alloc(100_000)]),
    );
    flatchr.failNext({ route: file === "bytes" ? FILES : STORAGE }, { kind, when: "after" });
    const failure = await open()
      .fetchCv(identity)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(file === "bytes" ? VendorError : TemporaryError);
  });
});

test("neither the key nor a header of ours goes to the storage", async () => {
  const { open, identity, environment, callsTo } = await startWithCv({ file: "redirect" });
  const urls: URL[] = [];
  const download: typeof environment.download = (url, addresses, signal) => {
    urls.push(url);
    return environment.download(url, addresses, signal);
  };
  await open({}, {}, { download }).fetchCv(identity);
  expect(urls.map(({ pathname }) => pathname)).toEqual([expect.stringMatching(/^\/storage\//)]);
  expect(urls[0]?.href).not.toContain(DEFAULT_FLATCHR_KEY);
  expect(callsTo(STORAGE)).toHaveLength(1);
});

test.each([
  ["http://169.254.169.254/latest/meta-data/", "not https"],
  ["https://127.0.0.1/cv.pdf", "not public"],
  ["https://user:secret@example.com/cv.pdf", "credentials"],
])("an address that the guard refuses (%s) is not fetched", async (location, why) => {
  const { flatchr, open, identity } = await startWithCv();
  flatchr.failNext({ route: FILES }, { kind: "status", status: 302, headers: { location }, body: "" });
  const failing = open().fetchCv(identity);
  await expect(failing).rejects.toBeInstanceOf(PermanentError);
  await expect(failing).rejects.toThrow(why);
});

test.each([{}, { location: "https://" }])("a redirect to nowhere (%j) is an error", async (headers) => {
  const { flatchr, open, identity } = await startWithCv();
  flatchr.failNext({ route: FILES }, { kind: "status", status: 302, headers, body: "" });
  await expect(open().fetchCv(identity)).rejects.toThrow("Flatchr redirects to nowhere");
});

test("CVs are fetched one in a second, by all runs of a company together", async () => {
  const { flatchr, open, identity, callsTo, environment } = await startWithCv({ file: "redirect" });
  const [one, other] = [open(), open()];
  await Promise.all([one, other, one, other].map((source) => source.fetchCv(identity)));
  const arrivals = callsTo(FILES).map(({ at }) => at);
  const distances = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0));
  expect(Math.min(...distances)).toBeGreaterThanOrEqual(1000);
  expect(callsTo(FILES).map(({ status }) => status)).toEqual([302, 302, 302, 302]);
  expect(flatchr.settings.fileIntervalInMs).toBe(1000);
  expect(environment.settings.speed).toBe(1);
});

test("a 429 is waited for, and costs nothing else", async () => {
  const { flatchr, open, identity, callsTo } = await startWithCv();
  flatchr.failNext({ route: FILES }, { kind: "status", status: 429 });
  const { bytes } = await open().fetchCv(identity);
  expect(Buffer.from(bytes)).toEqual(pdf);
  expect(callsTo(FILES).map(({ status }) => status)).toEqual([429, 200]);
});

test("where a CV lies is known again when the API key has been replaced", async () => {
  const { flatchr, open, identity, callsTo } = await startWithCv();
  flatchr.acceptKeys(["the-next-key"]);
  const moves = callsTo(MOVE).length;
  const { bytes } = await open({}, { api_key: "the-next-key" }).fetchCv(identity);
  expect(Buffer.from(bytes)).toEqual(pdf);
  expect(callsTo(MOVE)).toHaveLength(moves + 1);
  expect(flatchr.writes.moved).toBe(0);
});

test("no error holds the key, nor the name that a CV's key ends with", async () => {
  const { flatchr, open, identity } = await startWithCv();
  const key = flatchr.candidates()[0]?.cv?.key;
  for (const kind of ["status", "html", "reset", "garbage", "cut_body"] as const) {
    const body = { message: `no ${key} for ${DEFAULT_FLATCHR_KEY}` };
    flatchr.failNext({ route: FILES }, { kind, status: 503, ...(kind === "status" && { body }) });
    const failure = await open()
      .fetchCv(identity)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(
      /flatchr-api-key|ada-lovelace|token=/,
    );
  }
});
