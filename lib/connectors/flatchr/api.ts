/** The calls to Flatchr, each with the fields of its answer that are read. @see https://developers.flatchr.io/ */
import * as v from "valibot";
import type { Environment } from "../../environment.ts";
import { createVendorClient } from "../../http/client.ts";
import type { VendorConnection } from "../../http/connection.ts";
import { known } from "../../known.ts";
import { LIST } from "./json-list.ts";
import type { FlatchrAuth } from "./schema.ts";

const CAREERS_BASE_URL = "https://careers.flatchr.io";
const TIMEOUT_IN_SECONDS = 30;
/** For the list of all applicants of a company, which has no pages. */
const LIST_TIMEOUT_IN_SECONDS = 120;
/** Documented: one request a second for each company, and 429 for any more. */
const FILE_LIMIT = { requests: 1, perSeconds: 1, concurrency: 1, always: true };

/** Plain numbers and encrypted texts stand for the same things in Flatchr's answers. */
const id = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const text = v.fallback(v.nullish(v.string(), ""), "");

/** A person on a vacancy, as the search tells it. */
const applicantSchema = v.object({
  applicant: id,
  vacancy_id: v.nullish(id, ""),
  /** The title of the column, not its id. */
  column: text,
  /** 0 archived, 1 active. */
  status: v.fallback(v.nullish(v.number()), undefined),
  email: text,
  /** DD/MM/YY. */
  created_at: text,
});
export type Applicant = v.InferOutput<typeof applicantSchema>;

export interface ApplicantFilters {
  email?: string;
  /** The encrypted id. */
  vacancy?: string;
  status?: number;
}

const vacancySchema = v.object({ id, vacancy_id: v.nullish(id, ""), slug: text, title: text });
export type Vacancy = v.InferOutput<typeof vacancySchema>;

const columnSchema = v.object({ id: v.number(), title: text });
export type Column = v.InferOutput<typeof columnSchema>;

/** The only answer that has the candidate's id. */
const movedSchema = v.object({
  candidate: v.nullish(
    v.object({
      id: v.nullish(id),
      /** A boolean in the documentation, a list in production. */
      consent: v.fallback(v.array(v.object({ candidate_id: v.nullish(id) })), []),
      /** Address and key of the CV; absent when there is none. */
      cv: v.optional(v.unknown()),
      aws: v.optional(v.unknown()),
    }),
  ),
});
export type MovedApplicant = v.InferOutput<typeof movedSchema>;

export type FlatchrApi = ReturnType<typeof createFlatchrApi>;

/** Flatchr's API for one company. */
export function createFlatchrApi(
  auth: FlatchrAuth,
  companyId: string,
  environment: Environment,
  signal: AbortSignal,
) {
  const connection: Omit<VendorConnection, "baseUrl"> = {
    vendor: "Flatchr",
    headers: { authorization: `Bearer ${auth.api_key}`, accept: "application/json" },
    timeoutInSeconds: TIMEOUT_IN_SECONDS,
    signal,
    secrets: [auth.api_key],
    describeError,
    statusIn,
  };
  const { settings } = environment;
  const baseUrl = settings.baseUrl("FLATCHR_API_BASE_URL", auth.env_base_url);
  const api = createVendorClient({ ...connection, baseUrl }, environment);
  // The test environment has no careers site of its own that is known: FLATCHR_CAREERS_BASE_URL can name one.
  const careers = createVendorClient(
    { ...connection, baseUrl: settings.baseUrl("FLATCHR_CAREERS_BASE_URL", CAREERS_BASE_URL) },
    environment,
  );
  const lists = createVendorClient(
    { ...connection, baseUrl, timeoutInSeconds: LIST_TIMEOUT_IN_SECONDS },
    environment,
  );
  const files = createVendorClient(
    {
      ...connection,
      baseUrl,
      // The key stands in the query, and was never sent twice. Compressed, a file's size could not be checked.
      headers: { accept: "*/*", "accept-encoding": "identity" },
      secrets: [companyId, auth.api_key], // The limit is the company's, whatever keys it has.
    },
    environment,
  );
  const company = `company/${encodeURIComponent(companyId)}`;

  return {
    /**
     * Everything that matches, on one page. Filters take dates as MM/DD/YY, rows have DD/MM/YY.
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_un_candidat
     */
    searchApplicants(filters: ApplicantFilters): Promise<Applicant[]> {
      const answer = v.array(applicantSchema);
      return api.call("POST", `${company}/search/applicants`, { json: filters, answer });
    },

    /**
     * The same search without a bound to its answer: `read` gets it as it comes.
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_un_candidat
     */
    async readApplicants(filters: object, read: (response: Response) => Promise<unknown>): Promise<void> {
      await lists.call("POST", `${company}/search/applicants`, {
        json: filters,
        read,
        answer: v.literal(LIST),
      });
    },

    /**
     * @param status 0 for those that are closed; without it, those that are open
     * @see https://developers.flatchr.io/docs/QuickStart/Annonces/Recuperer_l_ensemble_de_vos_annonces
     */
    listVacancies(status?: "0"): Promise<Vacancy[]> {
      const answer = v.array(vacancySchema);
      return api.call("GET", `${company}/vacancies`, { ...(status && { query: { status } }), answer });
    },

    /** @see https://developers.flatchr.io/docs/Schemas/Referentiels/columns */
    listColumns(): Promise<Column[]> {
      return api.call("GET", `${company}/columns`, { answer: v.array(columnSchema) });
    },

    /**
     * Puts an applicant into a column; without one it stays where it is.
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Deplacer_un_candidat
     */
    moveApplicant(vacancyId: string, applicantId: string, columnId?: number): Promise<MovedApplicant> {
      const path = `${company}/vacancy/${encodeURIComponent(vacancyId)}/applicant/${encodeURIComponent(applicantId)}`;
      return api.call("PUT", path, { json: known({ column_id: columnId }), answer: movedSchema });
    },

    /**
     * The CV of a candidate, or where it lies.
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_CV
     */
    readFile<T>(
      { key, extension }: { key: string; extension: string },
      read: (response: Response) => Promise<T>,
    ): Promise<T> {
      const query = { key, extension, token: auth.api_key };
      const call = { query, read, redirect: "manual", limit: FILE_LIMIT, endpoint: "files" } as const;
      return files.call("GET", `${company}/files/expire`, { ...call, answer: v.custom<T>(() => true) });
    },

    /**
     * Creates a candidate on a vacancy. The answer has no ids, and neither its form nor its status is certain: who needs
     * to know looks the candidate up.
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Creer_un_candidat
     */
    async createCandidate(fields: Record<string, unknown>): Promise<void> {
      const json = { ...fields, token: auth.api_key };
      await careers.call("POST", "vacancy/candidate/json", { json, answer: v.unknown() });
    },

    /**
     * Adds what is known of a candidate to its sheet. Needs the account's option "CVthèque Premium".
     *
     * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Meta_informations_candidat
     */
    async enrichCandidate(enrichment: Record<string, unknown>): Promise<void> {
      await api.call("POST", `${company}/search/candidate`, { json: enrichment, answer: v.object({}) });
    },
  };
}

const errorSchema = v.object({
  statusCode: v.fallback(v.optional(v.number()), undefined),
  status: v.fallback(v.optional(v.number()), undefined),
  message: v.fallback(v.optional(v.string()), undefined),
  response: v.fallback(v.optional(v.string()), undefined),
  error: v.fallback(v.optional(v.string()), undefined),
});

/** `{statusCode, error, message}`, or `{status, response}` as a creation answers. Errors are not documented. */
function describeError(body: unknown): string | undefined {
  const result = v.safeParse(errorSchema, body);
  return result.success
    ? (result.output.message ?? result.output.response ?? result.output.error)
    : undefined;
}

/** The status that an answer repeats in its body. `status` is also that of an applicant, 0 or 1. */
function statusIn(body: unknown): number | undefined {
  const result = v.safeParse(errorSchema, body);
  const status = result.success ? (result.output.statusCode ?? result.output.status) : undefined;
  return status !== undefined && status >= 200 && status <= 599 ? status : undefined;
}
