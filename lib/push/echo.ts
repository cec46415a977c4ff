/**
 * Echoes: what an update from an ATS writes to HrFlow fires HrFlow's webhook, which would push it back where it came
 * from. The update notes, for each push to the same account, what the profile will look like to it; the push leaves that
 * alone, and pushes anything else. While the update is still writing, the push waits.
 *
 * Keyed by the hash of the profile's reference: a profile that is being created has no key yet, and a format may name a
 * reference that tells of the person.
 */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { fingerprint } from "../fingerprint.ts";
import { deleteItem, getItem, type ItemKey, putItem } from "../table.ts";

/** Of which profile, to which push. */
export interface EchoKey {
  workflowId: string;
  sourceKey: string;
  referenceHash: string;
}

const echoSchema = v.object({
  /** Hash of the candidate that the profile would be pushed as. */
  fingerprint: v.optional(v.string()),
  /** Milliseconds since 1970: until then the update may still be writing. */
  held_until: v.optional(v.number()),
});
export type Echo = v.InferOutput<typeof echoSchema>;

export async function readEcho(key: EchoKey, environment: Environment): Promise<Echo> {
  return v.parse(echoSchema, await getItem(itemKey(key), environment));
}

/** Lets pushes wait, because an update has begun to write what it cannot foresee. */
export async function holdEcho(key: EchoKey, seconds: number, environment: Environment): Promise<void> {
  const heldUntil = environment.now() + (seconds * 1000) / environment.settings.speed;
  await putItem(itemKey(key), { held_until: heldUntil }, environment);
}

/** Says what the profile looks like to the push now that the update has written it, and lets pushes go on. */
export async function noteEcho(key: EchoKey, fingerprint: string, environment: Environment): Promise<void> {
  await putItem(itemKey(key), { fingerprint }, environment);
}

/** After a real change was pushed, what the ATS has is no echo of an update any more. */
export async function forgetEcho(key: EchoKey, environment: Environment): Promise<void> {
  await deleteItem(itemKey(key), environment);
}

/** By which the echoes of a reference are kept. */
export function hashReference(reference: string): string {
  return fingerprint(reference);
}

function itemKey({ workflowId, sourceKey, referenceHash }: EchoKey): ItemKey {
  return { pk: `echo#${workflowId}#${sourceKey}#${referenceHash}`, sk: "echo" };
}
