/**
 * HrFlow's profile, read leniently: whatever HrFlow leaves out, sends as null or in one of its legacy forms becomes one
 * form, so that mappings and users' functions need not guard every field. Unknown fields are kept.
 *
 * @see https://developers.hrflow.ai/docs/profiles
 */
import * as v from "valibot";

/** Text, or null. Numbers, which some sources write for phones, become text; anything else is as good as nothing. */
const text = v.fallback(
  v.nullable(
    v.pipe(
      v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
      v.transform((value) => (value.trim() === "" ? null : value)),
    ),
  ),
  null,
);
/** Coordinates may come as text. */
const coordinate = v.fallback(
  v.nullable(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.finite())),
  null,
);
const number = v.fallback(
  v.nullable(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.finite())),
  null,
);
/** Dates were objects once: `{ iso8601: "…" }`. */
const date = v.fallback(
  v.nullable(
    v.union([
      v.string(),
      v.pipe(
        v.object({ iso8601: v.string() }),
        v.transform((value) => value.iso8601),
      ),
    ]),
  ),
  null,
);

/** A list; what is no list is an empty one, and elements of another shape are left out. */
const list = <T>(element: v.GenericSchema<unknown, T>) =>
  v.fallback(
    v.pipe(
      v.array(v.unknown()),
      v.transform((elements) =>
        elements.flatMap((value) => {
          const result = v.safeParse(element, value);
          return result.success ? [result.output] : [];
        }),
      ),
    ),
    [],
  );

const entity = v.looseObject({ name: v.string(), value: v.optional(v.unknown()) });

/** An empty location is `[]` or null in HrFlow's answers. */
const locationFields = v.fallback(
  v.looseObject({ city: text, country: text, postcode: text, road: text, house_number: text, state: text }),
  { city: null, country: null, postcode: null, road: null, house_number: null, state: null },
);
const location = v.fallback(
  v.looseObject({ text, lat: coordinate, lng: coordinate, fields: locationFields }),
  {
    text: null,
    lat: null,
    lng: null,
    fields: { city: null, country: null, postcode: null, road: null, house_number: null, state: null },
  },
);

const urlList = list(v.looseObject({ type: text, url: v.pipe(v.string(), v.trim(), v.nonEmpty()) }));
/** Today a list of `{type, url}`; once an object keyed by type. */
const urls = v.fallback(
  v.pipe(
    v.unknown(),
    v.transform((value) => v.parse(urlList, isObject(value) ? Object.entries(value).flatMap(toUrls) : value)),
  ),
  [],
);

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toUrls([type, value]: [string, unknown]): { type: string; url: unknown }[] {
  return [value].flat().map((url) => ({ type, url }));
}

const info = v.looseObject({
  full_name: text,
  first_name: text,
  last_name: text,
  email: text,
  phone: text,
  date_birth: date,
  location,
  urls,
  picture: text,
  gender: text,
  summary: text,
});

const period = { title: text, description: text, location, date_start: date, date_end: date };

const attachment = v.looseObject({
  type: text,
  alt: text,
  file_size: number,
  file_name: text,
  original_file_name: text,
  extension: text,
  public_url: v.pipe(v.string(), v.nonEmpty()),
});

/** A profile as Relay's mappings and its users' `logics` and `format` get it. */
export const profileSchema = v.looseObject({
  key: v.pipe(v.string(), v.nonEmpty()),
  reference: text,
  source: v.fallback(v.nullable(v.looseObject({ key: text, name: text })), null),
  archive: v.optional(v.unknown()),
  archived_at: v.optional(v.unknown()),
  updated_at: text,
  created_at: text,
  info: v.fallback(info, v.parse(info, {})),
  text_language: text,
  text,
  experiences_duration: number,
  educations_duration: number,
  experiences: list(v.looseObject({ ...period, company: text })),
  educations: list(v.looseObject({ ...period, school: text })),
  attachments: list(attachment),
  skills: list(entity),
  languages: list(entity),
  certifications: list(entity),
  courses: list(entity),
  tasks: list(entity),
  interests: list(entity),
  tags: list(entity),
  metadatas: list(entity),
});

/** A profile of HrFlow. */
export type Profile = v.InferOutput<typeof profileSchema>;
export type Attachment = Profile["attachments"][number];
export type Location = Profile["info"]["location"];
export type Experience = Profile["experiences"][number];
export type Education = Profile["educations"][number];

/** What the secret named by `hrflow_auth` holds. Further keys are left alone. */
export const hrflowAuthSchema = v.object({
  api_secret: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.description("The API key: `X-API-KEY`.")),
  api_user: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty(),
    v.description("The e-mail address of the user: `X-USER-EMAIL`."),
  ),
});
export type HrflowAuth = v.InferOutput<typeof hrflowAuthSchema>;

const webhookSecret = v.pipe(v.string(), v.nonEmpty());
/** The part of the same secret that the receiver needs: one webhook secret, or several while one is being replaced. */
export const webhookAuthSchema = v.object({
  webhook_secret: v.pipe(
    v.union(
      [
        v.pipe(
          webhookSecret,
          v.transform((secret) => [secret]),
        ),
        v.pipe(v.array(webhookSecret), v.nonEmpty()),
      ],
      "must be the secret, or a list of secrets",
    ),
    v.description("What webhooks are signed with, as entered in HrFlow; a list while it is being replaced."),
  ),
});

/** A profile or source key of HrFlow: 40 hexadecimal digits today; nothing that could change the meaning of a URL. */
export const keySchema = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Za-z_-]{1,63}$/, "must be a key of HrFlow: letters, digits, - and _, at most 63"),
);
