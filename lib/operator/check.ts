/** `check`: whether a workflow could run now. Reads, and changes nothing anywhere, in Relay's own table neither. */
import type { Finding } from "../connector.ts";
import type { Environment } from "../environment.ts";
import { asRelayError, type RelayError, TemporaryError } from "../errors.ts";
import { createHrflowClient, type HrflowClient } from "../hrflow/client.ts";
import { hrflowAuthSchema, webhookAuthSchema } from "../hrflow/schema.ts";
import { unpaced } from "../http/pace.ts";
import type { CheckedWorkflow } from "../workflow/check.ts";

/** What was checked of a workflow. */
export interface CheckAnswer {
  workflow_id: string;
  action: string;
  /** Whether all of it is as it should be. */
  ok: boolean;
  message: string;
  checks: Finding[];
}

/** More sources than this are not asked for one by one. */
const MAXIMUM_SOURCES = 20;
const BUDGET_IN_SECONDS = 60;
/** What is left of the invocation for the answer. */
const RESERVE_IN_MILLISECONDS = 2_000;

/** Checks the credentials of a workflow, and what its parameters name. Never throws: what is wrong is a finding. */
export async function checkAccess(
  workflow: CheckedWorkflow,
  timeLeftInMilliseconds: number,
  given: Environment,
): Promise<CheckAnswer> {
  const environment = { ...given, pacer: unpaced };
  const signal = environment.abortAfter(
    Math.max(1, Math.min(BUDGET_IN_SECONDS * 1000, timeLeftInMilliseconds - RESERVE_IN_MILLISECONDS)),
  );
  const names = [...new Set([workflow.hrflow_auth.secret, workflow.connector_auth.secret])];
  // Read anew: whoever has just mended a secret wants to know of that one. What fails is told by the read below.
  await Promise.all(names.map((name) => environment.secrets.refresh(name).catch(() => {})));
  const groups = await Promise.all([
    findings("hrflow_auth", workflow.hrflow_auth.secret, () => checkHrflow(workflow, environment, signal)),
    workflow.direction === "push" ? checkWebhookSecret(workflow.hrflow_auth.secret, environment) : [],
    findings("connector_auth", workflow.connector_auth.secret, () =>
      checkConnector(workflow, environment, signal),
    ),
  ]);
  const checks = groups.flat();
  const wrong = checks.filter(({ ok }) => !ok).map(({ what }) => what);
  const unchecked = checks.filter((check) => check.unchecked).map(({ what }) => what);
  environment.log.info("workflow checked", {
    workflow_id: workflow.workflow_id,
    action: workflow.action,
    wrong,
  });
  return {
    workflow_id: workflow.workflow_id,
    action: workflow.action,
    ok: wrong.length === 0,
    message: conclude(
      wrong.filter((what) => !unchecked.includes(what)),
      unchecked,
    ),
    checks,
  };
}

function conclude(wrong: readonly string[], unchecked: readonly string[]): string {
  const said = [
    ...(wrong.length > 0 ? [`to be mended: ${[...new Set(wrong)].join(", ")}`] : []),
    ...(unchecked.length > 0
      ? [`could not be checked, try again: ${[...new Set(unchecked)].join(", ")}`]
      : []),
  ];
  return said.join("; ") || "all that can be seen without writing is as it should be";
}

/** What kept a check from finding anything. That nobody answers says nothing about the credential. */
function failed(what: string, failure: RelayError, message = failure.message): Finding {
  const isPassing = failure instanceof TemporaryError && failure.reason !== "credential_failure";
  return { what, ok: false, ...(isPassing && { unchecked: true }), message };
}

/** What a check found, or the one thing that kept it from finding anything. */
async function findings(what: string, secret: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const failure = asRelayError(error, "read_failure");
    const isNamed = failure.reason !== "credential_failure" || failure.message.includes(secret);
    return [failed(what, failure, isNamed ? failure.message : `${failure.message} ${secret}`)];
  }
}

async function checkHrflow(
  workflow: CheckedWorkflow,
  environment: Environment,
  signal: AbortSignal,
): Promise<Finding[]> {
  const auth = await environment.secrets.read(workflow.hrflow_auth.secret, hrflowAuthSchema);
  const hrflow = createHrflowClient(auth, environment, signal);
  const { teamName, permission } = await hrflow.whoAmI();
  const team = teamName === undefined ? "" : ` for the team ${teamName}`;
  // A push reads profiles; an update reads and writes them.
  const needed = workflow.direction === "push" ? ["all", "read"] : ["all"];
  const ok = permission === undefined || needed.includes(permission);
  const says = permission === undefined ? "" : `, with the permission "${permission}"`;
  const todo = ok
    ? ""
    : `; it needs ${needed.map((name) => `"${name}"`).join(" or ")}: put such a key into the secret`;
  const message = `the key works${team}${says}${todo}`;
  return [{ what: "hrflow_auth", ok, message }, ...(await checkSources(workflow, hrflow))];
}

async function checkSources(workflow: CheckedWorkflow, hrflow: HrflowClient): Promise<Finding[]> {
  if (workflow.direction === "update") {
    return [await checkSource("push_parameters.source_key", workflow.push_parameters.source_key, hrflow)];
  }
  const { source_keys = [], source_key } = workflow.pull_parameters;
  if (source_keys.length === 0 && source_key === undefined) {
    const message = "none is named: every source that the webhook tells of is pushed";
    return [{ what: "pull_parameters.source_keys", ok: true, message }];
  }
  const named = source_keys
    .slice(0, MAXIMUM_SOURCES)
    .map((key) => checkSource("pull_parameters.source_keys", key, hrflow));
  if (source_key !== undefined) named.push(checkSource("pull_parameters.source_key", source_key, hrflow));
  return Promise.all(named);
}

async function checkSource(what: string, key: string, hrflow: HrflowClient): Promise<Finding> {
  try {
    const source = await hrflow.findSource(key);
    return source === undefined
      ? {
          what,
          ok: false,
          message: `HrFlow has no source ${key} for this key: see the key of the source in HrFlow`,
        }
      : { what, ok: true, message: `the source ${key} is there${source.name && `: ${source.name}`}` };
  } catch (error) {
    return failed(what, asRelayError(error, "read_failure"));
  }
}

/** Whether webhooks can be verified; whether HrFlow signs with this secret only a webhook can tell. */
async function checkWebhookSecret(secret: string, { secrets }: Environment): Promise<Finding[]> {
  const what = "hrflow_auth.webhook_secret";
  try {
    await secrets.read(secret, webhookAuthSchema);
    return [{ what, ok: true, message: "it is there; whether HrFlow signs with it only a webhook can tell" }];
  } catch (error) {
    const message = `${asRelayError(error, "read_failure").message}. Without it every webhook is refused`;
    return [{ what, ok: false, message }];
  }
}

async function checkConnector(
  workflow: CheckedWorkflow,
  environment: Environment,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { connector } = workflow;
  const auth = await environment.secrets.read(workflow.connector_auth.secret, connector.auth);
  const access = { auth, environment, signal };
  return workflow.direction === "push"
    ? connector.push.check({ ...access, parameters: workflow.push_parameters })
    : (connector.pull?.check({ ...access, parameters: workflow.pull_parameters }) ?? []);
}
