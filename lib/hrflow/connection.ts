/** How HrFlow is reached, and what its answers have in common. */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { VendorError } from "../errors.ts";
import { createVendorClient, type VendorClient } from "../http/client.ts";
import type { HrflowAuth } from "./schema.ts";

const BASE_URL = "https://api.hrflow.ai/v1";
const TIMEOUT_IN_SECONDS = 30;
/** HrFlow's word for a quota that is used up: the plan's calls to this endpoint, not a rate. */
const QUOTA_STATUS = 402;

/** What a call may need to have its own way. */
export interface CallSettings {
  timeoutInSeconds?: number;
  /** Personal data that is sent in a form and may not come back in an error; what is sent as JSON never does. */
  personalData?: readonly string[];
}

/**
 * Every answer of HrFlow is an envelope. Its `code` counts as much as the HTTP status: errors come with HTTP 200 too.
 *
 * @see https://developers.hrflow.ai/reference/status-codes
 */
export const envelopeSchema = v.object({
  code: v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{3}$/), v.transform(Number))]),
  message: v.optional(v.nullable(v.string())),
});

export function openHrflow(
  auth: HrflowAuth,
  environment: Environment,
  signal: AbortSignal,
  { timeoutInSeconds = TIMEOUT_IN_SECONDS, personalData = [] }: CallSettings = {},
): VendorClient {
  return createVendorClient(
    {
      vendor: "HrFlow",
      baseUrl: environment.settings.baseUrl("HRFLOW_BASE_URL", BASE_URL),
      headers: { "X-API-KEY": auth.api_secret, "X-USER-EMAIL": auth.api_user, accept: "application/json" },
      timeoutInSeconds,
      signal,
      secrets: [auth.api_secret, auth.api_user, ...personalData],
      describeError: describe,
      statusIn: (body) => readEnvelope(body)?.code,
    },
    environment,
  );
}

function describe(body: unknown): string | undefined {
  const envelope = readEnvelope(body);
  if (envelope?.code !== QUOTA_STATUS) return envelope?.message ?? undefined;
  return `${envelope.message ?? ""} (the quota of the HrFlow plan for this call is used up)`.trim();
}

function readEnvelope(body: unknown): v.InferOutput<typeof envelopeSchema> | undefined {
  const result = v.safeParse(envelopeSchema, body);
  return result.success ? result.output : undefined;
}

/** The quota is used up: the same call, and every other like it, is refused until the plan allows it again. */
export function isQuotaUsedUp(error: unknown): boolean {
  return error instanceof VendorError && error.status === QUOTA_STATUS;
}

/** HrFlow answers 400 or 404 for what it does not have; the words are surer than the number. */
export function isNotFound(error: unknown): boolean {
  return (
    error instanceof VendorError &&
    error.status !== undefined &&
    (error.status === 404 || (error.status < 500 && error.says(/Unable to find object/)))
  );
}

/**
 * HrFlow says itself that it does not have this object. A 404 of a gateway is not enough, and a profile is not unknown
 * because its source is.
 *
 * @see https://developers.hrflow.ai/api-reference/source-api/get-source ("Invalid source fields")
 */
export function isUnknown(object: "profile" | "source", error: unknown): boolean {
  if (!(error instanceof VendorError) || error.status === undefined || error.status >= 500) return false;
  if (object === "source" && error.says(/invalid source fields/i)) return true;
  const other = object === "profile" ? /\bsource\b/i : /\bprofile\b/i;
  return error.says(/unable to find|not found/i) && !other.test(error.detail);
}
