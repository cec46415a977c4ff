/**
 * `erase`: removes every trace of one person from what Relay keeps; here of a profile, by the function of a push. Whoever is
 * to be forgotten is deleted in HrFlow and in the ATS first: an event about a profile that is still there makes it known
 * again.
 */
import type { HandOperated } from "../by-hand/operated.ts";
import type { ConnectorTerms } from "../connector.ts";
import { TemporaryError } from "../errors.ts";
import { eraseLink, isHeld, type LinkKey, type LinkState, readLinkState } from "../push/link.ts";
import { eraseFromRuns } from "../run/history.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import { removeDeadLetters, visitDeadLetters } from "./dead-letter-queue.ts";
import { answerErasure, type EraseAnswer, type Removed } from "./erasure.ts";

type Push = Pick<CheckedPushWorkflow<ConnectorTerms>, "workflow_id" | "action" | "connector">;

/**
 * Erases a profile: its links, its entries in runs, and its dead letters in this function's queue.
 *
 * @param workflowId of one workflow, declared or not; undefined for all that are declared, whatever their ATS
 * @throws TemporaryError `already_running` while a push of it is at work; nothing was removed then, or other links alone
 * @throws WorkflowError when the workflow is unknown, and nothing is kept for it
 */
export async function eraseProfile(
  subject: { source_key: string; profile_key: string },
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<EraseAnswer> {
  const { environment } = operated;
  const pushes = pushesOf(workflowId, operated);
  const keyIn = (push: Push): LinkKey => ({
    workflowId: push.workflow_id,
    sourceKey: subject.source_key,
    profileKey: subject.profile_key,
  });

  const linked: Push[] = [];
  for (const push of pushes) {
    const link = await readLinkState(keyIn(push), environment);
    if (link === undefined) continue;
    refuseWhileAtWork(push, link, environment.now(), environment.settings.speed);
    linked.push(push);
  }
  const removed: Removed[] = [];
  for (const push of linked) {
    if (persist) await eraseLink(keyIn(push), environment);
    removed.push({ workflow_id: push.workflow_id, what: "link", count: 1 });
  }
  for (const { workflow_id } of pushes) {
    const count = await eraseFromRuns(workflow_id, subject.profile_key, persist, environment);
    if (count > 0) removed.push({ workflow_id, what: "runs", count });
  }
  const deadLetters = await eraseDeadLetters(subject, workflowId, persist, operated);
  if (deadLetters > 0) removed.push({ what: "dead_letters", count: deadLetters });
  const workflows = pushes.map(({ workflow_id }) => workflow_id);
  const erasure = { subject, workflows, persist, removed, ask_also: otherFunctions(pushes, operated) };
  return answerErasure(erasure, workflowId, operated);
}

function pushesOf(workflowId: string | undefined, { action, connector, workflows }: HandOperated): Push[] {
  // An inline workflow, or one that is declared no more, may have left links as well.
  if (workflowId !== undefined && !workflows.byId.has(workflowId))
    return [{ workflow_id: workflowId, action, connector }];
  return [...workflows.byId.values()]
    .filter((one) => one.direction === "push")
    .filter((one) => workflowId === undefined || one.workflow_id === workflowId);
}

/** A function may read its own queues and no others. */
function otherFunctions(pushes: readonly Push[], { action }: HandOperated): string[] {
  const others = pushes.filter((push) => push.action !== action);
  return [...new Set(others.map((push) => push.action.replaceAll("_", "-")))].sort();
}

function refuseWhileAtWork(
  { workflow_id, connector }: Push,
  link: LinkState,
  now: number,
  speed: number,
): void {
  if (isHeld(link, now)) {
    const problem = `a push of this profile for the workflow ${workflow_id} is at work`;
    throw new TemporaryError("already_running", problem);
  }
  // Forgotten before a look-up can see what the create did, the candidate would be created a second time.
  const settled = (link.creating_since ?? 0) + (connector.push.settleInSeconds * 1000) / speed;
  if (settled > now) {
    const problem = `a create of the workflow ${workflow_id} is not settled yet: try again in ${Math.ceil((settled - now) / 1000)} seconds`;
    throw new TemporaryError("already_running", problem);
  }
}

async function eraseDeadLetters(
  { source_key, profile_key }: { source_key: string; profile_key: string },
  workflowId: string | undefined,
  persist: boolean,
  operated: HandOperated,
): Promise<number> {
  let count = 0;
  await visitDeadLetters(operated, Number.POSITIVE_INFINITY, async (letters) => {
    const own = letters.filter(
      (letter) =>
        letter.profile_key === profile_key &&
        letter.source_key === source_key &&
        (workflowId === undefined || letter.workflow_id === workflowId),
    );
    count += own.length;
    if (!persist) return [];
    await removeDeadLetters(own, operated);
    return own;
  });
  return count;
}
