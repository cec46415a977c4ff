/** The CV of a candidate: a file of type RESUME. It belongs to the candidate, whatever job that is on. */
import type { Cv } from "../../connector.ts";
import { asRelayError, PermanentError, type RelayError, TemporaryError, VendorError } from "../../errors.ts";
import type { CandidateApi } from "./api.ts";

export interface SentResume {
  isSent: boolean;
  failure?: RelayError;
}

/** Sends the CV of a candidate that was just created. */
export async function sendResume(api: CandidateApi, candidateId: string, cv: Cv): Promise<SentResume> {
  try {
    await api.attachResume(candidateId, cv);
    return { isSent: true };
  } catch (error) {
    return { isSent: false, failure: explain(error, cv) };
  }
}

/** Sends the CV of a candidate, unless it is there: when an answer was lost it may be. */
export async function sendResumeOnce(api: CandidateApi, candidateId: string, cv: Cv): Promise<SentResume> {
  try {
    const attachments = await api.attachments(candidateId);
    for (const { type, name, actions } of attachments) {
      if (type !== "RESUME" || name?.normalize() !== cv.fileName.normalize()) continue;
      // Another CV may have the same name: most are called "resume.pdf".
      if (await api.hasSameBytes(actions.download.url, cv.bytes)) return { isSent: false };
    }
  } catch (error) {
    return { isSent: false, failure: explain(error, cv) };
  }
  return sendResume(api, candidateId, cv);
}

/**
 * Why SmartRecruiters does not have the CV. A 404 may only mean that a part of SmartRecruiters has not heard yet of a
 * candidate that was just created.
 */
function explain(error: unknown, cv: Cv): RelayError {
  if (!(error instanceof VendorError) || error.isCredentialRefused)
    return asRelayError(error, "write_failure");
  const hasCv = error.effect === "none" ? "but not its CV" : "and perhaps not its CV";
  const what = `SmartRecruiters has the candidate, ${hasCv} (${cv.contentType}, ${cv.bytes.byteLength} bytes)`;
  const message = `${what}: ${error.message}`;
  return error.isRefused && error.status !== 404
    ? new PermanentError("write_failure", message, { cause: error })
    : new TemporaryError("write_failure", message, {
        cause: error,
        retryAfterInSeconds: error.retryAfterInSeconds,
      });
}
