import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { isNotFound, isUnknown, openHrflow } from "./connection.ts";
import { createProfileWriter, type ProfileWriter } from "./profile-writer.ts";
import { isRecord, type RawProfile } from "./raw-profile.ts";
import { type HrflowAuth, type Profile, profileSchema } from "./schema.ts";

export { DuplicateReferenceError } from "./profile-writer.ts";
export type { RawProfile } from "./raw-profile.ts";

/** The calls to HrFlow that Relay makes. Every one throws VendorError when it fails. */
export interface HrflowClient extends ProfileWriter {
  /**
   * Reads a profile; undefined when HrFlow does not know it (or not yet: it may still be parsing).
   *
   * @throws VendorError when the call fails.
   */
  getProfile(sourceKey: string, profileKey: string): Promise<Profile | undefined>;
  /**
   * Reads a profile exactly as HrFlow sends it, to be changed and sent back whole; undefined as in `getProfile`.
   *
   * @throws VendorError also when the source is unknown: that says nothing about the profile.
   */
  findByReference(sourceKey: string, reference: string): Promise<RawProfile | undefined>;
  /** Reads what a source is called, and whether it parses files while the caller waits; undefined when it is unknown. */
  findSource(sourceKey: string): Promise<HrflowSource | undefined>;
  /** Says to whom the API key belongs and what it may do. */
  whoAmI(): Promise<HrflowIdentity>;
}

export interface HrflowSource {
  name: string;
  syncParsing: boolean;
}

export interface HrflowIdentity {
  teamName: string | undefined;
  /** "all", "read" or "write". */
  permission: string | undefined;
}

const text = v.fallback(v.optional(v.string()), undefined);
const profileEnvelopeSchema = v.object({ data: profileSchema });
const rawProfileEnvelopeSchema = v.object({
  data: v.union([
    v.custom<RawProfile>((data) => isRecord(data) && Object.keys(data).length > 0),
    // Nothing, as a server writes it in which lists and objects are one.
    v.pipe(
      v.union([v.null(), v.strictTuple([]), v.strictObject({})]),
      v.transform(() => undefined),
    ),
  ]),
});
const sourceEnvelopeSchema = v.object({
  data: v.looseObject({ name: text, sync_parsing: v.optional(v.unknown()) }),
});
const identityEnvelopeSchema = v.object({
  data: v.object({ team_name: text, api_key_permission: text }),
});

export function createHrflowClient(
  auth: HrflowAuth,
  environment: Environment,
  signal: AbortSignal,
): HrflowClient {
  const http = openHrflow(auth, environment, signal);

  return {
    ...createProfileWriter(auth, environment, signal),

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

    /** @see https://developers.hrflow.ai/reference/get-a-profile */
    async findByReference(sourceKey, reference) {
      try {
        const query = { source_key: sourceKey, reference };
        const envelope = await http.call("GET", "profile/indexing", {
          query,
          answer: rawProfileEnvelopeSchema,
        });
        return envelope.data;
      } catch (error) {
        if (isUnknown("profile", error)) return undefined;
        throw error;
      }
    },

    /** @see https://developers.hrflow.ai/api-reference/source-api/get-source */
    async findSource(sourceKey) {
      try {
        const query = { key: sourceKey };
        const { data } = await http.call("GET", "source", { query, answer: sourceEnvelopeSchema });
        // `sync_parsing` is not documented; booleans of HrFlow come as numbers and words too.
        const syncParsing = ["true", "1"].includes(String(data.sync_parsing).toLowerCase());
        return { name: data.name ?? "", syncParsing };
      } catch (error) {
        if (isUnknown("source", error)) return undefined;
        throw error;
      }
    },

    /** @see https://developers.hrflow.ai/docs/api-authentication */
    async whoAmI() {
      const { data } = await http.call("GET", "auth", { answer: identityEnvelopeSchema });
      return { teamName: data.team_name, permission: data.api_key_permission };
    },
  };
}
