import type { Environment } from "../environment.ts";
import { asRelayError, TemporaryError, VendorError } from "../errors.ts";
import type { CheckedWorkflow } from "../workflow/check.ts";

type Workflow = Pick<
  CheckedWorkflow,
  "workflow_id" | "action" | "persist" | "hrflow_auth" | "connector_auth"
>;
type Secrets = Pick<CheckedWorkflow, "hrflow_auth" | "connector_auth">;
type World = Pick<Environment, "secrets" | "metrics">;

/**
 * A credential that is refused may have been rotated: reads its secret again and, if that has changed, tries once more.
 * That it is refused all the same is measured.
 */
export async function withFreshCredentials<T>(
  workflow: Workflow,
  environment: World,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await tryWithEachSecret(workflow, environment, attempt);
  } catch (error) {
    const isRefused = asRelayError(error, "write_failure").reason === "credential_failure";
    if (isRefused && workflow.persist) environment.metrics.add("credentials_refused", 1, workflow);
    throw error;
  }
}

async function tryWithEachSecret<T>(
  workflow: Workflow,
  { secrets }: World,
  attempt: () => Promise<T>,
): Promise<T> {
  const names = [...new Set([workflow.hrflow_auth.secret, workflow.connector_auth.secret])];
  // Each of them may have been rotated.
  for (let rotations = names.length; ; rotations -= 1) {
    // An attempt that is the first to read a secret does not find it changed.
    const seenBefore = new Map(names.map((name) => [name, Math.max(1, secrets.valuesSeen(name))]));
    try {
      return await attempt();
    } catch (error) {
      if (asRelayError(error, "write_failure").reason !== "credential_failure") throw error;
      const refused = namesOfRefused(error, workflow);
      await Promise.all(refused.map((name) => secrets.refresh(name)));
      // Another push of this instance may have read the new value while this one was refused with the old one.
      const isChanged = refused.some((name) => secrets.valuesSeen(name) > (seenBefore.get(name) ?? 0));
      if (!isChanged || rotations === 0) throw namingSecret(error, workflow);
    }
  }
}

/** The secret that the vendor has refused; both, where a secret is not as it should be. */
function namesOfRefused(error: unknown, { hrflow_auth, connector_auth }: Secrets): string[] {
  const refusal = asRelayError(error, "write_failure").cause;
  if (!(refusal instanceof VendorError)) return [hrflow_auth.secret, connector_auth.secret];
  return [refusal.vendor === "HrFlow" ? hrflow_auth.secret : connector_auth.secret];
}

/** A refused credential, with the name of the secret that holds it; any other error as it is. */
export function namingSecret(error: unknown, workflow: Secrets): unknown {
  const failure = asRelayError(error, "write_failure");
  const refusal = failure.cause;
  if (failure.reason !== "credential_failure" || !(refusal instanceof VendorError)) return error;
  const [secret] = namesOfRefused(error, workflow);
  return new TemporaryError("credential_failure", `${failure.message} ${secret}`, {
    cause: refusal,
    retryAfterInSeconds: refusal.retryAfterInSeconds,
  });
}
