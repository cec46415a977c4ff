/** The calls by which profiles of HrFlow are changed. */
import * as v from "valibot";
import type { CvFile } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { VendorError } from "../errors.ts";
import { envelopeSchema, openHrflow } from "./connection.ts";
import { EDITABLE_ATTRIBUTES, isRecord, type RawProfile } from "./raw-profile.ts";
import type { HrflowAuth } from "./schema.ts";

/** Where a source parses at once, the caller waits for up to ten pages to be read, scanned ones too. */
const PARSING_TIMEOUT_IN_SECONDS = 60;
/** `created_at` can be said once, when the profile is created. */
const CREATABLE_ATTRIBUTES = [...EDITABLE_ATTRIBUTES, "created_at"];

export interface ProfileWriter {
  /**
   * Replaces a profile by this one, which is the whole of it: what `findByReference` read, changed.
   * The same edit may be repeated when its answer was lost.
   */
  edit(sourceKey: string, profile: RawProfile): Promise<void>;
  /**
   * Creates a profile without a file. Its `reference` is what keeps it single.
   *
   * @returns its key, where HrFlow tells it
   * @throws DuplicateReferenceError when a profile of this source has the reference already, readable or not yet
   */
  create(sourceKey: string, profile: RawProfile): Promise<{ profileKey: string | undefined }>;
  /**
   * Parses a CV into a profile.
   *
   * @returns `queued` where HrFlow parses later: until then the profile is unknown, or as it was
   * @throws DuplicateReferenceError when a profile has the reference, and HrFlow does not parse onto it
   */
  parseFile(sourceKey: string, parsing: FileParsing): Promise<{ outcome: "parsed" | "queued" }>;
}

export interface FileParsing {
  reference: string;
  /** The key of the profile that the file is parsed onto, when there is one. */
  key?: string | undefined;
  file: CvFile;
  /** Lists of `{name, value}`. */
  tags?: readonly unknown[] | undefined;
  metadatas?: readonly unknown[] | undefined;
}

/** The reference belongs to a profile of this source: it can be looked up, perhaps a little later. */
export class DuplicateReferenceError extends Error {
  override name = "DuplicateReferenceError";
}

const createdSchema = v.object({
  ...envelopeSchema.entries,
  data: v.fallback(v.optional(v.object({ key: v.string() })), undefined),
});
const parsedSchema = v.object({ ...envelopeSchema.entries, data: v.optional(v.unknown()) });

export function createProfileWriter(
  auth: HrflowAuth,
  environment: Environment,
  signal: AbortSignal,
): ProfileWriter {
  const http = openHrflow(auth, environment, signal);

  return {
    /**
     * A PUT, which some pages call partial and others not: the profile is always sent whole.
     *
     * @see https://developers.hrflow.ai/reference/edit-a-profile
     */
    async edit(sourceKey, profile) {
      const json = { ...profile, source_key: sourceKey };
      await http.call("PUT", "profile/indexing", { json, answer: envelopeSchema });
    },

    /**
     * `info`, `text` and `text_language` are required; where nothing is known they are empty.
     *
     * @see https://developers.hrflow.ai/reference/post-profile-indexing
     */
    async create(sourceKey, profile) {
      const known = Object.entries(profile).filter(([name]) => CREATABLE_ATTRIBUTES.includes(name));
      const json = {
        ...Object.fromEntries(known),
        source_key: sourceKey,
        info: profile.info ?? {},
        text: profile.text ?? "",
        text_language: profile.text_language ?? "",
      };
      const { data } = await recognisingDuplicate(
        http.call("POST", "profile/indexing", { json, answer: createdSchema }),
      );
      return { profileKey: data?.key };
    },

    /** @see https://developers.hrflow.ai/reference/parse-a-resume */
    async parseFile(sourceKey, parsing) {
      const parser = openHrflow(auth, environment, signal, {
        timeoutInSeconds: PARSING_TIMEOUT_IN_SECONDS,
        personalData: personalDataIn(parsing),
      });
      const form = toForm(sourceKey, parsing);
      const { code, data } = await recognisingDuplicate(
        parser.call("POST", "profile/parsing/file", { form, answer: parsedSchema }),
      );
      // Only a profile in the answer shows that it is parsed; a queue answers 202 with an empty list.
      return { outcome: code !== 202 && isRecord(data) ? "parsed" : "queued" };
    },
  };
}

/** What is not known is left out: HrFlow reads an empty field as a value, and `{}` as no list. */
function toForm(
  sourceKey: string,
  { reference, key, file, tags = [], metadatas = [] }: FileParsing,
): FormData {
  const form = new FormData();
  form.set("source_key", sourceKey);
  form.set("reference", reference);
  if (key) form.set("key", key);
  form.set("profile_content_type", file.contentType);
  if (tags.length > 0) form.set("tags", JSON.stringify(tags));
  if (metadatas.length > 0) form.set("metadatas", JSON.stringify(metadatas));
  form.set("file", new File([file.bytes], file.fileName, { type: file.contentType }));
  return form;
}

/** A refusal may quote the form: names of files are often names of people. */
function personalDataIn({ file, tags = [], metadatas = [] }: FileParsing): string[] {
  const stem = file.fileName.replace(/\.[^.]*$/, "");
  const values = [...tags, ...metadatas].map((item) => isRecord(item) && item.value);
  return [file.fileName, stem, ...values.filter((value) => typeof value === "string")];
}

/**
 * "Cannot create profile with this reference: …. Already used!" Words that the profile contains too are blotted out of an
 * error, so half of the sentence will do.
 */
async function recognisingDuplicate<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const isUsed =
      error instanceof VendorError &&
      error.isRefused &&
      error.says(/already used|cannot create profile with this reference/i);
    if (isUsed) throw new DuplicateReferenceError(error.message, { cause: error });
    throw error;
  }
}
