/** Whatever Relay does with a person when all goes well, nothing of the person and no credential leaves it. */
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { ADDED, CANARIES, FILTERS, SECRETS } from "./canaries.ts";
import { ACTIONS, leaksOf, openWatchedScene, PUSHES, type WatchedScene } from "./watched-scene.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { TEAMTAILOR, UPDATE } from "../operator/scene.ts";

let scene: WatchedScene;
beforeEach(async () => {
  scene = await openWatchedScene();
});
afterEach(() => scene.stop());

const idOf = (action: string) => (action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-"));
const profile = (profile_key: string) => ({ source_key: scene.sourceKey, profile_key });

test("x", async () => {
  const key = scene.addPerson();
  for (const action of PUSHES) {
    const event = { workflow_id: idOf(action), pull_parameters: profile(key) };
    console.info(await scene.invoke(action, { ...event, persist: false }));
    const a = await scene.invoke(action, event);
    scene.environment.pass(200);
    scene.changePerson(key);
    const b = await scene.invoke(action, event);
    process.stderr.write(JSON.stringify([a, b])+"\n");
  }
  scene.addCandidateOfCanaries();
  scene.addCandidateOfCanaries({inHrflow: false});
  process.stderr.write(JSON.stringify(await scene.invoke(UPDATE, {workflow_id: "acme-update", persist: false}))+"\n");
  process.stderr.write(JSON.stringify(await scene.invoke(UPDATE, {workflow_id: "acme-update"}))+"\n");
  await scene.receive(key);
  expect(await leaksOf(scene)).toEqual([]);
});
