/** Runs and refusals for answers.test.ts: every reason but those of a run that failed, which answer-failures.ts has. */
import type { Reason } from "../../lib/errors.ts";
import type { RunAnswer, RunEvents } from "../../lib/run/answer.ts";
import type { OperatorScene } from "../operator/scene.ts";

/** What a case is played with. */
export interface Play {
  scene: OperatorScene;
  /** Of the profile that is pushed. */
  key: string;
  push(event?: object): Promise<RunAnswer>;
  update(event?: object): Promise<RunAnswer>;
  /** Lets calls to DynamoDB fail: those of this command whose key or item has this text. */
  breakTable(command: string, text?: string): void;
}

export interface Case {
  when: string;
  reason: Reason;
  status: RunAnswer["status"];
  events: Partial<RunEvents>;
  /** Who, and what; a success has nothing to say. */
  says?: RegExp;
  /** What a person does next. */
  next?: RegExp;
  provoke(play: Play): Promise<RunAnswer>;
}

export const READ = { read_success: 1 };
export const wellAndRefused: Case[] = [
  {
    when: "a profile was created, and the callback told",
    reason: "none",
    status: "success",
    events: { ...READ, write_success: 1, callback_executed: 1 },
    provoke: (play) => play.push({ callback: "tell" }),
  },
  {
    when: "a profile did not change",
    reason: "none",
    status: "success",
    events: { ...READ, write_unchanged: 1 },
    provoke: (play) => play.push().then(() => play.push()),
  },
  {
    when: "a logic discarded a profile",
    reason: "none",
    status: "success",
    events: { ...READ, logics_discard: 1 },
    provoke: (play) => play.push({ logics: ["discard"] }),
  },
  {
    when: "the workflow is unknown",
    reason: "workflow_id_not_found",
    status: "fatal",
    events: {},
    says: /^Workflow "acm": no such workflow .*; known are: acme-teamtailor\. /,
    next: /\{\} lists the workflows that this function runs/,
    provoke: (play) => play.push({ workflow_id: "acm" }),
  },
  {
    when: "a parameter of the run is mistyped",
    reason: "bad_action_parameters",
    status: "fatal",
    events: {},
    says: /persits cannot be laid over a declared workflow; what can: /,
    next: /mend the event, or the workflow where it is declared/,
    provoke: (play) => play.push({ persits: false }),
  },
  {
    when: "no profile is named",
    reason: "bad_origin_parameters",
    status: "fatal",
    events: {},
    says: /pull_parameters must name one profile: \{ source_key, profile_key \}/,
    next: /Nothing was read: mend the event/,
    provoke: (play) => play.push({ pull_parameters: {} }),
  },
  {
    when: "a parameter of the ATS is mistyped",
    reason: "bad_target_parameters",
    status: "fatal",
    events: {},
    says: /push_parameters\.source is unknown; known are sourced/,
    next: /Nothing was written: mend the event/,
    provoke: (play) => play.push({ push_parameters: { source: true } }),
  },
  {
    when: "a push is to be incremental",
    reason: "origin_does_not_support_incremental",
    status: "fatal",
    events: {},
    says: /a push is driven by webhooks and has no cursor/,
    next: /leave incremental and read_mode out/,
    provoke: (play) => play.push({ read_mode: "incremental" }),
  },
];
