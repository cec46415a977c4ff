/** Runs by hand, one for each action and fault: the answer says what went wrong and what to do, and the next run ends well. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import smartrecruiters from "../../lib/connectors/smartrecruiters/index.ts";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { MARK } from "../conformance/scene.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";
import type { TestEnvironment } from "../environment.ts";
import { CONTEXT } from "./check.ts";
import { type CallFault, FAULTS } from "./faults.ts";
import { type Plan, type PlantedEnvironment, plant } from "./planted.ts";
import { startPushStage } from "./push-stage.ts";
import { createTable, lineOf } from "./table.ts";
import { startUpdateStage, updateWorkflow } from "./update.ts";

/** A function behind the Lambda console, and an event for it. */
interface Stage {
  /** What it does, in the table. */
  name: string;
  environment: TestEnvironment;
  plan: Omit<Plan, "fault">;
  /** Another person's event each time. */
  newEvent(): object;
  invoke(event: object, planted: PlantedEnvironment): Promise<RunAnswer>;
  stop(): Promise<void>;
}

/** After a create without an answer the ATS is given time; whoever runs it again by hand waits as well. */
const LONG_ENOUGH_IN_SECONDS = 600;

const table = createTable();
afterAll(() => table.print("a run by hand"));

const actions: [label: string, call: Plan["call"], start: (call: Plan["call"]) => Promise<Stage>][] = [
  ["Teamtailor", { method: "POST", path: "/candidates" }, startPush(teamtailor, teamtailorBench())],
  [
    "Flatchr",
    { method: "POST", path: "/company/{companyId}/search/applicants" },
    startPush(flatchr, flatchrBench()),
  ],
  [
    "SmartRecruiters",
    { method: "POST", path: "/jobs/{jobId}/candidates" },
    startPush(smartrecruiters, smartrecruitersBench()),
  ],
  ["Flatchr", { method: "POST", path: "/company/{companyId}/search/applicants" }, startUpdate],
];

describe.each(actions)("%s, of a run by hand", (label, call, start) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await start(call);
  });
  afterAll(() => stage?.stop());

  test.each(FAULTS)(`$name: $means, at ${lineOf(call)}`, async (fault) => {
    const planted = plant(stage.environment, { ...stage.plan, fault });
    const event = stage.newEvent();
    const answer = await stage.invoke(event, planted);
    expect(planted.hasMet()).toBe(true);
    table.note(`${stage.name}: ${lineOf(call)}`, fault.name, wordOf(answer));
    expectClear(answer, label, call.method, fault);
    planted.pass(LONG_ENOUGH_IN_SECONDS);
    expect(await stage.invoke(event, planted)).toMatchObject({ status: "success", reason: "none" });
    planted.close();
    stage.plan.simulator.recover();
  });
});

function wordOf({ status, reason }: RunAnswer): string {
  return status === "fatal" ? reason.replace("_failure", "").replace("credential", "key") : "wait";
}

/** A whole answer, whatever happened: status, reason, who, which call, which status, what to do. */
function expectClear(answer: RunAnswer, label: string, method: string, fault: CallFault): void {
  const text = JSON.stringify(answer);
  expect(text).not.toMatch(/\\n\s+at |\[object|undefined|TypeError/);
  expect(text.toLowerCase()).not.toContain(MARK);
  expect(answer).toMatchObject({
    run_id: expect.any(String),
    started_at: expect.any(String),
    duration_ms: expect.any(Number),
    events: { callback_failure: 0 },
  });
  if (answer.status === "success") {
    // Only what is soon over is waited for while a person waits.
    expect(fault.name).toBe("429");
    return;
  }
  const { status, reason, message } = answer;
  expect(status).toBe("fatal");
  const isKey = ["401", "403"].includes(fault.name);
  expect(reason).toMatch(isKey ? /^credential_failure$/ : /^(read|write)_failure$/);
  expect(message).toMatch(new RegExp(`\\b${label} ${method} http[^ ?]+: `));
  expect(message).toMatch(fault.says);
  expect(message).toMatch(isKey ? /Put a valid credential into the secret \w+\/faults/ : /again|mend/i);
}

function startPush(
  connector: Parameters<typeof startPushStage>[0],
  bench: Parameters<typeof startPushStage>[1],
) {
  return async (call: Plan["call"]): Promise<Stage> => {
    const { account, environment, workflow, addProfile, sourceKey, stop } = await startPushStage(
      connector,
      bench,
    );
    return {
      name: `push to ${connector.label}`,
      environment,
      plan: { simulator: account.simulator, call, before: 0 },
      newEvent: () => ({
        workflow_id: `faults-${connector.name}`,
        pull_parameters: { source_key: sourceKey, profile_key: addProfile().key },
      }),
      invoke: async (event, planted) => {
        const handler = pushFunction(connector, { workflows: [workflow], functions: {} }, planted);
        return (await handler(event, CONTEXT)) as RunAnswer;
      },
      stop,
    };
  };
}

async function startUpdate(call: Plan["call"]): Promise<Stage> {
  const stage = await startUpdateStage();
  const workflow = updateWorkflow(stage, "faults-update");
  stage.flatchr.addCandidate({ firstname: "Ada", email: `ada.${MARK}@example.com` });
  return {
    name: "update",
    environment: stage.environment,
    plan: { simulator: stage.flatchr, call, before: 0 },
    newEvent: () => ({ workflow_id: workflow.workflow_id, incremental: false }),
    invoke: async (event, planted) => {
      const handler = updateFunction(flatchr, { workflows: [workflow], functions: {} }, planted);
      return (await handler(event, CONTEXT)) as RunAnswer;
    },
    stop: stage.stop,
  };
}
