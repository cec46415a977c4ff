/** Workflows: what a user declares in `workflows/`, and the checks that tell what is wrong with one. */
import * as v from "valibot";
import type { Connector } from "./connector.ts";
import { type AnyConnector, connectors } from "./connectors/index.ts";
import type { Reason } from "./errors.ts";
import { keySchema, type Profile } from "./hrflow/schema.ts";
import { describeIssues } from "./issues.ts";

/** Where a credential lies: the name of a secret in AWS Secrets Manager. Credentials themselves are never written here. */
export interface SecretReference {
  secret: string;
}

type Kept<Item> = Item | boolean | null | undefined;
/** Keeps (the item, changed or not, or `true`) or discards (`null`, `undefined`, `false`) an item before it is pushed. */
export type Logic<Item> = (item: Item) => Kept<Item> | Promise<Kept<Item>>;

/** What a callback is told of the run that has just ended. */
export interface RunSummary {
  run_id: string;
  workflow_id: string;
  action: string;
  events: Readonly<Record<string, number>>;
}
export type Callback = (run: RunSummary) => unknown;

/** HrFlow → ATS, driven by HrFlow's webhook, or by hand for one profile. */
export interface PushWorkflow<C extends Connector = Connector> {
  /** Stable; it keys all stored state. Lower-case letters, digits and hyphens, at most 64. */
  workflow_id: string;
  action: `push_profile_to_${C["name"]}`;
  hrflow_auth: SecretReference;
  connector_auth: SecretReference;
  pull_parameters?: {
    /** Which sources the webhook may push; all when absent. */
    source_keys?: readonly string[] | null;
    /** One profile, by hand. */
    source_key?: string | null;
    profile_key?: string | null;
  } | null;
  push_parameters?: v.InferInput<C["push"]["parameters"]> | null;
  /** Called in turn with each profile. */
  logics?: readonly Logic<Profile>[] | null;
  /** Profile → candidate in the ATS's own field names. Default: the connector's mapping. */
  format?: ((profile: Profile) => unknown) | null;
  /** Called once after a run that wrote or had nothing to write. */
  callback?: Callback | null;
  /** `false` is a dry run: nothing is written anywhere. Default true. */
  persist?: boolean | null;
  /** Workflows with the same name share one webhook URL. Default: the workflow_id. */
  webhook?: string | null;
}

/** A workflow as users write it. */
export type Workflow = AnyConnector extends infer C ? (C extends Connector ? PushWorkflow<C> : never) : never;

/** A workflow that was checked, with its defaults filled in. */
export interface CheckedWorkflow {
  workflow_id: string;
  action: string;
  connector: Connector;
  hrflow_auth: SecretReference;
  connector_auth: SecretReference;
  pull_parameters: v.InferOutput<typeof pullParametersSchema>;
  push_parameters: object;
  logics: readonly Logic<Profile>[];
  format: ((profile: Profile) => unknown) | undefined;
  callback: Callback | undefined;
  persist: boolean;
  webhook: string;
}

/** What is wrong with a workflow. */
export class WorkflowError extends Error {
  override name = "WorkflowError";
  readonly reason: Reason;

  constructor(workflowId: string, reason: Reason, problems: string[]) {
    super(`Workflow "${workflowId}": ${problems.join("; ")}`);
    this.reason = reason;
  }
}

/**
 * Declares a workflow: type-checked while it is written, checked when the module loads.
 *
 * @throws WorkflowError that names the workflow, the field and the reason
 */
export function defineWorkflow<const W extends Workflow>(workflow: W): W {
  checkWorkflow(workflow);
  return workflow;
}

const workflowIdSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  v.maxLength(64, "must have at most 64 characters"),
);
const secretReferenceSchema = v.strictObject({
  secret: v.pipe(v.string(), v.trim(), v.nonEmpty("must be a name")),
});
const functionSchema = <F>() => v.custom<F>((value) => typeof value === "function", "must be a function");
const absentWhenNull = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );

const pullParametersSchema = v.strictObject({
  source_keys: absentWhenNull(v.array(keySchema)),
  source_key: absentWhenNull(keySchema),
  profile_key: absentWhenNull(keySchema),
});

const fields = {
  workflow_id: workflowIdSchema,
  action: v.picklist(connectors.map((connector) => `push_profile_to_${connector.name}` as const)),
  hrflow_auth: secretReferenceSchema,
  connector_auth: secretReferenceSchema,
  pull_parameters: v.nullish(v.unknown()),
  push_parameters: v.nullish(v.unknown()),
  logics: v.nullish(v.array(functionSchema<Logic<Profile>>())),
  format: v.nullish(functionSchema<(profile: Profile) => unknown>()),
  callback: v.nullish(functionSchema<Callback>()),
  persist: v.nullish(v.boolean()),
  incremental: v.nullish(v.literal(false, "must be false: a push is driven by webhooks and has no cursor")),
  read_mode: v.nullish(v.literal("sync", "must be 'sync': a push is driven by webhooks and has no cursor")),
  webhook: v.nullish(workflowIdSchema),
};

/**
 * Checks one workflow, declared or inline, and fills in its defaults.
 *
 * @throws WorkflowError
 */
export function checkWorkflow(input: unknown): CheckedWorkflow {
  const id = readId(input);
  const workflow = check(id, "bad_action_parameters", v.strictObject(fields), input, "");
  const connector = connectors.find(({ name }) => workflow.action === `push_profile_to_${name}`) as Connector;
  return {
    workflow_id: workflow.workflow_id,
    action: workflow.action,
    connector,
    hrflow_auth: workflow.hrflow_auth,
    connector_auth: workflow.connector_auth,
    pull_parameters: check(
      id,
      "bad_origin_parameters",
      pullParametersSchema,
      workflow.pull_parameters ?? {},
      "pull_parameters",
    ),
    push_parameters: check(
      id,
      "bad_target_parameters",
      connector.push.parameters,
      workflow.push_parameters ?? {},
      "push_parameters",
    ),
    logics: workflow.logics ?? [],
    format: workflow.format ?? undefined,
    callback: workflow.callback ?? undefined,
    persist: workflow.persist ?? true,
    webhook: workflow.webhook ?? workflow.workflow_id,
  };
}

function readId(input: unknown): string {
  const id =
    typeof input === "object" && input !== null && "workflow_id" in input ? input.workflow_id : undefined;
  return typeof id === "string" ? id.slice(0, 64) : "(without workflow_id)";
}

/** What is wrong with a credential belongs to its side, as in the answers of a run. */
const REASON_OF_FIELD: Record<string, Reason> = {
  hrflow_auth: "bad_origin_parameters",
  connector_auth: "bad_target_parameters",
};

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
    if ((first === "hrflow_auth" || first === "connector_auth") && issue.path?.length !== 1) {
      return `${first} must be { secret: "name" }: put the credential itself into AWS Secrets Manager`;
    }
    const [problem] = describeIssues([issue], knownKeys);
    return field === "" ? `${problem}` : `${field}${issue.path ? "." : " "}${problem}`;
  });
  const first = String(result.issues[0].path?.[0]?.key);
  throw new WorkflowError(id, REASON_OF_FIELD[first] ?? reason, [...new Set(problems)]);
}

/** All workflows of a deployment. */
export interface Workflows {
  byId: ReadonlyMap<string, CheckedWorkflow>;
  /** As they were written: what a run by hand lays its parameters over. */
  declared: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The workflows that share a webhook URL, by its name. */
  byWebhook: ReadonlyMap<string, readonly CheckedWorkflow[]>;
}

/**
 * Checks the list that `workflows/index.ts` exports.
 *
 * @throws WorkflowError for the first workflow that is wrong, or that clashes with another
 */
export function checkWorkflows(list: unknown): Workflows {
  if (!Array.isArray(list)) throw new Error("workflows/index.ts must export a list of workflows by default");
  const byId = new Map<string, CheckedWorkflow>();
  for (const workflow of list.map(checkWorkflow)) {
    if (byId.has(workflow.workflow_id)) {
      throw new WorkflowError(workflow.workflow_id, "bad_action_parameters", ["workflow_id is used twice"]);
    }
    byId.set(workflow.workflow_id, workflow);
  }
  const byWebhook = Map.groupBy(byId.values(), (workflow) => workflow.webhook);
  for (const [webhook, [first, ...others]] of byWebhook) {
    const stranger = others.find((other) => other.hrflow_auth.secret !== first?.hrflow_auth.secret);
    if (stranger) {
      throw new WorkflowError(stranger.workflow_id, "bad_origin_parameters", [
        `hrflow_auth differs from that of "${first?.workflow_id}", with which it shares the webhook "${webhook}"`,
      ]);
    }
  }
  const declared = new Map(list.map((workflow) => [workflow.workflow_id, workflow]));
  return { byId, declared, byWebhook };
}
