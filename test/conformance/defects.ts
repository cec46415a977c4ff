/** Those of the previous library's defects that any connector could have: the suite has a test of each, by its number. */
import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { runPushByHand } from "../../lib/push/run.ts";
import type { Bench } from "./conformance.ts";
import { aPerson, expectOneCandidate, KEY, openScene, pushUntilDone, type Scene } from "./scene.ts";

const TIME_LEFT_IN_MILLISECONDS = 200_000;

/** Declares the tests. */
export function testPreviousDefects(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);

  test("C-10: without a format of the user's own the connector's is used", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    await scene.push(profile, { format: null });
    await expectOneCandidate(scene, profile);
  });

  test("C-11: an event cannot bring a credential, name another, or set what it may not", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    const invoke = functionOf(scene, connector);
    const one = { source_key: profile.source_key, profile_key: profile.key };
    for (const attack of [
      { connector_auth: { auth: "ATTACKER" } },
      { connector_auth: { secret: "somebody/else" } },
      { auth: "ATTACKER" },
      one,
      { pull_parameters: { ...one, auth: "ATTACKER" } },
    ]) {
      const event = { workflow_id: "acme", pull_parameters: one, ...attack };
      expect(await invoke(event)).toMatchObject({ status: "fatal" });
    }
    expect(scene.account.simulator.calls).toEqual([]);
  });

  test.each([null, undefined])(
    "C-12: a format that returns %s is a failure, and nothing is sent",
    async (nothing) => {
      const scene = await open();
      const failing = scene.push(scene.addProfile(), { format: () => nothing });
      await expect(failing).rejects.toMatchObject({ reason: "format_failure" });
      expect(scene.account.simulator.calls).toEqual([]);
    },
  );

  const { info, experiences } = aPerson();
  test.each<[name: string, profile: object]>([
    ["summary null", { info: { ...info, summary: null } }],
    ["no attachment", { attachments: [] }],
    ["attachments null", { attachments: null }],
    ["attachments missing", { attachments: undefined }],
    ["info.location null", { info: { ...info, location: null } }],
    ["a location without fields", { info: { ...info, location: { text: "Paris" } } }],
    ["experience.location null", { experiences: [{ ...experiences[0], location: null }] }],
    ["experiences_duration null", { experiences_duration: null }],
    ["urls null", { info: { ...info, urls: null } }],
    ["urls as an object", { info: { ...info, urls: { linkedin: "https://l.example", from_resume: [] } } }],
    ["source null", { source: null }],
    ["tags with lists", { tags: [{ name: "skills", value: ["a", "b"] }] }],
  ])("C-13: an ordinary profile (%s) crashes nothing", async (_, changes) => {
    const scene = await open();
    const profile = scene.addProfile();
    scene.answerWith(profile, changes);
    expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
  });

  test("C-13: a profile without a phone is pushed without; one without info says what it lacks", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    scene.answerWith(profile, { info: { ...info, phone: undefined } });
    await scene.push(profile);
    expect(await scene.candidatesOf(profile)).toMatchObject([{ phone: null }]);
    scene.hrflow.recover();
    scene.answerWith(profile, { info: null });
    await expect(scene.push(profile)).rejects.toMatchObject({
      reason: "format_failure",
      message: expect.stringContaining("the profile has no"),
    });
  });

  test("C-19: a page that stands in the place of a CV is not sent as one", async () => {
    for (const status of [403, 404] as const) {
      const scene = await open();
      scene.hrflow.settings.attachmentStatus = status;
      const profile = scene.addProfile();
      await scene.push(profile);
      await expectOneCandidate(scene, profile, { cvs: [] });
    }
  });

  test("C-20: a profile that HrFlow does not have is a failure, not a success with nothing", async () => {
    const scene = await open();
    const { source_key } = scene.addProfile();
    expect(await runByHand(scene, { source_key, key: "0".repeat(40) })).toMatchObject({
      status: "fatal",
      reason: "read_failure",
      events: { read_failure: 1 },
    });
  });

  test("C-23, C-24: no address and no log has the key or the person", async () => {
    const scene = await open(); // At its end what was logged is searched for both.
    const profile = scene.addProfile();
    const sent = recordRequests(scene);
    await runByHand(scene, profile);
    expect(scene.environment.logged.join()).toContain("profile pushed");
    const addresses = decodeURIComponent(sent.map(({ url }) => url.href).join(" "));
    expect(addresses).not.toContain(KEY);
    for (const name of [profile.info.first_name, profile.info.last_name])
      expect(addresses).not.toContain(name);
  });

  test("C-24: functions are looked up by name where they may be, and nothing is evaluated", async () => {
    const scene = await open();
    const { key: profile_key, source_key } = scene.addProfile();
    const invoke = functionOf(scene, connector);
    for (const name of ["process.exit", "eval", "constructor", "() => null", "__proto__"]) {
      const event = { workflow_id: "acme", pull_parameters: { source_key, profile_key }, format: name };
      expect(await invoke(event)).toMatchObject({ status: "fatal" });
    }
    expect(scene.account.simulator.calls).toEqual([]);
  });

  test.each(["never", "reset"] as const)(
    "C-25: an ATS that does not answer (%s) ends one attempt",
    async (kind) => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.simulator.failNext({}, { kind });
      await expect(scene.push(profile, {}, 6_000)).rejects.toBeInstanceOf(TemporaryError);
      scene.account.simulator.recover();
      expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
    },
  );

  test("C-25: one 429 costs an attempt at most", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    scene.account.simulator.failNext({}, { kind: "status", status: 429 });
    const { failures } = await pushUntilDone(scene, profile);
    expect(failures.length).toBeLessThanOrEqual(1);
    await expectOneCandidate(scene, profile);
  });

  test("C-26: a logic that filters the profile discards it, and that is a success", async () => {
    const scene = await open();
    const answer = await runByHand(scene, scene.addProfile(), { logics: [() => null] });
    expect(answer).toMatchObject({ status: "success", events: { logics_discard: 1 } });
    expect(scene.account.simulator.calls).toEqual([]);
  });
}

/** A run by hand of the push of one profile. */
export function runByHand(scene: Scene, profile: { key: string; source_key: string }, changes: object = {}) {
  const pull_parameters = { source_key: profile.source_key, profile_key: profile.key };
  const workflow = scene.workflow({ pull_parameters, ...changes });
  return runPushByHand(workflow, TIME_LEFT_IN_MILLISECONDS, scene.environment);
}

/** From now on keeps what is sent, and to which address. */
export function recordRequests({ environment }: Pick<Scene, "environment">): { url: URL; body: string }[] {
  const sent: { url: URL; body: string }[] = [];
  environment.fetch = async (input, init) => {
    const request = new Request(input, init);
    sent.push({ url: new URL(request.url), body: await request.clone().text() });
    return globalThis.fetch(request);
  };
  return sent;
}

/** Invokes the function with an event, as the Lambda console does. */
function functionOf({ account, environment, secret }: Scene, connector: Connector) {
  const declared = {
    workflow_id: "acme",
    action: `push_profile_to_${connector.name}`,
    hrflow_auth: { secret: "hrflow/conformance" },
    connector_auth: { secret },
    push_parameters: account.parameters,
  };
  const handler = pushFunction(connector, { workflows: [declared], functions: {} }, environment);
  const context = {
    functionName: "push",
    getRemainingTimeInMillis: () => TIME_LEFT_IN_MILLISECONDS,
  } as Context;
  return (event: object) => handler(event, context);
}
