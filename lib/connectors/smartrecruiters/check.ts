import type { Access, Finding } from "../../connector.ts";
import { VendorError } from "../../errors.ts";
import { type CandidateApi, openApi } from "./api.ts";
import type { SmartrecruitersAuth, SmartrecruitersParameters } from "./schema.ts";

/** Searches candidates, which a push does with the same key, and reads the job. */
export async function check(
  access: Access<SmartrecruitersAuth, SmartrecruitersParameters>,
): Promise<Finding[]> {
  const api = openApi(access, undefined);
  await api.tryToSearch();
  const message =
    "the key works and may read candidates; whether it may write them as well only a push can tell";
  return [{ what: "connector_auth", ok: true, message }, await checkJob(api)];
}

async function checkJob(api: CandidateApi): Promise<Finding> {
  const what = "push_parameters.job_id";
  try {
    const { title, status } = await api.readJob();
    return {
      what,
      ok: true,
      message: `the job is there: ${title ?? "without a title"}, ${status ?? "without a status"}`,
    };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.isCredentialRefused) {
      // Pushes do not read jobs: a key for candidates alone is enough for them.
      const message = `whether the job is there cannot be told: the key may not read jobs. ${error.message}`;
      return { what, ok: false, message };
    }
    if (!error.isRefused) throw error;
    const message = `SmartRecruiters has no such job. job_id must be the UUID of a job, not of its posting. ${error.message}`;
    return { what, ok: false, message };
  }
}
