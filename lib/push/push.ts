/**
 * The push engine: one profile of HrFlow becomes exactly one candidate in an ATS. It knows the contract of connectors
 * (`connector.ts`) and no ATS.
 *
 * read → logics → format → compare with the link → find, create or update → save the link
 */
import { CandidateExistsError, type CandidateStore, type Cv, type Written } from "../connector.ts";
import { chooseCv, cvIdentity, fetchCv } from "../cv/cv.ts";
import { type EchoKey, forgetEcho, hashReference, readEcho } from "../echo.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, PermanentError, TemporaryError, VendorError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { withFreshCredentials } from "../fresh-credentials.ts";
import { createHrflowClient } from "../hrflow/client.ts";
import { hrflowAuthSchema, type Profile, profileSchema } from "../hrflow/schema.ts";
import { unpaced } from "../pace.ts";
import { applyFormat, applyLogics } from "../run/item.ts";
import { withoutQuotes } from "../run/quotes.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import { type LeasedLink, type Link, leaseLink, NO_MARK, readLink } from "./link.ts";

/** The lease outlives the last call by so much, so that the link can still be saved and clocks may differ. */
const LEASE_MARGIN_IN_MILLISECONDS = 5_000;
/** However fast the local system runs, a push gets so long for honest calls, and the lease so much margin. */
const LEAST_BUDGET_IN_MILLISECONDS = 4_000;
const LEAST_MARGIN_IN_MILLISECONDS = 500;
const LONGEST_WAIT_FOR_AN_UPDATE_IN_SECONDS = 60;

/** Which profile a push is for. */
export interface ProfileReference {
  sourceKey: string;
  profileKey: string;
}

/** How a push ended, when it did not fail. */
export interface PushResult {
  outcome: "created" | "updated" | "unchanged" | "discarded";
  candidateId?: string | undefined;
  /** What a person should know, such as a CV that has expired. No personal data. */
  notes: string[];
  /** Only of a dry run: what would have been written. Personal data: for the answer of a run, never for a log. */
  preview?: unknown;
}

/** HrFlow does not have the profile, or not yet: a webhook can come before its profile can be read. */
export class ProfileNotFoundError extends TemporaryError {
  override name = "ProfileNotFoundError";
}

/** One push and what it needs. */
interface Push {
  workflow: CheckedPushWorkflow;
  reference: ProfileReference;
  environment: Environment;
  /** Aborts every call when the budget of this push is used up. */
  signal: AbortSignal;
}

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
  const { workflow, environment } = push;
  const cvIsNew = item.cvFingerprint !== undefined && item.cvFingerprint !== link.cv_fingerprint;
  const isLinked = link.candidate_id !== undefined;
  if (isLinked && link.fingerprint === item.fingerprint && !cvIsNew) {
    return { outcome: "unchanged", candidateId: link.candidate_id, notes: [] };
  }
  const echoKey = echoKeyOf(push, item.profile);
  const echo = echoKey && (await readEcho(echoKey, environment));
  if (echo && (echo.held_until ?? 0) > environment.now()) {
    const seconds = Math.ceil(((echo.held_until ?? 0) - environment.now()) / 1000);
    throw new TemporaryError("already_running", "an update from the ATS is writing this profile", {
      retryAfterInSeconds: Math.min(seconds, LONGEST_WAIT_FOR_AN_UPDATE_IN_SECONDS),
    });
  }
  if (echo?.fingerprint === item.fingerprint) {
    return { outcome: "unchanged", candidateId: link.candidate_id, notes: ["this change came from the ATS"] };
  }
  const { cv, notes } = cvIsNew
    ? await fetchCv(item.profile, workflow.connector.push.cv, push.signal, environment)
    : { cv: undefined, notes: [] };
  if (isLinked && link.fingerprint === item.fingerprint && cv === undefined) {
    return { outcome: "unchanged", candidateId: link.candidate_id, notes };
  }

  const store = await openStore(push);
  const written = await write(push, store, item.candidate, cv, link, markCreating);
  if (written.outcome === "gone") {
    // Deleted in the ATS: from here on it is a profile that was never pushed, CV included.
    for (const field of Object.keys(link)) delete link[field as keyof Link];
    return pushLeased(push, link, markCreating);
  }
  if (echoKey && echo?.fingerprint !== undefined) await forgetEcho(echoKey, environment);
  link.candidate_id = written.candidateId ?? link.candidate_id;
  link.fingerprint = item.fingerprint;
  if (written.cvFailure !== undefined) throw asRelayError(written.cvFailure, "write_failure");
  if (cv !== undefined) link.cv_fingerprint = item.cvFingerprint;
  return {
    outcome: written.outcome,
    candidateId: link.candidate_id,
    notes: [...notes, ...(written.notes ?? [])],
  };
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

type WriteResult = Written & { outcome: "created" | "updated" | "unchanged" | "gone" };

/** Finds, creates or updates the candidate. */
async function write(
  { workflow, environment }: Push,
  store: CandidateStore<object>,
  candidate: object,
  cv: Cv | undefined,
  link: Link,
  markCreating: LeasedLink["markCreating"],
): Promise<WriteResult> {
  // Until this write has succeeded, nobody knows what the ATS has.
  link.fingerprint = undefined;
  if (link.candidate_id !== undefined) return store.update(link.candidate_id, candidate, cv);

  const { label, push } = workflow.connector;
  const createdBefore = link.creating_since !== undefined;
  if (link.creating_since !== undefined) {
    const settled = link.creating_since + (push.settleInSeconds * 1000) / environment.settings.speed;
    const wait = settled - environment.now();
    if (wait > 0) {
      throw new TemporaryError(
        "write_failure",
        `the outcome of a create is not known yet: ${label} is given time`,
        {
          retryAfterInSeconds: Math.ceil(wait / 1000),
        },
      );
    }
  }

  /** Makes a candidate that a look-up found ours, and updates it. */
  const adopt = async (found: { candidateId: string; notes?: string[] }): Promise<WriteResult> => {
    link.candidate_id = found.candidateId;
    Object.assign(link, NO_MARK);
    const updated = await store.update(found.candidateId, candidate, cv);
    if (updated.outcome === "gone") {
      link.candidate_id = undefined;
      throw new TemporaryError(
        "write_failure",
        `${label} found the candidate, but does not have it any more`,
      );
    }
    const outcome = createdBefore && updated.outcome === "unchanged" ? "created" : updated.outcome;
    return { ...updated, outcome, notes: [...(found.notes ?? []), ...(updated.notes ?? [])] };
  };

  const identity = store.identity(candidate);
  const createdAs = identity === undefined ? undefined : fingerprint(identity);
  if (link.creating_as !== undefined && link.creating_as !== createdAs) {
    throw new PermanentError(
      "create_outcome_unknown",
      `${label} gave no answer to a create, and the profile has another e-mail since, by which a look-up would not find the candidate. See in ${label} whether it is there`,
    );
  }
  const found = await store.find(candidate);
  if (found.outcome === "found") return adopt(found);
  if (createdBefore && found.outcome === "cannot_tell") {
    throw new PermanentError(
      "create_outcome_unknown",
      `${label} gave no answer to a create, and ${found.why}. See in ${label} whether the candidate is there`,
    );
  }

  Object.assign(link, await markCreating(createdAs));
  let created: Written;
  try {
    created = await store.create(candidate, cv);
  } catch (error) {
    const exists = error instanceof CandidateExistsError;
    if (exists || (error instanceof VendorError && error.effect === "none")) Object.assign(link, NO_MARK);
    if (!exists) throw error;
    const existing = await store.find(candidate);
    if (existing.outcome === "found") return adopt(existing);
    const message = `${label} says it has the candidate, but does not find it (yet): ${error.message}`;
    throw new TemporaryError("write_failure", message, { cause: error });
  }
  if (created.candidateId === undefined) {
    const itself = await store.find(candidate);
    if (itself.outcome === "found") {
      const adopted = await adopt(itself);
      return {
        ...created,
        ...adopted,
        outcome: "created",
        notes: [...(created.notes ?? []), ...(adopted.notes ?? [])],
      };
    }
    throw new TemporaryError("write_failure", `${label} has created the candidate, but does not find it yet`);
  }
  link.candidate_id = created.candidateId;
  Object.assign(link, NO_MARK);
  return { ...created, outcome: "created" };
}

/** A profile, ready to be written. */
interface Item {
  profile: Profile;
  candidate: object;
  /** Of all that is pushed but the CV. */
  fingerprint: string;
  /** Undefined when the profile has no CV. */
  cvFingerprint: string | undefined;
}

/** Reads the profile and prepares it; undefined when it is not to be pushed. */
async function readItem({ workflow, reference, environment, signal }: Push): Promise<Item | undefined> {
  const auth = await environment.secrets.read(workflow.hrflow_auth.secret, hrflowAuthSchema);
  const hrflow = createHrflowClient(auth, environment, signal);
  const profile = await hrflow.getProfile(reference.sourceKey, reference.profileKey).catch((error) => {
    throw asRelayError(error, "read_failure");
  });
  if (profile === undefined) {
    throw new ProfileNotFoundError("read_failure", "HrFlow has no such profile in this source");
  }
  if (profile.archive || profile.archived_at) return undefined;
  return prepareItem(workflow, profile);
}

/**
 * Passes a profile through logics and format; undefined when it is not to be pushed.
 *
 * @throws PermanentError `logics_failure` or `format_failure`
 */
export async function prepareItem(
  workflow: CheckedPushWorkflow,
  profile: Profile,
): Promise<Item | undefined> {
  const { connector, push_parameters: parameters } = workflow;
  const kept = await applyLogics(profile, workflow.logics, profileSchema);
  if (kept === undefined) return undefined;
  const format = workflow.format ?? ((item: Profile) => connector.push.toCandidate(item, parameters));
  const candidate = await applyFormat(kept, format, connector.push.candidate);
  const attachment = chooseCv(kept);
  return {
    profile: kept,
    candidate,
    fingerprint: fingerprint({ candidate, parameters }),
    cvFingerprint: attachment && fingerprint(cvIdentity(attachment)),
  };
}

async function openStore({ workflow, environment, signal }: Push): Promise<CandidateStore<object>> {
  const { connector, push_parameters: parameters } = workflow;
  const auth = await environment.secrets.read(workflow.connector_auth.secret, connector.auth);
  return connector.push.connect({ auth, parameters, environment, signal });
}

/** A dry run: reads and looks up as a push does, and says what it would write. */
async function previewPush(push: Push): Promise<PushResult> {
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
