/** HrFlow → ATS: one CV becomes one candidate in each system that a workflow pushes to. */
import { randomBytes, randomInt } from "node:crypto";
import { SAMPLE_SOURCE_KEY } from "./sample-data.ts";
import type { ScenarioOptions, Step } from "./scenario.ts";
import {
  check,
  countWrites,
  fieldsOf,
  findPush,
  PATIENCE_IN_SECONDS,
  requireWorkflow,
  Skipped,
  type Webhook,
  webhookOf,
} from "./scenario-stage.ts";
import { type SeenCandidate, type Witness, witnessesOf } from "./scenario-witness.ts";
import { sampleCvName } from "./simulators.ts";
import { samplePdf } from "./vendors/sample-profiles.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

/** A workflow that is shown, and where its candidates arrive. */
interface Target {
  workflow: DeclaredWorkflow;
  witness: Witness;
  webhook: Webhook;
}

interface Stage extends ScenarioOptions {
  targets: Target[];
  /** By the label of each system that is not shown. */
  reasons: Map<string, Skipped>;
  sourceKey: string;
  cv: Uint8Array<ArrayBuffer>;
  /** The profile that the first step creates. */
  profileKey: string;
  /** Where the log was when its webhook was sent. */
  sentAt: number;
}

export function pushSteps(options: ScenarioOptions): Step[] {
  const stage = setStage(options);
  const { targets, reasons } = stage;
  const unless = (perform: (stage: Stage) => Promise<string>) => async () => {
    if (targets.length === 0) throw new Skipped("no workflow that pushes can be shown");
    return perform(stage);
  };
  return [
    ["a CV is parsed in HrFlow, and its signed webhook is accepted", unless(parseCv)],
    ...witnessesOf(options.simulators).map(({ label }): Step => {
      const target = targets.find(({ witness }) => witness.label === label);
      const perform = async () => {
        if (!target) throw reasons.get(label) ?? new Skipped("no workflow pushes there");
        return showCreated(stage, target);
      };
      return [`the candidate is created in ${label}, with its CV`, perform];
    }),
    ["the same webhook again changes nothing", unless(repeatWebhook)],
    ["a changed profile updates every candidate", unless(changeProfile)],
    ["a forged webhook is refused", unless(forgeWebhook)],
  ];
}

function setStage(options: ScenarioOptions): Stage {
  const targets: Target[] = [];
  const reasons = new Map<string, Skipped>();
  let sourceKey: string | undefined;
  for (const witness of witnessesOf(options.simulators)) {
    try {
      const workflow = requireWorkflow(witness.action, options);
      const [wanted] = workflow.sourceKeys;
      if (wanted !== undefined && sourceKey !== undefined && !workflow.sourceKeys.includes(sourceKey))
        throw new Skipped(`${workflow.workflowId} does not take profiles of the source ${sourceKey}`);
      sourceKey ??= wanted;
      targets.push({ workflow, witness, webhook: webhookOf(workflow, options.system, options.secrets) });
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      reasons.set(witness.label, error);
    }
  }
  return {
    ...options,
    targets,
    reasons,
    sourceKey: sourceKey ?? SAMPLE_SOURCE_KEY,
    cv: new Uint8Array(samplePdf(`CV ${options.simulators.hrflow.profiles().length}`)),
    profileKey: "",
    sentAt: 0,
  };
}

/** Uploads the CV of an invented person who is not there yet, as a careers site would. */
async function parseCv(stage: Stage): Promise<string> {
  const { targets, simulators, secrets, sourceKey, cv } = stage;
  const { hrflow } = simulators;
  const [first] = targets;
  hrflow.settings.webhook = first?.webhook;
  const { api_secret, api_user } = fieldsOf(secrets, first?.workflow.hrflowSecret ?? "");
  const form = new FormData();
  form.set("source_key", sourceKey);
  form.set("file", new File([cv], sampleCvName(hrflow.profiles().length)));
  stage.sentAt = stage.log.length;
  const response = await fetch(`${hrflow.url}/profile/parsing/file`, {
    method: "POST",
    headers: { "X-API-KEY": String(api_secret), "X-USER-EMAIL": String(api_user) },
    body: form,
  });
  const answer = (await response.json()) as { data?: { profile?: { key?: string } } };
  const key = answer.data?.profile?.key;
  check(key, `HrFlow did not parse the CV: ${response.status}`);
  stage.profileKey = key;
  await hrflow.settled();
  const delivery = hrflow.deliveries.findLast(({ profileKey }) => profileKey === key);
  check(delivery?.outcome === 202, `the webhook was answered with ${delivery?.outcome} and not 202`);
  const [, ...others] = webhooksOf(targets);
  await notify(stage, others, "profile.parsing.success");
  return `profile ${key}, 202`;
}

async function showCreated(stage: Stage, target: Target): Promise<string> {
  const outcome = await outcomeOf(stage, target, stage.sentAt, "created");
  if (target.workflow.isCustomised)
    return `${outcome}, as the functions of ${target.workflow.workflowId} want it`;
  await target.witness.settled();
  const candidate = candidateOf(stage, target);
  const { cvSizeInBytes } = candidate;
  check(cvSizeInBytes !== undefined, `${target.witness.label} has no CV of the candidate`);
  check(
    cvSizeInBytes === stage.cv.length,
    `the CV has ${cvSizeInBytes} bytes, and not the ${stage.cv.length} of the profile's`,
  );
  return `candidate ${candidate.id}, a CV of ${cvSizeInBytes} bytes`;
}

async function repeatWebhook(stage: Stage): Promise<string> {
  const { targets, log } = stage;
  const writesBefore = countAllWrites(targets);
  const sentAt = log.length;
  await notify(stage, webhooksOf(targets), "profile.parsing.success");
  for (const target of targets) await outcomeOf(stage, target, sentAt, "unchanged");
  const writes = countAllWrites(targets) - writesBefore;
  check(writes === 0, `${writes} writes were made`);
  return `unchanged in ${labelsOf(targets)}, no write`;
}

async function changeProfile(stage: Stage): Promise<string> {
  const { targets, simulators, log, profileKey } = stage;
  const phone = `+33 6 39 98 ${randomDigits()} ${randomDigits()}`;
  const sentAt = log.length;
  simulators.hrflow.editProfile(profileKey, { info: { phone } });
  await notify(stage, webhooksOf(targets), "profile.storing.update");
  for (const target of targets) {
    await outcomeOf(stage, target, sentAt, "updated");
    if (target.workflow.isCustomised) continue;
    const { id, text } = candidateOf(stage, target);
    check(
      text.includes(phone),
      `candidate ${id} of ${target.witness.label} does not have the new phone number`,
    );
  }
  return `the new phone number is in ${labelsOf(targets)}`;
}

async function forgeWebhook(stage: Stage): Promise<string> {
  const { targets, simulators, system, profileKey } = stage;
  const writesBefore = countAllWrites(targets);
  const deadLettersBefore = system.deadLetters().length;
  for (const { url } of webhooksOf(targets)) {
    const answer = await simulators.hrflow.notify(profileKey, {
      url,
      secret: randomBytes(16).toString("hex"),
    });
    check(answer.status === 401, `the webhook was answered with ${answer.status} and not 401`);
  }
  await system.whenDelivered(PATIENCE_IN_SECONDS);
  check(countAllWrites(targets) === writesBefore, "something was written");
  check(system.deadLetters().length === deadLettersBefore, "something came into a dead-letter queue");
  return "401, and nothing came of it";
}

/** Sends webhooks about the profile, and sees that they are accepted. */
async function notify({ simulators, profileKey }: Stage, webhooks: Webhook[], type: string): Promise<void> {
  for (const webhook of webhooks) {
    const answer = await simulators.hrflow.notify(profileKey, { ...webhook, type });
    check(answer.status === 202, `the webhook was answered with ${answer.status} and not 202`);
  }
}

/** How the push ended; as wanted, unless functions of the user's have a say in it. */
async function outcomeOf({ log, profileKey }: Stage, { workflow }: Target, from: number, wanted: string) {
  const { workflowId, isCustomised } = workflow;
  const { outcome } = await findPush(log, from, workflowId, profileKey);
  const isRight = outcome === wanted || isCustomised;
  check(isRight, `the outcome of ${workflowId} is ${String(outcome)} and not ${wanted}`);
  return String(outcome);
}

/** The one candidate that the profile has become. */
function candidateOf({ simulators, profileKey }: Stage, { workflow, witness }: Target): SeenCandidate {
  const email = simulators.hrflow.profile(profileKey)?.info.email ?? "";
  const [candidate, ...others] = witness.candidatesOf(email, workflow);
  check(candidate, `${witness.label} has no candidate of this profile`);
  check(others.length === 0, `${witness.label} has ${others.length + 1} candidates of this profile`);
  return candidate;
}

/** Workflows may share one. */
function webhooksOf(targets: Target[]): Webhook[] {
  return [...new Map(targets.map(({ webhook }) => [webhook.url, webhook])).values()];
}

function countAllWrites(targets: Target[]): number {
  return targets.reduce((sum, { witness }) => sum + countWrites(witness.simulator), 0);
}

function labelsOf(targets: Target[]): string {
  return targets.map(({ witness }) => witness.label).join(", ");
}

function randomDigits(): string {
  return String(randomInt(100)).padStart(2, "0");
}
