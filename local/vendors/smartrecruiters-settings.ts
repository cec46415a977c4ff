import type { RateLimitSettings } from "./rate-limit.ts";

/** What SmartRecruiters' pages leave open. May be changed while the server runs. */
export interface SmartrecruitersSettings {
  /** A key without the Customer API is refused everywhere. */
  access: "granted" | "no_feature";
  validationStatus: 400 | 422;
  /** `data_path` was seen; a validator of this kind usually gives all of `full`; `code` is documented. */
  validationForm: "data_path" | "full" | "code";
  /** Other errors: the documented form, or the message alone, as it was seen. */
  errorForm: "with_errors" | "message_only";
  unknownKeys: "accept" | "refuse";
  nameMaximumLength: number;
  descriptionMaximumLength: number;
  /** A creation with the e-mail address of a candidate on the same job; compared without regard to case. */
  duplicateOnJob: Duplicate;
  /** The same, with the candidate on another job or in the talent pool. */
  duplicateElsewhere: Duplicate;
  /** What `same_id` does to what is known of the candidate. */
  knownDetails: "overwrite" | "keep";
  initialStatus: "NEW" | "LEAD";
  /** What a further job is to a candidate who has one. */
  furtherJob: "primary" | "secondary";
  /** Setting the status on a job that the candidate is not on. */
  statusOnOtherJob: "assign" | "refuse";
  /** A PATCH with `location` or `web`: the members that it does not name are gone, or stay. */
  patchNested: "replace" | "merge";
  putTags: "replace" | "add";
  /** DELETE of tags: all of them, as documented in 2017, or those that its body names. */
  deleteTags: "all" | "named";
  /** How long a created candidate cannot be found by the search. */
  searchLagInMs: number;
  /** What `nextPageId` is on the last page. */
  lastPageId: "empty" | "null" | "omit";
  attachmentStatus: 200 | 201;
  secondResume: "replace" | "add";
  attachmentMaximumBytes: number;
  attachmentTooLargeStatus: 400 | 413;
  /** For each key and endpoint; false for none. */
  rateLimit: RateLimitSettings | false;
  /** For each key: of all requests, and of searches; false for none. */
  concurrency: { all: number; search: number } | false;
  /** How long a request is at work; only while it is does it count as concurrent. */
  processingInMs: number;
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

export type Duplicate = "same_id" | "new_id" | "conflict";

export const DEFAULT_SMARTRECRUITERS_SETTINGS: SmartrecruitersSettings = {
  access: "granted",
  validationStatus: 400,
  validationForm: "data_path",
  errorForm: "with_errors",
  unknownKeys: "accept",
  nameMaximumLength: Number.POSITIVE_INFINITY,
  descriptionMaximumLength: Number.POSITIVE_INFINITY,
  duplicateOnJob: "new_id",
  duplicateElsewhere: "new_id",
  knownDetails: "overwrite",
  initialStatus: "NEW",
  furtherJob: "secondary",
  statusOnOtherJob: "refuse",
  patchNested: "replace",
  putTags: "replace",
  deleteTags: "all",
  searchLagInMs: 0,
  lastPageId: "empty",
  attachmentStatus: 201,
  secondResume: "add",
  attachmentMaximumBytes: 10_000_000,
  attachmentTooLargeStatus: 413,
  rateLimit: { limit: 10, periodInMs: 1_000, window: "sliding" },
  concurrency: { all: 8, search: 1 },
  now: Date.now,
  processingInMs: 10,
};
