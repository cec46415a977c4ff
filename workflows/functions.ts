/**
 * Your functions: `logics`, `format` and `callback` of workflows. What is exported here can also be named in an event
 * of a run by hand, for example `{ "workflow_id": "demo-teamtailor", "logics": ["keepWithEmail"] }`.
 */
import type { Profile } from "../lib/hrflow/schema.ts";

/** A logic: keeps profiles that have an e-mail address. */
export function keepWithEmail(profile: Profile): boolean {
  return profile.info.email !== null;
}
