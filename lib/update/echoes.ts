/** What an update tells the pushes to the same account of the same ATS: see push/echo.ts. */
import * as v from "valibot";
import type { Identity } from "../connector.ts";
import type { RawProfile } from "../hrflow/client.ts";
import { profileSchema } from "../hrflow/schema.ts";
import { type EchoKey, hashReference, holdEcho, noteEcho } from "../push/echo.ts";
import { prepareItem } from "../push/item.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import type { Update } from "./open.ts";
import { saveRecord } from "./record.ts";
import type { Subject } from "./subjects.ts";

/** Keeps by what its echoes will be found, should the person be erased. Comes before the first of them. */
export async function rememberReference(
  { workflow, environment, pushesBack }: Update,
  subject: Subject,
  { candidateId }: Identity,
  reference: string,
): Promise<void> {
  const reference_hash = reference === candidateId ? undefined : hashReference(reference);
  if (pushesBack.length === 0 || subject.record.reference_hash === reference_hash) return;
  subject.record = { ...subject.record, reference_hash };
  await saveRecord(workflow.workflow_id, subject.row.id, subject.record, environment);
}

/** Lets the pushes to the same account wait, while nobody knows what HrFlow will make of a CV or of a new profile. */
export async function holdEchoes(update: Update, reference: string, seconds: number): Promise<void> {
  for (const { key } of echoKeys(update, reference)) await holdEcho(key, seconds, update.environment);
}

/** Tells the pushes to the same account what this change will look like to them: they leave it alone. */
export async function noteEchoes(
  update: Update,
  reference: string,
  written: RawProfile | undefined,
): Promise<void> {
  const profile = v.safeParse(profileSchema, written);
  if (!profile.success) return;
  for (const { push, key } of echoKeys(update, reference)) {
    const item = await prepareItem(push, profile.output).catch(() => undefined); // What cannot be pushed has no echo.
    await noteEcho(key, item?.fingerprint ?? "", update.environment);
  }
}

function echoKeys(
  { workflow, pushesBack }: Update,
  reference: string,
): { push: CheckedPushWorkflow; key: EchoKey }[] {
  const sourceKey = workflow.push_parameters.source_key;
  const referenceHash = hashReference(reference);
  return pushesBack.map((push) => ({
    push,
    key: { workflowId: push.workflow_id, sourceKey, referenceHash },
  }));
}
