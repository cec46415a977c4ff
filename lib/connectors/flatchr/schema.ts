/** What the Flatchr connector takes and sends. @see https://developers.flatchr.io/docs/getting_started */
import * as v from "valibot";
import { toDay } from "./days.ts";
import { toPlainCharacters } from "./plain-characters.ts";

const text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be empty"));

/** The documents of 2021 gave the value of the header: `Bearer KEY`. */
const apiKey = v.pipe(
  v.string(),
  v.trim(),
  v.transform((value) => value.replace(/^Bearer\s+/i, "")),
  v.nonEmpty("must be an API key"),
);

const environmentBaseUrl = v.pipe(
  v.string(),
  v.trim(),
  v.transform((value) => value.replace(/\/+$/, "")),
  v.picklist(
    ["https://api.flatchr.io", "https://api.demo.flatchr.io"],
    "must be https://api.flatchr.io or https://api.demo.flatchr.io",
  ),
);

/**
 * The secret named by `connector_auth`. `auth` and `company` are the names of older documents for `api_key` and
 * `company_id`. The company may stand in `push_parameters` instead.
 */
export const authSchema = v.pipe(
  v.object({
    /** "Advanced settings > Advanced > API" in Flatchr; valid for 365 days. */
    api_key: v.nullish(apiKey),
    auth: v.nullish(apiKey),
    company_id: v.nullish(text),
    company: v.nullish(text),
    env_base_url: v.nullish(environmentBaseUrl),
  }),
  v.forward(
    v.check(({ api_key, auth }) => Boolean(api_key ?? auth), "must be given"),
    ["api_key"],
  ),
  v.transform(({ api_key, auth, company_id, company, env_base_url }) => ({
    api_key: api_key ?? auth ?? "",
    company_id: company_id ?? company ?? undefined,
    env_base_url: env_base_url ?? "https://api.flatchr.io",
  })),
);
export type FlatchrAuth = v.InferOutput<typeof authSchema>;

/** `push_parameters` of a workflow. */
export const parametersSchema = v.pipe(
  v.strictObject({
    /** Slug, encrypted id or number of the vacancy. */
    vacancy: v.pipe(v.union([v.string(), v.number()]), v.transform(String), text),
    /** The company's key; it wins over the one in the secret. */
    company: v.nullish(text),
    /** The spelling of the document of 2021. */
    compagny: v.nullish(text),
  }),
  v.transform(({ vacancy, company, compagny }) => ({ vacancy, company: company ?? compagny ?? undefined })),
);
export type FlatchrParameters = v.InferOutput<typeof parametersSchema>;

/**
 * A candidate: the documented fields of a creation, and what goes with them. More fields of a creation (`answers`,
 * `legalNewsletterPartners` …) can be set by a `format` of the user's own; `vacancy`, `token` and `type` are Relay's.
 *
 * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Creer_un_candidat
 */
export const candidateSchema = v.pipe(
  v.looseObject({
    firstname: text,
    lastname: text,
    /** By it, and by nothing else, a candidate is found again. */
    email: text,
    phone: v.optional(text),
    /** An address of the CV, to be sent as `link` in place of the file that HrFlow has. */
    resume: v.optional(text),
    /** Shown as the cover letter. */
    comment: v.optional(text),
    offerer_id: v.optional(v.pipe(v.number(), v.integer())),
    urls: v.optional(
      v.strictObject({
        facebook: v.optional(text),
        linkedin: v.optional(text),
        twitter: v.optional(text),
        other: v.optional(text),
      }),
    ),
    /** No field of Flatchr's: sent as the document where the profile has no CV. */
    resume_text: v.optional(text),
    /** No field of a creation: the `value` of the enrichment. */
    enrichment: v.optional(v.record(v.string(), v.unknown())),
  }),
  v.transform(toPlainCharacters),
);
export type FlatchrCandidate = v.InferOutput<typeof candidateSchema>;

/** A filter of the search: what is null is no filter. */
const filter = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
const filterDate = v.pipe(
  v.string(),
  v.trim(),
  v.check((value) => dayOf(value) !== undefined, "must be a date MM/DD/YY"),
);

/** `pull_parameters` of a workflow: the filters of the search. @see FlatchrApi.readApplicants */
export const pullParametersSchema = v.pipe(
  v.strictObject({
    firstname: filter(text),
    lastname: filter(text),
    email: filter(text),
    hired: filter(v.boolean()),
    /** The title of a column. */
    column: filter(text),
    /** Of the creation, as is `end`. */
    start: filter(filterDate),
    end: filter(filterDate),
    /** Encrypted id, slug or number of a vacancy. */
    vacancy: filter(v.pipe(v.union([v.string(), v.number()]), v.transform(String), text)),
  }),
  v.forward(
    v.check(
      ({ start, end }) =>
        start === undefined || end === undefined || (dayOf(start) ?? "") <= (dayOf(end) ?? ""),
      "must not be before start",
    ),
    ["end"],
  ),
);
export type FlatchrPullParameters = v.InferOutput<typeof pullParametersSchema>;

/** MM/DD/YY → YYYY-MM-DD, when there is such a day. */
function dayOf(value: string): string | undefined {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(value) ?? [];
  return toDay(`20${year}`, month, day);
}

const value = v.nullish(v.union([v.string(), v.number(), v.boolean()]));

/**
 * A candidate as the logics and the format of a workflow get it: the documented fields of a row of the search, in its
 * order, and the candidate's id. Further fields can be added by a logic.
 *
 * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_un_candidat
 */
export const sourceCandidateSchema = v.looseObject({
  /** Who the candidate is; null in a dry run that does not know it yet. */
  id: value,
  /** The candidate on this vacancy. */
  applicant: value,
  /** Titles, as people wrote them. */
  vacancy: value,
  column: value,
  vacancy_id: value,
  external_id: value,
  /** 0 archived, 1 active. */
  status: value,
  score: value,
  hired: value,
  firstname: value,
  lastname: value,
  email: value,
  phone: value,
  /** DD/MM/YY. */
  created_at: value,
  updated_at: value,
  source: value,
});
export type FlatchrSourceCandidate = v.InferOutput<typeof sourceCandidateSchema>;
