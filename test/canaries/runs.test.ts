/** Whatever Relay does with people made of canaries, well or badly: nothing of them and no credential leaves it. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Environment } from "../../lib/environment.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import { UPDATE } from "../operator/scene.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { ADDED, CANARIES, CANDIDATE, FILTERS, PERSON, SECRETS, SERVICE_ERROR, WEBHOOK } from "./canaries.ts";
import { textsIn } from "./proxy.ts";
import { QUOTES } from "./quotes.ts";
import {
  ACTIONS,
  type Action,
  leaksOf,
  openWatchedScene,
  PUSHES,
  type WatchedScene,
} from "./watched-scene.ts";

let scene: WatchedScene;
const searched = new Map<string, number>();
beforeEach(async () => {
  scene = await openWatchedScene();
});
afterEach(async () => {
  for (const [place, texts] of await scene.everything()) {
    searched.set(place, (searched.get(place) ?? 0) + texts.length);
  }
  await scene.stop();
});
afterAll(() => {
  const places = [...searched].map(([place, count]) => `${count} in ${place}`).join(", ");
  process.stdout.write(`canaries: ${CANARIES.length} were looked for in texts: ${places}\n`);
});

const idOf = (action: Action) =>
  action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-");
const profile = (profile_key: string) => ({ source_key: scene.sourceKey, profile_key });
const byHand = (action: Action, key: string) =>
  action === UPDATE
    ? { workflow_id: idOf(action), push_parameters: { create_missing: true } }
    : { workflow_id: idOf(action), pull_parameters: profile(key) };
const expectSilence = async () => expect(await leaksOf(scene)).toEqual([]);

/** Whose turn it is: a person for a push, a candidate for an update. */
function addSomebody(action: Action): string {
  return action === UPDATE ? scene.addCandidateOfCanaries().rowId : scene.addPerson();
}

test("there are at least fifty canaries, and no two are alike", () => {
  expect(CANARIES.length).toBeGreaterThanOrEqual(50);
  expect(new Set(CANARIES.map(({ mark }) => mark)).size).toBe(CANARIES.length);
});

describe.each(ACTIONS)("%s, when all goes well", (action) => {
  test("by hand: a dry run, a run, a run after a change, a run after no change", async () => {
    const key = addSomebody(action);
    await scene.invoke(action, { ...byHand(action, key), persist: false });
    const answer = await scene.invoke<{ status: string }>(action, byHand(action, key));
    expect(answer?.status).toBe("success");
    scene.environment.pass(400);
    if (action !== UPDATE) scene.changePerson(key);
    await scene.invoke(action, byHand(action, key));
    await scene.invoke(action, byHand(action, key));
    await expectSilence();
  });

  test("check, explain, runs, erase", async () => {
    const key = addSomebody(action);
    await scene.invoke(action, byHand(action, key));
    const subject = action === UPDATE ? { candidate: key } : profile(key);
    for (const tool of [
      { check: true },
      { runs: true },
      { explain: subject },
      { erase: subject, persist: false },
    ]) {
      await scene.invoke(action, { workflow_id: idOf(action), ...tool });
    }
    await scene.invoke(action, { erase: subject });
    await scene.invoke(action, {});
    await expectSilence();
  });
});

test("a webhook with a whole profile, its push, and its way through the dead-letter queue and back", async () => {
  const key = scene.addPerson(PERSON.info.email);
  await scene.receive(key);
  for (const action of PUSHES) {
    const worker = queueWorkerOf(action, (batch) => scene.invoke(action, batch), scene.environment);
    await worker.send({ workflow_id: idOf(action), ...profile(key) }, key);
    scene.proxy.plan({
      method: "POST",
      path: /candidate/,
      status: 422,
      body: (quotable) =>
        JSON.stringify({ message: quotable.join(" "), errors: [{ title: quotable.join(" ") }] }),
    });
    await worker.work();
    scene.proxy.plan(undefined);
    await scene.invoke(action, { dead_letters: "list" });
    await scene.invoke(action, { dead_letters: "redrive" });
    scene.environment.pass(400);
    await worker.work();
  }
  await expectSilence();
});

test("webhooks that are refused", async () => {
  const key = scene.addPerson();
  const { email, first_name } = PERSON.info;
  const odd = {
    type: "profile.parsing.success",
    profile: { key: email, source: { key: first_name } },
    ...WEBHOOK,
  };
  for (const body of [
    JSON.stringify(odd),
    JSON.stringify([PERSON]),
    `{"type": "${WEBHOOK.origin} ${email}`,
    email,
  ]) {
    await scene.receive(key, body);
  }
  await expectSilence();
});

test("a format that names the e-mail as the reference of a profile", async () => {
  scene.addCandidateOfCanaries({ inHrflow: false });
  const format = (candidate: { email: string }) => ({ reference: candidate.email, info: candidate });
  for (const create_missing of [false, true]) {
    const event = { workflow_id: "acme-update", push_parameters: { create_missing } };
    await scene.invoke(UPDATE, event, { format });
  }
  await expectSilence();
});

test("filters of a run by hand, and credentials in an event", async () => {
  scene.addCandidateOfCanaries();
  const short = () => 1_000;
  await scene.invoke(UPDATE, { workflow_id: "acme-update", pull_parameters: FILTERS }, {}, short);
  await scene.invoke(UPDATE, { workflow_id: "acme-update", pull_parameters: FILTERS });
  const key = SECRETS.inEvent;
  for (const credential of [
    { hrflow_auth: { api_secret: key } },
    { connector_auth: key },
    { connector_auth: { auth: key } },
    { api_key: key },
    { auth: { api_key: key } },
    { origin_parameters: { api_secret: key } },
    { target_parameters: { auth: key } },
    { hrflow_client: { api_secret: key } },
    { pull_parameters: { api_key: key } },
    { push_parameters: { auth: key } },
    { logics: [{ api_key: key }] },
    { persist: key },
  ]) {
    for (const action of ACTIONS) {
      await scene.invoke(action, { workflow_id: idOf(action), ...credential });
      await scene.invoke(action, { workflow_id: "inline", action, ...credential });
      await scene.invoke(action, { workflow_id: idOf(action), check: true, ...credential });
    }
  }
  await expectSilence();
});

describe("functions of the user that throw what they were given", () => {
  /** An error that quotes all of an item, in one of the ways, in its message, its name, its cause and its fields. */
  function quoting(item: unknown, way: (value: string) => string): Error {
    const all = textsIn(item).sort((one, other) => one.length - other.length);
    const [name = ""] = all.filter((text) => text.length > 5);
    const cause = new Error(all.join(" "));
    return Object.assign(new Error(`cannot take ${all.map(way).join("; ")}`, { cause }), { name, item });
  }

  /** The actions take turns. */
  const turns = Object.entries(QUOTES).map(([way, quote], index) => {
    return [way, ACTIONS[index % ACTIONS.length] ?? UPDATE, quote] as const;
  });

  test.each(turns)("%s, of %s", async (_, action, way) => {
    const fail = (item: unknown) => {
      throw quoting(item, way);
    };
    /** The second logic knows what the first one has added. */
    const add = (item: object) => ({ ...item, ...ADDED });
    const key = addSomebody(action);
    for (const changes of [
      { logics: [fail] },
      { logics: [add, fail] },
      { format: fail },
      { logics: [add], format: fail },
      { logics: [(item: object) => ({ ...item, key: 1, id: { not: "a value" } })] },
      {
        format: (item: object) => ({
          info: item,
          firstname: item,
          "first-name": item,
          firstName: item,
          email: item,
        }),
      },
      { format: (item: object) => JSON.stringify(item) },
      { format: (item: object) => ({ item, number: 1n }) },
    ]) {
      await scene.invoke(action, byHand(action, key), changes);
    }
    await expectSilence();
  });

  test("a callback is told of no person, and what it throws is not repeated", async () => {
    const callback = (summary: unknown) => {
      scene.say("callbacks", summary);
      throw new Error(`cannot tell ${PERSON.info.email} or ${PERSON.info.phone}`);
    };
    for (const action of ACTIONS)
      await scene.invoke(action, byHand(action, addSomebody(action)), { callback });
    await expectSilence();
  });
});

describe("answers of vendors that cannot be read", () => {
  const words = textsIn([PERSON, CANDIDATE, SECRETS]).join(" ");
  test.each<[string, Fault]>([
    ["text in place of JSON", { kind: "status", status: 200, body: words }],
    ["JSON of another shape", { kind: "status", status: 200, body: { words, data: words, content: words } }],
    ["a page that quotes", { kind: "status", status: 502, body: `<html>${words}</html>` }],
    ["JSON that breaks off", { kind: "truncated_json" }],
    ["a body that breaks off", { kind: "cut_body" }],
    ["a connection that is reset", { kind: "reset" }],
    ["bytes that are no HTTP", { kind: "garbage" }],
    ["no answer in time", { kind: "never" }],
    [
      "a redirect to a canary",
      {
        kind: "status",
        status: 302,
        headers: { location: `https://${SECRETS.teamtailor.toLowerCase()}.example.com/` },
      },
    ],
  ])("%s", async (_, fault) => {
    // The proxy is left out: it would answer for a vendor that does not.
    expect(scene.environment.settings.baseUrl("HRFLOW_BASE_URL", "")).toContain("127.0.0.1");
    scene.useVendorsDirectly();
    const key = scene.addPerson();
    scene.addCandidateOfCanaries();
    const soon: Pick<Environment, "abortAfter"> = { abortAfter: () => AbortSignal.timeout(300) };
    Object.assign(scene.environment, soon);
    for (const vendor of [scene.hrflow, scene.teamtailor, scene.flatchr, scene.smartrecruiters]) {
      vendor.failNext({}, fault, Number.POSITIVE_INFINITY);
      for (const action of ACTIONS) {
        await scene.invoke(action, byHand(action, key));
        await scene.invoke(action, { workflow_id: idOf(action), check: true });
      }
      vendor.recover();
    }
    await expectSilence();
  });
});

describe("errors of AWS that quote what they were sent", () => {
  test.each(["sqs", "dynamodb"] as const)("%s", async (service) => {
    const key = scene.addPerson();
    scene.addCandidateOfCanaries();
    const cause = new Error(SERVICE_ERROR);
    const broken = {
      send: (command: { input: unknown }) =>
        Promise.reject(
          Object.assign(new Error(`${SERVICE_ERROR} ${JSON.stringify(command.input)}`, { cause }), {
            $response: SERVICE_ERROR,
          }),
        ),
    };
    const whole = scene.environment[service];
    Object.assign(scene.environment, { [service]: broken });
    await scene.receive(key);
    for (const action of ACTIONS) {
      await scene.invoke(action, byHand(action, key));
      await scene.invoke(action, { dead_letters: "list" });
      await scene.invoke(action, { workflow_id: idOf(action), runs: true });
      await scene.invoke(action, { erase: action === UPDATE ? { candidate: "row" } : profile(key) });
    }
    Object.assign(scene.environment, { [service]: whole });
    await expectSilence();
  });

  test("Secrets Manager: a secret that is no JSON, has other fields, or is refused", async () => {
    const key = scene.addPerson();
    const { hrflow, teamtailor, flatchr, smartrecruiters } = SECRETS;
    const all = { hrflow, teamtailor, flatchr, smartrecruiters };
    for (const value of [
      { all },
      { api_secret: [hrflow.api_secret], auth: { key: teamtailor }, api_key: flatchr },
    ]) {
      for (const name of ["hrflow/acme", "teamtailor/acme", "flatchr/acme", "smartrecruiters/acme"]) {
        scene.environment.rotateSecret(name, value);
      }
      scene.environment.pass(400);
      await scene.receive(key);
      for (const action of ACTIONS) {
        await scene.invoke(action, byHand(action, key));
        await scene.invoke(action, { workflow_id: idOf(action), check: true });
      }
    }
    await expectSilence();
  });
});

test("each credential goes to its own vendor, and to no other", async () => {
  for (const action of ACTIONS) await scene.invoke(action, byHand(action, addSomebody(action)));
  const { hrflow, teamtailor, flatchr, smartrecruiters } = scene;
  const owners = [
    { key: SECRETS.hrflow.api_secret, origin: new URL(hrflow.url).origin },
    { key: SECRETS.teamtailor, origin: new URL(teamtailor.url).origin },
    { key: SECRETS.flatchr, origin: new URL(flatchr.apiUrl).origin },
    { key: SECRETS.smartrecruiters, origin: new URL(smartrecruiters.url).origin },
  ];
  for (const { key, origin } of owners) {
    const told = scene.proxy.received.filter(({ carried }) => carried.includes(key));
    expect(new Set(told.map((call) => call.origin))).toEqual(new Set([origin]));
  }
  const carried = scene.proxy.received.map((call) => call.carried).join();
  expect(carried).not.toContain(SECRETS.hrflow.webhook_secret);
});
