/** One run of a push workflow: the push of one profile, its callback, its line in the log, its answer. */
import type { Environment } from "../environment.ts";
import { asRelayError, type RelayError } from "../errors.ts";
import {
  concludeRun,
  countItem,
  failedItem,
  messageOf,
  noEvents,
  type RunAnswer,
  type RunItem,
  withinBounds,
} from "../run/answer.ts";
import { environmentOfRun } from "../run/environment.ts";
import { saveRun } from "../run/history.ts";
import { executeCallback } from "../run/user-functions.ts";
import { type CheckedPushWorkflow, WorkflowError } from "../workflow/check.ts";
import type { ProfileReference } from "./open.ts";
import { pushProfile } from "./push.ts";

/**
 * Runs a push by hand: the workflow names the profile.
 *
 * @throws WorkflowError when it does not
 */
export async function runPushByHand(
  workflow: CheckedPushWorkflow,
  timeLeftInMilliseconds: number,
  environment: Environment,
): Promise<RunAnswer> {
  const { source_key: sourceKey, profile_key: profileKey } = workflow.pull_parameters;
  if (sourceKey === undefined || profileKey === undefined) {
    throw new WorkflowError(workflow.workflow_id, "bad_origin_parameters", [
      "pull_parameters must name one profile: { source_key, profile_key }",
    ]);
  }
  const { answer } = await runPush(workflow, { sourceKey, profileKey }, timeLeftInMilliseconds, environment);
  if (workflow.persist) await saveRun(answer, environment);
  return answer;
}

/** Runs a push. Never throws: a failure stands in the answer, and is handed back for the queue to act on. */
export async function runPush(
  workflow: CheckedPushWorkflow,
  reference: ProfileReference,
  timeLeftInMilliseconds: number,
  given: Environment,
): Promise<{ answer: RunAnswer; failure: RelayError | undefined }> {
  const startedAt = given.now();
  const run = { run_id: given.randomId(), workflow_id: workflow.workflow_id, action: workflow.action };
  const { environment, vendorCalls } = environmentOfRun(run, given);
  const { log, metrics } = environment;
  const events = noEvents();
  let item: RunItem;
  let failure: RelayError | undefined;
  try {
    const { outcome, candidateId, notes, preview } = await pushProfile(
      workflow,
      reference,
      timeLeftInMilliseconds,
      environment,
      run.run_id,
    );
    item = {
      key: reference.profileKey,
      outcome,
      ...(candidateId !== undefined && { candidate_id: candidateId }),
      ...(notes.length > 0 && { notes }),
      ...(preview !== undefined && { preview }),
    };
    const { preview: _, key, ...said } = item;
    log.info(workflow.persist ? "profile pushed" : "profile previewed", {
      profile_key: key,
      ...said,
      vendor_calls: vendorCalls,
    });
  } catch (error) {
    failure = asRelayError(error, "write_failure");
    item = failedItem(reference.profileKey, failure);
    const said = { outcome: item.outcome, reason: failure.reason, detail: failure.message };
    log.info("profile not pushed", {
      profile_key: reference.profileKey,
      ...said,
      vendor_calls: vendorCalls,
    });
  }
  if (workflow.persist) metrics.add(`pushes_${item.outcome}`, 1, run);
  countItem(events, item);

  if (failure === undefined && workflow.persist) {
    await executeCallback(workflow.callback, { ...run, events }, environment);
  }

  const conclusion = concludeRun(events, failure?.reason);
  const items = withinBounds([item]);
  const answer: RunAnswer = {
    ...run,
    ...conclusion,
    ...messageOf(conclusion, failure?.message, { events, items }),
    events,
    items,
    cursor: null,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: environment.now() - startedAt,
  };
  return { answer, failure };
}
