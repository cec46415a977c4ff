/** What `erase` answers, of a profile and of a candidate. */

import { declaredWorkflow } from "../by-hand/event-workflow.ts";
import type { HandOperated } from "../by-hand/operated.ts";

/** What was removed or, in a dry run, would be. */
export interface EraseAnswer {
  action: string;
  subject: { source_key: string; profile_key: string } | { candidate: string };
  /** The workflows that were looked through. */
  workflows: string[];
  /** False: a dry run, nothing was removed. */
  persist: boolean;
  removed: Removed[];
  /** Functions that have dead-letter queues of their own: the same event erases what lies there. */
  ask_also: string[];
  message: string;
}

export interface Removed {
  /** Undefined where it belongs to no single workflow. */
  workflow_id?: string;
  what: "link" | "candidate" | "pending" | "echo" | "runs" | "dead_letters";
  count: number;
}

/**
 * The answer to an erasure that was done, or previewed.
 *
 * @param workflowId the one that was asked for, when it was one
 * @throws WorkflowError when nothing was kept for a workflow that is not declared: most likely its id is mistyped
 */
export function answerErasure(
  erasure: Pick<EraseAnswer, "subject" | "persist" | "removed" | "workflows" | "ask_also">,
  workflowId: string | undefined,
  operated: HandOperated,
): EraseAnswer {
  const { action, environment } = operated;
  const { subject, persist, removed, ask_also } = erasure;
  if (removed.length === 0 && workflowId !== undefined) declaredWorkflow(workflowId, operated);
  const list = removed.map(
    ({ workflow_id, what, count }) => `${count} ${what}${workflow_id ? ` of ${workflow_id}` : ""}`,
  );
  if (persist) environment.log.info("erased", { action, removed: list });
  const done = persist ? "removed" : "dry run: would be removed";
  const after =
    "candidate" in subject
      ? "Its profile in HrFlow, and what pushes keep of it, are erased by source_key and profile_key. While the ATS lists it, the next run makes it known again"
      : "While HrFlow has the profile, an event about it makes it known again; messages that still wait in the queues end as read_failure once it is deleted there";
  const others =
    ask_also.length > 0
      ? `. Send this event to ${ask_also.join(" and ")} as well, for their dead letters`
      : "";
  return {
    action,
    ...erasure,
    message: `${removed.length === 0 ? "nothing is kept" : `${done}: ${list.join(", ")}`}. ${after}${others}`,
  };
}
