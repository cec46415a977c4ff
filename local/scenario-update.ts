/** Flatchr → HrFlow: who applies in Flatchr gets to HrFlow, once, and does not come back. */
import type { RunAnswer } from "../lib/run/answer.ts";
import { addPerson, FOREIGN_SUMMARY, type Person, UPDATE_ACTION } from "./sample-data.ts";
import type { ScenarioOptions, Step } from "./scenario.ts";
import {
  check,
  countWrites,
  findPush,
  PATIENCE_IN_SECONDS,
  requireWorkflow,
  Skipped,
  webhookOf,
} from "./scenario-stage.ts";
import { samplePdf } from "./vendors/sample-profiles.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

/** Filters that the people of the demonstration can be made to pass. */
const PASSABLE_FILTERS = ["vacancy", "column"];

interface Stage extends ScenarioOptions {
  workflow: DeclaredWorkflow;
  /** Three who apply in Flatchr: HrFlow knows the first two, the second with a CV that it does not have. */
  known: ReturnType<typeof addPerson>;
  withCv: ReturnType<typeof addPerson>;
  unknown: ReturnType<typeof addPerson>;
  /** Where the log was, and how many writes Flatchr had seen, when the last change was made. */
  changedAt: number;
  writesBeforeChange: number;
}

export function updateSteps(options: ScenarioOptions): Step[] {
  let stage: Stage | undefined;
  const onStage = (perform: (stage: Stage) => Promise<string>) => async () => {
    stage ??= setStage(options);
    return perform(stage);
  };
  return [
    ["a first run updates the profiles of Flatchr's candidates in HrFlow", onStage(showFirstRun)],
    ["a candidate that HrFlow does not know is created when a run by hand says so", onStage(createMissing)],
    ["another run changes nothing", onStage(runAgain)],
    ["a candidate changed in Flatchr arrives in HrFlow", onStage(changeCandidate)],
    ["and does not come back to Flatchr by HrFlow's webhook", onStage(seeNoLoop)],
  ];
}

function setStage(options: ScenarioOptions): Stage {
  const { simulators } = options;
  const workflow = requireWorkflow(UPDATE_ACTION, options);
  const { workflowId, pullParameters } = workflow;
  const others = Object.keys(pullParameters).filter((name) => !PASSABLE_FILTERS.includes(name));
  if (others.length > 0)
    throw new Skipped(`${workflowId} filters by ${others.join(", ")}, which nobody here may pass`);

  // What HrFlow tells of the first run is shown at the end, with a single change.
  simulators.hrflow.settings.webhook = undefined;
  const number = simulators.flatchr.candidates().length;
  const named = (firstname: string): Person => {
    const email = `${firstname.toLowerCase()}.martin.${number}@example.com`;
    return { firstname, lastname: "Martin", email };
  };
  const cv = {
    bytes: samplePdf(`CV ${number}`),
    fileName: `cv-${number}.pdf`,
    contentType: "application/pdf",
  };
  return {
    ...options,
    workflow,
    known: addPerson(simulators, workflow, named("Ines"), true),
    withCv: addPerson(simulators, workflow, { ...named("Karim"), cv }, true),
    unknown: addPerson(simulators, workflow, named("Aya"), false),
    changedAt: 0,
    writesBeforeChange: 0,
  };
}

async function showFirstRun(stage: Stage): Promise<string> {
  const { workflow, known, withCv, unknown, simulators } = stage;
  const answer = await run(stage);
  if (workflow.isCustomised) return tell(answer);
  check(answer.status !== "fatal", `the run failed: ${answer.reason}, ${answer.message}`);

  const { info } = profileOf(stage, known);
  check(info.phone === known.candidate.phone, "HrFlow does not have the candidate's phone number");
  check(info.summary === FOREIGN_SUMMARY, "HrFlow has lost what Flatchr does not know");
  const [file] = profileOf(stage, withCv).attachments;
  const sent = Buffer.from(simulators.flatchr.file(withCv.candidate.cv?.key ?? "")?.base64 ?? "", "base64");
  check(file?.file_size === sent.length, "HrFlow does not have the candidate's CV");
  const failed = answer.items.find(({ key }) => key === unknown.applicantId);
  if (workflow.pushParameters.create_missing === true) return `${tell(answer)}; a CV of ${sent.length} bytes`;
  check(failed?.outcome === "failed", "the candidate that HrFlow does not know has not failed");
  return `${tell(answer)}, which HrFlow does not know; a CV of ${sent.length} bytes`;
}

async function createMissing(stage: Stage): Promise<string> {
  requirePlain(stage);
  const answer = await run(stage, { push_parameters: { create_missing: true } });
  check(answer.status === "success", `the run ended with ${answer.status}: ${answer.reason}`);
  const { info } = profileOf(stage, stage.unknown);
  check(info.email === stage.unknown.candidate.email, "the profile does not have the candidate's e-mail");
  return tell(answer);
}

async function runAgain(stage: Stage): Promise<string> {
  const { hrflow, flatchr } = stage.simulators;
  const writesBefore = countWrites(hrflow) + countWrites(flatchr);
  const callsBefore = flatchr.calls.length;
  const answer = await run(stage);
  const writes = countWrites(hrflow) + countWrites(flatchr) - writesBefore;
  check(writes === 0, `${writes} writes were made`);
  const { write_unchanged } = answer.events;
  check(write_unchanged > 0 || stage.workflow.isCustomised, "the run saw nobody");
  return `${tell(answer)}; ${flatchr.calls.length - callsBefore} calls to Flatchr, ${writes} writes`;
}

async function changeCandidate(stage: Stage): Promise<string> {
  requirePlain(stage);
  const { simulators, system, secrets, known, log } = stage;
  const { hrflow, flatchr } = simulators;
  const push = pushBack(stage);
  hrflow.settings.webhook = push instanceof Skipped ? undefined : webhookOf(push, system, secrets);
  hrflow.settings.writesFireWebhooks = true;
  stage.changedAt = log.length;
  stage.writesBeforeChange = countWrites(flatchr);
  const phone = "+33 6 39 98 56 78";
  flatchr.editCandidate(known.candidate.id, { phone });
  const writesBefore = countWrites(hrflow);
  const answer = await run(stage);
  check(answer.status === "success", `the run ended with ${answer.status}: ${answer.reason}`);
  check(profileOf(stage, known).info.phone === phone, "HrFlow does not have the new phone number");
  const writes = countWrites(hrflow) - writesBefore;
  check(writes === 1, `${writes} writes were made, and not 1`);
  return `${tell(answer)}; the profile has the new phone number`;
}

async function seeNoLoop(stage: Stage): Promise<string> {
  requirePlain(stage);
  const { simulators, system, log, known, changedAt, writesBeforeChange } = stage;
  const { hrflow, flatchr } = simulators;
  const push = pushBack(stage);
  if (push instanceof Skipped) throw push;
  await hrflow.settled();
  const { key } = profileOf(stage, known);
  const delivery = hrflow.deliveries.findLast(({ profileKey }) => profileKey === key);
  check(delivery?.outcome === 202, `the webhook was answered with ${delivery?.outcome} and not 202`);
  const { outcome, notes } = await findPush(log, changedAt, push.workflowId, key);
  check(outcome === "unchanged", `the outcome of ${push.workflowId} is ${String(outcome)} and not unchanged`);
  await system.whenDelivered(PATIENCE_IN_SECONDS);
  const writes = countWrites(flatchr) - writesBeforeChange;
  check(writes === 0, `${writes} writes were made at Flatchr`);
  return `${push.workflowId}: unchanged (${[notes].flat().join("; ")}), no write at Flatchr`;
}

/** The push that would carry a change back to where it came from, or why there is none. */
function pushBack({ system, workflow }: Stage): DeclaredWorkflow | Skipped {
  const sourceKey = String(workflow.pushParameters.source_key);
  const push = system.workflows
    .filter(({ action, isDryRun }) => action === "push_profile_to_flatchr" && !isDryRun)
    .filter(({ connectorSecret }) => connectorSecret === workflow.connectorSecret)
    .find(({ sourceKeys }) => sourceKeys.length === 0 || sourceKeys.includes(sourceKey));
  return push ?? new Skipped(`no workflow pushes the source ${sourceKey} to Flatchr`);
}

/** By Lambda's Invoke API, as the console and the schedule do. */
async function run({ system, workflow }: Stage, laidOver: object = {}): Promise<RunAnswer> {
  const functionName = workflow.action.replaceAll("_", "-");
  const response = await fetch(`${system.url}/2015-03-31/functions/${functionName}/invocations`, {
    method: "POST",
    body: JSON.stringify({ workflow_id: workflow.workflowId, ...laidOver }),
  });
  const answer = (await response.json()) as Partial<RunAnswer> & { errorMessage?: string };
  check(answer.events, `the function failed: ${answer.errorMessage}`);
  return answer as RunAnswer;
}

function tell({ events, items }: RunAnswer): string {
  const created = items.filter(({ outcome }) => outcome === "created").length;
  const failed = items.filter(({ outcome }) => outcome === "failed").length;
  const updated = events.write_success - created;
  return `${updated} updated, ${created} created, ${events.write_unchanged} unchanged, ${failed} failed`;
}

function profileOf({ simulators, workflow }: Stage, { candidate }: ReturnType<typeof addPerson>) {
  const { source_key: sourceKey } = workflow.pushParameters;
  const profile = simulators.hrflow
    .profiles()
    .find(({ reference, source_key }) => reference === candidate.id && source_key === sourceKey);
  check(profile, `HrFlow has no profile of the candidate ${candidate.id}`);
  return profile;
}

function requirePlain({ workflow: { workflowId, isCustomised } }: Stage): void {
  if (isCustomised) throw new Skipped(`the functions of ${workflowId} decide what is written`);
}
