import type { Schema } from "./smartrecruiters-schema.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";

const TEXT = { type: "string", minLength: 1 } as const;
const ANY_TEXT = { type: "string" } as const;
const NUMBER = { type: "number" } as const;
const BOOLEAN = { type: "boolean" } as const;

/** `YYYY`, `YYYY-MM` or `YYYY-MM-dd`. */
const WHEN = {
  type: "string",
  pattern: /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/,
} as const;

const LOCATION: Schema = {
  type: "object",
  properties: {
    country: TEXT,
    countryCode: { type: "string", minLength: 2, maxLength: 2 },
    regionCode: TEXT,
    region: TEXT,
    city: TEXT,
    lat: NUMBER,
    lng: NUMBER,
  },
};

const WEB: Schema = {
  type: "object",
  properties: { skype: TEXT, linkedin: TEXT, facebook: TEXT, twitter: TEXT, website: TEXT },
};

export const SOURCE_DETAILS: Schema = {
  type: "object",
  required: ["sourceTypeId", "sourceId"],
  properties: { sourceTypeId: TEXT, sourceSubTypeId: TEXT, sourceId: TEXT },
};

export const TAGS: Schema = {
  type: "object",
  required: ["tags"],
  properties: { tags: { type: "array", items: TEXT } },
};

const STATUSES = [
  "LEAD",
  "NEW",
  "IN_REVIEW",
  "INTERVIEW",
  "OFFERED",
  "HIRED",
  "REJECTED",
  "WITHDRAWN",
  "TRANSFERRED",
] as const;

export const STATUS: Schema = {
  type: "object",
  required: ["status"],
  properties: { status: { type: "string", enum: STATUSES }, subStatus: TEXT, startsOn: ANY_TEXT },
};

/** What a PATCH takes: the model PersonalDetails, where nothing is required. */
export function personalDetails({ nameMaximumLength: maxLength }: SmartrecruitersSettings) {
  return {
    type: "object",
    properties: {
      firstName: { ...TEXT, maxLength },
      lastName: { ...TEXT, maxLength },
      email: { ...TEXT, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ },
      phoneNumber: TEXT,
      location: LOCATION,
      web: WEB,
    },
  } satisfies Schema;
}

/** What a creation takes: the model CandidateInput. */
export function candidateInput(settings: SmartrecruitersSettings): Schema {
  const description = { type: "string", maxLength: settings.descriptionMaximumLength } as const;
  const period = { current: BOOLEAN, startDate: WHEN, endDate: WHEN, location: ANY_TEXT, description };
  return {
    type: "object",
    required: ["firstName", "lastName", "email"],
    properties: {
      ...personalDetails(settings).properties,
      tags: { type: "array", items: TEXT },
      education: {
        type: "array",
        items: {
          type: "object",
          required: ["institution", "degree"],
          properties: { institution: TEXT, degree: TEXT, major: TEXT, ...period },
        },
      },
      experience: {
        type: "array",
        items: { type: "object", properties: { title: TEXT, company: TEXT, ...period } },
      },
      sourceDetails: SOURCE_DETAILS,
      internal: BOOLEAN,
    },
  };
}
