/**
 * The contract that every ATS fulfils. Read this first.
 *
 * A connector is a folder `lib/connectors/<name>/` with six files that look alike: `index.ts` (the definition below, as
 * data), `schema.ts` (what the secret, the parameters and a candidate look like), `mapping.ts` (profile → candidate, pure),
 * `client.ts` (the calls), `calls.ts` (their list, for the pages) and `check.ts` (whether they can work). The engine
 * (`lib/push/push.ts`) knows this contract and nothing of any ATS.
 */
import type * as v from "valibot";
import type { Environment } from "./environment.ts";
import type { Profile } from "./hrflow/schema.ts";

/**
 * What every function knows of every connector: enough to check a workflow of it, without the code that runs one. It stands
 * in `schema.ts`; the definition takes it over.
 */
export interface ConnectorTerms<PushParameters = object, PullParameters = object> {
  /** Lower case; it names the folder, the action `push_profile_to_<name>` and the function `push-profile-to-<name>`. */
  name: string;
  push: {
    /** What `push_parameters` of a workflow takes; unknown keys are refused by the schema. */
    parameters: v.GenericSchema<unknown, PushParameters>;
    /** After a create without an answer, so long until a look-up is sure to see what it did. */
    settleInSeconds: number;
  };
  /** Absent where nothing is read from the ATS. */
  pull?: {
    /** What `pull_parameters` of a workflow takes: the ATS's filters. Unknown keys are refused by the schema. */
    parameters: v.GenericSchema<unknown, PullParameters>;
  };
}

/** What a connector is. `Candidate` is the ATS's own form of a candidate, in the ATS's own field names. */
export interface Connector<
  Auth = object,
  PushParameters = object,
  Candidate = object,
  PullParameters = object,
  SourceCandidate = object,
> extends ConnectorTerms<PushParameters, PullParameters> {
  /** The name as people write it, used in messages. */
  label: string;
  /** What the secret named by `connector_auth` holds. */
  auth: v.GenericSchema<unknown, Auth>;
  push: ConnectorTerms<PushParameters>["push"] & {
    /** What `format` must return: checked before anything is sent. */
    candidate: v.GenericSchema<unknown, Candidate>;
    /**
     * The mapping, used when a workflow has no `format` of its own. Pure.
     *
     * @throws Error with a message for a person when the profile cannot become a candidate.
     */
    toCandidate(profile: Profile, parameters: PushParameters): Candidate;
    /** The calls that a push and its check may make. */
    calls: readonly ApiCall[];
    /** How the CV reaches the ATS: as an address that the ATS fetches, or as the file itself. */
    cv: "url" | "file";
    /** How long one push may take, with all its calls. The link is leased for so long. */
    budgetInSeconds: number;
    /** Opens the ATS for one push. */
    connect(access: Access<Auth, PushParameters>): CandidateStore<Candidate>;
    /**
     * Reads as little as tells whether the credential works, and whether what the parameters name is there. Changes nothing.
     *
     * @throws VendorError or RelayError when the credential is refused, or the ATS does not answer
     */
    check(access: Access<Auth, PushParameters>): Promise<Finding[]>;
  };
  /** ATS → HrFlow, as `update_profiles_in_hrflow_from_<name>`; absent where nothing is read from the ATS. */
  pull?: {
    parameters: v.GenericSchema<unknown, PullParameters>;
    /** What `logics` must return. */
    candidate: v.GenericSchema<unknown, SourceCandidate>;
    /** The mapping, used when a workflow has no `format` of its own: what the ATS knows of a profile, and nothing else. Pure. */
    toProfile(candidate: SourceCandidate): ProfileEdit;
    /** The calls that a run and its check may make. */
    calls: readonly ApiCall[];
    /** Opens the ATS for one run. */
    connect(access: Access<Auth, PullParameters>): CandidateSource<SourceCandidate>;
    /** As the one of a push, for what a run reads. */
    check(access: Access<Auth, PullParameters>): Promise<Finding[]>;
  };
}

/** A call that is made, for the pages in docs/actions. A test compares the lists with the clients, and with what simulators see. */
export interface ApiCall {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As the documentation writes it: `/candidates/{id}`. */
  path: string;
  /** A phrase that goes on after the call. */
  does: string;
  /** The documentation, as it stands above the call in the client. */
  see: string;
  /** No ordinary run makes it. */
  seldom?: true;
}

/** What a connector gets to reach its ATS. */
export interface Access<Auth, PushParameters> {
  auth: Auth;
  parameters: PushParameters;
  environment: Environment;
  /** Aborts when the budget is used up; goes into every call. */
  signal: AbortSignal;
}

/** What a check found, for a person. */
export interface Finding {
  /** The field of the workflow that was checked: `connector_auth`, `push_parameters.vacancy`. */
  what: string;
  ok: boolean;
  /** Set when whoever was asked did not answer as it should: it may be well, and has to be checked again. */
  unchecked?: true;
  /** What is there, or what to do. No credential and no personal data. */
  message: string;
}

/** The ATS's candidates, as far as a push needs them. Every method throws VendorError when a call fails. */
export interface CandidateStore<Candidate> {
  /** What `find` looks for: as long as it is the same, the same candidate is found. Undefined where nothing can be looked for. */
  identity(candidate: Candidate): string | undefined;
  /** Looks for the candidate by what identifies a person in this ATS. Changes nothing. */
  find(candidate: Candidate): Promise<Found>;
  /**
   * Creates the candidate. Its `candidateId` is undefined where the ATS does not tell it: then the engine looks it up
   * and goes on with `update`.
   *
   * @throws CandidateExistsError when the ATS refuses, because it already has this candidate.
   */
  create(candidate: Candidate, cv: Cv | undefined): Promise<Written>;
  /**
   * Changes what `candidate` says and keeps everything else: an update never blanks.
   *
   * @param cv the CV, only when the ATS does not have this one yet.
   * @param creating makes a call that may make a second candidate, which this update would remove again: should the
   *   update not come to its end, the ATS is given time to show it before there is another attempt.
   */
  update(
    candidateId: string,
    candidate: Candidate,
    cv: Cv | undefined,
    creating?: Creating,
  ): Promise<Written & { outcome: UpdateOutcome }>;
}

/** Makes a call that may create a candidate, with a mark on the link before it. */
export type Creating = <T>(call: () => Promise<T>) => Promise<T>;

/** `gone`: the ATS has no such candidate any more. */
export type UpdateOutcome = "updated" | "unchanged" | "gone";

/** What a write left to say. */
export interface Written {
  /** The id by which the candidate is known from now on, when this write has learned it. Opaque to the engine. */
  candidateId?: string | undefined;
  /** The candidate is in place, but its CV is not: why. The engine keeps the link and tries the CV again. */
  cvFailure?: Error;
  /** What a person should know of it, such as what the account does not allow. No personal data. */
  notes?: string[];
}

/** The answer of a look-up. `cannot_tell`: the ATS offers nothing by which this candidate could be found. */
export type Found =
  | { outcome: "found"; candidateId: string; notes?: string[] }
  | { outcome: "not_found" }
  | { outcome: "cannot_tell"; why: string };

/** The ATS says that it has this candidate already, and did not create it. */
export class CandidateExistsError extends Error {
  override name = "CandidateExistsError";
}

/** The ATS's candidates, as far as a run that reads them needs them. Every method throws VendorError when a call fails. */
export interface CandidateSource<Candidate> {
  /**
   * Reads all rows that match the filters, as a stream: memory does not grow with their number.
   *
   * @param changedSince YYYY-MM-DD: rows that changed before this day may be left out, if the ATS can tell. Rows of that
   *   day and later are never left out.
   */
  list(changedSince: string | undefined): AsyncIterable<SourceRow>;
  /**
   * What rows are named by, such as the titles of columns. When its value changes, rows may have changed without their
   * date: then everything is read again.
   */
  catalogue(): Promise<unknown>;
  /**
   * Learns who the candidate is, and where its CV lies. It may leave a trace in the ATS, so the engine calls it once in a
   * candidate's life, keeps the answer, and never calls it in a dry run.
   */
  identify(row: SourceRow): Promise<Identity>;
  /** The candidate as users' functions get it; without identity in a dry run that does not know it. Pure. */
  toCandidate(row: SourceRow, identity: Identity | undefined): Candidate;
  /** Downloads the CV. Only called when `identity.cv` is there. */
  fetchCv(identity: Identity): Promise<CvFile>;
}

/** One row of the ATS's list. */
export interface SourceRow {
  /** The ATS's id of the row. No personal data: it keys the stored state. */
  id: string;
  /** The day of its last change, YYYY-MM-DD; undefined when the ATS does not say. */
  changedOn: string | undefined;
  fields: Record<string, unknown>;
}

/** Who a candidate is. Stored: JSON, and no personal data. */
export interface Identity {
  /** Becomes the `reference` of the profile. */
  candidateId: string;
  /** Where the CV lies, in the ATS's own terms; undefined when there is none. */
  cv: Record<string, string> | undefined;
}

/** A CV as a file. */
export interface CvFile {
  fileName: string;
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Attributes of a profile to be changed, in HrFlow's names; `reference` identifies it, the candidate's id by default. */
export type ProfileEdit = Record<string, unknown>;

/** A CV of a profile, fetched and checked before it is handed to a connector. */
export interface Cv {
  url: string;
  fileName: string;
  contentType: string;
  /** Empty for connectors that take an address. */
  bytes: Uint8Array<ArrayBuffer>;
}
