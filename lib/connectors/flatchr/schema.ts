/** What the Flatchr connector takes and sends. @see https://developers.flatchr.io/docs/getting_started */
import * as v from "valibot";
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
