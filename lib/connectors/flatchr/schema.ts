/** What the Flatchr connector takes and sends. @see https://developers.flatchr.io/docs/getting_started */
import * as v from "valibot";
import type { ConnectorTerms } from "../../connector.ts";
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
    api_key: v.pipe(
      v.nullish(apiKey),
      v.metadata({
        description: "From Advanced settings > Advanced > API in Flatchr; valid for 365 days.",
        requiredUnless: "auth",
      }),
    ),
    auth: v.pipe(
      v.nullish(apiKey),
      v.description("The older name of api_key; `Bearer KEY` is taken as well."),
    ),
    company_id: v.pipe(
      v.nullish(text),
      v.metadata({
        description: "The key of the company. A push may name it in push_parameters instead.",
        requiredUnless: "company",
        examples: ["LEZBvp5b4LdMoVmg"],
      }),
    ),
    company: v.pipe(v.nullish(text), v.description("The older name of company_id.")),
    env_base_url: v.pipe(
      v.nullish(environmentBaseUrl),
      v.metadata({
        description:
          "Where the account is: https://api.flatchr.io, or https://api.demo.flatchr.io for a test account.",
        default: "https://api.flatchr.io",
        examples: ["https://api.demo.flatchr.io"],
      }),
    ),
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
    vacancy: v.pipe(
      v.union([v.string(), v.number()]),
      v.metadata({
        description: "The vacancy in which candidates are placed: its slug, its encrypted id or its number.",
        examples: ["k0M5O9ylKZnxbQBy"],
      }),
      v.transform(String),
      text,
    ),
    company: v.pipe(
      v.nullish(text),
      v.metadata({
        description: "The key of the company; it wins over the one in the secret.",
        defaultsTo: "the secret's",
        examples: ["LEZBvp5b4LdMoVmg"],
      }),
    ),
    compagny: v.pipe(
      v.nullish(text),
      v.metadata({
        description: "The spelling of company in the document of 2021.",
        defaultsTo: "the secret's",
      }),
    ),
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
const filter = <T>(schema: v.GenericSchema<unknown, T>, description: string, example: unknown) =>
  v.pipe(
    v.nullish(schema),
    v.metadata({ description, default: null, examples: [example] }),
    v.transform((value) => value ?? undefined),
  );
const filterDate = v.pipe(
  v.string(),
  v.trim(),
  v.check((value) => dayOf(value) !== undefined, "must be a date MM/DD/YY"),
);

/** `pull_parameters` of a workflow: the filters of the search. @see FlatchrApi.readApplicants */
const pullParametersSchema = v.pipe(
  v.strictObject({
    firstname: filter(text, "First name of the candidate.", "Alix"),
    lastname: filter(text, "Last name of the candidate.", "Exemple"),
    email: filter(text, "E-mail address of the candidate.", "alix.exemple@example.com"),
    hired: filter(v.boolean(), "Whether the candidate has been hired.", true),
    column: filter(text, "Title of the column in which the candidate is.", "Entretien RH"),
    start: filter(filterDate, "Created on this day or later, MM/DD/YY.", "01/31/25"),
    end: filter(filterDate, "Created on this day or earlier, MM/DD/YY; not before start.", "12/31/25"),
    vacancy: filter(
      v.pipe(v.union([v.string(), v.number()]), v.transform(String), text),
      "The vacancy of the candidate: its encrypted id, its slug or its number.",
      "k0M5O9ylKZnxbQBy",
    ),
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
 * The documented fields of a row of the search, in its order, all with the same schema.
 *
 * @see https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_un_candidat
 */
export const rowFields = <Value>(value: Value) => ({
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

/** A candidate as the logics and the format of a workflow get it. Further fields can be added by a logic. */
export const sourceCandidateSchema = v.looseObject({
  /** Who the candidate is; null in a dry run that does not know it yet. */
  id: value,
  ...rowFields(value),
});
export type FlatchrSourceCandidate = v.InferOutput<typeof sourceCandidateSchema>;

/** How workflows of Flatchr are checked. */
export const terms = {
  name: "flatchr" as const,
  push: {
    parameters: parametersSchema,
    // How soon the search knows a new candidate is not documented. It was used right after a create for years, so
    // seconds are enough; a minute also lets a create end that was still under way when its answer was lost.
    settleInSeconds: 60,
  },
  pull: { parameters: pullParametersSchema },
} satisfies ConnectorTerms;
