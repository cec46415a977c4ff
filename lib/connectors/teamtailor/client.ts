import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { type Access, CandidateExistsError, type CandidateStore } from "../../connector.ts";
import { VendorError } from "../../errors.ts";
import { createVendorClient } from "../../http/client.ts";
import type { VendorCall } from "../../http/connection.ts";
import {
  resourceSchema,
  type TeamtailorAuth,
  type TeamtailorCandidate,
  type TeamtailorParameters,
} from "./schema.ts";

/** By the region of the account. */
const BASE_URLS = { eu: "https://api.teamtailor.com/v1", na: "https://api.na.teamtailor.com/v1" };
const TIMEOUT_IN_SECONDS = 30;
/** Seen by others, not documented today; the headers of every answer tell the truth. */
const LIMIT = { requests: 50, perSeconds: 10 };
const JSON_API = "application/vnd.api+json";

const oneAnswer = v.object({ data: resourceSchema });
const listAnswer = v.object({ data: v.array(resourceSchema) });

/** Opens Teamtailor for one push. */
export function connect(
  access: Access<TeamtailorAuth, TeamtailorParameters>,
): CandidateStore<TeamtailorCandidate> {
  const call = createCaller(access);

  /** @see https://docs.teamtailor.com/#1e591a5a-99cc-4d17-aaeb-7744dde0dbb2 */
  async function findByEmail(email: string): Promise<string[]> {
    const query = { "filter[email]": email, "page[size]": "30" };
    const { data } = await call("GET", "candidates", { query, answer: listAnswer });
    // The filter is checked again: were it ignored, a stranger would be overwritten.
    return data.filter(({ attributes }) => isSameEmail(attributes.email, email)).map(({ id }) => id);
  }

  return {
    identity: ({ email }) => email?.toLowerCase(),

    async find({ email }) {
      if (email === undefined)
        return { outcome: "cannot_tell", why: "the candidate has no e-mail to look for" };
      // Whether the filter minds capitals is not documented.
      for (const spelling of new Set([email, email.toLowerCase()])) {
        const [candidateId] = await findByEmail(spelling);
        if (candidateId !== undefined) return { outcome: "found", candidateId };
      }
      return { outcome: "not_found" };
    },

    /**
     * Without `merge`: see docs/decisions/0004-teamtailor-without-merge.md.
     *
     * @see https://docs.teamtailor.com/#8c5ab123-1a53-4e3b-959f-e3d6d6224d71
     */
    async create(candidate, cv) {
      const attributes = { ...candidate, ...(cv && { resume: cv.url }) };
      try {
        const json = { data: { type: "candidates", attributes } };
        const { data } = await call("POST", "candidates", { json, answer: oneAnswer });
        return { candidateId: data.id };
      } catch (error) {
        if (isEmailTaken(error)) throw new CandidateExistsError(error.message, { cause: error });
        throw error;
      }
    },

    async update(candidateId, candidate, cv) {
      const path = `candidates/${encodeURIComponent(candidateId)}`;
      try {
        /** @see https://docs.teamtailor.com/#1e591a5a-99cc-4d17-aaeb-7744dde0dbb2 */
        const { data: current } = await call("GET", path, { answer: oneAnswer });
        const attributes = { ...changes(candidate, current.attributes), ...(cv && { resume: cv.url }) };
        if (Object.keys(attributes).length === 0) return { outcome: "unchanged" };
        const json = { data: { id: candidateId, type: "candidates", attributes } };
        /** @see https://docs.teamtailor.com/#28b9f6cb-72f0-45fa-8f3c-a2004b54e609 */
        await call("PATCH", path, { json, answer: oneAnswer });
        return { outcome: "updated" };
      } catch (error) {
        if (error instanceof VendorError && error.status === 404) return { outcome: "gone" };
        throw error;
      }
    },
  };
}

/**
 * The attributes that an update sets. `sourced` says how a candidate came to be and is not changed afterwards. Whether
 * PATCH adds tags or replaces them is not documented: all of them are sent.
 */
function changes(
  candidate: TeamtailorCandidate,
  current: Record<string, unknown>,
): Partial<TeamtailorCandidate> {
  const { sourced: _, tags = [], ...rest } = candidate;
  const currentTags = (Array.isArray(current.tags) ? current.tags : []).filter(
    (tag) => typeof tag === "string",
  );
  const allTags = [...new Set([...currentTags, ...tags])];
  return {
    ...Object.fromEntries(
      Object.entries(rest).filter(([name, value]) => !isDeepStrictEqual(current[name], value)),
    ),
    ...(allTags.length > currentTags.length && { tags: allTags }),
  };
}

function isSameEmail(one: string | null | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function isEmailTaken(error: unknown): error is VendorError {
  return (
    error instanceof VendorError &&
    (error.status === 409 || (error.status === 422 && error.says(/email.*(taken|exist)/i)))
  );
}

/** Teamtailor's API, with the version that it wants: it refuses any other, and names the current one. */
export function createCaller({ auth, environment, signal }: Access<TeamtailorAuth, TeamtailorParameters>) {
  const http = createVendorClient(
    {
      vendor: "Teamtailor",
      baseUrl: environment.settings.baseUrl("TEAMTAILOR_BASE_URL", BASE_URLS[auth.region]),
      headers: { authorization: `Token token=${auth.auth}`, accept: JSON_API },
      timeoutInSeconds: TIMEOUT_IN_SECONDS,
      signal,
      secrets: [auth.auth],
      limit: LIMIT,
      describeError,
    },
    environment,
  );
  let version = auth.api_version;

  return async <T>(method: "GET" | "POST" | "PATCH", path: string, call: VendorCall<T>): Promise<T> => {
    const withVersion = () =>
      http.call(method, path, {
        ...call,
        headers: { "x-api-version": version, ...(call.json !== undefined && { "content-type": JSON_API }) },
      });
    try {
      return await withVersion();
    } catch (error) {
      const current =
        error instanceof VendorError && error.status === 406 && /\b\d{8}\b/.exec(error.detail)?.[0];
      if (!current || current === version) throw error;
      version = current;
      return withVersion();
    }
  };
}

const errorSchema = v.object({
  title: v.optional(v.string(), ""),
  detail: v.optional(v.string(), ""),
  source: v.optional(v.object({ pointer: v.optional(v.string(), "") }), { pointer: "" }),
});
const errorsSchema = v.object({ errors: v.union([v.array(errorSchema), errorSchema]) });

/** JSON:API errors as a phrase: `email has already been taken`. @see https://jsonapi.org/format/#errors */
function describeError(body: unknown): string | undefined {
  const result = v.safeParse(errorsSchema, body);
  if (!result.success) return undefined;
  return [result.output.errors]
    .flat()
    .map(({ title, detail, source }) => {
      const attribute = source.pointer.split("/").at(-1);
      return attribute ? `${attribute} ${title}` : [title, detail].filter(Boolean).join(": ");
    })
    .join("; ");
}
