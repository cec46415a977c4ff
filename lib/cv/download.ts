/** The download of a CV: every hop guarded, its size limited, its failures told apart. */
import type { LookupAddress } from "node:dns";
import type { Environment } from "../environment.ts";
import { TemporaryError } from "../errors.ts";
import { retryAfter } from "../http/retry-after.ts";
import { isAllowedOrigin, literalAddress, refuseAddress, refuseUrl } from "./address.ts";
import type { Answer } from "./connection.ts";

/** No CV needs more, and a function's memory holds it several times: as bytes, as base64, as JSON. */
const MAXIMUM_CV_IN_BYTES = 10_000_000;
const MAXIMUM_REDIRECTS = 5;

/** There is no CV to be had, and trying again would not help: the push goes on without. The message is a note. */
export class NoCvError extends Error {
  override name = "NoCvError";
}

/** A CV that is there: the head of its answer, from the URL where the redirects ended. */
interface Download {
  url: URL;
  answer: Answer;
}

/**
 * Asks for a CV and follows redirects; every URL and every address on the way must pass the guard.
 *
 * @throws NoCvError when it may not be fetched or is not there any more
 * @throws TemporaryError when the download failed
 */
export async function openDownload(
  publicUrl: string,
  signal: AbortSignal,
  environment: Environment,
): Promise<Download> {
  let url = URL.parse(publicUrl);
  for (let redirects = 0; redirects <= MAXIMUM_REDIRECTS; redirects++) {
    if (url === null) throw new NoCvError("the CV was not fetched: its URL is malformed");
    const answer = await get(url, signal, environment);
    const location = [301, 302, 303, 307, 308].includes(answer.status) && answer.headers.get("location");
    if (!location) {
      refuseHead(url, answer, environment);
      return { url, answer };
    }
    // Headers come as Latin-1, but a name in a path is written in UTF-8.
    url = URL.parse(Buffer.from(location, "latin1").toString(), url.href);
  }
  throw new NoCvError(`the CV was not fetched: more than ${MAXIMUM_REDIRECTS} redirects`);
}

/**
 * Reads a CV to its end.
 *
 * @throws NoCvError when it is empty or too large
 * @throws TemporaryError when the download failed
 */
export async function readDownload(
  { url, answer }: Download,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = answer.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw downloadFailed(url, "200 in an encoding that was not asked for");
  const announced = announcedSize(answer);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    refuseSize(announced ?? 0);
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength;
      refuseSize(size);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof NoCvError
      ? error
      : downloadFailed(url, describeProblem(error, signal), { cause: error });
  }
  if (announced !== undefined && announced !== size)
    throw downloadFailed(url, "200 but only a part of the file");
  if (size === 0) throw emptyFile();
  return concatenate(chunks, size);
}

/** The size that the head announces. */
export function announcedSize(answer: Answer): number | undefined {
  const value = answer.headers.get("content-length");
  return value === null ? undefined : Number(value);
}

/** Says who, which call, what happened and what comes next; of the URL only the origin, the path may be personal. */
export function downloadFailed(
  url: URL,
  what: string,
  options: ErrorOptions & { retryAfterInSeconds?: number | undefined } = {},
): TemporaryError {
  return new TemporaryError("read_failure", `CV GET ${url.origin}: ${what}. It is tried again`, options);
}

async function get(url: URL, signal: AbortSignal, environment: Environment): Promise<Answer> {
  try {
    signal.throwIfAborted();
    const addresses = await checkedAddresses(url, signal, environment);
    return await environment.download(url, addresses, signal);
  } catch (error) {
    if (error instanceof NoCvError) throw error;
    throw downloadFailed(url, describeProblem(error, signal), { cause: error });
  }
}

/** Resolves the host of a URL. One address that is not public is enough to refuse it. */
async function checkedAddresses(
  url: URL,
  signal: AbortSignal,
  { lookup, settings }: Environment,
): Promise<LookupAddress[]> {
  const refuse = (why: string | undefined) => {
    if (why !== undefined) throw new NoCvError(`the CV was not fetched: ${why}`);
  };
  refuse(refuseUrl(url, settings.cvAllowedOrigins));
  const literal = literalAddress(url);
  const addresses = literal ? [literal] : await untilAborted(signal, lookup(url.hostname));
  if (addresses.length === 0) throw new Error("the name has no address");
  if (!isAllowedOrigin(url, settings.cvAllowedOrigins)) {
    for (const { address } of addresses) refuse(refuseAddress(address));
  }
  return addresses;
}

/** Nothing ends a look-up in the DNS, but nobody has to wait for it. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return Promise.race([work, aborted]);
}

function refuseHead(url: URL, answer: Answer, { now }: Environment): void {
  const { status, headers } = answer;
  if ([403, 404, 410].includes(status)) {
    throw new NoCvError(`the CV is not available any more (${status}): pushed without it`);
  }
  // Of the other 2xx none is a whole file: accepted, no content, a part.
  if (status !== 200) {
    throw downloadFailed(url, `${status}`, { retryAfterInSeconds: retryAfter(headers, now()) });
  }
  if (announcedSize(answer) === 0) throw emptyFile();
}

function emptyFile(): NoCvError {
  return new NoCvError("the CV was not fetched: the file is empty");
}

function refuseSize(bytes: number): void {
  if (bytes > MAXIMUM_CV_IN_BYTES) {
    throw new NoCvError(`the CV was not fetched: it is larger than ${MAXIMUM_CV_IN_BYTES / 1_000_000} MB`);
  }
}

/** The message of a network error may quote what was sent; its code may not. */
function describeProblem(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no whole answer in time";
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code";
  return `the connection failed (${code})`;
}

function concatenate(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
