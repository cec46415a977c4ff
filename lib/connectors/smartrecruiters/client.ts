import { type Access, CandidateExistsError, type CandidateStore, type Cv } from "../../connector.ts";
import { asRelayError, TemporaryError, VendorError } from "../../errors.ts";
import { type CandidateApi, openApi } from "./api.ts";
import {
  type Assignment,
  assignToJob,
  isOnJob,
  type KnownCandidate,
  type Target,
  withoutShells,
} from "./assignment.ts";
import { changedDetails, completedTags, outdatedLists } from "./changes.ts";
import { sendResume, sendResumeOnce } from "./resume.ts";
import {
  type CurrentCandidate,
  type SmartrecruitersAuth,
  type SmartrecruitersCandidate,
  type SmartrecruitersParameters,
  terms,
} from "./schema.ts";

/** A candidate that is older than this was there before, however much our clock and SmartRecruiters' differ. */
const CLOCKS_DIFFER_IN_MILLISECONDS = 10 * 60_000;

/** Opens SmartRecruiters for one push. */
export function connect(
  access: Access<SmartrecruitersAuth, SmartrecruitersParameters>,
): CandidateStore<SmartrecruitersCandidate> {
  const { environment, parameters } = access;
  const jobId = parameters.job_id;
  const target = (): Target => ({
    jobId,
    settleInSeconds: Math.ceil(terms.push.settleInSeconds / environment.settings.speed),
    now: environment.now(),
  });

  return {
    identity: ({ email }) => email.toLowerCase(),

    /** By e-mail; of several candidates with the same one, the one on the job. */
    async find(candidate) {
      const api = openApi(access, candidate);
      const { candidates, isComplete } = await api.search(candidate.email);
      const persons =
        candidates.length > 1 ? await withoutShells(api, candidates, candidate, target()) : candidates;
      const [first] = persons;
      if (first !== undefined) {
        const { id } = persons.find((person) => isOnJob(person, jobId)) ?? first;
        const note = `SmartRecruiters has ${persons.length} candidates with this e-mail, ${id} is updated: merge them there`;
        return { outcome: "found", candidateId: id, notes: persons.length > 1 ? [note] : [] };
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
      const isKnown = Date.parse(created.createdOn ?? "") < environment.now() - CLOCKS_DIFFER_IN_MILLISECONDS;
      const notes = isKnown ? await completeKnown(api, created, candidate) : [];
      if (cv === undefined) return { candidateId: created.id, notes };
      const { failure } = await (isKnown ? sendResumeOnce : sendResume)(api, created.id, cv);
      return { candidateId: created.id, notes, ...(failure && { cvFailure: failure }) };
    },

    async update(candidateId, candidate, cv, creating = (call) => call()) {
      const api = openApi(access, [candidate, namesOf(cv)]);
      let current = await unlessGone(api.read(candidateId));
      let assignment: Assignment = { isChanged: false, notes: [] };
      if (current !== undefined && !isOnJob(current, jobId)) {
        // First, while the candidate has the e-mail by which an earlier attempt looked for it and left a shell.
        assignment = await assignToJob(api, asItIs(current, candidate), target(), creating);
        current = await unlessGone(api.read(candidateId)); // A recruiter may have been at work meanwhile.
      }
      if (current === undefined) return { outcome: "gone" };
      const changes = await unlessGone(bringUpToDate(api, current, candidate));
      if (changes === undefined) return { outcome: "gone" };
      const { isSent, failure } = cv ? await sendResumeOnce(api, candidateId, cv) : { isSent: false };
      return {
        outcome: changes.isChanged || assignment.isChanged || isSent ? "updated" : "unchanged",
        notes: [...changes.notes, ...assignment.notes],
        ...(failure && { cvFailure: failure }),
      };
    },
  };
}

/** Who the candidate is in SmartRecruiters, whatever it is to become. */
function asItIs(current: CurrentCandidate, candidate: SmartrecruitersCandidate): KnownCandidate {
  const stands = (name: "firstName" | "lastName" | "email") => {
    const value = current[name];
    return typeof value === "string" && value !== "" ? value : candidate[name];
  };
  return {
    id: current.id,
    firstName: stands("firstName"),
    lastName: stands("lastName"),
    email: stands("email"),
  };
}

/** Undefined when the candidate is not there (any more). */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VendorError && error.status === 404) return undefined;
    throw error;
  }
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
 * A creation was answered with a candidate that was there and that the look-up did not show. SmartRecruiters may have
 * kept its details: then they are changed now.
 *
 * @throws TemporaryError, for a VendorError would say of the creation that it had no effect
 */
async function completeKnown(
  api: CandidateApi,
  created: CurrentCandidate,
  candidate: SmartrecruitersCandidate,
): Promise<string[]> {
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
      ((error.status === 400 || error.status === 422) && error.says(/already (exist|applied)/i)))
  );
}
