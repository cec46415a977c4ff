import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { SecretValues } from "./aws/secrets-manager.ts";
import { type LogEntry, readLogEntry } from "./narrator.ts";
import { type Simulators, sampleCvName } from "./simulators.ts";
import type { System } from "./system.ts";
import { samplePdf } from "./vendors/sample-profiles.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

export interface ScenarioStep {
  step: string;
  ok: boolean;
  /** What was seen, or what was not as it should be. */
  detail: string;
  duration_ms: number;
}

export interface ScenarioResult {
  ok: boolean;
  steps: ScenarioStep[];
  duration_ms: number;
}

export interface ScenarioOptions {
  system: System;
  simulators: Simulators;
  secrets: SecretValues;
  /** The log of the functions so far, which goes on growing. */
  log: { line: string }[];
  onStep(step: ScenarioStep): void;
}

const PATIENCE_IN_SECONDS = 20;

/**
 * Plays the main job against the simulated vendors: a CV becomes one candidate in Teamtailor, a repeated webhook changes
 * nothing, a changed profile changes the candidate, and a forged webhook is refused. Every step is checked by what the
 * simulated vendors have then; the first that fails ends it.
 */
export async function playScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const steps: ScenarioStep[] = [];
  const stage = setStage(options);
  for (const [step, perform] of Object.entries(STEPS)) {
    const stepStartedAt = performance.now();
    const result = await perform(stage).then(
      (detail) => ({ ok: true, detail }),
      (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
    );
    const done = { step, ...result, duration_ms: Math.round(performance.now() - stepStartedAt) };
    steps.push(done);
    options.onStep(done);
    if (!done.ok) break;
  }
  return {
    ok: steps.every(({ ok }) => ok),
    steps,
    duration_ms: Math.round(performance.now() - startedAt),
  };
}

/** What the steps share. */
interface Stage extends Simulators {
  system: System;
  workflow: DeclaredWorkflow | undefined;
  hrflowAuth: { api_secret: string; api_user: string };
  /** Where webhooks go, and what signs them. */
  webhook: { url: string; secret: string };
  /** The profile that the first step creates, and the candidate that it becomes. */
  profileKey: string;
  candidateId: string;
  /** From now on; the answer waits for what the push of the profile says in the log. */
  nextPush(): () => Promise<LogEntry>;
  firstPush(): Promise<LogEntry>;
}

function setStage({ system, simulators, secrets, log }: ScenarioOptions): Stage {
  const workflow = system.workflows.find(({ action }) => action === "push_profile_to_teamtailor");
  const secret = secrets[workflow?.hrflowSecret ?? ""];
  const auth = typeof secret === "object" ? secret : {};
  return {
    ...simulators,
    system,
    workflow,
    hrflowAuth: { api_secret: String(auth.api_secret), api_user: String(auth.api_user) },
    webhook: {
      url: `${system.url}/webhooks/${workflow?.webhook}`,
      secret: String([auth.webhook_secret].flat()[0]),
    },
    profileKey: "",
    candidateId: "",
    nextPush() {
      const linesBefore = log.length;
      return () => findPush(log, linesBefore, workflow?.workflowId, this.profileKey);
    },
    firstPush: () => Promise.reject(new Error("no CV was parsed")),
  };
}

const STEPS: Record<string, (stage: Stage) => Promise<string>> = {
  "a CV is parsed in HrFlow, and its signed webhook is accepted": async (stage) => {
    const { hrflow, workflow, webhook } = stage;
    check(workflow, "none of the workflows has the action push_profile_to_teamtailor");
    hrflow.settings.webhook = webhook;
    stage.firstPush = stage.nextPush();
    stage.profileKey = await parseCv(stage);
    await hrflow.settled();
    const delivery = hrflow.deliveries.findLast(({ profileKey }) => profileKey === stage.profileKey);
    check(delivery?.outcome === 202, `the webhook was answered with ${delivery?.outcome} and not 202`);
    return `profile ${stage.profileKey}, 202`;
  },

  "the candidate is created in Teamtailor": async (stage) => {
    const { hrflow, teamtailor, profileKey } = stage;
    const { outcome } = await stage.firstPush();
    check(outcome === "created", `the outcome is ${String(outcome)} and not created`);
    await teamtailor.settled();
    const email = hrflow.profile(profileKey)?.info.email;
    const candidates = teamtailor.candidates().filter(({ attributes }) => attributes.email === email);
    const [candidate] = candidates;
    check(
      candidate && candidates.length === 1,
      `Teamtailor has ${candidates.length} candidates of this profile`,
    );
    check(candidate.resume, "Teamtailor has no CV of the candidate");
    stage.candidateId = candidate.id;
    return `candidate ${candidate.id}, with a CV of ${candidate.resume.size} bytes`;
  },

  "the same webhook again changes nothing": async (stage) => {
    const { hrflow, teamtailor, profileKey } = stage;
    const writesBefore = countWrites(stage);
    const pushed = stage.nextPush();
    const answer = await hrflow.notify(profileKey, stage.webhook);
    check(answer.status === 202, `the webhook was answered with ${answer.status} and not 202`);
    const { outcome } = await pushed();
    check(outcome === "unchanged", `the outcome is ${String(outcome)} and not unchanged`);
    const writes = countWrites(stage) - writesBefore;
    check(writes === 0, `${writes} writes were made at Teamtailor`);
    return `unchanged, ${teamtailor.candidates().length} in Teamtailor, no write`;
  },

  "a changed profile updates the candidate": async (stage) => {
    const { hrflow, teamtailor, profileKey, candidateId } = stage;
    const candidatesBefore = teamtailor.candidates().length;
    const pushed = stage.nextPush();
    const phone = `+33 6 ${randomDigits()} ${randomDigits()} ${randomDigits()} ${randomDigits()}`;
    hrflow.editProfile(profileKey, { info: { phone } });
    const answer = await hrflow.notify(profileKey, { ...stage.webhook, type: "profile.storing.update" });
    check(answer.status === 202, `the webhook was answered with ${answer.status} and not 202`);
    const { outcome } = await pushed();
    check(outcome === "updated", `the outcome is ${String(outcome)} and not updated`);
    const candidate = teamtailor.candidates().find(({ id }) => id === candidateId);
    check(candidate?.attributes.phone === phone, "the candidate does not have the new phone number");
    check(teamtailor.candidates().length === candidatesBefore, "there is another candidate besides");
    return `candidate ${candidateId} has the new phone number`;
  },

  "a forged webhook is refused": async (stage) => {
    const { hrflow, profileKey, system } = stage;
    const writesBefore = countWrites(stage);
    const deadLettersBefore = system.deadLetters().length;
    const answer = await hrflow.notify(profileKey, {
      url: stage.webhook.url,
      secret: randomBytes(16).toString("hex"),
    });
    check(answer.status === 401, `the webhook was answered with ${answer.status} and not 401`);
    await system.whenDelivered(PATIENCE_IN_SECONDS);
    check(countWrites(stage) === writesBefore, "something was written at Teamtailor");
    check(system.deadLetters().length === deadLettersBefore, "something came into a dead-letter queue");
    return "401, and nothing came of it";
  },
};

/** Uploads the CV of an invented person who is not there yet, as a careers site would. */
async function parseCv({ hrflow, workflow, hrflowAuth }: Stage): Promise<string> {
  const wanted = workflow?.sourceKeys[0];
  const source =
    hrflow.sources().find(({ key }) => wanted === undefined || key === wanted) ??
    hrflow.addSource({ name: "Careers site", ...(wanted === undefined ? {} : { key: wanted }) });
  const index = hrflow.profiles().length;
  const form = new FormData();
  form.set("source_key", source.key);
  form.set("file", new File([new Uint8Array(samplePdf(`CV ${index}`))], sampleCvName(index)));
  const response = await fetch(`${hrflow.url}/profile/parsing/file`, {
    method: "POST",
    headers: { "X-API-KEY": hrflowAuth.api_secret, "X-USER-EMAIL": hrflowAuth.api_user },
    body: form,
  });
  const answer = (await response.json()) as { data?: { profile?: { key?: string } } };
  const key = answer.data?.profile?.key;
  check(key, `HrFlow did not parse the CV: ${response.status}`);
  return key;
}

function countWrites({ teamtailor }: Stage): number {
  return teamtailor.calls.filter(({ write }) => write).length;
}

async function findPush(
  log: { line: string }[],
  from: number,
  workflowId: string | undefined,
  profileKey: string,
): Promise<LogEntry> {
  const deadline = Date.now() + PATIENCE_IN_SECONDS * 1000;
  while (Date.now() < deadline) {
    for (const line of log.slice(from)) {
      const entry = readLogEntry(line);
      const isPush = entry?.message === "profile pushed" && entry.workflow_id === workflowId;
      if (isPush && entry.profile_key === profileKey) return entry;
    }
    await delay(10);
  }
  throw new Error(`the push was not done after ${PATIENCE_IN_SECONDS} seconds`);
}

function randomDigits(): string {
  return String(Math.floor(Math.random() * 100)).padStart(2, "0");
}

function check(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}
