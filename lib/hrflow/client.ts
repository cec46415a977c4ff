import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { VendorError } from "../errors.ts";
import { createVendorClient } from "../http.ts";
import { type HrflowAuth, type Profile, profileSchema } from "./schema.ts";

const TIMEOUT_IN_SECONDS = 30;

/** The calls to HrFlow that Relay makes. */
export interface HrflowClient {
  /**
   * Reads a profile; undefined when HrFlow does not know it (or not yet: it may still be parsing).
   *
   * @throws VendorError when the call fails.
   */
  getProfile(sourceKey: string, profileKey: string): Promise<Profile | undefined>;
}

/**
 * Every answer of HrFlow is an envelope. Its `code` counts as much as the HTTP status: errors come with HTTP 200 too.
 *
 * @see https://developers.hrflow.ai/reference/status-codes
 */
const envelopeSchema = v.object({ code: v.number(), message: v.optional(v.string()) });
const profileEnvelopeSchema = v.object({ data: profileSchema });

export function createHrflowClient(
  auth: HrflowAuth,
  environment: Environment,
  signal: AbortSignal,
): HrflowClient {
  const http = createVendorClient(
    {
      vendor: "HrFlow",
      baseUrl: environment.settings.baseUrl("HRFLOW_BASE_URL").url,
      headers: { "X-API-KEY": auth.api_secret, "X-USER-EMAIL": auth.api_user, accept: "application/json" },
      timeoutInSeconds: TIMEOUT_IN_SECONDS,
      signal,
      secrets: [auth.api_secret, auth.api_user],
      describeError: (body) => readEnvelope(body)?.message,
      statusIn: (body) => readEnvelope(body)?.code,
    },
    environment,
  );

  return {
    /** @see https://developers.hrflow.ai/reference/get-a-profile */
    async getProfile(sourceKey, profileKey) {
      try {
        const query = { source_key: sourceKey, key: profileKey };
        const envelope = await http.call("GET", "profile/indexing", { query, answer: profileEnvelopeSchema });
        return envelope.data;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}

function readEnvelope(body: unknown): v.InferOutput<typeof envelopeSchema> | undefined {
  const result = v.safeParse(envelopeSchema, body);
  return result.success ? result.output : undefined;
}

/** HrFlow answers 400 or 404 for what it does not have; the words are surer than the number. */
function isNotFound(error: unknown): boolean {
  return (
    error instanceof VendorError &&
    error.status !== undefined &&
    (error.status === 404 || (error.status < 500 && error.detail.includes("Unable to find object")))
  );
}
