/** One candidate within a run: tried, tried again, counted, and remembered for the next run when it failed. */
import type { Environment } from "../environment.ts";
import { asRelayError, type Reason, TemporaryError } from "../errors.ts";
import { failedItem } from "../run/answer.ts";
import { withoutQuotes } from "../scrub/quotes.ts";
import { namingSecret } from "../secrets/fresh-credentials.ts";
import type { Update } from "./open.ts";
import { type Pending, savePending } from "./pending.ts";
import { countOutcome, type RunProgress } from "./progress.ts";
import type { Subject } from "./subjects.ts";
import { updateCandidate } from "./update.ts";

/** After so many failures in a row that are nobody's own, HrFlow or the ATS is down: the run ends. */
const FAILURES_OF_AN_OUTAGE = 25;
/** A temporary failure is tried again so often within a run, after so many seconds each. */
const RETRY_DELAYS_IN_SECONDS = [1, 4];
const LONGEST_RETRY_DELAY_IN_SECONDS = 30;
const REPEATABLE = new Set<Reason>(["read_failure", "write_failure"]);

/**
 * Writes one candidate; what failed is remembered for the next run.
 *
 * @throws TemporaryError when so many in a row failed that the run is to end
 */
export async function attemptUpdate(
  run: RunProgress,
  update: Update,
  subject: Subject,
  environment: Environment,
): Promise<void> {
  const { row } = subject;
  try {
    const { outcome, candidateId, notes, preview } = await withRetries(
      () => withoutQuotes(row.fields, () => updateCandidate(update, subject)),
      subject,
      environment,
    );
    run.failuresInARow = 0;
    countOutcome(run, {
      key: row.id,
      outcome,
      ...(candidateId !== undefined && { candidate_id: candidateId }),
      ...(notes.length > 0 && { notes }),
      ...(preview !== undefined && { preview }),
    });
  } catch (error) {
    const failure = asRelayError(namingSecret(error, run.workflow), "write_failure");
    run.firstFailure ??= failure.reason;
    countOutcome(run, failedItem(row.id, failure));
    const said = { reason: failure.reason, detail: failure.message };
    environment.log.warn("candidate failed", { row_id: row.id, outcome: "failed", ...said });
    if (run.workflow.persist) {
      const attempts = (subject.pending?.attempts ?? 0) + 1;
      const { reason, message: detail } = failure;
      const pending: Pending = {
        rowId: row.id,
        reason,
        detail,
        attempts,
        changedOn: row.changedOn,
        runId: run.id,
      };
      await savePending(run.workflow.workflow_id, pending, environment);
    }
    run.failuresInARow = failure instanceof TemporaryError ? run.failuresInARow + 1 : 0;
    if (run.failuresInARow >= FAILURES_OF_AN_OUTAGE) {
      throw new TemporaryError(
        failure.reason,
        `${FAILURES_OF_AN_OUTAGE} candidates in a row failed: ${failure.message}`,
      );
    }
  }
}

/**
 * Repeats what failed for a passing reason; every step of an update may be repeated. Whatever the reason, when a CV was
 * sent: the next run would not know any more what it has overwritten.
 */
async function withRetries<T>(
  attempt: () => Promise<T>,
  subject: Subject,
  environment: Environment,
): Promise<T> {
  for (const delay of RETRY_DELAYS_IN_SECONDS) {
    try {
      return await attempt();
    } catch (error) {
      const failure = asRelayError(error, "write_failure");
      const isTemporary = failure instanceof TemporaryError;
      const isPassing = isTemporary && REPEATABLE.has(failure.reason);
      if (!isPassing && subject.beforeCv === undefined) throw error;
      const wanted = (isTemporary && failure.retryAfterInSeconds) || 0;
      const seconds = Math.max(
        delay / environment.settings.speed,
        Math.min(wanted, LONGEST_RETRY_DELAY_IN_SECONDS),
      );
      await environment.sleep(seconds * 1000, environment.abortAfter(60_000));
    }
  }
  return attempt();
}
