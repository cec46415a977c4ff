/** Runs by hand, from the Lambda console or `aws lambda invoke`: a workflow with parameters laid over it, or one inline. */
import * as v from "valibot";
import type { Environment } from "./environment.ts";
import type { Reason } from "./errors.ts";
import { noEvents, type RunAnswer } from "./run.ts";
import type { Workflows } from "./workflow.ts";
import { type CheckedWorkflow, checkWorkflow, WorkflowError } from "./workflow-check.ts";

/** The function that an event by hand has reached. */
export interface HandOperated {
  action: string;
  workflows: Workflows;
  /** What events may name: the exports of `workflows/functions.ts`. */
  functions: Readonly<Record<string, unknown>>;
  environment: Environment;
  /** What the function does, and the parameters that its examples show. */
  help: { says: string; parameters: object };
  /**
   * Runs the workflow.
   *
   * @param isAsDeclared nothing was laid over it
   * @throws WorkflowError when it lacks what a run needs
   */
  run(workflow: CheckedWorkflow, isAsDeclared: boolean): Promise<RunAnswer>;
}

/** What the function takes. */
export interface HelpAnswer {
  help: string;
  action: string;
  workflows: string[];
  functions: string[];
  examples: object[];
}

const eventSchema = v.looseObject({ workflow_id: v.string(), action: v.optional(v.string()) });
const OVERRIDES = [
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

/** Answers an event by hand. Never throws: what is wrong with the event stands in the answer. */
export async function runByHand(event: unknown, operated: HandOperated): Promise<RunAnswer | HelpAnswer> {
  if (isHelpWanted(event)) return help(operated);
  try {
    const isAsDeclared = typeof event === "object" && event !== null && Object.keys(event).length === 1;
    return await operated.run(workflowOf(event, operated), isAsDeclared);
  } catch (error) {
    if (error instanceof WorkflowError) return refusal(error.reason, error.message, event, operated);
    throw error;
  }
}

function isHelpWanted(event: unknown): boolean {
  if (typeof event !== "object" || event === null) return false;
  return Object.keys(event).length === 0 || ("help" in event && event.help === true);
}

function help({ action, workflows, functions, help: { says, parameters } }: HandOperated): HelpAnswer {
  const ids = [...workflows.byId.values()]
    .filter((one) => one.action === action)
    .map((one) => one.workflow_id);
  const [workflow_id = "my-workflow"] = ids;
  const credentials = { hrflow_auth: { secret: "…" }, connector_auth: { secret: "…" } };
  return {
    help: `${says} A declared workflow with parameters laid over it, or a whole workflow inline.`,
    action,
    workflows: ids,
    functions: functionNames(functions),
    examples: [
      { workflow_id, ...parameters },
      { workflow_id, ...parameters, persist: false },
      { workflow_id: "inline", action, ...credentials, ...parameters },
    ],
  };
}

/** The declared workflow with the event laid over it, or the event itself when it is a whole workflow. */
function workflowOf(event: unknown, { action, workflows, functions }: HandOperated): CheckedWorkflow {
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) {
    throw new WorkflowError("(event)", "workflow_id_not_found", [
      "the event must be an object with a workflow_id",
    ]);
  }
  // What is null is not given: it must not lift a filter, or a dry run.
  const given: Record<string, unknown> = Object.fromEntries(
    Object.entries(parsed.output).filter(([, value]) => value !== null),
  );
  const id = parsed.output.workflow_id;
  const { workflow_id: _, ...rest } = withFunctions(given, id, functions);
  if (rest.action !== undefined) {
    const inline = checkWorkflow({ workflow_id: id, ...rest });
    if (inline.action === action) return inline;
    throw new WorkflowError(id, "bad_action_parameters", [
      `this function runs ${action}, not ${inline.action}`,
    ]);
  }

  const declared = workflows.declared.get(id);
  if (declared === undefined || declared.action !== action) {
    const known = [...workflows.byId.values()]
      .filter((one) => one.action === action)
      .map((one) => one.workflow_id);
    throw new WorkflowError(id, "workflow_id_not_found", [
      `no such workflow with the action ${action}; known are: ${known.join(", ") || "none"}`,
    ]);
  }
  const unknown = Object.keys(rest).filter((field) => !OVERRIDES.includes(field));
  if (unknown.length > 0) {
    throw new WorkflowError(id, "bad_action_parameters", [
      `${unknown.slice(0, 5).join(", ").slice(0, 200)} cannot be laid over a declared workflow; what can: ${OVERRIDES.join(", ")}`,
    ]);
  }
  return checkWorkflow({
    ...declared,
    ...rest,
    pull_parameters: layOver(declared.pull_parameters, rest.pull_parameters),
    push_parameters: layOver(declared.push_parameters, rest.push_parameters),
  });
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

function functionNames(functions: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(functions).filter((name) => typeof functions[name] === "function");
}

function refusal(reason: Reason, message: string, event: unknown, operated: HandOperated): RunAnswer {
  const { action, environment } = operated;
  const id = v.safeParse(eventSchema, event);
  const answer: RunAnswer = {
    run_id: environment.randomId(),
    workflow_id: id.success ? id.output.workflow_id.slice(0, 64) : "",
    action,
    status: "fatal",
    reason,
    message,
    events: noEvents(),
    items: [],
    cursor: null,
    started_at: new Date(environment.now()).toISOString(),
    duration_ms: 0,
  };
  environment.log.warn("run refused", { run_id: answer.run_id, action, reason });
  return answer;
}
