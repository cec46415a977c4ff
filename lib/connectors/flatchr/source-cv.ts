import type { CvFile } from "../../connector.ts";
import { NoCvError, openDownload, readDownload } from "../../cv/download.ts";
import { describeFile, isErrorPage } from "../../cv/file.ts";
import type { Environment } from "../../environment.ts";
import { PermanentError, TemporaryError } from "../../errors.ts";
import type { FlatchrApi } from "./api.ts";
import type { CvPlace } from "./source-identity.ts";

/** For what is fetched from Flatchr's storage. */
const TIME_LIMIT_IN_MILLISECONDS = 30_000;

/**
 * Fetches a CV. Flatchr may answer with the file, or with the address of its storage, which gets no credential and must
 * pass the guard like any other address.
 */
export async function fetchCv(
  api: FlatchrApi,
  place: CvPlace,
  environment: Environment,
  signal: AbortSignal,
): Promise<CvFile> {
  const finished = new AbortController();
  const until = AbortSignal.any([
    signal,
    environment.abortAfter(TIME_LIMIT_IN_MILLISECONDS),
    finished.signal,
  ]);
  try {
    const bytes = await readBytes();
    if (isErrorPage(bytes)) {
      throw new TemporaryError("read_failure", "Flatchr answered with a page in place of a CV");
    }
    const name = place.key.split("/").at(-1) ?? "";
    return { ...describeFile(toAttachment(name, place.extension), bytes), bytes };
  } catch (error) {
    if (error instanceof NoCvError) throw new PermanentError("read_failure", error.message, { cause: error });
    throw error;
  } finally {
    finished.abort();
  }

  async function readBytes(): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await api.readFile(place, (response) => readAnswer(response, signal));
    if (answer instanceof NoCvError) throw answer;
    if (answer instanceof Uint8Array) return answer;
    return readDownload(await openDownload(answer.href, until, environment), until);
  }
}

/** What is no failure of the call is returned, and not thrown. */
async function readAnswer(
  response: Response,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | URL | NoCvError> {
  const url = new URL(response.url);
  url.search = ""; // It holds the API key.
  if (!response.ok) {
    await response.body?.cancel();
    const location = response.headers.get("location");
    const storage = location ? URL.parse(location, url.href) : null;
    return storage ?? new NoCvError("the CV was not fetched: Flatchr redirects to nowhere");
  }
  try {
    // The headers are of the file as it was sent; `fetch` has checked them already, and may have unpacked it.
    const { status, body } = response;
    return await readDownload({ url, answer: { status, body, headers: new Headers() } }, signal);
  } catch (error) {
    if (error instanceof NoCvError) return error;
    throw error;
  }
}

function toAttachment(name: string, extension: string) {
  return {
    type: null,
    alt: null,
    file_size: null,
    file_name: null,
    original_file_name: name,
    extension,
    public_url: "",
  };
}
