import { withoutQuotes } from "../scrub/quotes.ts";
import { readItem } from "./item.ts";
import { readLink } from "./link.ts";
import { openStore, type Push, type PushResult } from "./open.ts";

/** A dry run: reads and looks up as a push does, and says what it would write. */
export async function previewPush(push: Push): Promise<PushResult> {
  const { workflow, reference, environment } = push;
  const link = await readLink({ workflowId: workflow.workflow_id, ...reference }, environment);
  const item = await readItem(push);
  if (item === undefined) return { outcome: "discarded", candidateId: link.candidate_id, notes: [] };
  const preview = item.candidate;
  if (link.candidate_id !== undefined) {
    const outcome = link.fingerprint === item.fingerprint ? "unchanged" : "updated";
    return { outcome, candidateId: link.candidate_id, notes: [], preview };
  }
  const store = await openStore(push);
  const found = await withoutQuotes([item.profile, item.candidate], () => store.find(item.candidate));
  return found.outcome === "found"
    ? { outcome: "updated", candidateId: found.candidateId, notes: found.notes ?? [], preview }
    : { outcome: "created", notes: [], preview };
}
