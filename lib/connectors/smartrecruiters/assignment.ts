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
 *    and is deleted again. When its answer is lost, the next attempt finds the shell on the job, deletes it, and does not
 *    make another.
 *
 * Where neither does it, the candidate stays one candidate, and the note says what is left to do by hand.
 */
import { PermanentError, TemporaryError, VendorError } from "../../errors.ts";
import type { CandidateApi } from "./api.ts";
import { isSameEmail } from "./changes.ts";
import type { CurrentCandidate } from "./schema.ts";

/** A candidate begins as one who has applied. */
const FIRST_STATUS = "NEW";
/** How an untouched candidate may stand on its job; which one it is for those of the API is not documented. */
const FIRST_STATUSES = ["NEW", "LEAD"];
const UNTOUCHED_WITHIN_IN_MILLISECONDS = 60_000;

/** The candidate that SmartRecruiters has, with its name and e-mail as they stand there now. */
export interface KnownCandidate {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
}

/** On which job, and how long until the search is sure to show what a lost answer left behind. */
export interface Target {
  jobId: string;
  settleInSeconds: number;
}

export interface Assignment {
  isAssigned: boolean;
  /** What is left to do by hand. */
  notes: string[];
}

/** @throws TemporaryError when it is not known what SmartRecruiters did, PermanentError when a person has to clean up */
export async function assignToJob(
  api: CandidateApi,
  known: KnownCandidate,
  target: Target,
): Promise<Assignment> {
  const { candidates } = await api.search(known.email, { jobId: target.jobId });
  if (candidates.some(({ id }) => id === known.id)) return { isAssigned: true, notes: [] };
  if (candidates.length > 0) {
    const twins = await Promise.all(candidates.map(({ id }) => api.read(id)));
    return removeShells(api, twins, known, target);
  }
  if (await setFirstStatus(api, known.id)) return { isAssigned: true, notes: [] };
  const created = await createAgain(api, known, target);
  if (created?.id === known.id) return { isAssigned: true, notes: [] };
  return removeShells(api, created ? [created] : [], known, target);
}

export function isOnJob(
  { primaryAssignment, secondaryAssignments }: CurrentCandidate,
  jobId: string,
): boolean {
  return [primaryAssignment, ...secondaryAssignments].some(
    (assignment) => assignment?.job.id.toLowerCase() === jobId.toLowerCase(),
  );
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
): Promise<CurrentCandidate | undefined> {
  try {
    return await api.createOnJob({ firstName, lastName, email });
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
    if (isShell(twin, person, target.jobId) && (await api.attachments(twin.id)).length === 0) {
      await removeShell(api, twin.id, target);
    } else {
      note = `SmartRecruiters has two candidates with this e-mail, ${id} and on the job ${twin.id}: merge them there`;
    }
  }
  return { isAssigned: false, notes: [note] };
}

async function removeShell(api: CandidateApi, id: string, { settleInSeconds }: Target): Promise<void> {
  try {
    await api.remove(id);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.status === 404) return;
    const message = `SmartRecruiters made a second candidate ${id} instead of putting the first on the job (${error.message})`;
    const options = { cause: error, retryAfterInSeconds: settleInSeconds };
    throw error.isRefused || error.status === 403
      ? new PermanentError("write_failure", `${message}: delete it there`, options)
      : new TemporaryError("write_failure", message, options);
  }
}

/** Whether a candidate is nothing but a name and an e-mail, put on the job over the API and untouched. */
function isShell(twin: CurrentCandidate, person: Omit<KnownCandidate, "id">, jobId: string): boolean {
  const { primaryAssignment: assignment, secondaryAssignments } = twin;
  const age = Date.parse(twin.updatedOn ?? "") - Date.parse(twin.createdOn ?? "");
  return (
    twin.firstName === person.firstName &&
    twin.lastName === person.lastName &&
    isSameEmail(person.email, twin.email) &&
    ["phoneNumber", "location", "web", "tags", "education", "experience"].every((name) =>
      isEmpty(twin[name]),
    ) &&
    isOnJob(twin, jobId) &&
    secondaryAssignments.length === 0 &&
    FIRST_STATUSES.includes(assignment?.status ?? "") &&
    assignment?.source?.toUpperCase() === "API" &&
    age >= 0 &&
    age <= UNTOUCHED_WITHIN_IN_MILLISECONDS
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return value === undefined || value === null || value === "";
  return Object.values(value).every(isEmpty);
}
