/** `{}` and `help`: what a function takes, with events that run as they are shown. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HelpAnswer } from "../../lib/operator/help.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import {
  FLATCHR,
  type OperatorScene,
  SMARTRECRUITERS,
  startOperatorScene,
  TEAMTAILOR,
  UPDATE,
} from "./scene.ts";

const functions = { keepAll: () => true, tell: () => undefined, SETTING: 42 };
let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene(functions);
});
afterEach(() => scene.stop());

const help = (action: string, event: object = {}) => scene.invoke<HelpAnswer>(action, event);

test.each([{}, { help: true }, { help: true, workflow_id: "acme" }])("is the answer to %j", async (event) => {
  expect(await help(TEAMTAILOR, event)).toMatchObject({
    help: expect.stringContaining("Pushes one profile"),
    action: TEAMTAILOR,
    workflows: ["acme-teamtailor"],
    functions: ["keepAll", "tell"],
  });
});

describe.each([TEAMTAILOR, FLATCHR, SMARTRECRUITERS, UPDATE])("the help of %s", (action) => {
  test("shows every tool of an operator, each with events that ask for it", async () => {
    const { tools } = await help(action);
    expect(tools.map(({ examples }) => Object.keys(examples[0] ?? {}))).toEqual([
      ["workflow_id", "check"],
      ["workflow_id", "runs"],
      ["workflow_id", "explain"],
      ["erase", "persist"],
      ["dead_letters"],
    ]);
    const profile_key = scene.addProfile();
    for (const example of tools.flatMap(({ examples }) => examples)) {
      const event = JSON.parse(
        JSON.stringify(example)
          .replace('"source_key":"…"', `"source_key":"${scene.sourceKey}"`)
          .replace('"profile_key":"…"', `"profile_key":"${profile_key}"`),
      );
      expect(await scene.invoke(action, event)).not.toHaveProperty("status");
    }
  });

  test("has examples of runs that run once their keys are filled in", async () => {
    const { examples } = await help(action);
    expect(examples).toHaveLength(3);
    const profile_key = scene.addProfile();
    scene.addCandidate();
    const { hrflow_auth, connector_auth, push_parameters } = scene.workflow(action) as Record<string, object>;
    const isPush = action !== UPDATE;
    for (const example of examples) {
      const parameters = isPush ? { pull_parameters: { source_key: scene.sourceKey, profile_key } } : {};
      const auth = "action" in example ? { hrflow_auth, connector_auth } : {};
      const event = { ...example, ...auth, ...parameters, push_parameters };
      expect(await scene.invoke<RunAnswer>(action, event)).toMatchObject({ status: "success" });
    }
  });
});
