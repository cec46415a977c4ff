import type { FlatchrCvInput } from "./flatchr-candidates.ts";
import { type FlatchrSettings, refusal } from "./flatchr-settings.ts";
import { isRecord } from "./record.ts";

/** What a valid request for a creation says, as far as the simulator keeps it. */
export interface FlatchrCreation {
  vacancy: string;
  firstname: string;
  lastname: string;
  token: string;
  email?: string;
  phone?: string;
  urls?: Record<string, string>;
  comment?: string;
  offerer_id?: number;
  resume: { link: string } | FlatchrCvInput;
}

interface Rule {
  isRequired?: true;
  accepts(value: unknown, settings: FlatchrSettings): boolean;
  message: string;
}

const TEXT: Rule = { accepts: isText, message: "must be a string that is not empty" };
const BOOLEAN: Rule = { accepts: (value) => typeof value === "boolean", message: "must be a boolean" };
const NAME: Rule = {
  isRequired: true,
  accepts: (value, { namePattern }) => isText(value) && (namePattern === "ignore" || /[a-zA-Z]/.test(value)),
  message: "must match the pattern /[a-zA-Z]/",
};

/** The table of the documentation, in its order. `resume` depends on `type` and is read by `toResume`. */
const RULES: Record<string, Rule> = {
  vacancy: { ...TEXT, isRequired: true },
  firstname: NAME,
  lastname: NAME,
  token: { ...TEXT, isRequired: true },
  email: {
    accepts: (value) => isText(value) && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
    message: "must be a valid email",
  },
  phone: { accepts: (value) => isText(value) || Number.isInteger(value), message: "must be a string" },
  type: {
    isRequired: true,
    accepts: (value) => value === "link" || value === "document",
    message: "must be one of [link, document]",
  },
  resume: { isRequired: true, accepts: () => true, message: "" },
  comment: TEXT,
  offerer_id: { accepts: Number.isInteger, message: "must be an integer" },
  urls: { accepts: isUrls, message: "must be an object of facebook, linkedin, twitter, other" },
  legalNewsletterPartners: BOOLEAN,
  similarities: BOOLEAN,
  response_text: TEXT,
  answers: { accepts: isAnswers, message: "must be an array of {question, value}" },
  user_id: TEXT,
};

/** Refuses with 400, as hapi does, a request that the documented table of fields does not allow. */
export function validateCreation(settings: FlatchrSettings, body: unknown): FlatchrCreation {
  if (!isRecord(body)) throw refusal(settings, 400, "Invalid request payload input");
  const given = withoutTolerated(settings, body);
  for (const [field, rule] of Object.entries(RULES)) {
    const value = given[field];
    if (value === undefined && rule.isRequired) throw refusal(settings, 400, `"${field}" is required`);
    if (value !== undefined && !rule.accepts(value, settings))
      throw refusal(settings, 400, `"${field}" ${rule.message}`);
  }
  const unknown = Object.keys(given).find((field) => !(field in RULES));
  if (unknown && settings.unknownKeysOnCreate === "refuse")
    throw refusal(settings, 400, `"${unknown}" is not allowed`);

  const { resume, type, phone, urls, ...others } = given;
  const creation = {
    ...others,
    ...(phone === undefined ? {} : { phone: String(phone) }),
    ...(isRecord(urls) ? { urls } : {}),
    resume: toResume(settings, type, resume),
  } as FlatchrCreation;
  const { firstname, lastname, comment } = creation;
  return {
    ...creation,
    firstname: withoutExotic(settings, "firstname", firstname),
    lastname: withoutExotic(settings, "lastname", lastname),
    ...(comment === undefined ? {} : { comment: withoutExotic(settings, "comment", comment) }),
  };
}

function withoutTolerated(settings: FlatchrSettings, body: Record<string, unknown>): Record<string, unknown> {
  if (settings.nullFieldsOnCreate === "refuse") return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function toResume(settings: FlatchrSettings, type: unknown, resume: unknown): FlatchrCreation["resume"] {
  if (type === "link") {
    if (isText(resume) && /^(https?:\/\/)?[^\s/]+\/\S+$/.test(resume)) return { link: resume };
    throw refusal(settings, 400, '"resume" must be a valid url');
  }
  if (!isRecord(resume)) throw refusal(settings, 400, '"resume" must be an object');
  const { data, fileName, contentType } = resume;
  if (!isText(data) || data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data))
    throw refusal(settings, 400, '"resume.data" must be a valid base64 string');
  if (!isText(fileName)) throw refusal(settings, 400, '"resume.fileName" is required');
  if (!isText(contentType)) throw refusal(settings, 400, '"resume.contentType" is required');
  const bytes = Buffer.from(data, "base64");
  const maximum = settings.documentMaximumBytes;
  if (bytes.length > maximum)
    throw refusal(settings, 413, `Payload content length greater than maximum allowed: ${maximum}`);
  return { bytes, fileName, contentType };
}

/** Word's curly quotes, and bullets: documented as characters that a client has to clean. */
const EXOTIC_CHARACTERS = /[\u2018-\u201f\u2022\u2023\u25aa\u25cf\u25e6]/g;

function withoutExotic(settings: FlatchrSettings, field: string, text: string): string {
  if (settings.exoticCharacters === "refuse" && text.search(EXOTIC_CHARACTERS) >= 0)
    throw refusal(settings, 400, `"${field}" contains unsupported characters`);
  return settings.exoticCharacters === "replace" ? text.replace(EXOTIC_CHARACTERS, "?") : text;
}

function isUrls(value: unknown, { urlsArray }: FlatchrSettings): boolean {
  if (Array.isArray(value)) return urlsArray === "accept";
  const networks = ["facebook", "linkedin", "twitter", "other"];
  return (
    isRecord(value) && Object.entries(value).every(([name, url]) => networks.includes(name) && isText(url))
  );
}

function isAnswers(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (answer) =>
        isRecord(answer) &&
        (isText(answer.question) || Number.isInteger(answer.question)) &&
        isText(answer.value),
    )
  );
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
