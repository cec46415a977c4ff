/** What the SmartRecruiters connector takes, sends and reads. @see https://developers.smartrecruiters.com/reference */
import * as v from "valibot";
import type { ConnectorTerms } from "../../connector.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/** The secret named by `connector_auth`. */
export const authSchema = v.object({
  auth: v.pipe(
    v.string(),
    v.trim(),
    v.regex(/^[\x21-\x7e]+$/, "must be an API key"),
    v.description("An API key of the Customer API: the value of `X-SmartToken`."),
  ),
});
export type SmartrecruitersAuth = v.InferOutput<typeof authSchema>;

/** `push_parameters` of a workflow. */
export const parametersSchema = v.strictObject({
  job_id: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("must be the id of a job"),
    v.regex(/[^.]/, "must be the id of a job"), // "." and ".." would be another path.
    v.metadata({
      description: "The job to which candidates are assigned: the UUID of the job, not of its posting.",
      examples: ["3696cad0-a9b0-4a40-9cd7-4cc5feb1a509"],
    }),
  ),
});
export type SmartrecruitersParameters = v.InferOutput<typeof parametersSchema>;

/** SmartRecruiters' model When. */
const when = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/,
    "must be a date YYYY, YYYY-MM or YYYY-MM-DD",
  ),
);

const locationSchema = v.strictObject({
  country: v.optional(text),
  countryCode: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, "must be a country code of two letters"))),
  regionCode: v.optional(text),
  region: v.optional(text),
  city: v.optional(text),
  lat: v.optional(v.pipe(v.number(), v.finite())),
  lng: v.optional(v.pipe(v.number(), v.finite())),
});
export type SmartrecruitersLocation = v.InferOutput<typeof locationSchema>;

const webSchema = v.strictObject({
  skype: v.optional(text),
  linkedin: v.optional(text),
  facebook: v.optional(text),
  twitter: v.optional(text),
  website: v.optional(text),
});
export type SmartrecruitersWeb = v.InferOutput<typeof webSchema>;

const period = {
  current: v.optional(v.boolean()),
  startDate: v.optional(when),
  endDate: v.optional(when),
  location: v.optional(text),
  description: v.optional(text),
};
const educationSchema = v.strictObject({
  institution: text,
  degree: text,
  major: v.optional(text),
  ...period,
});
const experienceSchema = v.strictObject({ title: v.optional(text), company: v.optional(text), ...period });
export type SmartrecruitersEducation = v.InferOutput<typeof educationSchema>;
export type SmartrecruitersExperience = v.InferOutput<typeof experienceSchema>;

/**
 * SmartRecruiters' model CandidateInput, all of it. Strict: SmartRecruiters ignores a key that it does not know, and a
 * mistyped one would be lost without a word.
 */
export const candidateSchema = v.strictObject({
  firstName: text,
  lastName: text,
  email: v.pipe(v.string(), v.trim(), v.regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address")),
  phoneNumber: v.optional(text),
  location: v.optional(locationSchema),
  web: v.optional(webSchema),
  tags: v.optional(v.array(text)),
  education: v.optional(v.array(educationSchema)),
  experience: v.optional(v.array(experienceSchema)),
  sourceDetails: v.optional(
    v.strictObject({ sourceTypeId: text, sourceSubTypeId: v.optional(text), sourceId: text }),
  ),
  internal: v.optional(v.boolean()),
});
export type SmartrecruitersCandidate = v.InferOutput<typeof candidateSchema>;

/** A text of an answer; null where it is missing. */
const given = v.fallback(v.nullable(v.string()), null);
const assignmentAnswer = v.fallback(
  v.nullable(v.object({ job: v.object({ id: v.string() }), status: given, source: given })),
  null,
);

/** A candidate as the search lists it, and with more members as it is read alone. Members that are empty are left out. */
export const candidateAnswer = v.looseObject({
  id: text,
  email: given,
  createdOn: given,
  updatedOn: given,
  tags: v.fallback(v.array(v.string()), []),
  primaryAssignment: assignmentAnswer,
  secondaryAssignments: v.fallback(v.array(assignmentAnswer), []),
});
/** A candidate as SmartRecruiters has it. */
export type CurrentCandidate = v.InferOutput<typeof candidateAnswer>;

/** One page of the search; on the last one `nextPageId` is empty or missing. */
export const searchAnswer = v.object({ content: v.array(candidateAnswer), nextPageId: given });

export const attachmentsAnswer = v.object({
  content: v.array(
    v.object({
      type: given,
      name: given,
      actions: v.fallback(v.object({ download: v.object({ url: v.string() }) }), { download: { url: "" } }),
    }),
  ),
});

/** The part of a job that is read. */
export const jobAnswer = v.object({ title: given, status: given });

/** Both forms of an error: with a list of what is wrong, and with a message alone. */
export const errorAnswer = v.object({
  message: given,
  errors: v.fallback(
    v.array(v.fallback(v.object({ dataPath: given, message: given }), { dataPath: null, message: null })),
    [],
  ),
});

/** How workflows of SmartRecruiters are checked. */
export const terms = {
  name: "smartrecruiters" as const,
  push: {
    parameters: parametersSchema,
    // After a write without an answer: it may take effect until its time-out of 128 seconds would have been over, and the
    // search, which is an index, shows it some time after that.
    settleInSeconds: 300,
  },
} satisfies ConnectorTerms;
