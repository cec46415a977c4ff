/**
 * Each call that Relay makes is answered with an error that quotes what the call carried, the credential too, and the person
 * it is about, in every way of quoting: nothing of that is logged, measured, answered, thrown or stored.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiCall } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { updateCalls, pushCalls as hrflowPushCalls } from "../../lib/hrflow/calls.ts";
import { seededRandom } from "../../local/vendors/faults.ts";
import { UPDATE } from "../operator/scene.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { CANDIDATE, PERSON } from "./canaries.ts";
import { type PlannedAnswer, textsIn } from "./proxy.ts";
import { QUOTES } from "./quotes.ts";
import { type Action, leaksOf, openWatchedScene, PUSHES, type WatchedScene } from "./watched-scene.ts";

const STATUSES = [400, 401, 403, 404, 409, 422, 500];
const VALUES_IN_AN_ERROR = 6;
const random = seededRandom(11);

/** What a push has read of the person, before and after the change. */
const { phone: _phone, summary: _summary, ...info } = PERSON.info;
const WITHOUT_CHANGES = { ...PERSON, info };

let scene: WatchedScene;
let errors = 0;
const quoted = new Set<string>();
const met = new Set<string>();
const planned = new Set<string>();

beforeAll(async () => {
  scene = await openWatchedScene();
});
afterAll(async () => {
  await scene.stop();
  process.stdout.write(
    `canaries: ${errors} errors of vendors quoted ${quoted.size} different texts in ${Object.keys(QUOTES).length} ways, in answer to ${met.size} calls; not met: ${[...planned].filter((call) => !met.has(call)).join(", ") || "none"}\n`,
  );
});

/** An error in the form of every vendor at once. */
function errorBody(status: number, message: string): string {
  const error = { title: message, detail: message, message, dataPath: "/candidate" };
  return JSON.stringify({ code: status, statusCode: status, message, errors: [error] });
}

function planOf(action: Action, call: ApiCall, turn: number): PlannedAnswer {
  const way = Object.keys(QUOTES)[turn % Object.keys(QUOTES).length] as keyof typeof QUOTES;
  const quote = QUOTES[way] ?? String;
  const status = STATUSES[turn % STATUSES.length] ?? 400;
  const isBeforeProfileIsKnown = action !== UPDATE && call.path === "/profile/indexing";
  const ofPerson = isBeforeProfileIsKnown ? [] : textsIn(action === UPDATE ? CANDIDATE : WITHOUT_CHANGES);
  return {
    method: call.method,
    path: new RegExp(`^${call.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    status,
    body(ofCall) {
      errors += 1;
      const values = [...ofCall, ...ofPerson];
      const chosen = Array.from({ length: VALUES_IN_AN_ERROR }, () => values[Math.floor(random() * values.length)] ?? "");
      for (const value of chosen) quoted.add(value);
      return errorBody(status, chosen.map((value) => quote(value.slice(0, 2_000))).join("; "));
    },
  };
}

const idOf = (action: Action) => (action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-"));

/** Pushes a new person, then the same one changed; by hand or from the queue. */
async function push(action: Action, call: ApiCall, turn: number): Promise<void> {
  const profile_key = scene.addPerson();
  const event = { workflow_id: idOf(action), pull_parameters: { source_key: scene.sourceKey, profile_key } };
  if (call.path.includes("{id}")) await scene.invoke(action, event);
  scene.proxy.plan(planOf(action, call, turn));
  if (turn % 2 === 0) {
    const worker = queueWorkerOf(action, (batch) => scene.invoke(action, batch), scene.environment);
    await worker.send({ workflow_id: idOf(action), ...event.pull_parameters }, profile_key);
    await worker.handle(await worker.receive()).catch(() => {});
  } else {
    await scene.invoke(action, event);
  }
  scene.environment.pass(400);
  scene.changePerson(profile_key);
  await scene.invoke(action, event);
  scene.proxy.plan(undefined);
}

async function update(call: ApiCall, turn: number): Promise<void> {
  const { rowId } = scene.addCandidateOfCanaries({ inHrflow: turn % 2 === 0 });
  scene.proxy.plan(planOf(UPDATE, call, turn));
  const event = { workflow_id: "acme-update", push_parameters: { create_missing: true } };
  await scene.invoke(UPDATE, event);
  scene.proxy.plan(undefined);
  scene.environment.pass(400);
  scene.flatchr.removeApplicant(rowId);
}

describe.each(PUSHES)("%s", (action) => {
  const connector = connectors.find(({ name }) => action.endsWith(name));
  const calls = [...hrflowPushCalls, ...(connector?.push.calls ?? [])];

  test.each(calls)("$method $path", async (call) => {
    for (const turn of Object.keys(QUOTES).keys()) {
      if (turn > 0 && !scene.proxy.hasMet()) break;
      await push(action, call, turn);
    }
    planned.add(`${action} ${call.method} ${call.path}`);
    if (scene.proxy.hasMet()) met.add(`${action} ${call.method} ${call.path}`);
    expect(await leaksOf(scene)).toEqual([]);
  });
});

describe(UPDATE, () => {
  const flatchr = connectors.find(({ name }) => name === "flatchr");
  test.each([...updateCalls, ...(flatchr?.pull?.calls ?? [])])("$method $path", async (call) => {
    for (const turn of Object.keys(QUOTES).keys()) {
      await update(call, turn);
    }
    expect(await leaksOf(scene)).toEqual([]);
  });
});
