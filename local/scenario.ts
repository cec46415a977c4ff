import type { SecretValues } from "./aws/secrets-manager.ts";
import { addSampleData } from "./sample-data.ts";
import { pushSteps } from "./scenario-push.ts";
import { Skipped } from "./scenario-stage.ts";
import { updateSteps } from "./scenario-update.ts";
import type { Simulators } from "./simulators.ts";
import type { System } from "./system.ts";

export interface ScenarioStep {
  step: string;
  ok: boolean;
  /** Set when the workflows give no occasion for the step. */
  skipped?: true;
  /** What was seen, what was not as it should be, or why it was skipped. */
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

/** One thing that is shown: it resolves with what was seen. */
export type Step = [says: string, perform: () => Promise<string>];

/**
 * Plays the main jobs against the simulated vendors, with the workflows that are declared: a CV becomes one candidate in
 * each ATS, and Flatchr's candidates update their profiles in HrFlow. Every step is checked by what the simulated vendors
 * have then; the first that fails ends it.
 */
export async function playScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const elapsedMs = (since: number) => Math.round(performance.now() - since);
  addSampleData(options.simulators, options.system.workflows);
  const steps: ScenarioStep[] = [];
  for (const [step, perform] of [...pushSteps(options), ...updateSteps(options)]) {
    const stepStartedAt = performance.now();
    const result = await perform().then(
      (detail) => ({ ok: true, detail }),
      (error: unknown) =>
        error instanceof Skipped
          ? { ok: true, skipped: true as const, detail: error.message }
          : { ok: false, detail: error instanceof Error ? error.message : String(error) },
    );
    const done = { step, ...result, duration_ms: elapsedMs(stepStartedAt) };
    steps.push(done);
    options.onStep(done);
    if (!done.ok) break;
  }
  if (steps.every(({ skipped }) => skipped)) {
    const nothing = {
      step: "something is shown",
      ok: false,
      detail: "none of the workflows could be shown: each says above why",
      duration_ms: 0,
    };
    steps.push(nothing);
    options.onStep(nothing);
  }
  return { ok: steps.every(({ ok }) => ok), steps, duration_ms: elapsedMs(startedAt) };
}
