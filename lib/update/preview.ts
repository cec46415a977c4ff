import type { Identity, ProfileEdit } from "../connector.ts";
import { mergeProfile } from "../hrflow/merge-profile.ts";
import type { Update, UpdateResult } from "./open.ts";
import { notInHrflow, referenceOf } from "./write.ts";

/** A dry run of one candidate: reads the profile as an update does, and says what it would write. */
export async function previewUpdate(
  update: Update,
  identity: Identity | undefined,
  edit: ProfileEdit,
): Promise<UpdateResult> {
  const { workflow, hrflow } = update;
  if (identity === undefined) {
    return {
      outcome: "updated",
      notes: ["the candidate's id is not known yet, and a dry run does not ask"],
      preview: edit,
    };
  }
  const { source_key, only_edit_fields, create_missing } = workflow.push_parameters;
  const current = await hrflow.findByReference(source_key, referenceOf(edit, identity));
  if (current === undefined && !create_missing) throw notInHrflow(edit, identity);
  const outcome =
    current === undefined
      ? "created"
      : mergeProfile(current, edit, only_edit_fields)
        ? "updated"
        : "unchanged";
  return { outcome, candidateId: identity.candidateId, notes: [], preview: edit };
}
