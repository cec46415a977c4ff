/** A profile on its way to an ATS: read from HrFlow, and prepared by logics and format. */
import { chooseCv, cvIdentity } from "../cv/cv.ts";
import { asRelayError, TemporaryError } from "../errors.ts";
import { fingerprint } from "../fingerprint.ts";
import { createHrflowClient } from "../hrflow/client.ts";
import { hrflowAuthSchema, type Profile, profileSchema } from "../hrflow/schema.ts";
import { applyFormat, applyLogics } from "../run/user-functions.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";
import type { Push } from "./open.ts";

/** A profile, ready to be written. */
export interface Item {
  profile: Profile;
  candidate: object;
  /** Of all that is pushed but the CV. */
  fingerprint: string;
  /** Undefined when the profile has no CV. */
  cvFingerprint: string | undefined;
}

/** HrFlow does not have the profile, or not yet: a webhook can come before its profile can be read. */
export class ProfileNotFoundError extends TemporaryError {
  override name = "ProfileNotFoundError";
}

/** Reads the profile and prepares it; undefined when it is not to be pushed. */
export async function readItem({
  workflow,
  reference,
  environment,
  signal,
}: Push): Promise<Item | undefined> {
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
