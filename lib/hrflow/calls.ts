import type { ApiCall } from "../connector.ts";

const REFERENCE = "https://developers.hrflow.ai";
const READ_PROFILE: ApiCall = {
  method: "GET",
  path: "/profile/indexing",
  does: "reads the profile",
  see: `${REFERENCE}/reference/get-a-profile`,
};
const FOR_A_CHECK: readonly ApiCall[] = [
  {
    method: "GET",
    path: "/auth",
    does: "tells whether the key works: only for a check",
    see: `${REFERENCE}/docs/api-authentication`,
  },
];
const READ_SOURCE: ApiCall = {
  method: "GET",
  path: "/source",
  does: "tells whether the source is there, and whether it parses files at once",
  see: `${REFERENCE}/api-reference/source-api/get-source`,
};

/** HrFlow → ATS. */
export const pushCalls: readonly ApiCall[] = [
  READ_PROFILE,
  ...FOR_A_CHECK,
  { ...READ_SOURCE, does: "tells whether the source is there: only for a check" },
];

/** ATS → HrFlow. */
export const updateCalls: readonly ApiCall[] = [
  { ...READ_PROFILE, does: "looks for the profile, by the candidate's id as its reference" },
  {
    method: "PUT",
    path: "/profile/indexing",
    does: "changes the profile",
    see: `${REFERENCE}/reference/edit-a-profile`,
  },
  READ_SOURCE,
  {
    method: "POST",
    path: "/profile/parsing/file",
    does: "parses the candidate's CV, onto the profile or into a new one",
    see: `${REFERENCE}/reference/parse-a-resume`,
  },
  {
    method: "POST",
    path: "/profile/indexing",
    does: "creates a profile without a CV: only with create_missing",
    see: `${REFERENCE}/reference/post-profile-indexing`,
  },
  ...FOR_A_CHECK,
];
