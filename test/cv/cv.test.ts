import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { parse } from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseCv, cvIdentity, fetchCv } from "../../lib/cv/cv.ts";
import { createEnvironment, type Environment } from "../../lib/environment.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { profileSchema } from "../../lib/hrflow/schema.ts";
import { readSettings } from "../../lib/settings.ts";

const PDF = "%PDF-1.4\nthe CV\n%%EOF\n";
const HTML = "<!DOCTYPE html><title>Try again later</title>";
const ELEVEN_MB = Buffer.alloc(11_000_000, "%PDF-1.4 ");
/** Stands in every path, query and file name: nothing that is said of a CV may hold it. */
const NAME = "Jeanne-Canari";

/** What the server does, by the first part of the path. */
const answers: Record<string, (response: ServerResponse) => void> = {
  pdf: (response) => response.end(PDF),
  "pdf-in-chunks": (response) => {
    response.write(PDF.slice(0, 5));
    response.end(PDF.slice(5));
  },
  gzip: (response) => response.setHeader("content-encoding", "gzip").end(gzipSync(PDF)),
  brotli: (response) => response.setHeader("content-encoding", "br").end("…"),
  html: (response) => response.setHeader("content-type", "text/html; charset=utf-8").end(HTML),
  "html-as-pdf": (response) => response.setHeader("content-type", "application/pdf").end(HTML),
  json: (response) => response.end('{"message":"Slow down"}'),
  empty: (response) => response.end(),
  "empty-in-chunks": (response) => {
    response.flushHeaders();
    response.end();
  },
  "ten-mb": (response) => response.end(ELEVEN_MB.subarray(0, 10_000_000)),
  "large-announced": (response) => {
    // Only the head comes: whoever waits for the body waits too long.
    response.setHeader("content-length", ELEVEN_MB.length).flushHeaders();
  },
  "large-in-chunks": (response) => {
    response.write(ELEVEN_MB.subarray(0, 6_000_000));
    response.write(ELEVEN_MB.subarray(6_000_000));
  },
  "large-once-decompressed": (response) => {
    response.setHeader("content-encoding", "gzip").end(gzipSync(ELEVEN_MB));
  },
  "no-answer": () => {},
  "half-a-body": (response) => response.setHeader("content-length", 100).write(PDF),
  truncated: (response) => {
    response.setHeader("content-length", 100).write(PDF, () => response.destroy());
  },
  "truncated-chunks": (response) => response.write(PDF, () => response.destroy()),
  reset: (response) => response.destroy(),
  "reset-in-body": (response) => {
    response
      .setHeader("content-length", 100)
      .write(PDF, () => setTimeout(() => response.socket?.resetAndDestroy(), 50));
  },
  "no-http": (response) => response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n"),
  "retry-in-seconds": (response) => response.writeHead(429, { "retry-after": "17" }).end(),
  "retry-at-a-date": (response) => {
    response.writeHead(503, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }).end();
  },
  "retry-at-nonsense": (response) => response.writeHead(503, { "retry-after": "soon" }).end(),
  "redirect-to-nowhere": (response) => response.writeHead(302).end(),
  "redirect-to-nonsense": (response) => response.writeHead(302, { location: "https://256.0.0.0/" }).end(),
  "redirect-for-ever": (response) => {
    response.writeHead(307, { location: `/redirect-for-ever/${NAME}` }).end();
  },
  "redirect-in-utf-8": (response) => {
    const location = Buffer.from("/pdf/Zoé.pdf").toString("latin1");
    response.writeHead(301, { location }).end("moved");
  },
};
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(request.url ?? "");
  const [, kind = "", count = ""] = request.url?.split("/") ?? [];
  if (kind === "status") response.writeHead(Number(count)).end(HTML);
  else if (kind === "redirect") {
    const left = Number(count);
    response.writeHead(302, { location: left > 1 ? `/redirect/${left - 1}/${NAME}` : `/pdf/${NAME}` }).end();
  } else answers[kind]?.(response);
});
let origin: string;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const attachment = (path: string) => ({
  type: "resume",
  public_url: path.includes("://") ? path : `${origin}/${path}/${NAME}?signature=${NAME}`,
  original_file_name: `CV ${NAME}`,
  extension: ".pdf",
});
const profileWith = (...attachments: object[]) => parse(profileSchema, { key: "1", attachments });

/** The real environment, in which loopback may be reached; `changes` say what else is different. */
function environmentWith(changes: Partial<Environment> = {}): Environment {
  return {
    ...createEnvironment(),
    settings: readSettings({ CV_ALLOWED_ORIGINS: `${origin},http://127.0.0.1:1` }),
    abortAfter: () => AbortSignal.timeout(60_000),
    ...changes,
  };
}

interface Case {
  form?: "url" | "file";
  fields?: object;
  changes?: Partial<Environment>;
  signal?: AbortSignal;
}

function fetchFrom(path: string, { form = "file", fields, changes, signal }: Case = {}) {
  const profile = profileWith({ ...attachment(path), ...fields });
  return fetchCv(profile, form, signal ?? AbortSignal.timeout(60_000), environmentWith(changes));
}

/** The failure that a download ended with, once it is sure that it says nothing personal. */
async function failureOf(path: string, options: Case = {}): Promise<TemporaryError> {
  const failure = await fetchFrom(path, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(inspect(failure, { depth: 10 })).not.toContain(NAME);
  if (!(failure instanceof TemporaryError)) throw new Error("not a TemporaryError", { cause: failure });
  expect(failure.reason).toBe("read_failure");
  expect(failure.message).toMatch(/^CV GET https?:\/\/[^/]+: .*\. It is tried again$/);
  return failure;
}

describe("a CV is fetched", () => {
  test.each(["pdf", "pdf-in-chunks", "gzip", "redirect/1", "redirect/5"])(
    "as a file (%s), with its own name and type",
    async (path) => {
      const { cv, notes } = await fetchFrom(path);
      expect(notes).toEqual([]);
      expect(cv).toEqual({
        url: attachment(path).public_url,
        fileName: `CV ${NAME}.pdf`,
        contentType: "application/pdf",
        bytes: new Uint8Array(Buffer.from(PDF)),
      });
    },
  );

  test.each(["pdf", "redirect/5", "half-a-body", "large-announced"])(
    "as its address (%s), and only the head of it is waited for",
    async (path) => {
      const { cv, notes } = await fetchFrom(path, { form: "url" });
      expect(notes).toEqual([]);
      expect(cv).toEqual({
        url: attachment(path).public_url,
        fileName: `CV ${NAME}.pdf`,
        contentType: "application/pdf",
        bytes: new Uint8Array(),
      });
    },
  );

  test("up to 10 MB", async () => {
    expect((await fetchFrom("ten-mb")).cv?.bytes.byteLength).toBe(10_000_000);
  });

  test("though it looks like a page, when its size is the one that HrFlow knows", async () => {
    const fields = { file_size: HTML.length, extension: ".doc" };
    expect((await fetchFrom("html", { fields })).cv).toMatchObject({ contentType: "application/msword" });
    expect((await fetchFrom("html", { fields, form: "url" })).cv).toMatchObject({
      contentType: "application/msword",
    });
  });

  test("where a redirect leads, also to a name that is no ASCII", async () => {
    await fetchFrom("redirect-in-utf-8");
    expect(requests.at(-1)).toBe(encodeURI("/pdf/Zoé.pdf"));
  });

  test("and no connection is left open", async () => {
    await fetchFrom("half-a-body", { form: "url" });
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
      .toBe(0);
  });
});

describe("the push goes on without a CV, and a note says why", () => {
  test.each([
    ["status/403", "the CV is not available any more (403): pushed without it"],
    ["status/404", "the CV is not available any more (404): pushed without it"],
    ["status/410", "the CV is not available any more (410): pushed without it"],
    ["redirect-to-nonsense", "the CV was not fetched: its URL is malformed"],
    ["redirect-for-ever", "the CV was not fetched: more than 5 redirects"],
    ["redirect/6", "the CV was not fetched: more than 5 redirects"],
    [`http://127.0.0.1/${NAME}`, "the CV was not fetched: its URL is not https"],
    [`https://${NAME}@127.0.0.1/`, "the CV was not fetched: its URL holds credentials"],
    ["empty", "the CV was not fetched: the file is empty"],
  ])("%s", async (path, note) => {
    expect(await fetchFrom(path)).toEqual({ cv: undefined, notes: [note] });
    expect(await fetchFrom(path, { form: "url" })).toEqual({ cv: undefined, notes: [note] });
  });

  test.each([
    ["empty-in-chunks", "the CV was not fetched: the file is empty"],
    ["large-announced", "the CV was not fetched: it is larger than 10 MB"],
    ["large-in-chunks", "the CV was not fetched: it is larger than 10 MB"],
    ["large-once-decompressed", "the CV was not fetched: it is larger than 10 MB"],
  ])("%s, as a file", async (path, note) => {
    const { cv, notes } = await fetchFrom(path);
    expect(notes).toEqual([note]);
    expect(cv?.bytes.byteLength).toBeUndefined();
  });

  test("a profile without one needs no note", async () => {
    expect(await fetchCv(profileWith(), "file", AbortSignal.timeout(10), environmentWith())).toEqual({
      cv: undefined,
      notes: [],
    });
  });
});

describe("a download that failed is tried again", () => {
  test.each([
    ...[202, 204, 206, 304, 400, 401, 408, 429, 500, 502, 503].map((status) => [
      `status/${status}`,
      `: ${status}.`,
    ]),
    ["redirect-to-nowhere", ": 302."],
    ["retry-at-nonsense", ": 503."],
    ["reset", "the connection failed (ECONNRESET)"],
    ["no-http", "the connection failed (HPE_INVALID_CONSTANT)"],
    ["http://127.0.0.1:1/", "the connection failed (ECONNREFUSED)"],
  ] as [string, string][])("%s", async (path, words) => {
    for (const form of ["file", "url"] as const) {
      const failure = await failureOf(path, { form });
      expect(failure.message).toContain(words);
      expect(failure.retryAfterInSeconds).toBeUndefined();
    }
  });

  test.each([
    ["truncated", "the connection failed (ECONNRESET)"],
    ["truncated-chunks", "the connection failed (ECONNRESET)"],
    ["reset-in-body", "the connection failed (ECONNRESET)"],
    ["html-as-pdf", "200 with a page instead of a document"],
    ["json", "200 with a page instead of a document"],
    ["brotli", "200 in an encoding that was not asked for"],
  ])("%s, as a file", async (path, words) => {
    expect((await failureOf(path)).message).toContain(words);
  });

  test.each(["file", "url"] as const)("a page instead of a document (%s)", async (form) => {
    expect((await failureOf("html", { form })).message).toContain("200 with a page instead of a document");
  });

  test("a body that ends before its announced length, on a network that does not notice", async () => {
    const download = async () => new Response(PDF, { headers: { "content-length": "1000" } });
    expect((await failureOf("pdf", { changes: { download } })).message).toContain(
      "200 but only a part of the file",
    );
  });

  test("a name that does not resolve", async () => {
    const lookup = async () => Promise.reject(Object.assign(new Error("unknown"), { code: "ENOTFOUND" }));
    const failure = await failureOf("https://cv.invalid/cv", { changes: { lookup } });
    expect(failure.message).toContain("CV GET https://cv.invalid: the connection failed (ENOTFOUND)");
    const none = await failureOf("https://cv.invalid/cv", { changes: { lookup: async () => [] } });
    expect(none.message).toContain("the connection failed (no code)");
  });
});

test("a server that says when to come back is obeyed", async () => {
  expect((await failureOf("retry-in-seconds")).retryAfterInSeconds).toBe(17);
  const { retryAfterInSeconds = 0 } = await failureOf("retry-at-a-date");
  expect(retryAfterInSeconds).toBeGreaterThan(3_500);
  expect(retryAfterInSeconds).toBeLessThanOrEqual(3_600);
});

describe("a download has 30 seconds, and no more than its push has left", () => {
  const asked: number[] = [];
  const abortAfter = (milliseconds: number) => {
    asked.push(milliseconds);
    return AbortSignal.timeout(100);
  };

  test.each(["no-answer", "half-a-body"])("%s", async (path) => {
    expect((await failureOf(path, { changes: { abortAfter } })).message).toContain("no whole answer in time");
    expect(new Set(asked)).toEqual(new Set([30_000]));
    expect((await failureOf(path, { signal: AbortSignal.timeout(100) })).message).toContain(
      "no whole answer in time",
    );
  });

  test("a DNS that does not answer", async () => {
    const lookup = () => new Promise<never>(() => {});
    const failure = await failureOf("https://cv.invalid/cv", { changes: { lookup, abortAfter } });
    expect(failure.message).toContain("no whole answer in time");
  });

  test("a push that has no time left asks for nothing, and waits for no DNS", async () => {
    requests.length = 0;
    const signal = AbortSignal.abort();
    expect((await failureOf("pdf", { signal })).message).toContain("no whole answer in time");
    const lookup = () => new Promise<never>(() => {});
    const failure = await failureOf("https://cv.invalid/cv", { signal, changes: { lookup } });
    expect(failure.message).toContain("no whole answer in time");
    expect(requests).toEqual([]);
  });
});

describe("the CV of a profile", () => {
  const file = (name: string, fields: object = {}) => ({
    public_url: `https://cv.example/${name}`,
    ...fields,
  });

  test.each([
    ["the resume, wherever it stands", [file("a", { type: "original" }), file("b", { type: "resume" })], "b"],
    ["the resume, though others follow", [file("a", { type: "resume" }), file("b", { type: "other" })], "a"],
    ["else the original", [file("a", { type: "photo" }), file("b", { type: "original" })], "b"],
    [
      "by its file name, where there is no type",
      [file("a", { file_name: "photo" }), file("b", { file_name: "resume" })],
      "b",
    ],
  ])("is %s", (_, attachments, name) => {
    expect(chooseCv(profileWith(...attachments))?.public_url).toBe(`https://cv.example/${name}`);
  });

  test("is none, when no attachment is one", () => {
    expect(
      chooseCv(profileWith(file("a"), file("b", { type: "photo", file_name: "resume" }))),
    ).toBeUndefined();
  });

  test("is the same though its address is signed anew, and another when the file is", () => {
    const [first, signedAnew, larger, other] = profileWith(
      file("a?signature=1"),
      file("a?signature=2"),
      file("a?signature=1", { file_size: 2 }),
      file("b"),
    ).attachments.map(cvIdentity);
    expect(signedAnew).toEqual(first);
    expect(larger).not.toEqual(first);
    expect(other).not.toEqual(first);
  });
});
