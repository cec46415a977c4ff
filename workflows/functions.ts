/**
 * Your functions: `logics`, `format` and `callback` of workflows. What is exported here can also be named in an event
 * of a run by hand, for example `{ "workflow_id": "demo-teamtailor", "logics": ["keepWithEmail"] }`.
 */
import { toCandidate } from "../lib/connectors/teamtailor/mapping.ts";
import type { Profile } from "../lib/hrflow/schema.ts";
import type { RunSummary } from "../lib/workflow/workflow.ts";

/** A logic: keeps profiles that have an e-mail address. */
export function keepWithEmail(profile: Profile): boolean {
  return profile.info.email !== null;
}

/** A format for Teamtailor: what Relay would push, and where the profile comes from as one more tag. */
export function tagWithSource(profile: Profile) {
  const candidate = toCandidate(profile, { sourced: false });
  const source = profile.source?.name;
  return source ? { ...candidate, tags: [...(candidate.tags ?? []), `source: ${source}`] } : candidate;
}

const NOTIFIED_URL = "https://hooks.example.com/hrflow-relay";
const NOTIFICATION_TIMEOUT_IN_MILLISECONDS = 5_000;

/**
 * A callback: tells a URL of yours how a run ended, in keys and numbers, never with personal data. The function is paid
 * for while it waits, so it does not wait long. A failure counts as `callback_failure`, and changes nothing else.
 */
export async function notifyTeam({ run_id, workflow_id, action, events }: RunSummary): Promise<void> {
  const response = await fetch(NOTIFIED_URL, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ run_id, workflow_id, action, events }),
    signal: AbortSignal.timeout(NOTIFICATION_TIMEOUT_IN_MILLISECONDS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the notification was answered with ${response.status}`);
}
