/** One push: what it is given, what it answers, and how its ATS is opened. */
import type { CandidateStore } from "../connector.ts";
import type { Environment } from "../environment.ts";
import type { CheckedPushWorkflow } from "../workflow/check.ts";

/** Which profile a push is for. */
export interface ProfileReference {
  sourceKey: string;
  profileKey: string;
}

/** One push and what it needs. */
export interface Push {
  workflow: CheckedPushWorkflow;
  reference: ProfileReference;
  environment: Environment;
  /** Aborts every call when the budget of this push is used up. */
  signal: AbortSignal;
}

/** How a push ended, when it did not fail. */
export interface PushResult {
  outcome: "created" | "updated" | "unchanged" | "discarded";
  candidateId?: string | undefined;
  /** What a person should know, such as a CV that has expired. No personal data. */
  notes: string[];
  /** Only of a dry run: what would have been written. Personal data: for the answer of a run, never for a log. */
  preview?: unknown;
}

/** Opens the ATS for this push. */
export async function openStore({ workflow, environment, signal }: Push): Promise<CandidateStore<object>> {
  const { connector, push_parameters: parameters } = workflow;
  const auth = await environment.secrets.read(workflow.connector_auth.secret, connector.auth);
  return connector.push.connect({ auth, parameters, environment, signal });
}
