/**
 * The write of a push: the candidate is updated, or found and updated, or created; never created twice.
 *
 * Before a create the link is marked. While a mark stands, what the create did is not known: then the candidate is looked
 * for, and where a look-up cannot settle it, a person is asked.
 * See docs/decisions/0002-the-link-is-marked-before-a-create.md.
 */
import {
  CandidateExistsError,
  type CandidateStore,
  type Cv,
  type UpdateOutcome,
  type Written,
} from "../connector.ts";
import type { Environment } from "../environment.ts";
import { PermanentError, TemporaryError, VendorError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import { type LeasedLink, type Link, NO_MARK } from "./link.ts";

/** One candidate that is to be written. */
export interface Writing {
  workflow: CheckedPushWorkflow;
  environment: Environment;
  store: CandidateStore<object>;
  candidate: object;
  /** Undefined when the ATS has it already, or there is none. */
  cv: Cv | undefined;
  /** Kept true to what is known at every step. */
  link: Link;
  markCreating: LeasedLink["markCreating"];
}

export type WriteResult = Written & { outcome: "created" | "updated" | "unchanged" | "gone" };

/**
 * Finds, creates or updates the candidate.
 *
 * @throws PermanentError `create_outcome_unknown` when a look-up cannot tell what an earlier create did
 * @throws TemporaryError `write_failure` when it is too early to tell
 * @throws VendorError when a call fails
 */
export async function writeCandidate(writing: Writing): Promise<WriteResult> {
  const { workflow, store, candidate, link } = writing;
  refuseWhileUnsettled(writing);
  if (link.candidate_id !== undefined) return update(link.candidate_id, writing);

  const { label } = workflow.connector;
  const createdBefore = link.creating_since !== undefined;
  const createdAs = identityOf(writing);
  if (link.creating_as !== undefined && link.creating_as !== createdAs) {
    throw new PermanentError(
      "create_outcome_unknown",
      `${label} gave no answer to a create, and the profile has another e-mail since, by which a look-up would not find the candidate. See in ${label} whether it is there`,
    );
  }
  const found = await store.find(candidate);
  if (found.outcome === "found") return adopt(found, createdBefore, writing);
  if (createdBefore && found.outcome === "cannot_tell") {
    throw new PermanentError(
      "create_outcome_unknown",
      `${label} gave no answer to a create, and ${found.why}. See in ${label} whether the candidate is there`,
    );
  }
  if (createdBefore && link.creating_as === undefined) {
    throw new PermanentError(
      "create_outcome_unknown",
      `${label} gave no answer to a create without an e-mail address, and has no candidate with the one that the profile has since. See in ${label} whether the candidate is there`,
    );
  }
  return create(createdBefore, writing);
}

/** Hash of what the candidate can be found by, when it can. */
function identityOf({ store, candidate }: Writing): string | undefined {
  const identity = store.identity(candidate);
  return identity === undefined ? undefined : fingerprint(identity);
}

/** After a create without an answer the ATS is given time: a look-up might not see yet what it did. */
function refuseWhileUnsettled({ workflow, environment, link }: Writing): void {
  if (link.creating_since === undefined) return;
  const { label, push } = workflow.connector;
  const settled = link.creating_since + (push.settleInSeconds * 1000) / environment.settings.speed;
  const wait = settled - environment.now();
  if (wait > 0) {
    throw new TemporaryError(
      "write_failure",
      `the outcome of a create is not known yet: ${label} is given time`,
      { retryAfterInSeconds: Math.ceil(wait / 1000) },
    );
  }
}

/** Makes a call that may create a candidate. The mark stands before it, and goes when the call certainly did nothing. */
async function marked<T>(call: () => Promise<T>, writing: Writing): Promise<T> {
  const { link, markCreating } = writing;
  const { creating_since, creating_as } = link;
  Object.assign(link, await markCreating(identityOf(writing)));
  try {
    return await call();
  } catch (error) {
    // What the ATS has may be of an earlier create without an answer: the mark of that one stays until it is found.
    if (error instanceof CandidateExistsError) Object.assign(link, { creating_since, creating_as });
    if (error instanceof VendorError && error.effect === "none") Object.assign(link, NO_MARK);
    throw error;
  }
}

async function update(candidateId: string, writing: Writing): Promise<Written & { outcome: UpdateOutcome }> {
  const { store, candidate, cv, link } = writing;
  const updated = await store.update(candidateId, candidate, cv, (call) => marked(call, writing));
  if (updated.outcome !== "gone") Object.assign(link, NO_MARK);
  return updated;
}

/**
 * Makes a candidate that a look-up found ours, and updates it.
 *
 * @param createdBefore it is what an earlier create of ours has left
 */
async function adopt(
  found: { candidateId: string; notes?: string[] },
  createdBefore: boolean,
  writing: Writing,
): Promise<WriteResult & { notes: string[] }> {
  const { workflow, link } = writing;
  const { creating_since, creating_as } = link;
  link.candidate_id = found.candidateId;
  Object.assign(link, NO_MARK);
  const updated = await update(found.candidateId, writing);
  if (updated.outcome === "gone") {
    // A look-up that lags has shown one that was deleted: what became of our create is still to be seen.
    Object.assign(link, { candidate_id: undefined, creating_since, creating_as });
    throw new TemporaryError(
      "write_failure",
      `${workflow.connector.label} found the candidate, but does not have it any more`,
    );
  }
  const outcome = createdBefore && updated.outcome === "unchanged" ? "created" : updated.outcome;
  return { ...updated, outcome, notes: [...(found.notes ?? []), ...(updated.notes ?? [])] };
}

async function create(createdBefore: boolean, writing: Writing): Promise<WriteResult> {
  const { workflow, store, candidate, cv, link } = writing;
  const { label } = workflow.connector;
  let created: Written;
  try {
    created = await marked(() => store.create(candidate, cv), writing);
  } catch (error) {
    if (!(error instanceof CandidateExistsError)) throw error;
    const existing = await store.find(candidate);
    if (existing.outcome === "found") return adopt(existing, createdBefore, writing);
    const message = `${label} says it has the candidate, but does not find it (yet): ${error.message}`;
    throw new TemporaryError("write_failure", message, { cause: error });
  }
  if (created.candidateId !== undefined) {
    link.candidate_id = created.candidateId;
    Object.assign(link, NO_MARK);
    return { ...created, outcome: "created" };
  }

  const itself = await store.find(candidate);
  if (itself.outcome !== "found") {
    throw new TemporaryError("write_failure", `${label} has created the candidate, but does not find it yet`);
  }
  const adopted = await adopt(itself, createdBefore, writing);
  const notes = [...(created.notes ?? []), ...adopted.notes];
  return { ...created, ...adopted, outcome: "created", notes };
}
