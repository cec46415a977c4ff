/**
 * Puts a candidate that SmartRecruiters has already, on another job or in the talent pool, on the job of the workflow.
 *
 * No call is documented for that. Two may do it, depending on the account:
 *
 * 1. Setting the status on the job. It can never make a candidate, so it comes first. It could change the status of one
 *    who is on the job, so the job itself is asked before.
 * 2. The creation on the job, with the e-mail of the candidate: SmartRecruiters may answer with the same candidate, now on
 *    the job; refuse; or make a second one. So it says the name and the e-mail alone, as SmartRecruiters has them: on the
 *    same candidate that overwrites nothing, and a second one is an empty shell that can be told from any other candidate,
 *    and is deleted again. When its answer is lost, or anything fails before the shell is deleted, the next attempt waits
 *    until the search shows it, finds it on the job, deletes it, and does not make another. (A look-up passes over it, so
 *    that after a crash it is not taken for the person.)
 *
 * Where neither does it, the candidate stays one candidate, and the note says what is left to do by hand.
 */
import type { Creating } from "../../connector.ts";
import { PermanentError, TemporaryError, VendorError } from "../../errors.ts";
import type { CandidateApi } from "./api.ts";
import { isSameEmail } from "./changes.ts";
import type { CurrentCandidate } from "./schema.ts";

/** A candidate begins as one who has applied. */
const FIRST_STATUS = "NEW";
/** How an untouched candidate may stand on its job; which one it is for those of the API is not documented. */
const FIRST_STATUSES = ["NEW", "LEAD"];
const DETAILS = ["phoneNumber", "location", "web", "tags", "education", "experience"];
const UNTOUCHED_WITHIN_IN_MILLISECONDS = 60_000;
/** Our own creation comes back to what it left within a day, even after an outage. Older ones are somebody's. */
const OLDEST_SHELL_IN_MILLISECONDS = 2 * 24 * 3_600_000;

/** The candidate that SmartRecruiters has, with its name and e-mail as they stand there now. */
export interface KnownCandidate {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
}

/** On which job, and when. */
export interface Target {
  jobId: string;
  /** How long until the search is sure to show what a lost answer left behind. */
  settleInSeconds: number;
  /** Milliseconds since 1970. */
  now: number;
}

export interface Assignment {
  /** True when it was not on the job, and is now. */
  isChanged: boolean;
  /** What is left to do by hand. */
  notes: string[];
}

/**
 * @param creating makes the call that may leave a shell, so that the next attempt gives SmartRecruiters time to show it
 * @throws TemporaryError when it is not known what SmartRecruiters did, PermanentError when a person has to clean up
 */
export async function assignToJob(
  api: CandidateApi,
  known: KnownCandidate,
  target: Target,
  creating: Creating,
): Promise<Assignment> {
  const { candidates: onJob } = await api.search(known.email, { jobId: target.jobId });
  if (onJob.some(({ id }) => id === known.id)) return { isChanged: false, notes: [] };
  // Also of one that the search shows though it is gone: SmartRecruiters makes second candidates, and would again.
  if (onJob.length > 0) return removeShells(api, await readAll(api, onJob), known, target);
  if (await setFirstStatus(api, known.id)) return { isChanged: true, notes: [] };
  const created = await createAgain(api, known, target, creating);
  if (created?.id === known.id) return { isChanged: true, notes: [] };
  return removeShells(api, created ? [created] : [], known, target);
}

/** Of several candidates with the e-mail of a person, those that are more than what our own creation left behind. */
export async function withoutShells(
  api: CandidateApi,
  candidates: CurrentCandidate[],
  person: Omit<KnownCandidate, "id">,
  target: Target,
): Promise<CurrentCandidate[]> {
  const whole = await readAll(api, candidates);
  const shells = new Set<CurrentCandidate>();
  for (const candidate of whole) if (await isShell(api, candidate, person, target)) shells.add(candidate);
  return shells.size < whole.length ? whole.filter((candidate) => !shells.has(candidate)) : whole;
}

export function isOnJob(
  { primaryAssignment, secondaryAssignments }: CurrentCandidate,
  jobId: string,
): boolean {
  return [primaryAssignment, ...secondaryAssignments].some(
    (assignment) => assignment?.job.id.toLowerCase() === jobId.toLowerCase(),
  );
}

/** With all their members; the search may still show what is gone. */
async function readAll(
  api: CandidateApi,
  candidates: Pick<CurrentCandidate, "id">[],
): Promise<CurrentCandidate[]> {
  const whole: CurrentCandidate[] = [];
  for (const { id } of candidates) {
    try {
      whole.push(await api.read(id));
    } catch (error) {
      if (!(error instanceof VendorError && error.status === 404)) throw error;
    }
  }
  return whole;
}

/** @returns false when SmartRecruiters does not assign in this way */
async function setFirstStatus(api: CandidateApi, candidateId: string): Promise<boolean> {
  try {
    await api.setStatusOnJob(candidateId, FIRST_STATUS);
    return true;
  } catch (error) {
    if (error instanceof VendorError && (error.isRefused || error.status === 403)) return false;
    throw error;
  }
}

/** @returns undefined when SmartRecruiters refuses, because it has the candidate */
async function createAgain(
  api: CandidateApi,
  { firstName, lastName, email }: KnownCandidate,
  { settleInSeconds }: Target,
  creating: Creating,
): Promise<CurrentCandidate | undefined> {
  try {
    return await creating(() => api.createOnJob({ firstName, lastName, email }));
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.effect === "unknown") {
      throw new TemporaryError("write_failure", error.message, {
        cause: error,
        retryAfterInSeconds: settleInSeconds,
      });
    }
    // 404 is the job that is not there: a mistake in the workflow.
    if (error.isRefused && error.status !== 404) return undefined;
    throw error;
  }
}

/** Of other candidates with the same e-mail on the job, deletes those that our own creation left, and no others. */
async function removeShells(
  api: CandidateApi,
  twins: CurrentCandidate[],
  { id, ...person }: KnownCandidate,
  target: Target,
): Promise<Assignment> {
  let note = `SmartRecruiters has the candidate ${id} already, and its API does not put it on the job: do so there`;
  for (const twin of twins) {
    if (await isShell(api, twin, person, target)) {
      await removeShell(api, twin.id, target);
    } else {
      note = `SmartRecruiters has two candidates with this e-mail, ${id} and on the job ${twin.id}: merge them there`;
    }
  }
  return { isChanged: false, notes: [note] };
}

async function removeShell(api: CandidateApi, id: string, { settleInSeconds }: Target): Promise<void> {
  try {
    await api.remove(id);
  } catch (error) {
    if (!(error instanceof VendorError) || error.status === 401) throw error;
    // It may be gone, or a part of SmartRecruiters may not have heard yet of one that was just created.
    if (error.status === 404 && (await isGone(api, id))) return;
    const message = `SmartRecruiters made a second candidate ${id} instead of putting the first on the job (${error.message})`;
    const options = { cause: error, retryAfterInSeconds: settleInSeconds };
    throw (error.isRefused && error.status !== 404) || error.status === 403
      ? new PermanentError("write_failure", `${message}: delete it there`, options)
      : new TemporaryError("write_failure", message, options);
  }
}

async function isGone(api: CandidateApi, id: string): Promise<boolean> {
  const [candidate] = await readAll(api, [{ id }]);
  return candidate === undefined;
}

/** Whether a candidate is nothing but a name and an e-mail, put on the job over the API and untouched since. */
async function isShell(
  api: CandidateApi,
  candidate: CurrentCandidate,
  { firstName, lastName, email }: Omit<KnownCandidate, "id">,
  { jobId, now }: Target,
): Promise<boolean> {
  const { primaryAssignment: assignment, secondaryAssignments } = candidate;
  const createdAt = Date.parse(candidate.createdOn ?? "");
  const updatedAt = Date.parse(candidate.updatedOn ?? "");
  const isBare =
    candidate.firstName === firstName &&
    candidate.lastName === lastName &&
    isSameEmail(email, candidate.email) &&
    DETAILS.every((name) => isEmpty(candidate[name])) &&
    isOnJob(candidate, jobId) &&
    secondaryAssignments.length === 0 &&
    FIRST_STATUSES.includes(assignment?.status ?? "") &&
    assignment?.source?.toUpperCase() === "API" &&
    updatedAt - createdAt <= UNTOUCHED_WITHIN_IN_MILLISECONDS &&
    now - createdAt <= OLDEST_SHELL_IN_MILLISECONDS;
  return isBare && (await api.attachments(candidate.id)).length === 0;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return value === undefined || value === null || value === "";
  return Object.values(value).every(isEmpty);
}
