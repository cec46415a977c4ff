/** The write of a push: which candidate it takes, what the link says of a create, and what is left to say. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CandidateExistsError, type CandidateStore } from "../../lib/connector.ts";
import { PermanentError, TemporaryError, VendorError } from "../../lib/errors.ts";
import { readLinkState } from "../../lib/push/link.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { type PushScene, startPushScene, WORKFLOW, workflowWith } from "./scene.ts";

type Store = CandidateStore<object>;
type Profile = ReturnType<PushScene["addProfile"]>;

const CREATE = { route: "POST /candidates" };
/** Longer than Teamtailor is given after a create without an answer. */
const SETTLED_IN_SECONDS = 61;

let scene: PushScene;
beforeEach(async () => {
  scene = await startPushScene();
});
afterEach(() => scene.stop());

const referenceOf = ({ key }: Profile) => ({ sourceKey: scene.sourceKey, profileKey: key });
const push = (profile: Profile, changed: Partial<Store> = {}) =>
  pushProfile(workflowWith(changed), referenceOf(profile), 60_000, scene.environment);

/** What the link says of the candidate, and of a create whose outcome is not known. */
async function linkOf(profile: Profile) {
  const key = { workflowId: WORKFLOW.workflow_id, ...referenceOf(profile) };
  const { candidate_id, creating_since, creating_as } = (await readLinkState(key, scene.environment)) ?? {};
  return { candidate_id, creating_since, creating_as };
}

const marked = { creating_since: expect.any(Number), creating_as: expect.any(String) };
const unmarked = { creating_since: undefined, creating_as: undefined };

const find = (answer: Awaited<ReturnType<Store["find"]>>) => async () => answer;
const update = (answer: Awaited<ReturnType<Store["update"]>>) => async () => answer;
const notToBeCreated = async () => expect.fail("nothing is to be created");

describe("an update that may make a second candidate on its way", () => {
  const first = find({ outcome: "found", candidateId: "7" });
  const crossing =
    (end: () => ReturnType<Store["update"]>): Store["update"] =>
    async (_id, _candidate, _cv, creating) => {
      await creating?.(async () => "8");
      return end();
    };
  const failing = crossing(() => Promise.reject(new TemporaryError("write_failure", "half way")));
  const done = crossing(async () => ({ outcome: "updated" }));

  test("is marked while it is at work, and not when it is done", async () => {
    const profile = scene.addProfile();
    let meanwhile: unknown;
    const looking = crossing(async () => {
      meanwhile = await linkOf(profile);
      return { outcome: "updated" };
    });
    await push(profile, { find: first, update: looking });
    expect(meanwhile).toMatchObject(marked);
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });

  test("is not marked when the ATS certainly made none", async () => {
    const profile = scene.addProfile();
    const target = { vendor: "Teamtailor", method: "POST", url: "https://ats.example/candidates" };
    const refused: Store["update"] = async (_id, _candidate, _cv, creating) => {
      await creating?.(() =>
        Promise.reject(new VendorError(target, { status: 422, effect: "none", detail: "no" })),
      );
      return { outcome: "updated" };
    };
    await expect(push(profile, { find: first, update: refused })).rejects.toThrow("422");
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });

  test("leaves the mark when it fails, and the next one waits until the ATS shows what there is", async () => {
    const profile = scene.addProfile();
    await expect(push(profile, { find: first, update: failing })).rejects.toThrow("half way");
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...marked });
    await expect(push(profile, { update: done })).rejects.toThrow("Teamtailor is given time");
    scene.environment.pass(SETTLED_IN_SECONDS);
    expect(await push(profile, { update: done })).toMatchObject({ outcome: "updated", candidateId: "7" });
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });
});

describe("a candidate that a look-up finds", () => {
  test("is updated and linked, and what either has to say is said, in turn", async () => {
    const profile = scene.addProfile();
    const found = find({ outcome: "found", candidateId: "7", notes: ["there are two"] });
    const unchanged = update({ outcome: "unchanged", notes: ["it keeps its education"] });
    expect(await push(profile, { find: found, update: unchanged, create: notToBeCreated })).toEqual({
      outcome: "unchanged",
      candidateId: "7",
      notes: ["there are two", "it keeps its education"],
    });
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });

  test("and that nobody has anything to say of leaves no notes", async () => {
    const found = find({ outcome: "found", candidateId: "7" });
    expect(await push(scene.addProfile(), { find: found, update: update({ outcome: "updated" }) })).toEqual({
      outcome: "updated",
      candidateId: "7",
      notes: [],
    });
  });

  test("but that is not there any more is looked for again later", async () => {
    const profile = scene.addProfile();
    const found = find({ outcome: "found", candidateId: "7" });
    const failing = push(profile, {
      find: found,
      update: update({ outcome: "gone" }),
      create: notToBeCreated,
    });
    await expect(failing).rejects.toThrow(TemporaryError);
    await expect(failing).rejects.toMatchObject({
      reason: "write_failure",
      message: "Teamtailor found the candidate, but does not have it any more",
    });
    expect(await linkOf(profile)).toEqual({ candidate_id: undefined, ...unmarked });
    expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "1" });
  });
});

describe("a candidate that the ATS says it has", () => {
  const create = async () => {
    throw new CandidateExistsError("it exists");
  };

  test("is updated where a second look-up finds it, and no mark stays", async () => {
    const profile = scene.addProfile();
    const answers = [{ outcome: "not_found" }, { outcome: "found", candidateId: "7" }] as const;
    let looks = 0;
    const second: Store["find"] = async () => answers[looks++] ?? expect.fail("it was found");
    const unchanged = update({ outcome: "unchanged" });
    expect(await push(profile, { find: second, create, update: unchanged })).toEqual({
      outcome: "unchanged",
      candidateId: "7",
      notes: [],
    });
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });

  test("and that no look-up finds is tried again, and told of without what the ATS quotes of the person", async () => {
    // The create sends no place.
    const profile = scene.addProfile({ location: { text: "Zyxwvut", fields: {} } });
    const body = { errors: [{ title: "email has already been taken", detail: "in Zyxwvut", status: "422" }] };
    scene.teamtailor.failNext(CREATE, { kind: "status", status: 422, body });
    const failing = push(profile);
    await expect(failing).rejects.toThrow(TemporaryError);
    await expect(failing).rejects.toMatchObject({
      reason: "write_failure",
      message: expect.stringMatching(
        /^Teamtailor says it has the candidate, but does not find it \(yet\): Teamtailor POST .*: 422 email has already been taken/,
      ),
    });
    await expect(failing).rejects.not.toThrow("Zyxwvut");
    expect(await linkOf(profile)).toEqual({ candidate_id: undefined, ...unmarked });
  });
});

describe("a create without an answer", () => {
  /** Teamtailor has the candidate; the link only knows that a create was begun. */
  async function losesAnswer(profile: Profile): Promise<void> {
    scene.teamtailor.failNext(CREATE, { kind: "reset", when: "after" });
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    expect(await linkOf(profile)).toEqual({ candidate_id: undefined, ...marked });
    scene.environment.pass(SETTLED_IN_SECONDS);
  }

  test("has no mark any more when its candidate is found, which counts as updated where it was", async () => {
    const profile = scene.addProfile();
    await losesAnswer(profile);
    scene.hrflow.editProfile(profile.key, { info: { last_name: "Since" } });
    expect(await push(profile)).toEqual({ outcome: "updated", candidateId: "1", notes: [] });
    expect(await linkOf(profile)).toEqual({ candidate_id: "1", ...unmarked });
  });

  test("keeps its mark while a look-up shows a candidate that is not there any more", async () => {
    const profile = scene.addProfile();
    await losesAnswer(profile);
    const before = await linkOf(profile);
    const found = find({ outcome: "found", candidateId: "7" });
    const failing = push(profile, { find: found, update: update({ outcome: "gone" }) });
    await expect(failing).rejects.toThrow("does not have it any more");
    expect(await linkOf(profile)).toEqual(before);
    expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "1" });
  });

  test("is not repeated when the look-up cannot tell, though there is an e-mail to look for", async () => {
    const profile = scene.addProfile();
    await losesAnswer(profile);
    const cannotTell = find({ outcome: "cannot_tell", why: "its search has too many hits" });
    const failing = push(profile, { find: cannotTell, create: notToBeCreated });
    await expect(failing).rejects.toThrow(PermanentError);
    await expect(failing).rejects.toMatchObject({
      reason: "create_outcome_unknown",
      message:
        "Teamtailor gave no answer to a create, and its search has too many hits. See in Teamtailor whether the candidate is there",
    });
  });

  test("keeps its mark when the ATS says that it has the candidate, and shows it later than it was given time for", async () => {
    const profile = scene.addProfile();
    await losesAnswer(profile);
    scene.teamtailor.settings.searchLagInMs = 600_000;
    await expect(push(profile)).rejects.toThrow("says it has the candidate, but does not find it (yet)");
    scene.hrflow.editProfile(profile.key, { info: { email: "another@example.com" } });
    scene.environment.pass(SETTLED_IN_SECONDS);
    await expect(push(profile)).rejects.toMatchObject({ reason: "create_outcome_unknown" });
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });
});

test("a create that was certainly not done leaves no mark: the next push need not wait", async () => {
  const profile = scene.addProfile();
  scene.teamtailor.failNext(CREATE, { kind: "status", status: 429, headers: { "retry-after": "120" } });
  await expect(push(profile)).rejects.toThrow(TemporaryError);
  expect(await linkOf(profile)).toEqual({ candidate_id: undefined, ...unmarked });
  expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "1" });
});

describe("a create whose answer does not name the candidate", () => {
  /** Finds the candidate when it has been created, as an ATS does. */
  function createdAs(notes: { notes?: string[] }, found: Awaited<ReturnType<Store["find"]>>) {
    let isCreated = false;
    const create: Store["create"] = async () => {
      isCreated = true;
      return notes;
    };
    const look: Store["find"] = async () => (isCreated ? found : { outcome: "not_found" });
    return { create, find: look };
  }

  test("is followed by a look-up and an update, and what all have to say is said, in turn", async () => {
    const profile = scene.addProfile();
    const store = createdAs(
      { notes: ["without a CV"] },
      { outcome: "found", candidateId: "7", notes: ["two"] },
    );
    const updated = update({ outcome: "updated", notes: ["without tags"] });
    expect(await push(profile, { ...store, update: updated })).toEqual({
      outcome: "created",
      candidateId: "7",
      notes: ["without a CV", "two", "without tags"],
    });
    expect(await linkOf(profile)).toEqual({ candidate_id: "7", ...unmarked });
  });

  test("leaves no notes where nobody has anything to say", async () => {
    const store = createdAs({}, { outcome: "found", candidateId: "7" });
    expect(await push(scene.addProfile(), { ...store, update: update({ outcome: "unchanged" }) })).toEqual({
      outcome: "created",
      candidateId: "7",
      notes: [],
    });
  });

  test("keeps its mark as long as the look-up does not find it", async () => {
    const profile = scene.addProfile();
    const failing = push(profile, createdAs({}, { outcome: "not_found" }));
    await expect(failing).rejects.toThrow(TemporaryError);
    await expect(failing).rejects.toMatchObject({
      reason: "write_failure",
      message: "Teamtailor has created the candidate, but does not find it yet",
    });
    expect(await linkOf(profile)).toEqual({ candidate_id: undefined, ...marked });
  });
});
