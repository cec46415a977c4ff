/** What the Teamtailor connector takes and sends. @see https://docs.teamtailor.com/ */
import * as v from "valibot";
import type { ConnectorTerms } from "../../connector.ts";

const text = v.pipe(v.string(), v.nonEmpty());

/** Both ways of writing the key are known: `KEY`, and the whole header `Token token=KEY` (documents of 2021). */
const apiKey = v.pipe(
  v.string(),
  v.trim(),
  v.description("An API key with Admin scope, read and write; `Token token=KEY` is taken as well."),
  v.transform((value) => value.replace(/^Token token=/i, "").replace(/^"(.*)"$/, "$1")),
  v.nonEmpty("must be an API key"),
);

/** The secret named by `connector_auth`. */
export const authSchema = v.object({
  auth: apiKey,
  region: v.pipe(
    v.optional(v.picklist(["eu", "na"]), "eu"),
    v.metadata({
      description: "Where the account lives. A key of the other region is answered with 401.",
      examples: ["na"],
    }),
  ),
  api_version: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\d{8}$/, "must be a date YYYYMMDD")), "20240904"),
    v.metadata({ description: "The value of `X-Api-Version`, YYYYMMDD.", examples: ["20240904"] }),
  ),
});
export type TeamtailorAuth = v.InferOutput<typeof authSchema>;

/** `push_parameters` of a workflow. */
export const parametersSchema = v.strictObject({
  sourced: v.pipe(
    v.nullish(v.boolean(), false),
    v.metadata({ description: "True if added by a recruiter without applying.", examples: [true] }),
    v.transform((sourced) => sourced ?? false),
  ),
});
export type TeamtailorParameters = v.InferOutput<typeof parametersSchema>;

/** Teamtailor's limit for `pitch`, in characters. */
export const MAXIMUM_PITCH_CHARACTERS = 140;

/** The attributes of a candidate. More than these can be set by a `format` of the user's own. */
export const candidateSchema = v.looseObject({
  "first-name": v.optional(text),
  "last-name": v.optional(text),
  email: v.optional(text),
  phone: v.optional(text),
  pitch: v.optional(
    v.pipe(
      text,
      v.check((pitch) => [...pitch].length <= MAXIMUM_PITCH_CHARACTERS, "must have at most 140 characters"),
    ),
  ),
  "linkedin-url": v.optional(text),
  picture: v.optional(text),
  sourced: v.optional(v.boolean()),
  tags: v.optional(v.array(text)),
  resume: v.optional(text),
});
export type TeamtailorCandidate = v.InferOutput<typeof candidateSchema>;

/** The part of a candidate resource that is read. */
export const resourceSchema = v.object({
  id: v.pipe(v.union([v.string(), v.number()]), v.transform(String)),
  attributes: v.optional(
    v.looseObject({ email: v.nullish(v.string()), tags: v.nullish(v.array(v.unknown())) }),
    {},
  ),
});

/** How workflows of Teamtailor are checked. */
export const terms = {
  name: "teamtailor" as const,
  push: { parameters: parametersSchema, settleInSeconds: 60 },
} satisfies ConnectorTerms;
