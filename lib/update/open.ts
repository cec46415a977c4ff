/** What all candidates of a run share: both sides, opened. */
import type { CandidateSource } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { PermanentError } from "../errors.ts";
import { createHrflowClient, type HrflowClient } from "../hrflow/client.ts";
import { hrflowAuthSchema } from "../hrflow/schema.ts";
import type { Outcome } from "../run/answer.ts";
import type { CheckedPushWorkflow, CheckedUpdateWorkflow } from "../workflow/check.ts";
import { takesSource, type Workflows } from "../workflow/workflow.ts";
import type { RunProgress } from "./progress.ts";

/** What all candidates of a run share. */
export interface Update {
  runId: string;
  workflow: CheckedUpdateWorkflow;
  /** The pushes that would carry a change of ours back to the same account of the same ATS. */
  pushesBack: readonly CheckedPushWorkflow[];
  source: CandidateSource<object>;
  hrflow: HrflowClient;
  environment: Environment;
}

/** How one candidate ended, when it did not fail. */
export interface UpdateResult {
  outcome: Exclude<Outcome, "failed">;
  candidateId?: string | undefined;
  notes: string[];
  /** Only of a dry run. Personal data: for the answer of a run, never for a log. */
  preview?: unknown;
}

/** Opens the ATS and HrFlow for a run. */
export async function openUpdate(
  run: RunProgress,
  workflows: Workflows,
  signal: AbortSignal,
  environment: Environment,
): Promise<Update> {
  const { workflow } = run;
  const { connector } = workflow;
  if (connector.pull === undefined)
    throw new PermanentError("bad_action_parameters", `${connector.label} cannot be read`);
  const auth = await environment.secrets.read(workflow.connector_auth.secret, connector.auth);
  const hrflowAuth = await environment.secrets.read(workflow.hrflow_auth.secret, hrflowAuthSchema);
  const sourceKey = workflow.push_parameters.source_key;
  const pushesBack = [...workflows.runnable.values()]
    .filter((other) => other.direction === "push")
    .filter(
      (other) =>
        other.connector.name === connector.name &&
        other.connector_auth.secret === workflow.connector_auth.secret &&
        takesSource(other, sourceKey),
    );
  return {
    runId: run.id,
    workflow,
    pushesBack,
    source: connector.pull.connect({ auth, parameters: workflow.pull_parameters, environment, signal }),
    hrflow: createHrflowClient(hrflowAuth, environment, signal),
    environment,
  };
}
