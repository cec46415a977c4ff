/** What an update of the same account has written is not pushed back to it, and a push waits while it is being written. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { type EchoKey, hashReference, holdEcho, noteEcho, readEcho } from "../../lib/push/echo.ts";
import { prepareItem } from "../../lib/push/item.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { startUpdateScene, type UpdateScene } from "../update/scene.ts";

let scene: UpdateScene;
let now: number;
beforeEach(async () => {
  scene = await startUpdateScene();
  now = Date.now();
  scene.environment.now = () => now;
});
afterEach(() => scene.stop());

function workflow() {
  const checked = checkWorkflow({
    workflow_id: "acme-flatchr",
    action: "push_profile_to_flatchr",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "flatchr/acme" },
    push_parameters: { vacancy: scene.vacancyId },
  });
  if (checked.direction !== "push") return expect.fail("it is a push");
  return { ...checked, connector: flatchrConnector };
}

const addProfile = (reference: string | null = "ref-1", info: object = {}) =>
  scene.hrflow.putProfile({
    source_key: scene.sourceKey,
    ...(reference !== null && { reference }),
    info: { first_name: "Ada", last_name: "Example", email: "ada@example.com", ...info },
  });
const push = ({ key }: { key: string }) =>
  pushProfile(workflow(), { sourceKey: scene.sourceKey, profileKey: key }, 60_000, scene.environment);
const echoKey = (): EchoKey => ({
  workflowId: "acme-flatchr",
  sourceKey: scene.sourceKey,
  referenceHash: hashReference("ref-1"),
});
const holdFor = (milliseconds: number) => {
  const { speed } = scene.environment.settings;
  return holdEcho(echoKey(), (milliseconds / 1000) * speed, scene.environment);
};
const flatchrWrites = () => scene.flatchr.calls.filter(({ changed }) => changed).length;

describe("while an update writes the profile", () => {
  test.each([
    ["as long as it is held", 10_500, 11],
    ["a minute at most: it may be done much sooner", 90_000, 60],
    ["a second at least", 1, 1],
  ])("a push comes back after %s", async (_, held, seconds) => {
    const profile = addProfile();
    await holdFor(held);
    const waiting = push(profile);
    await expect(waiting).rejects.toThrow(TemporaryError);
    await expect(waiting).rejects.toMatchObject({
      reason: "already_running",
      message: "an update from the ATS is writing this profile",
      retryAfterInSeconds: seconds,
    });
    expect(flatchrWrites()).toBe(0);
  });

  test("a push goes on in the very moment in which that is over", async () => {
    const profile = addProfile();
    await holdFor(0);
    expect(await push(profile)).toMatchObject({ outcome: "created" });
  });

  test("a profile that has not changed since its push is left alone at once", async () => {
    const profile = addProfile();
    const { candidateId } = await push(profile);
    await holdFor(90_000);
    expect(await push(profile)).toEqual({ outcome: "unchanged", candidateId, notes: [] });
  });
});

describe("what an update has written", () => {
  const noteWritten = async ({ key }: { key: string }) => {
    const profile = scene.hrflow.profile(key);
    const item = await prepareItem(workflow(), profile as never);
    await noteEcho(echoKey(), item?.fingerprint ?? "", scene.environment);
  };

  test("is left alone, and that is said", async () => {
    const profile = addProfile();
    await noteWritten(profile);
    expect(await push(profile)).toEqual({
      outcome: "unchanged",
      candidateId: undefined,
      notes: ["this change came from the ATS"],
    });
    expect(flatchrWrites()).toBe(0);
  });

  test("counts no more once a real change was pushed", async () => {
    const profile = addProfile();
    await noteWritten(profile);
    scene.hrflow.editProfile(profile.key, { info: { phone: "+33612345678" } });
    expect(await push(profile)).toMatchObject({ outcome: "created" });
    expect(await readEcho(echoKey(), scene.environment)).toEqual({});
  });

  test("counts on where the push of a real change failed", async () => {
    const profile = addProfile();
    await noteWritten(profile);
    scene.hrflow.editProfile(profile.key, { info: { phone: "+33612345678" } });
    scene.flatchr.failNext({}, { kind: "status", status: 503 }, 99);
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    expect(await readEcho(echoKey(), scene.environment)).toEqual({ fingerprint: expect.any(String) });
  });
});

describe("nothing is asked of the table for it", () => {
  const operations = () =>
    [...scene.environment.tableOperations.values()].reduce((sum, count) => sum + count, 0);

  test("where the profile has no reference, and so comes from no ATS", async () => {
    const before = operations();
    await push(addProfile(null));
    const withoutReference = operations() - before;
    await push(addProfile("ref-1", { email: "grace@example.com" }));
    expect(operations() - before - withoutReference).toBe(withoutReference + 1); // And nothing to forget.
  });

  test("where the ATS is none that is read", async () => {
    const toTeamtailor = checkWorkflow({
      workflow_id: "acme-teamtailor",
      action: "push_profile_to_teamtailor",
      hrflow_auth: { secret: "hrflow/acme" },
      connector_auth: { secret: "hrflow/acme" },
    });
    if (toTeamtailor.direction !== "push") return expect.fail("it is a push");
    const profile = addProfile();
    const dead = pushProfile(
      { ...toTeamtailor, connector: teamtailorConnector },
      { sourceKey: scene.sourceKey, profileKey: profile.key },
      60_000,
      scene.environment,
    );
    await expect(dead).rejects.toThrow(); // Its secret is none of Teamtailor's.
    expect(scene.environment.tableOperations.has("GetItem")).toBe(false);
  });
});
