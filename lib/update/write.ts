/** The write of an update: what the ATS knows of a candidate is merged into the profile, and its CV is parsed. */
import type { Identity, ProfileEdit } from "../connector.ts";
import { PermanentError } from "../errors.ts";
import { DuplicateReferenceError, type HrflowClient, type RawProfile } from "../hrflow/client.ts";
import { mergeProfile } from "../hrflow/merge-profile.ts";
import { holdEchoes, noteEchoes, rememberReference } from "./echoes.ts";
import type { Update } from "./open.ts";
import { hasAttachments, NOTES, readParsed, sendCv } from "./parsing.ts";
import type { Subject } from "./subjects.ts";

/** A push of the profile waits for so long, should the update die before it has said what it wrote. */
const HOLD_IN_SECONDS = 120;
/** The same where HrFlow parses the CV later: the next run says what came of it. */
const HOLD_WHILE_PARSING_IN_SECONDS = 2 * 3600;

/** What a write has come to. */
export interface Written {
  outcome: "created" | "updated" | "unchanged";
  /** HrFlow is still parsing the CV: what it makes of it is merged in a later run. */
  isParsing: boolean;
  notes: string[];
}

/**
 * Writes the profile of one candidate.
 *
 * @throws PermanentError `write_failure` when HrFlow has no such profile, and none is to be created
 * @throws VendorError when a call fails
 */
export async function writeProfile(
  update: Update,
  subject: Subject,
  identity: Identity,
  edit: ProfileEdit,
): Promise<Written> {
  const { hrflow, workflow } = update;
  const { source_key: sourceKey, create_missing: createMissing, only_edit_fields } = workflow.push_parameters;
  const reference = referenceOf(edit, identity);
  await rememberReference(update, subject, identity, reference);
  const wasParsing = subject.pending?.reason === "parsing";

  const before = await hrflow.findByReference(sourceKey, reference);
  if (before === undefined && !createMissing) throw notInHrflow(edit, identity);
  if (before === undefined && wasParsing) return { outcome: "unchanged", isParsing: true, notes: [] };

  const needsCv = identity.cv !== undefined && !hasAttachments(before);
  const isForeseeable = before !== undefined && (!needsCv || wasParsing) && subject.beforeCv === undefined;
  if (!isForeseeable) await holdEchoes(update, reference, HOLD_IN_SECONDS);
  const sent =
    needsCv && !wasParsing ? await sendCv(update, subject, identity, reference, before, edit) : undefined;
  const notes = sent === undefined ? [] : NOTES[sent];
  const isSent = sent === "parsed" || sent === "queued";
  const current = isSent ? await readParsed(update, reference, sent) : before;
  if (current === undefined) {
    const isParsing = isSent || sent === "refused";
    if (isParsing) {
      await holdEchoes(update, reference, HOLD_WHILE_PARSING_IN_SECONDS);
    } else {
      await createProfile(hrflow, sourceKey, { ...edit, reference });
      await noteEchoes(update, reference, await hrflow.findByReference(sourceKey, reference));
    }
    return { outcome: "created", isParsing, notes };
  }

  // What HrFlow knew before the CV stays, where parsing has put the CV's in its place.
  const restored = subject.beforeCv && mergeProfile(current, subject.beforeCv, undefined);
  const merged = mergeProfile(restored ?? current, edit, only_edit_fields) ?? restored;
  if (merged !== undefined || !isForeseeable) await noteEchoes(update, reference, merged ?? current);
  if (merged !== undefined) await hrflow.edit(sourceKey, merged);
  const isParsing = (sent === "queued" || wasParsing) && needsCv && !hasAttachments(current);
  const changed = merged !== undefined || isSent || subject.beforeCv !== undefined;
  return { outcome: before === undefined ? "created" : changed ? "updated" : "unchanged", isParsing, notes };
}

/** Creates the profile; that it is there already is as good: it was created by a call whose answer was lost. */
async function createProfile(hrflow: HrflowClient, sourceKey: string, profile: RawProfile): Promise<void> {
  try {
    await hrflow.create(sourceKey, profile);
  } catch (error) {
    if (!(error instanceof DuplicateReferenceError)) throw error;
  }
}

/** A format may name another reference than the candidate's id. */
export function referenceOf(edit: ProfileEdit, identity: Identity): string {
  return typeof edit.reference === "string" && edit.reference !== "" ? edit.reference : identity.candidateId;
}

/** That a profile is not there, and what would create it. */
export function notInHrflow(edit: ProfileEdit, identity: Identity): PermanentError {
  const { candidateId } = identity;
  // One that a format names may tell of the person.
  const isOwn = referenceOf(edit, identity) === candidateId;
  const reference = isOwn ? `the reference ${candidateId}` : "the reference that format gave";
  return new PermanentError(
    "write_failure",
    `HrFlow has no profile with ${reference} in this source; push_parameters.create_missing: true creates it`,
  );
}
