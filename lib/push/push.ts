/**
 * The push engine: one profile of HrFlow becomes exactly one candidate in an ATS. It knows the contract of connectors
 * (`connector.ts`) and no ATS.
 *
 * read → logics → format → compare with the link → find, create or update → save the link
 */
import { chooseCv, fetchCv } from "../cv/cv.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, TemporaryError } from "../errors.ts";
import type { Profile } from "../hrflow/schema.ts";
import { unpaced } from "../http/pace.ts";
import { withoutQuotes } from "../scrub/quotes.ts";
import { withFreshCredentials } from "../secrets/fresh-credentials.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import { type Echo, type EchoKey, forgetEcho, hashReference, readEcho } from "./echo.ts";
import { type Item, readItem } from "./item.ts";
import { type LeasedLink, type Link, leaseLink } from "./link.ts";
import { openStore, type ProfileReference, type Push, type PushResult } from "./open.ts";
import { previewPush } from "./preview.ts";
import { type WriteResult, writeCandidate } from "./write.ts";

/** The lease outlives the last call by so much, so that the link can still be saved and clocks may differ. */
const LEASE_MARGIN_IN_MILLISECONDS = 5_000;
/** However fast the local system runs, a push gets so long for honest calls, also on a busy computer … */
const LEAST_BUDGET_IN_MILLISECONDS = 15_000;
/** … and the lease so much margin. */
const LEAST_MARGIN_IN_MILLISECONDS = 500;
const LONGEST_WAIT_FOR_AN_UPDATE_IN_SECONDS = 60;

/**
 * Pushes one profile.
 *
 * @param timeLeftInMilliseconds how long this invocation may still work
 * @param runId by which the link tells who holds it, and who worked on it last
 * @throws PermanentError when trying again cannot help, TemporaryError when it can; in both cases the link says all that
 *   the next attempt needs to know
 */
export async function pushProfile(
  workflow: CheckedPushWorkflow,
  reference: ProfileReference,
  timeLeftInMilliseconds: number,
  environment: Environment,
  runId: string = environment.randomId(),
): Promise<PushResult> {
  const { speed } = environment.settings;
  const margin = Math.max(LEASE_MARGIN_IN_MILLISECONDS / speed, LEAST_MARGIN_IN_MILLISECONDS);
  const budget = Math.min(
    Math.max((workflow.connector.push.budgetInSeconds * 1000) / speed, LEAST_BUDGET_IN_MILLISECONDS),
    timeLeftInMilliseconds - margin,
  );
  if (budget <= 0) throw new TemporaryError("write_failure", "no time was left in this invocation");
  const push = { workflow, reference, environment, signal: environment.abortAfter(budget) };
  if (!workflow.persist) {
    const dry = { ...push, environment: { ...environment, pacer: unpaced } };
    return withFreshCredentials(workflow, environment, () => previewPush(dry));
  }

  const lease = await leaseLink(
    { workflowId: workflow.workflow_id, ...reference },
    budget + margin,
    runId,
    environment,
  );
  const link = { ...lease.link };
  try {
    const result = await withFreshCredentials(workflow, environment, () =>
      pushLeased(push, link, lease.markCreating),
    );
    await lease.release(link, result.outcome);
    return result;
  } catch (error) {
    const failure = asRelayError(error, "write_failure");
    // If the link cannot be saved now, its lease ends by itself, and a mark that stays means one look-up more.
    await lease.release(link, failure.reason, failure.message).catch((saving) => {
      environment.log.warn("link not released", { detail: asRelayError(saving, "state_failure").message });
    });
    throw failure;
  }
}

/** The push itself. Keeps `link` true to what is known at every step, so that it can be saved wherever the push ends. */
async function pushLeased(
  push: Push,
  link: Link,
  markCreating: LeasedLink["markCreating"],
): Promise<PushResult> {
  const item = await readItem(push);
  if (item === undefined) return { outcome: "discarded", candidateId: link.candidate_id, notes: [] };
  return withoutQuotes([item.profile, item.candidate], () => pushItem(push, item, link, markCreating));
}

async function pushItem(
  push: Push,
  item: Item,
  link: Link,
  markCreating: LeasedLink["markCreating"],
): Promise<PushResult> {
  const { environment } = push;
  const cvIsNew = item.cvFingerprint !== undefined && item.cvFingerprint !== link.cv_fingerprint;
  const isLinked = link.candidate_id !== undefined;
  if (isLinked && link.fingerprint === item.fingerprint && !cvIsNew) {
    return { outcome: "unchanged", candidateId: link.candidate_id, notes: [] };
  }
  const echoKey = echoKeyOf(push, item.profile);
  const echo = echoKey && (await readEcho(echoKey, environment));
  if (echo) refuseWhileHeld(echo, environment);
  if (echo?.fingerprint === item.fingerprint) {
    return { outcome: "unchanged", candidateId: link.candidate_id, notes: ["this change came from the ATS"] };
  }
  const { notes, hasCv, written } = await environment.cvTurns.take(
    cvSize(push, item, cvIsNew),
    push.signal,
    () => fetchAndWrite(push, item, cvIsNew, link, markCreating),
  );
  if (written === undefined) return { outcome: "unchanged", candidateId: link.candidate_id, notes };
  if (written.outcome === "gone") {
    // Deleted in the ATS: from here on it is a profile that was never pushed, CV included. A mark stays: it is of a create
    // that came after the deletion, and died before it could save the new id.
    const { creating_since, creating_as } = link;
    for (const field of Object.keys(link)) delete link[field as keyof Link];
    Object.assign(link, { creating_since, creating_as });
    return pushLeased(push, link, markCreating);
  }
  if (echoKey && echo?.fingerprint !== undefined) await forgetEcho(echoKey, environment);
  link.candidate_id = written.candidateId ?? link.candidate_id;
  link.fingerprint = item.fingerprint;
  if (written.cvFailure !== undefined) throw asRelayError(written.cvFailure, "write_failure");
  if (hasCv) link.cv_fingerprint = item.cvFingerprint;
  return {
    outcome: written.outcome,
    candidateId: link.candidate_id,
    notes: [...notes, ...(written.notes ?? [])],
  };
}

/** All that a CV is held for. Its bytes are not kept beyond. */
async function fetchAndWrite(
  push: Push,
  item: Item,
  cvIsNew: boolean,
  link: Link,
  markCreating: LeasedLink["markCreating"],
): Promise<{ notes: string[]; hasCv: boolean; written?: WriteResult }> {
  const { workflow, environment, signal } = push;
  const { cv, notes } = cvIsNew
    ? await fetchCv(item.profile, workflow.connector.push.cv, signal, environment)
    : { cv: undefined, notes: [] };
  const isLinked = link.candidate_id !== undefined;
  if (isLinked && link.fingerprint === item.fingerprint && cv === undefined) {
    return { notes, hasCv: false };
  }

  const store = await openStore(push);
  // Until this write has succeeded, nobody knows what the ATS has.
  link.fingerprint = undefined;
  const { candidate } = item;
  const written = await writeCandidate({ workflow, environment, store, candidate, cv, link, markCreating });
  return { notes, hasCv: cv !== undefined, written };
}

/** As HrFlow tells it, which is known before the download. An address weighs nothing. */
function cvSize({ workflow }: Push, { profile }: Item, cvIsNew: boolean): number | undefined {
  if (!cvIsNew || workflow.connector.push.cv === "url") return 0;
  return chooseCv(profile)?.file_size ?? undefined;
}

/** @throws TemporaryError `already_running` while an update from the ATS is still writing the profile */
function refuseWhileHeld({ held_until: heldUntil = 0 }: Echo, { now }: Environment): void {
  const left = heldUntil - now();
  if (left <= 0) return;
  throw new TemporaryError("already_running", "an update from the ATS is writing this profile", {
    retryAfterInSeconds: Math.min(Math.ceil(left / 1000), LONGEST_WAIT_FOR_AN_UPDATE_IN_SECONDS),
  });
}

/** Where an update from the same ATS would have noted what it wrote; undefined when there is none. */
function echoKeyOf({ workflow, reference }: Push, profile: Profile): EchoKey | undefined {
  if (workflow.connector.pull === undefined || profile.reference === null) return undefined;
  return {
    workflowId: workflow.workflow_id,
    sourceKey: reference.sourceKey,
    referenceHash: hashReference(profile.reference),
  };
}
