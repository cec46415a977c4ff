/** The calls to SmartRecruiters' Candidate API. */
import * as v from "valibot";
import type { Access, Cv } from "../../connector.ts";
import { VendorError } from "../../errors.ts";
import { UnreadableAnswerError } from "../../http/answer.ts";
import { createVendorClient } from "../../http/client.ts";
import type { VendorConnection } from "../../http/connection.ts";
import { isSameEmail, type PersonalDetails } from "./changes.ts";
import {
  attachmentsAnswer,
  type CurrentCandidate,
  candidateAnswer,
  errorAnswer,
  jobAnswer,
  type SmartrecruitersAuth,
  type SmartrecruitersCandidate,
  type SmartrecruitersParameters,
  searchAnswer,
} from "./schema.ts";

const BASE_URL = "https://api.smartrecruiters.com";
/** SmartRecruiters asks its clients to wait so long before they give up. A read may be given up, it is just repeated. */
const WRITE_TIMEOUT_IN_SECONDS = 128;
const READ_TIMEOUT_IN_SECONDS = 20;
/** Each endpoint takes ten requests a second. @see https://developers.smartrecruiters.com/docs/rate-limiting */
const LIMIT = { requests: 10, perSeconds: 1, concurrency: 8 };
const SEARCH_LIMIT = { ...LIMIT, concurrency: 1 };
const CANDIDATES_A_PAGE = 100;
/** The best hits come first; an exact e-mail is not on page 11. */
const MAXIMUM_PAGES = 10;

/** What the search knows of an e-mail. */
export interface SearchResult {
  /** The candidates that have this very e-mail. */
  candidates: CurrentCandidate[];
  /** False when the search had more hits than were looked at. */
  isComplete: boolean;
}

export type CandidateApi = ReturnType<typeof openApi>;

/**
 * Opens the API for what is to be done with one candidate. Every call throws VendorError when it fails.
 *
 * @param personal whatever of the candidate may not stand in an error, though SmartRecruiters quotes it
 */
export function openApi(
  { auth, parameters, environment, signal }: Access<SmartrecruitersAuth, SmartrecruitersParameters>,
  personal: unknown,
) {
  const connection: Omit<VendorConnection, "timeoutInSeconds"> = {
    vendor: "SmartRecruiters",
    baseUrl: environment.settings.baseUrl("SMARTRECRUITERS_BASE_URL", BASE_URL),
    headers: { "x-smarttoken": auth.auth, accept: "application/json" },
    signal,
    secrets: [auth.auth],
    limit: LIMIT,
    personal,
    describeError,
  };
  const reads = createVendorClient({ ...connection, timeoutInSeconds: READ_TIMEOUT_IN_SECONDS }, environment);
  const writes = createVendorClient(
    { ...connection, timeoutInSeconds: WRITE_TIMEOUT_IN_SECONDS },
    environment,
  );
  const jobId = encodeURIComponent(parameters.job_id);
  const candidatePath = (id: string) => `candidates/${encodeURIComponent(id)}`;

  return {
    /**
     * Searches by keyword, there is no filter for an e-mail, and keeps the exact hits.
     *
     * @see https://developers.smartrecruiters.com/reference/candidatesall-1
     */
    async search(email: string, filter: { jobId?: string } = {}): Promise<SearchResult> {
      const candidates: CurrentCandidate[] = [];
      let pageId: string | null = null;
      for (let page = 0; page < MAXIMUM_PAGES; page += 1) {
        const query: Record<string, string> = { q: email, limit: String(CANDIDATES_A_PAGE), ...filter };
        if (pageId) query.pageId = pageId;
        const { content, nextPageId }: v.InferOutput<typeof searchAnswer> = await reads.call(
          "GET",
          "candidates",
          { query, endpoint: "GET /candidates", limit: SEARCH_LIMIT, answer: searchAnswer },
        );
        candidates.push(...content.filter((candidate) => isSameEmail(email, candidate.email)));
        if (!nextPageId || content.length === 0) return { candidates, isComplete: true };
        pageId = nextPageId;
      }
      return { candidates, isComplete: false };
    },

    /**
     * Asks for one candidate, whoever it is, to see whether the key may look for them at all.
     *
     * @see https://developers.smartrecruiters.com/reference/candidatesall-1
     */
    async tryToSearch(): Promise<void> {
      const call = { query: { limit: "1" }, endpoint: "GET /candidates", limit: SEARCH_LIMIT };
      await reads.call("GET", "candidates", { ...call, answer: searchAnswer });
    },

    /** @see https://developers.smartrecruiters.com/reference/jobsget-1 */
    readJob: () => reads.call("GET", `jobs/${jobId}`, { endpoint: "GET /jobs/{jobId}", answer: jobAnswer }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesget-1 */
    read: (id: string) =>
      reads.call("GET", candidatePath(id), { endpoint: "GET /candidates/{id}", answer: candidateAnswer }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesaddtojob-1 */
    createOnJob: (candidate: SmartrecruitersCandidate) =>
      writes.call("POST", `jobs/${jobId}/candidates`, {
        json: candidate,
        endpoint: "POST /jobs/{jobId}/candidates",
        answer: candidateAnswer,
      }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesupdate-1 */
    patch: (id: string, details: PersonalDetails) =>
      writes.call("PATCH", candidatePath(id), {
        json: details,
        endpoint: "PATCH /candidates/{id}",
        read: passOver,
        answer: v.unknown(),
      }),

    /** @see https://developers.smartrecruiters.com/reference/candidatestagsreplace-1 */
    replaceTags: (id: string, tags: string[]) =>
      writes.call("PUT", `${candidatePath(id)}/tags`, {
        json: { tags },
        endpoint: "PUT /candidates/{id}/tags",
        read: passOver,
        answer: v.unknown(),
      }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesstatusupdate-1 */
    setStatusOnJob: (id: string, status: string) =>
      writes.call("PUT", `${candidatePath(id)}/jobs/${jobId}/status`, {
        json: { status },
        endpoint: "PUT /candidates/{id}/jobs/{jobId}/status",
        read: passOver,
        answer: v.unknown(),
      }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesdelete-1 */
    remove: (id: string) =>
      writes.call("DELETE", candidatePath(id), {
        endpoint: "DELETE /candidates/{id}",
        read: passOver,
        answer: v.unknown(),
      }),

    /** @see https://developers.smartrecruiters.com/reference/candidatesattachmentslist-1 */
    async attachments(id: string) {
      const { content } = await reads.call("GET", `${candidatePath(id)}/attachments`, {
        endpoint: "GET /candidates/{id}/attachments",
        answer: attachmentsAnswer,
      });
      return content;
    },

    /**
     * Whether a file of a candidate is this one; false when it cannot be read.
     *
     * @see https://developers.smartrecruiters.com/reference/candidatesattachmentsget-1
     */
    async hasSameBytes(url: string, bytes: Uint8Array): Promise<boolean> {
      const base = `${connection.baseUrl}/`;
      // The key goes to SmartRecruiters and nowhere else.
      if (!url.startsWith(base)) return false;
      try {
        return await reads.call("GET", url.slice(base.length), {
          endpoint: "GET /candidates/{id}/attachments/{attachmentId}",
          redirect: "manual",
          read: async (response) => {
            refusePage(response);
            return response.ok && Buffer.from(await response.arrayBuffer()).equals(bytes);
          },
          answer: v.boolean(),
        });
      } catch (error) {
        if (error instanceof VendorError && (error.isRefused || error.status === 403)) return false;
        throw error;
      }
    },

    /** @see https://developers.smartrecruiters.com/reference/candidatesattachmentsadd-1 */
    attachResume(id: string, { bytes, fileName, contentType }: Cv) {
      const form = new FormData();
      form.set("attachmentType", "RESUME");
      form.set("file", new File([bytes], fileName, { type: contentType }));
      return writes.call("POST", `${candidatePath(id)}/attachments`, {
        form,
        endpoint: "POST /candidates/{id}/attachments",
        read: passOver,
        answer: v.unknown(),
      });
    },
  };
}

/** Of an answer to a change nothing is needed, but it must be SmartRecruiters' own. */
async function passOver(response: Response): Promise<void> {
  refusePage(response);
  await response.arrayBuffer();
}

/** A gateway may answer 200 with a page of its own, and pass nothing on. */
function refusePage({ headers }: Response): void {
  if (!/^text\/html\b/i.test(headers.get("content-type") ?? "")) return;
  throw new UnreadableAnswerError("an HTML page instead of JSON");
}

/** An error as a phrase: `validation failure: /location/countryCode String is too long (3 chars), maximum 2`. */
function describeError(body: unknown): string {
  const result = v.safeParse(errorAnswer, body);
  if (!result.success) return "";
  const { message, errors } = result.output;
  const details = errors
    .filter((error) => error.dataPath !== null || error.message !== message)
    .map((error) => [error.dataPath, error.message].filter(Boolean).join(" "))
    .join("; ");
  return [message, details].filter(Boolean).join(": ");
}
