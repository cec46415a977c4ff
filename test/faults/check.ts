/** A check by hand, in which one call meets one fault, and the same check after it. */
import type { Context } from "aws-lambda";
import { expect } from "vitest";
import type { ApiCall } from "../../lib/connector.ts";
import type { CheckAnswer } from "../../lib/operator/check.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { TestEnvironment } from "../environment.ts";
import type { CallFault } from "./faults.ts";
import { type PlantedEnvironment, plant } from "./planted.ts";

/** One line of the table: a call that is made for a check only. */
export interface CallOfCheck {
  call: Pick<ApiCall, "method" | "path">;
  isHrflow?: true;
}

export type Invoke = (event: object, environment: PlantedEnvironment) => Promise<unknown>;

export const CONTEXT = { getRemainingTimeInMillis: () => 180_000, functionName: "function" } as Context;

export async function checkUnderFault(
  environment: TestEnvironment,
  plan: { simulator: Simulator; call: CallOfCheck["call"]; fault: CallFault },
  event: object,
  invoke: Invoke,
): Promise<{ ending: string; answer: CheckAnswer; hasMet: boolean }> {
  const planted = plant(environment, { ...plan, before: 0 });
  try {
    const answer = (await invoke(event, planted)) as CheckAnswer;
    expect(await invoke(event, planted)).toMatchObject({ ok: true });
    const ending = answer.ok ? (planted.pauses() > 0 ? "wait" : "done") : "told";
    return { ending, answer, hasMet: planted.hasMet() };
  } finally {
    planted.close();
    plan.simulator.recover();
  }
}

/** One finding says what is wrong: who, which call, which status. */
export function expectTold({ checks }: CheckAnswer, label: string, method: string, says: RegExp): void {
  const wrong = checks.filter(({ ok }) => !ok);
  expect(wrong).toHaveLength(1);
  expect(wrong[0]?.message).toMatch(new RegExp(`\\b${label} ${method} http[^ ?]+: `));
  expect(wrong[0]?.message).toMatch(says);
}
