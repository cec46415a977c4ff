import type { Context } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { holdUp, startUpdateScene, type UpdateScene } from "./scene.ts";

const ACTION = "update_profiles_in_hrflow_from_flatchr";
let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const functionOf = (workflows: object[]) =>
  updateFunction(flatchr, { workflows, functions: {} }, scene.environment);

/** A Lambda context whose time is over after so many looks at the clock. */
function contextFor(looks: number): Context {
  let left = looks;
  return { getRemainingTimeInMillis: () => (left-- > 0 ? 600_000 : 0) } as Context;
}

describe("a run that does not fit into one invocation", () => {
  test("goes on by a message of ids and counts, until all is done", async () => {
    for (let index = 0; index < 25; index += 1) scene.add(`Person${index}`);
    const handler = functionOf([scene.workflow()]);
    const first = (await handler({ workflow_id: "acme-update" }, contextFor(18))) as RunAnswer;
    expect(first.message).toContain("left to the next one");
    const worker = queueWorkerOf(ACTION, handler as never, scene.environment);
    expect(worker.size()).toBe(1);
    const [message] = await worker.receive();
    expect(message?.body).not.toContain("example.com");
    expect(await worker.handle(message ? [message] : [])).toEqual([]);
    expect(worker.size()).toBe(0);
    expect(scene.hrflow.profiles().filter(({ info }) => info.first_name === "Before")).toEqual([]);
  });

  test("says so where parameters were laid over the workflow, since those may not stand in a queue", async () => {
    for (let index = 0; index < 25; index += 1) scene.add(`Person${index}`);
    const handler = functionOf([scene.workflow()]);
    const event = { workflow_id: "acme-update", pull_parameters: { lastname: "Example" } };
    const answer = (await handler(event, contextFor(18))) as RunAnswer;
    expect(answer.message).toContain("narrow the filters");
    expect(queueWorkerOf(ACTION, handler as never, scene.environment).size()).toBe(0);
  });
});

describe("a message that cannot be done", () => {
  test("because another run is at work comes back later", async () => {
    scene.add("Ada");
    const handler = functionOf([scene.workflow()]);
    const worker = queueWorkerOf(ACTION, handler as never, scene.environment);
    const events = { ...(await scene.run()).events };
    await worker.send({
      workflow_id: "acme-update",
      continuation: { run_id: "r", started_at: "2026-11-22T00:00:00.000Z", events },
    });
    const records = await worker.receive();
    const { logic, reached, letGo } = holdUp();
    const running = scene.run({ incremental: false, logics: [logic] });
    await reached;
    expect(await worker.handle(records, 600_000)).toHaveLength(1);
    expect(worker.waitingFor()[0]).toBeGreaterThan(5);
    letGo();
    expect((await running).status).toBe("success");
  });

  test.each([
    ["is not one of ours", "forged", "event_parsing_failure"],
    ["names a workflow that is not deployed", { workflow_id: "gone" }, "workflow_id_not_found"],
  ])("because it %s goes to the dead-letter queue with its reason", async (_, body, reason) => {
    const worker = queueWorkerOf(ACTION, functionOf([scene.workflow()]) as never, scene.environment);
    const { events } = await scene.run({ persist: false });
    const continuation = { run_id: "r", started_at: "2026-11-22T00:00:00.000Z", events };
    await worker.send(typeof body === "string" ? body : { ...body, continuation });
    await worker.handle(await worker.receive(), 600_000);
    expect(await worker.deadLetters()).toMatchObject([{ reason }]);
  });
});

test("by hand, one candidate by e-mail", async () => {
  scene.add("Ada");
  scene.add("Grace");
  const handler = functionOf([scene.workflow({ incremental: false })]);
  const event = { workflow_id: "acme-update", pull_parameters: { email: "ada@example.com" } };
  const answer = (await handler(event, contextFor(1000))) as RunAnswer;
  expect(answer).toMatchObject({ status: "success", events: { read_success: 1, write_success: 1 } });
});

test("a run that a schedule starts answers with what it did", async () => {
  scene.add("Ada");
  const answer = await functionOf([scene.workflow()])({ workflow_id: "acme-update" }, contextFor(1000));
  expect(answer).toMatchObject({
    action: ACTION,
    status: "success",
    cursor: expect.stringMatching(/^\d{4}-/),
  });
});
