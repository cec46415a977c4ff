import type { Environment } from "./environment.ts";
import { asRelayError, TemporaryError, VendorError } from "./errors.ts";
import type { CheckedWorkflow } from "./workflow/check.ts";

/**
 * A credential that is refused may have been rotated: reads the workflow's secrets again and, if one changed, tries once
 * more.
 */
export async function withFreshCredentials<T>(
  workflow: Pick<CheckedWorkflow, "hrflow_auth" | "connector_auth">,
  { secrets }: Pick<Environment, "secrets">,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (asRelayError(error, "write_failure").reason !== "credential_failure") throw error;
    const names = new Set([workflow.hrflow_auth.secret, workflow.connector_auth.secret]);
    const changed = await Promise.all([...names].map((name) => secrets.refresh(name)));
    if (!changed.includes(true)) throw namingSecret(error, workflow);
    return attempt().catch((next) => {
      throw namingSecret(next, workflow);
    });
  }
}

/** A refused credential, with the name of the secret that holds it; any other error as it is. */
function namingSecret(
  error: unknown,
  { hrflow_auth, connector_auth }: Pick<CheckedWorkflow, "hrflow_auth" | "connector_auth">,
): unknown {
  const failure = asRelayError(error, "write_failure");
  const refusal = failure.cause;
  if (failure.reason !== "credential_failure" || !(refusal instanceof VendorError)) return error;
  const { secret } = refusal.vendor === "HrFlow" ? hrflow_auth : connector_auth;
  return new TemporaryError("credential_failure", `${failure.message} ${secret}`, {
    cause: refusal,
    retryAfterInSeconds: refusal.retryAfterInSeconds,
  });
}
