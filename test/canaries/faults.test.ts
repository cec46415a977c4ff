/**
 * Each call that Relay makes is answered with an error that quotes what the call carried, the credential too, and the person
 * it is about, in every way of quoting: nothing of that is logged, measured, answered, thrown or stored.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiCall } from "../../lib/connector.ts";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { pushCalls as hrflowPushCalls, updateCalls } from "../../lib/hrflow/calls.ts";
import { seededRandom } from "../../local/vendors/faults.ts";
import { UPDATE } from "../operator/scene.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { CANDIDATE, PERSON } from "./canaries.ts";
import { type PlannedAnswer, textsIn } from "./proxy.ts";
import { QUOTES } from "./quotes.ts";
import { type Action, leaksOf, openWatchedScene, PUSHES, type WatchedScene } from "./watched-scene.ts";

const STATUSES = [400, 401, 403, 404, 409, 422, 500];
const VALUES_IN_AN_ERROR = 6;
/** So many errors for each call; the ways of quoting take turns over all calls. */
const TURNS_OF_A_PUSH = 6;
const TURNS_OF_AN_UPDATE = 4;
const random = seededRandom(11);

/** What a push has read of the person, before and after the change. */
const { phone: _phone, summary: _summary, ...info } = PERSON.info;
const WITHOUT_CHANGES = { ...PERSON, info };
/** What an update has read of its candidate from the beginning. */
const ROW = { ...CANDIDATE, cv: undefined, cvName: undefined };

let scene: WatchedScene;
let errors = 0;
const quoted = new Set<string>();
const met = new Set<string>();
const unmet = new Set<string>();
let turns = 0;

afterAll(() => {
  process.stdout.write(
    `canaries: ${errors} errors of vendors quoted ${quoted.size} different texts in ${Object.keys(QUOTES).length} ways, in answer to ${met.size} calls; not met: ${[...unmet].join(", ")}\n`,
  );
});

function note(action: Action, { method, path }: ApiCall, isMet: boolean): void {
  (isMet ? met : unmet).add(`${action} ${method} ${path}`);
}

/** An error in the form of every vendor at once. */
function errorBody(status: number, message: string): string {
  const error = { title: message, detail: message, message, dataPath: "/candidate" };
  return JSON.stringify({ code: status, statusCode: status, message, errors: [error] });
}

/** Before this call nothing is known of the person: the error can only quote what the call carried. */
function isAboutNobody(action: Action, { method, path }: ApiCall): boolean {
  if (/^\/(auth|source|company|jobs\/\{jobId\})$/.test(path)) return true;
  return action === UPDATE
    ? /\/(vacancies|columns|search\/applicants)$/.test(path)
    : method === "GET" && path === "/profile/indexing";
}

function planOf(action: Action, call: ApiCall, turn: number): PlannedAnswer {
  const way = Object.keys(QUOTES)[turn % Object.keys(QUOTES).length] as keyof typeof QUOTES;
  const quote = QUOTES[way] ?? String;
  const status = STATUSES[turn % STATUSES.length] ?? 400;
  const ofPerson = isAboutNobody(action, call) ? [] : textsIn(action === UPDATE ? ROW : WITHOUT_CHANGES);
  return {
    method: call.method,
    path: new RegExp(`^${call.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    status,
    body(ofCall) {
      errors += 1;
      const values = [...ofCall, ...ofPerson];
      const chosen = Array.from(
        { length: VALUES_IN_AN_ERROR },
        () => values[Math.floor(random() * values.length)] ?? "",
      );
      for (const value of chosen) quoted.add(value);
      return errorBody(status, chosen.map((value) => quote(value.slice(0, 2_000))).join("; "));
    },
  };
}

const idOf = (action: Action) =>
  action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-");

/** Pushes a new person, then the same one changed; by hand or from the queue. */
async function push(action: Action, call: ApiCall, turn: number): Promise<void> {
  const profile_key = scene.addPerson();
  const event = { workflow_id: idOf(action), pull_parameters: { source_key: scene.sourceKey, profile_key } };
  if (call.path.includes("/jobs/")) addToTalentPool(profile_key);
  else if (call.path.includes("{id}")) await scene.invoke(action, event);
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
  if (isAboutNobody(action, call)) await scene.invoke(action, { ...event, check: true });
  scene.proxy.plan(undefined);
}

/** SmartRecruiters has the person already, on no job: then the job is assigned. */
function addToTalentPool(profileKey: string): void {
  const { first_name: firstName, last_name: lastName, email } = scene.hrflow.profile(profileKey)?.info ?? {};
  if (firstName && lastName && email) scene.smartrecruiters.addCandidate({ firstName, lastName, email });
}

async function update(call: ApiCall, turn: number): Promise<void> {
  const isAboutCvs = /parsing|files/.test(call.path); // Flatchr gives out one a second.
  const { rowId } = scene.addCandidateOfCanaries({ inHrflow: turn % 2 === 0, hasCv: isAboutCvs });
  scene.proxy.plan(planOf(UPDATE, call, turn));
  const event = { workflow_id: "acme-update", push_parameters: { create_missing: true } };
  await scene.invoke(UPDATE, event);
  if (isAboutNobody(UPDATE, call)) await scene.invoke(UPDATE, { ...event, check: true });
  scene.proxy.plan(undefined);
  scene.environment.pass(400);
  scene.flatchr.removeApplicant(rowId);
}

/** Opens a scene for each action: an error may quote one person, and no other. */
function inItsOwnScene(): void {
  beforeAll(async () => {
    scene = await openWatchedScene();
  });
  afterAll(() => scene.stop());
}

describe.each(PUSHES)("%s", (action) => {
  inItsOwnScene();
  const connector = connectors.find(({ name }) => action.endsWith(name));
  const calls = [...hrflowPushCalls, ...(connector?.push.calls ?? [])];

  test.each(calls)("$method $path", async (call) => {
    let isMet = false;
    for (let count = 0; count < TURNS_OF_A_PUSH && (count === 0 || isMet); count += 1) {
      turns += 1;
      await push(action, call, turns);
      isMet = scene.proxy.hasMet();
    }
    note(action, call, isMet);
    expect(await leaksOf(scene)).toEqual([]);
  });
});

describe(UPDATE, () => {
  inItsOwnScene();
  test.each([...updateCalls, ...flatchr.pull.calls])("$method $path", async (call) => {
    let isMet = false;
    for (let count = 0; count < TURNS_OF_AN_UPDATE; count += 1) {
      turns += 1;
      await update(call, turns);
      isMet ||= scene.proxy.hasMet();
    }
    note(UPDATE, call, isMet);
    expect(await leaksOf(scene)).toEqual([]);
  });
});

test("every call was met, save those that no ordinary run and no check makes", () => {
  const unmetCalls = [...unmet].filter((call) => !met.has(call));
  expect(unmetCalls).toEqual([
    "push_profile_to_flatchr GET /company/{companyId}/columns",
    "push_profile_to_smartrecruiters GET /candidates/{id}/attachments/{attachmentId}",
    "push_profile_to_smartrecruiters DELETE /candidates/{id}",
  ]);
});
