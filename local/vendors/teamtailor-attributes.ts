import { isRecord } from "./record.ts";
import type { SimulatedRequest } from "./simulator.ts";
import { apiError, validationError } from "./teamtailor-errors.ts";
import type { CandidateAttributes } from "./teamtailor-state.ts";

export interface TeamtailorAttributeSettings {
  pitchOverLimit: "refuse" | "truncate";
  unknownAttribute: "refuse" | "ignore";
}

/** What a POST or PATCH of a candidate says. */
export interface CandidateInput {
  id: string | undefined;
  attributes: Partial<CandidateAttributes>;
  relationships: Record<string, unknown>;
  resume: string | undefined;
  merge: boolean;
  hasConsent: boolean;
  isWelcomed: boolean;
}

const STRINGS = [
  "first-name",
  "last-name",
  "email",
  "phone",
  "pitch",
  "resume",
  "linkedin-url",
  "linkedin-uid",
  "facebook-id",
  "picture",
  "referring-url",
];
const BOOLEANS = ["sourced", "merge", "unsubscribed", "set-consent-expiration", "internal", "connected"];
/** Attributes that only one of the two methods takes. */
const EXTRA: Record<string, string[]> = { POST: ["send-welcome-message"], PATCH: ["resume-summary"] };

/** "140 character pitch": characters as Ruby counts them, which are code points. */
const PITCH_LENGTH_LIMIT = 140;

/** Reads the document of a candidate and refuses what the vendor refuses. */
export function readCandidateInput(
  request: SimulatedRequest,
  settings: TeamtailorAttributeSettings,
): CandidateInput {
  const data = readResource(request, "candidates");
  const known = [...STRINGS, ...BOOLEANS, ...(EXTRA[request.method] ?? []), "tags"];
  const accepted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(isRecord(data.attributes) ? data.attributes : {})) {
    if (known.includes(name)) accepted[name] = checkedValue(name, value, settings);
    else if (settings.unknownAttribute === "refuse")
      throw apiError(400, "Param not allowed", `${name} is not allowed.`, "105");
  }
  const {
    resume,
    merge,
    "set-consent-expiration": hasConsent,
    "send-welcome-message": isWelcomed,
    ...attributes
  } = accepted;
  return {
    id: typeof data.id === "string" ? data.id : undefined,
    attributes,
    relationships: isRecord(data.relationships) ? data.relationships : {},
    resume: typeof resume === "string" ? resume : undefined,
    merge: merge === true,
    hasConsent: hasConsent === true,
    isWelcomed: isWelcomed === true,
  };
}

/** The value as it is stored; refuses what is not of the attribute's type or form. */
function checkedValue(name: string, value: unknown, settings: TeamtailorAttributeSettings): unknown {
  if (name === "tags") {
    const areStrings = Array.isArray(value) && value.every((tag) => typeof tag === "string");
    if (!areStrings) throw validationError(name, "is invalid");
    return value;
  }
  if (BOOLEANS.includes(name) || name === "send-welcome-message") {
    if (typeof value !== "boolean") throw validationError(name, "is invalid");
    return value;
  }
  if (value === null) return null;
  if (typeof value !== "string") throw validationError(name, "is invalid");
  if (name === "resume" && !isHttpUrl(value)) throw validationError(name, "is invalid");
  if (name === "email" && value !== "" && !/^\S+@\S+$/.test(value)) throw validationError(name, "is invalid");
  if (name !== "pitch" || [...value].length <= PITCH_LENGTH_LIMIT) return value;
  if (settings.pitchOverLimit === "truncate") return [...value].slice(0, PITCH_LENGTH_LIMIT).join("");
  throw validationError(name, `is too long (maximum is ${PITCH_LENGTH_LIMIT} characters)`);
}

export function isHttpUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);
}

/** The `data` of a JSON:API document of this type. */
export function readResource(request: SimulatedRequest, type: string): Record<string, unknown> {
  const body = request.json();
  const data = isRecord(body) ? body.data : undefined;
  if (!isRecord(data))
    throw apiError(400, "Missing Parameter", "The required parameter, data, is missing.", "106");
  if (data.type !== type)
    throw apiError(400, "Invalid resource", `${String(data.type)} is not a valid resource.`, "101");
  return data;
}

/** The id that a relationship points to, if it points to one of this type. */
export function relatedId(data: Record<string, unknown>, name: string, type: string): string | undefined {
  const relationship = isRecord(data.relationships) ? data.relationships[name] : undefined;
  const target = isRecord(relationship) ? relationship.data : undefined;
  return isRecord(target) && target.type === type && typeof target.id === "string" ? target.id : undefined;
}
