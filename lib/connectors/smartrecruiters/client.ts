import { type Access, CandidateExistsError, type CandidateStore, type Cv } from "../../connector.ts";
import { asRelayError, TemporaryError, VendorError } from "../../errors.ts";
import { type CandidateApi, openApi, SETTLE_IN_SECONDS } from "./api.ts";
import { assignToJob, isOnJob } from "./assignment.ts";
import { changedDetails, completedTags, outdatedLists } from "./changes.ts";
import { sendResume, sendResumeOnce } from "./resume.ts";
import type {
  CurrentCandidate,
  SmartrecruitersAuth,
  SmartrecruitersCandidate,
  SmartrecruitersParameters,
} from "./schema.ts";

/** Opens SmartRecruiters for one push. */
export function connect(
  access: Access<SmartrecruitersAuth, SmartrecruitersParameters>,
): CandidateStore<SmartrecruitersCandidate> {
  const jobId = access.parameters.job_id;
  const settleInSeconds = Math.ceil(SETTLE_IN_SECONDS / access.environment.settings.speed);

  return {
    /** By e-mail; of several candidates with the same one, the one on the job. */
    async find(candidate) {
      const api = openApi(access, candidate);
      const { candidates, isComplete } = await api.search(candidate.email);
      const [first] = candidates;
      if (first !== undefined) {
        const { id } = candidates.find((one) => isOnJob(one, jobId)) ?? first;
        const note = `SmartRecruiters has ${candidates.length} candidates with this e-mail, ${id} is updated: merge them there`;
        return { outcome: "found", candidateId: id, notes: candidates.length > 1 ? [note] : [] };
      }
      if (isComplete) return { outcome: "not_found" };
      return { outcome: "cannot_tell", why: "its search has too many hits for this e-mail" };
    },

    async create(candidate, cv) {
      const api = openApi(access, [candidate, namesOf(cv)]);
      let created: CurrentCandidate;
      try {
        created = await api.createOnJob(candidate);
      } catch (error) {
        if (saysItExists(error)) throw new CandidateExistsError(error.message, { cause: error });
        throw error;
      }
      const notes = await completeKnown(api, created, candidate);
      if (cv === undefined) return { candidateId: created.id, notes };
      const { failure } = await sendResume(api, created.id, cv);
      return { candidateId: created.id, notes, ...(failure && { cvFailure: failure }) };
    },

    async update(candidateId, candidate, cv) {
      const api = openApi(access, [candidate, namesOf(cv)]);
      let current: CurrentCandidate;
      let changes: Changes;
      try {
        current = await api.read(candidateId);
        changes = await bringUpToDate(api, current, candidate);
      } catch (error) {
        if (error instanceof VendorError && error.status === 404) return { outcome: "gone" };
        throw error;
      }
      const { isAssigned, notes } = isOnJob(current, jobId)
        ? { isAssigned: false, notes: [] }
        : await assignToJob(api, { ...candidate, id: candidateId }, { jobId, settleInSeconds });
      const { isSent, failure } = cv ? await sendResumeOnce(api, candidateId, cv) : { isSent: false };
      return {
        outcome: changes.isChanged || isAssigned || isSent ? "updated" : "unchanged",
        notes: [...changes.notes, ...notes],
        ...(failure && { cvFailure: failure }),
      };
    },
  };
}

/** A file is often called by a person's name. */
function namesOf(cv: Cv | undefined): string[] {
  return cv ? [cv.fileName, cv.fileName.replace(/\.\w+$/, "")] : [];
}

interface Changes {
  isChanged: boolean;
  notes: string[];
}

/** Changes what differs and can be changed. */
async function bringUpToDate(
  api: CandidateApi,
  current: CurrentCandidate,
  candidate: SmartrecruitersCandidate,
): Promise<Changes> {
  const details = changedDetails(candidate, current);
  const tags = completedTags(candidate, current);
  const areDetailsChanged = Object.keys(details).length > 0;
  if (areDetailsChanged) await api.patch(current.id, details);
  if (tags !== undefined) await api.replaceTags(current.id, tags);
  const outdated = outdatedLists(candidate, current);
  const note = `SmartRecruiters keeps the ${outdated.join(" and ")} that it has: its API cannot change them`;
  return {
    isChanged: areDetailsChanged || tags !== undefined,
    notes: outdated.length > 0 ? [note] : [],
  };
}

/**
 * A creation may be answered with a candidate that was there, which the look-up did not show, and whose details
 * SmartRecruiters has kept: then they are changed now.
 *
 * @throws TemporaryError, for a VendorError would say of the creation that it had no effect
 */
async function completeKnown(
  api: CandidateApi,
  created: CurrentCandidate,
  candidate: SmartrecruitersCandidate,
): Promise<string[]> {
  const saysEnough = created.email !== null;
  if (!saysEnough || Object.keys(changedDetails(candidate, created)).length === 0) return [];
  try {
    const { notes } = await bringUpToDate(api, created, candidate);
    return notes;
  } catch (error) {
    throw new TemporaryError("write_failure", asRelayError(error, "write_failure").message, { cause: error });
  }
}

/** By status or, since no status is documented for it, by its words. */
function saysItExists(error: unknown): error is VendorError {
  return (
    error instanceof VendorError &&
    (error.status === 409 ||
      ((error.status === 400 || error.status === 422) && /already (exist|applied)/i.test(error.detail)))
  );
}
