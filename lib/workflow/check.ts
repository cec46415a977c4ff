/** Whether a workflow is as it must be (schema.ts), and what is said when it is not. */
import * as v from "valibot";
import type { Connector, ConnectorTerms } from "../connector.ts";
import { connectorTerms } from "../connectors/index.ts";
import type { Reason } from "../errors.ts";
import type { Profile } from "../hrflow/schema.ts";
import { describeIssues } from "../issues.ts";
import {
  type commonFields,
  hrflowParametersSchema,
  profileParametersSchema,
  pushSchema,
  updateSchema,
} from "./schema.ts";
import type { Callback, Logic, SecretReference } from "./workflow.ts";

const listed: readonly ConnectorTerms[] = connectorTerms;

interface CheckedFields<Item, Known extends ConnectorTerms> {
  workflow_id: string;
  action: string;
  connector: Known;
  hrflow_auth: SecretReference;
  connector_auth: SecretReference;
  logics: readonly Logic<Item>[];
  format: ((item: Item) => unknown) | undefined;
  callback: Callback | undefined;
  persist: boolean;
}

/**
 * HrFlow → ATS, checked, with its defaults filled in. By the terms of its connector it is checked; to be run, it needs the
 * connector.
 */
export interface CheckedPushWorkflow<Known extends ConnectorTerms = Connector>
  extends CheckedFields<Profile, Known> {
  direction: "push";
  pull_parameters: v.InferOutput<typeof profileParametersSchema>;
  push_parameters: object;
  webhook: string;
}

/** ATS → HrFlow, likewise. */
export interface CheckedUpdateWorkflow<Known extends ConnectorTerms = Connector>
  extends CheckedFields<object, Known> {
  direction: "update";
  pull_parameters: object;
  push_parameters: v.InferOutput<typeof hrflowParametersSchema>;
  incremental: boolean;
  schedule: { expression: string; time_zone: string } | undefined;
}

export type CheckedWorkflow<Known extends ConnectorTerms = Connector> =
  | CheckedPushWorkflow<Known>
  | CheckedUpdateWorkflow<Known>;

/** A message is for a person, however much is wrong. */
const MAXIMUM_PROBLEMS = 5;
const MAXIMUM_CHARACTERS = 500;

/** What is wrong with a workflow. */
export class WorkflowError extends Error {
  override name = "WorkflowError";
  readonly reason: Reason;

  constructor(workflowId: string, reason: Reason, problems: string[]) {
    const named = problems.slice(0, MAXIMUM_PROBLEMS).map((problem) => problem.slice(0, MAXIMUM_CHARACTERS));
    super(`Workflow "${workflowId.slice(0, 64)}": ${named.join("; ")}`);
    this.reason = reason;
  }
}

/** What each action runs: which connector, in which direction. */
const actions = new Map<string, { connector: ConnectorTerms; direction: "push" | "update" }>(
  listed.flatMap((connector) => [
    [`push_profile_to_${connector.name}`, { connector, direction: "push" as const }],
    ...(connector.pull
      ? [
          [
            `update_profiles_in_hrflow_from_${connector.name}`,
            { connector, direction: "update" as const },
          ] as const,
        ]
      : []),
  ]),
);

/**
 * Checks one workflow, declared or inline, and fills in its defaults.
 *
 * @throws WorkflowError
 */
export function checkWorkflow(input: unknown): CheckedWorkflow<ConnectorTerms> {
  const id = readId(input);
  const action = readText(input, "action");
  const known = actions.get(action ?? "");
  if (action !== undefined && known === undefined) {
    throw new WorkflowError(id, "bad_action_parameters", [
      `action must be one of ${[...actions.keys()].join(", ")}`,
    ]);
  }
  return known?.direction === "update"
    ? checkUpdate(id, input, known.connector)
    : checkPush(id, input, known?.connector);
}

function checkPush(
  id: string,
  input: unknown,
  connector: ConnectorTerms | undefined,
): CheckedPushWorkflow<ConnectorTerms> {
  const workflow = check(id, "bad_action_parameters", pushSchema, input, "");
  if (connector === undefined) throw new WorkflowError(id, "bad_action_parameters", ["action is required"]);
  const { pull_parameters: pull, push_parameters: push } = workflow;
  return {
    ...checkedFields(workflow, connector),
    direction: "push",
    pull_parameters: check(
      id,
      "bad_origin_parameters",
      profileParametersSchema,
      pull ?? {},
      "pull_parameters",
    ),
    push_parameters: check(
      id,
      "bad_target_parameters",
      connector.push.parameters,
      push ?? {},
      "push_parameters",
    ),
    webhook: workflow.webhook ?? workflow.workflow_id,
  };
}

function checkUpdate(
  id: string,
  input: unknown,
  connector: ConnectorTerms,
): CheckedUpdateWorkflow<ConnectorTerms> {
  const workflow = check(id, "bad_action_parameters", updateSchema, input, "");
  const { pull_parameters: pull, push_parameters: push } = workflow;
  const parameters = connector.pull?.parameters ?? v.strictObject({});
  return {
    ...checkedFields(workflow, connector),
    direction: "update",
    pull_parameters: check(id, "bad_origin_parameters", parameters, pull ?? {}, "pull_parameters"),
    push_parameters: check(
      id,
      "bad_target_parameters",
      hrflowParametersSchema,
      push ?? {},
      "push_parameters",
    ),
    incremental: workflow.incremental ?? workflow.read_mode === "incremental",
    schedule: workflow.schedule ?? undefined,
  };
}

type CommonFields<Item> = v.InferOutput<
  v.StrictObjectSchema<ReturnType<typeof commonFields<Item>>, undefined>
>;

function checkedFields<Item>(
  workflow: CommonFields<Item>,
  connector: ConnectorTerms,
): CheckedFields<Item, ConnectorTerms> {
  return {
    workflow_id: workflow.workflow_id,
    action: workflow.action,
    connector,
    hrflow_auth: workflow.hrflow_auth,
    connector_auth: workflow.connector_auth,
    logics: workflow.logics ?? [],
    format: workflow.format ?? undefined,
    callback: workflow.callback ?? undefined,
    persist: workflow.persist ?? true,
  };
}

function readId(input: unknown): string {
  return readText(input, "workflow_id")?.slice(0, 64) ?? "(without workflow_id)";
}

function readText(input: unknown, field: "workflow_id" | "action"): string | undefined {
  if (typeof input !== "object" || input === null || !Object.hasOwn(input, field)) return undefined;
  const value = (input as Record<string, unknown>)[field];
  return typeof value === "string" ? value : undefined;
}

/** What is wrong with a credential belongs to its side, as in the answers of a run. */
const REASON_OF_FIELD = new Map<unknown, Reason>([
  ["hrflow_auth", "bad_origin_parameters"],
  ["connector_auth", "bad_target_parameters"],
]);

function check<T>(
  id: string,
  reason: Reason,
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  field: string,
): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const knownKeys = "entries" in schema ? Object.keys(schema.entries as object) : [];
  const problems = result.issues.map((issue) => {
    const first = issue.path?.[0]?.key;
    const isAuth = first === "hrflow_auth" || first === "connector_auth";
    if (isAuth && (issue.path?.length !== 1 || issue.received !== "undefined")) {
      return `${first} must be { secret: "name" }: put the credential itself into AWS Secrets Manager`;
    }
    const [problem] = describeIssues([issue], knownKeys);
    return field === "" ? `${problem}` : `${field}${issue.path ? "." : " "}${problem}`;
  });
  throw new WorkflowError(id, reasonOf(result.issues[0]) ?? reason, [...new Set(problems)]);
}

function reasonOf({ path }: v.BaseIssue<unknown>): Reason | undefined {
  const [{ key, value } = {}] = path ?? [];
  const isIncremental =
    (key === "incremental" && value === true) || (key === "read_mode" && value === "incremental");
  return isIncremental ? "origin_does_not_support_incremental" : REASON_OF_FIELD.get(key);
}
