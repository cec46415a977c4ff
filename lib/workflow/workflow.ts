/** Workflows, as users declare them in `workflows/`. What is checked, and how, is in check.ts. */
import type * as v from "valibot";
import type { Connector, ConnectorTerms } from "../connector.ts";
import type { AnyConnector } from "../connectors/index.ts";
import type { Profile } from "../hrflow/schema.ts";
import { type CheckedPushWorkflow, type CheckedWorkflow, checkWorkflow, WorkflowError } from "./check.ts";

/** Where a credential lies: the name of a secret in AWS Secrets Manager. Credentials themselves are never written here. */
export interface SecretReference {
  secret: string;
}

type Kept<Item> = Item | boolean | null | undefined;
/** Keeps (the item, changed or not, or `true`) or discards (`null`, `undefined`, `false`) an item before it is written. */
export type Logic<Item> = (item: Item) => Kept<Item> | Promise<Kept<Item>>;

/** What a callback is told of the run that has just ended. */
export interface RunSummary {
  run_id: string;
  workflow_id: string;
  action: string;
  events: Readonly<Record<string, number>>;
}
export type Callback = (run: RunSummary) => unknown;

interface CommonFields<Item> {
  /** Stable; it keys all stored state. Lower-case letters, digits and hyphens, at most 64. */
  workflow_id: string;
  /** Names the secret `{ api_secret, api_user, webhook_secret }`. */
  hrflow_auth: SecretReference;
  /** Names the secret with what the connector needs. */
  connector_auth: SecretReference;
  /** Called in turn with each item. */
  logics?: readonly Logic<Item>[] | null;
  /** Called once after a run that wrote or had nothing to write. */
  callback?: Callback | null;
  /** `false` is a dry run: nothing is written anywhere. Default true. */
  persist?: boolean | null;
}

/** HrFlow → ATS, driven by HrFlow's webhook, or by hand for one profile. */
export interface PushWorkflow<C extends Connector = Connector> extends CommonFields<Profile> {
  action: `push_profile_to_${C["name"]}`;
  pull_parameters?: {
    /** Which sources the webhook may push; all when absent. */
    source_keys?: readonly string[] | null;
    /** One profile, by hand. */
    source_key?: string | null;
    profile_key?: string | null;
  } | null;
  push_parameters?: v.InferInput<C["push"]["parameters"]> | null;
  /** Profile → candidate in the ATS's own field names. Default: the connector's mapping. */
  format?: ((profile: Profile) => unknown) | null;
  /** Workflows with the same name share one webhook URL. Default: the workflow_id. */
  webhook?: string | null;
}

type Pull<C extends Connector> = NonNullable<C["pull"]>;

/** ATS → HrFlow, on a schedule, or by hand. */
export interface UpdateWorkflow<C extends Connector = Connector>
  extends CommonFields<v.InferOutput<Pull<C>["candidate"]>> {
  action: `update_profiles_in_hrflow_from_${C["name"]}`;
  /** The ATS's filters; all candidates when absent. */
  pull_parameters?: v.InferInput<Pull<C>["parameters"]> | null;
  push_parameters: {
    /** Where the profiles are. */
    source_key: string;
    /** Only these attributes of a profile are changed; all that the ATS knows when absent. */
    only_edit_fields?: readonly string[] | null;
    /** Create a profile for a candidate that HrFlow does not know. Default false: that candidate fails. */
    create_missing?: boolean | null;
  };
  /** Candidate → the attributes of the profile to be changed. Default: the connector's mapping. */
  format?: ((candidate: v.InferOutput<Pull<C>["candidate"]>) => unknown) | null;
  /** Read only what changed since the last run. Default false. */
  incremental?: boolean | null;
  /** When it runs: an expression of EventBridge Scheduler, in UTC unless a time zone is given. */
  schedule?: string | { expression: string; time_zone?: string } | null;
}

type WorkflowOf<C> = C extends Connector
  ? PushWorkflow<C> | (C extends { pull: object } ? UpdateWorkflow<C> : never)
  : never;

/** A workflow as users write it. */
export type Workflow = WorkflowOf<AnyConnector>;

/**
 * Declares a workflow: type-checked while it is written, checked when the module loads.
 *
 * @throws WorkflowError that names the workflow, the field and the reason
 */
export function defineWorkflow<const W extends Workflow>(workflow: W): W {
  checkWorkflow(workflow);
  return workflow;
}

/** All workflows of a deployment. */
export interface Workflows {
  byId: ReadonlyMap<string, CheckedWorkflow<ConnectorTerms>>;
  /** Those that can be run here, because their connector is at hand. */
  runnable: ReadonlyMap<string, CheckedWorkflow>;
  /** As they were written: what a run by hand lays its parameters over. */
  declared: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The workflows that share a webhook URL, by its name. */
  byWebhook: ReadonlyMap<string, readonly CheckedPushWorkflow<ConnectorTerms>[]>;
}

/**
 * Checks the list that `workflows/index.ts` exports.
 *
 * @param connectors those that are at hand
 * @throws WorkflowError for the first workflow that is wrong, or that clashes with another
 */
export function checkWorkflows(list: unknown, connectors: readonly Connector[] = []): Workflows {
  if (!Array.isArray(list)) throw new Error("workflows/index.ts must export a list of workflows by default");
  const byId = new Map<string, CheckedWorkflow<ConnectorTerms>>();
  const runnable = new Map<string, CheckedWorkflow>();
  // Not list.map, which would leave out a hole: `[, first]` is a slip of the hand.
  for (const workflow of Array.from(list, checkWorkflow)) {
    if (byId.has(workflow.workflow_id)) {
      throw new WorkflowError(workflow.workflow_id, "bad_action_parameters", ["workflow_id is used twice"]);
    }
    byId.set(workflow.workflow_id, workflow);
    const connector = connectors.find(({ name }) => name === workflow.connector.name);
    if (connector) runnable.set(workflow.workflow_id, { ...workflow, connector });
  }
  const pushes = [...byId.values()].filter((workflow) => workflow.direction === "push");
  const byWebhook = Map.groupBy(pushes, (workflow) => workflow.webhook);
  for (const [webhook, [first, ...others]] of byWebhook) {
    const stranger = others.find((other) => other.hrflow_auth.secret !== first?.hrflow_auth.secret);
    if (stranger) {
      throw new WorkflowError(stranger.workflow_id, "bad_origin_parameters", [
        `hrflow_auth differs from that of "${first?.workflow_id}", with which it shares the webhook "${webhook}"`,
      ]);
    }
  }
  const declared = new Map(list.map((workflow) => [workflow.workflow_id, workflow]));
  return { byId, runnable, declared, byWebhook };
}

/** Whether a workflow pushes profiles of this source. */
export function takesSource(
  { pull_parameters }: Pick<CheckedPushWorkflow, "pull_parameters">,
  sourceKey: string,
): boolean {
  return pull_parameters.source_keys?.includes(sourceKey) ?? true;
}
