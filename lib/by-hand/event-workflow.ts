/** The workflow that an event by hand means: a declared one with the event laid over it, or the event itself. */
import * as v from "valibot";
import type { Connector } from "../connector.ts";
import { type CheckedWorkflow, checkWorkflow, WorkflowError } from "../workflow/check.ts";
import type { Workflows } from "../workflow/workflow.ts";
import { withTodaysNames } from "./document-names.ts";

/** What an event can mean in one function. */
export interface KnownWorkflows {
  action: string;
  direction: "push" | "update";
  /** The one whose workflows the function runs. */
  connector: Connector;
  workflows: Workflows;
  /** What events may name: the exports of `workflows/functions.ts`. */
  functions: Readonly<Record<string, unknown>>;
}

const eventSchema = v.looseObject({ workflow_id: v.string(), action: v.optional(v.string()) });
const CREDENTIALS = ["hrflow_auth", "connector_auth"];
/** What can be laid over a declared workflow, and its id. */
export const OVERRIDES = [
  "workflow_id",
  "pull_parameters",
  "push_parameters",
  "logics",
  "format",
  "callback",
  "persist",
  "incremental",
  "read_mode",
];

/**
 * Finds the workflow.
 *
 * @throws WorkflowError that says what is wrong, and what is known
 */
export function workflowOf(event: unknown, known: KnownWorkflows): CheckedWorkflow {
  const { action, direction, connector, workflows, functions } = known;
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) {
    throw new WorkflowError("(event)", "workflow_id_not_found", [
      "the event must be an object with a workflow_id",
    ]);
  }
  const id = parsed.output.workflow_id;
  const { workflow_id: _, ...rest } = withFunctions(
    withTodaysNames(parsed.output, direction, id),
    id,
    functions,
  );
  if (rest.action !== undefined) {
    const inline = checkWorkflow({ workflow_id: id, ...rest });
    if (inline.action === action) return { ...inline, connector };
    throw new WorkflowError(id, "bad_action_parameters", [
      `this function runs ${action}, not ${inline.action}`,
    ]);
  }

  declaredWorkflow(id, known);
  const declared = workflows.declared.get(id) ?? {};
  const unknown = Object.keys(rest).filter((field) => !OVERRIDES.includes(field));
  if (unknown.length > 0) throw new WorkflowError(id, "bad_action_parameters", [refusalOf(unknown)]);
  const checked = checkWorkflow({
    ...declared,
    ...rest,
    pull_parameters: layOver(declared.pull_parameters, rest.pull_parameters),
    push_parameters: layOver(declared.push_parameters, rest.push_parameters),
  });
  return { ...checked, connector };
}

/** @throws WorkflowError that names the workflows that are known */
export function declaredWorkflow(id: string, { action, workflows }: KnownWorkflows): CheckedWorkflow {
  const declared = workflows.runnable.get(id);
  if (declared?.action === action) return declared;
  throw new WorkflowError(id, "workflow_id_not_found", [
    `no such workflow with the action ${action}; known are: ${workflowIds({ action, workflows }).join(", ") || "none"}`,
  ]);
}

/** The ids of the workflows that this function runs. */
export function workflowIds({ action, workflows }: Pick<KnownWorkflows, "action" | "workflows">): string[] {
  return [...workflows.byId.values()].filter((one) => one.action === action).map((one) => one.workflow_id);
}

export function functionNames(functions: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(functions).filter((name) => typeof functions[name] === "function");
}

function refusalOf(unknown: string[]): string {
  const names = unknown.slice(0, 5).join(", ").slice(0, 200);
  const refusal = `${names} cannot be laid over a declared workflow; what can: ${OVERRIDES.join(", ")}`;
  const isCredential = unknown.some((name) => CREDENTIALS.includes(name));
  return isCredential
    ? `${refusal}. Credentials lie in the secrets that the workflow names: change them in AWS Secrets Manager`
    : refusal;
}

function layOver(declared: unknown, given: unknown): unknown {
  if (given === undefined) return declared;
  return typeof given === "object" && given !== null && !Array.isArray(given)
    ? { ...(declared ?? {}), ...given }
    : given;
}

/** Replaces the names of functions by the functions. */
function withFunctions(
  event: Record<string, unknown>,
  id: string,
  functions: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const resolve = (field: string, name: unknown): unknown => {
    if (typeof name !== "string") return name;
    if (Object.hasOwn(functions, name) && typeof functions[name] === "function") return functions[name];
    throw new WorkflowError(id, "bad_action_parameters", [
      `${field}: no function "${name.slice(0, 64)}" in workflows/functions.ts; known are: ${functionNames(functions).join(", ")}`,
    ]);
  };
  const { logics, format, callback } = event;
  return {
    ...event,
    ...(Array.isArray(logics) && { logics: logics.map((name) => resolve("logics", name)) }),
    ...("format" in event && { format: resolve("format", format) }),
    ...("callback" in event && { callback: resolve("callback", callback) }),
  };
}
