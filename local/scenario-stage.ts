/** What the steps of the demonstration share. */
import { setTimeout as delay } from "node:timers/promises";
import type { SecretValues } from "./aws/secrets-manager.ts";
import { type LogEntry, readLogEntry } from "./narrator.ts";
import type { ScenarioOptions } from "./scenario.ts";
import type { System } from "./system.ts";
import type { Simulator } from "./vendors/simulator.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

export const PATIENCE_IN_SECONDS = 60;

/** Why a step is not shown: the workflows give no occasion. */
export class Skipped extends Error {
  override name = "Skipped";
}

export function check(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/**
 * The first workflow with the action.
 *
 * @throws Skipped when there is none, or none that could be shown
 */
export function requireWorkflow(
  action: string,
  { system, secrets, simulators }: ScenarioOptions,
): DeclaredWorkflow {
  const workflow = system.workflows.find((one) => one.action === action);
  if (!workflow) throw new Skipped(`no workflow has the action ${action}`);
  const { workflowId, hrflowSecret, connectorSecret, pushParameters } = workflow;
  if (workflow.isDryRun) throw new Skipped(`${workflowId} is a dry run (persist: false)`);
  const missing = [hrflowSecret, connectorSecret].find((name) => !system.secretsManager.has(name));
  if (missing !== undefined) throw new Skipped(`${workflowId} needs the secret ${missing}`);
  const { company_id, company: olderName } = fieldsOf(secrets, connectorSecret);
  const company = pushParameters.company ?? pushParameters.compagny ?? company_id ?? olderName;
  const { companyId } = simulators.flatchr;
  if (company !== undefined && company !== companyId)
    throw new Skipped(`${workflowId} needs the company ${company}, and the simulated one is ${companyId}`);
  return workflow;
}

export interface Webhook {
  url: string;
  secret: string;
}

/** Where HrFlow sends webhooks for this workflow, and what signs them. */
export function webhookOf(
  { webhook, hrflowSecret }: DeclaredWorkflow,
  system: System,
  secrets: SecretValues,
) {
  const secret = fieldsOf(secrets, hrflowSecret).webhook_secret;
  return { url: `${system.url}/webhooks/${webhook}`, secret: String([secret].flat()[0]) };
}

export function fieldsOf(secrets: SecretValues, name: string): Record<string, unknown> {
  const secret = secrets[name];
  return typeof secret === "object" ? secret : {};
}

export function countWrites({ calls }: Simulator): number {
  return calls.filter(({ write }) => write).length;
}

/**
 * What the push of a profile said in the log, from the line `from` on.
 *
 * @throws Error when it was given up, or when nothing came in time
 */
export async function findPush(
  log: readonly { line: string }[],
  from: number,
  workflowId: string,
  profileKey: string,
): Promise<LogEntry> {
  const deadline = Date.now() + PATIENCE_IN_SECONDS * 1000;
  let read = from;
  let lastProblem = "";
  while (Date.now() < deadline) {
    for (; read < log.length; read += 1) {
      const entry = readLogEntry(log[read] ?? { line: "" });
      if (entry?.workflow_id !== workflowId || entry.profile_key !== profileKey) continue;
      if (entry.message === "profile pushed") return entry;
      lastProblem = `: ${String(entry.reason)}, ${String(entry.detail)}`;
      check(entry.message !== "profile dead-lettered", `${workflowId} gave the profile up${lastProblem}`);
    }
    await delay(10);
  }
  throw new Error(`${workflowId} was not done after ${PATIENCE_IN_SECONDS} seconds${lastProblem}`);
}
