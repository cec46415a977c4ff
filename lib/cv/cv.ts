import type { Cv } from "../connector.ts";
import type { Environment } from "../environment.ts";
import type { Attachment, Profile } from "../hrflow/schema.ts";
import type { Answer } from "./connection.ts";
import { announcedSize, downloadFailed, NoCvError, openDownload, readDownload } from "./download.ts";
import { describeFile, isErrorPage } from "./file.ts";

/** For a whole download, redirects included. */
const TIME_LIMIT_IN_MILLISECONDS = 30_000;

/**
 * The attachment that is the CV: the one of type `resume`, else `original`; never one by its position.
 * (The type stood in `file_name` before it had a field of its own.)
 */
export function chooseCv(profile: Profile): Attachment | undefined {
  const ofType = (type: string) =>
    profile.attachments.find((attachment) => (attachment.type ?? attachment.file_name) === type);
  return ofType("resume") ?? ofType("original");
}

/** What makes a CV this CV. Its address may be signed anew at each read, so the address counts only without the query. */
export function cvIdentity(attachment: Attachment): object {
  return { id: attachment.alt ?? attachment.public_url.split("?")[0], size: attachment.file_size };
}

/** A CV that can be sent, or why there is none. */
export interface FetchedCv {
  cv: Cv | undefined;
  notes: string[];
}

/**
 * Fetches the CV of a profile, or for an ATS that fetches it itself makes sure that it can.
 *
 * @returns no CV, and a note that says why, when it is not there any more or may not be fetched
 * @throws TemporaryError when the download failed
 */
export async function fetchCv(
  profile: Profile,
  form: "url" | "file",
  signal: AbortSignal,
  environment: Environment,
): Promise<FetchedCv> {
  const attachment = chooseCv(profile);
  if (attachment === undefined) return { cv: undefined, notes: [] };
  const finished = new AbortController();
  const until = AbortSignal.any([
    signal,
    environment.abortAfter(TIME_LIMIT_IN_MILLISECONDS),
    finished.signal,
  ]);
  try {
    const download = await openDownload(attachment.public_url, until, environment);
    const bytes = form === "file" ? await readDownload(download, until) : new Uint8Array();
    const size = form === "file" ? bytes.byteLength : announcedSize(download.answer);
    const isPage = form === "file" ? isErrorPage(bytes) : isHtml(download.answer);
    // What has the size that HrFlow knows is the file, whatever it looks like.
    if (isPage && size !== attachment.file_size) {
      throw downloadFailed(download.url, "200 with a page instead of a document");
    }
    return { cv: { url: attachment.public_url, ...describeFile(attachment, bytes), bytes }, notes: [] };
  } catch (error) {
    if (error instanceof NoCvError) return { cv: undefined, notes: [error.message] };
    throw error;
  } finally {
    finished.abort(); // Closes what is still open: of a redirect, and of a file whose head was enough.
  }
}

function isHtml({ headers }: Answer): boolean {
  return /^text\/html\b/i.test(headers.get("content-type") ?? "");
}
