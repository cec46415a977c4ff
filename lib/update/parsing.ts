/** A candidate's CV: taken from the ATS, and parsed by HrFlow onto the profile. */
import type { CvFile, Identity, ProfileEdit } from "../connector.ts";
import { asRelayError, PermanentError, VendorError } from "../errors.ts";
import { DuplicateReferenceError, type RawProfile } from "../hrflow/client.ts";
import type { Update } from "./open.ts";
import type { Subject } from "./subjects.ts";

/** Within a run, a CV that HrFlow parses later is waited for so often, so many seconds each. */
const LOOKS_FOR_PARSED = 10;
const SECONDS_BETWEEN_LOOKS = 3;

/** What became of a CV, and what a person should know of it. */
export const NOTES = {
  parsed: [],
  queued: [],
  refused: ["HrFlow does not parse a CV onto a profile that is there: it has none"],
  not_available: ["the CV could not be had from the ATS: the profile has none"],
};

/** Has HrFlow parse the CV; `subject` then keeps what the profile was before. */
export async function sendCv(
  { source, hrflow, workflow }: Update,
  subject: Subject,
  identity: Identity,
  reference: string,
  current: RawProfile | undefined,
  edit: ProfileEdit,
): Promise<keyof typeof NOTES> {
  let file: CvFile;
  try {
    file = await source.fetchCv(identity);
  } catch (error) {
    // A CV that is not to be had must not keep the rest of the candidate away for ever.
    if (asRelayError(error, "read_failure") instanceof PermanentError) return "not_available";
    throw error;
  }
  const key = typeof current?.key === "string" ? current.key : undefined;
  // A profile that is there gets its tags by the merge, like everything else.
  const tags = current === undefined && Array.isArray(edit.tags) ? edit.tags : undefined;
  const { beforeCv } = subject;
  subject.beforeCv ??= current;
  try {
    const sourceKey = workflow.push_parameters.source_key;
    const { outcome } = await hrflow.parseFile(sourceKey, { reference, key, file, tags });
    return outcome;
  } catch (error) {
    const isRefused = error instanceof DuplicateReferenceError;
    if (isRefused || (error instanceof VendorError && error.effect === "none")) subject.beforeCv = beforeCv;
    if (isRefused) return "refused";
    throw error;
  }
}

/** The profile with its parsed CV; undefined when HrFlow does not have it yet. */
export async function readParsed(
  { hrflow, workflow, environment }: Update,
  reference: string,
  sent: "parsed" | "queued",
): Promise<RawProfile | undefined> {
  const sourceKey = workflow.push_parameters.source_key;
  for (let look = 1; ; look += 1) {
    const profile = await hrflow.findByReference(sourceKey, reference);
    if (sent === "parsed" || hasAttachments(profile) || look === LOOKS_FOR_PARSED) return profile;
    const milliseconds = (SECONDS_BETWEEN_LOOKS * 1000) / environment.settings.speed;
    await environment.sleep(milliseconds, environment.abortAfter(60_000));
  }
}

/** Whether a profile has its CV. */
export function hasAttachments(profile: RawProfile | undefined): boolean {
  return Array.isArray(profile?.attachments) && profile.attachments.length > 0;
}
