import type { Environment } from "./environment.ts";
import { asRelayError, TemporaryError, VendorError } from "./errors.ts";
import type { CheckedWorkflow } from "./workflow/check.ts";

type Workflow = Pick<
  CheckedWorkflow,
  "workflow_id" | "action" | "persist" | "hrflow_auth" | "connector_auth"
>;
type World = Pick<Environment, "secrets" | "metrics">;

/**
 * A credential that is refused may have been rotated: reads the workflow's secrets again and, if one changed, tries once
 * more. That it is refused all the same is measured.
 */
export async function withFreshCredentials<T>(
  workflow: Workflow,
  environment: World,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await tryTwice(workflow, environment, attempt);
  } catch (error) {
    const isRefused = asRelayError(error, "write_failure").reason === "credential_failure";
    if (isRefused && workflow.persist) environment.metrics.add("credentials_refused", 1, workflow);
    throw error;
  }
}

async function tryTwice<T>(workflow: Workflow, { secrets }: World, attempt: () => Promise<T>): Promise<T> {
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
export function namingSecret(
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
