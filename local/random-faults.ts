/** Simulated ATSs that fail now and then, so that one can see what comes of it. */
import { witnessesOf } from "./scenario-witness.ts";
import type { Simulators } from "./simulators.ts";
import type { Fault } from "./vendors/faults.ts";

/**
 * From now on each call to a simulated ATS fails with this probability. HrFlow goes on answering.
 *
 * @param percent 0 to 100
 */
export function failAtRandom(simulators: Simulators, percent: number, seed: number): void {
  for (const { simulator } of witnessesOf(simulators)) simulator.failRandomly(percent / 100, FAULTS, seed);
}

export const FAULTS_IN_WORDS =
  "429, 500, a proxy's page, half an answer or none, before the call took effect or after";

const FAULTS: Fault[] = [
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 500 },
  { kind: "status", status: 500, when: "after" },
  { kind: "html" },
  { kind: "html", when: "after" },
  { kind: "truncated_json", when: "after" },
  { kind: "reset" },
  { kind: "reset", when: "after" },
];
