import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { PermanentError, TemporaryError } from "../../lib/errors.ts";
import { ProfileNotFoundError } from "../../lib/push/item.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { DEFAULT_TEAMTAILOR_KEY } from "../../local/vendors/teamtailor.ts";
import { type PushScene, startPushScene, WORKFLOW } from "./scene.ts";

const LONG_ENOUGH = 60_000;

let scene: PushScene;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] }); // Only `pass` moves the clock.
  scene = await startPushScene();
});
afterEach(async () => {
  await scene.stop();
  vi.useRealTimers();
});

function workflow(changes: object = {}) {
  const checked = checkWorkflow({
    ...WORKFLOW,
    ...changes,
  });
  if (checked.direction !== "push") return expect.fail("it is a push");
  return { ...checked, connector: teamtailorConnector };
}

const push = (profile: { key: string }, changes: object = {}) =>
  pushProfile(
    workflow(changes),
    { sourceKey: scene.sourceKey, profileKey: profile.key },
    LONG_ENOUGH,
    scene.environment,
  );

test("a profile becomes one candidate, and again nothing", async () => {
  const profile = scene.addProfile();
  expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "1" });
  expect(scene.teamtailor.candidates()).toMatchObject([
    { attributes: { "first-name": "Ada", email: profile.info.email, sourced: false } },
  ]);
  const calls = scene.teamtailor.calls.length;
  expect(await push(profile)).toMatchObject({ outcome: "unchanged", candidateId: "1" });
  expect(scene.teamtailor.calls.length).toBe(calls);
});

test("the happy path costs three table operations, an unchanged profile two", async () => {
  const profile = scene.addProfile();
  const operations = () =>
    [...scene.environment.tableOperations.values()].reduce((sum, count) => sum + count, 0);
  await push(profile);
  expect(operations()).toBe(3);
  await push(profile);
  expect(operations()).toBe(5);
});

test("a changed profile updates the candidate, and blanks nothing", async () => {
  const profile = scene.addProfile();
  await push(profile);
  scene.teamtailor.editCandidate("1", { tags: ["shortlist"], pitch: "Met at a fair" });
  scene.hrflow.editProfile(profile.key, {
    info: { phone: null, last_name: "Married" },
    tags: [{ name: "senior", value: null }],
  });
  expect(await push(profile)).toMatchObject({ outcome: "updated", candidateId: "1" });
  expect(scene.teamtailor.candidates()[0]?.attributes).toMatchObject({
    "last-name": "Married",
    phone: "+33612345678",
    pitch: "Met at a fair",
    tags: ["shortlist", "senior"],
  });
});

test("a person who is in the ATS already is found by e-mail, whatever its capitals, and updated", async () => {
  scene.teamtailor.settings.emailFilter = "sensitive";
  const profile = scene.addProfile({ email: "Grace.Known@Example.com" });
  scene.teamtailor.addCandidate({ email: "grace.known@example.com", "first-name": "Grace" });
  expect(await push(profile)).toMatchObject({ outcome: "updated", candidateId: "1" });
  expect(scene.teamtailor.candidates()).toHaveLength(1);
});

describe("a create without an answer", () => {
  test.each(["reset", "html", "truncated_json"] as const)(
    "(%s) is looked up before it is repeated",
    async (kind) => {
      const profile = scene.addProfile();
      scene.teamtailor.failNext({ route: "POST /candidates" }, { kind, when: "after", status: 502 });
      await expect(push(profile)).rejects.toThrow(TemporaryError);
      scene.environment.pass(61);
      expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "1" });
      expect(scene.teamtailor.candidates()).toHaveLength(1);
      expect(
        scene.teamtailor.calls.filter(({ route, changed }) => route === "POST /candidates" && changed),
      ).toHaveLength(1);
    },
  );

  test("is given time before the look-up", async () => {
    const profile = scene.addProfile();
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 500, when: "after" });
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    const calls = scene.teamtailor.calls.length;
    await expect(push(profile)).rejects.toMatchObject({
      retryAfterInSeconds: 60,
    });
    expect(scene.teamtailor.calls.length).toBe(calls);
  });

  test("is repeated when the look-up says that it had no effect", async () => {
    const profile = scene.addProfile();
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "reset", when: "before" });
    await expect(push(profile)).rejects.toThrow(TemporaryError);
    scene.environment.pass(61);
    expect(await push(profile)).toMatchObject({ outcome: "created" });
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test("in the place of a deleted candidate is not repeated under another e-mail", async () => {
    const profile = scene.addProfile();
    await push(profile);
    scene.teamtailor.deleteCandidate("1");
    scene.hrflow.editProfile(profile.key, { info: { last_name: "Again" } });
    const { dynamodb } = scene.environment;
    // The instance dies right after the create: nothing of it reaches the table any more.
    const send = ((command: never) =>
      scene.teamtailor.candidates().length > 0
        ? Promise.reject(new Error("dead"))
        : dynamodb.send(command)) as typeof dynamodb.send;
    const reference = { sourceKey: scene.sourceKey, profileKey: profile.key };
    const dying = { ...scene.environment, dynamodb: { send } };
    await expect(pushProfile(workflow(), reference, LONG_ENOUGH, dying)).rejects.toThrow();
    scene.environment.pass(120);
    scene.hrflow.editProfile(profile.key, { info: { email: "another@example.com" } });
    await expect(push(profile)).rejects.toMatchObject({
      reason: "create_outcome_unknown",
      message:
        "Teamtailor gave no answer to a create, and the profile has another e-mail since, by which a look-up would not find the candidate. See in Teamtailor whether it is there",
    });
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test("that no look-up can settle goes to a person", async () => {
    const profile = scene.addProfile({ email: null });
    const sourced = { push_parameters: { sourced: true } };
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "reset", when: "after" });
    await expect(push(profile, sourced)).rejects.toThrow(TemporaryError);
    scene.environment.pass(61);
    await expect(push(profile, sourced)).rejects.toMatchObject({
      reason: "create_outcome_unknown",
      message:
        "Teamtailor gave no answer to a create, and the candidate has no e-mail to look for. See in Teamtailor whether the candidate is there",
    });
    await expect(push(profile, sourced)).rejects.toThrow(PermanentError);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test("that was sent without an e-mail is not repeated because the profile has one since", async () => {
    const profile = scene.addProfile({ email: null });
    const sourced = { push_parameters: { sourced: true } };
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "reset", when: "after" });
    await expect(push(profile, sourced)).rejects.toThrow(TemporaryError);
    scene.environment.pass(61);
    scene.hrflow.editProfile(profile.key, { info: { email: "since@example.com" } });
    await expect(push(profile, sourced)).rejects.toMatchObject({
      reason: "create_outcome_unknown",
      message:
        "Teamtailor gave no answer to a create without an e-mail address, and has no candidate with the one that the profile has since. See in Teamtailor whether the candidate is there",
    });
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });
});

test("two pushes of one profile at the same moment: one works, the other waits", async () => {
  const profile = scene.addProfile();
  const results = await Promise.allSettled([push(profile), push(profile), push(profile)]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const waiting = results.filter((result) => result.status === "rejected");
  for (const { reason } of waiting) {
    expect(reason).toMatchObject({ reason: "already_running", retryAfterInSeconds: expect.any(Number) });
  }
  expect(scene.teamtailor.candidates()).toHaveLength(1);
});

test("an update that may or may not have arrived is never taken for done, even when the profile goes back", async () => {
  const profile = scene.addProfile({ last_name: "Before" });
  await push(profile);
  scene.hrflow.editProfile(profile.key, { info: { last_name: "After" } });
  scene.teamtailor.failNext({ route: "PATCH /candidates/:id" }, { kind: "reset", when: "after" });
  await expect(push(profile)).rejects.toThrow(TemporaryError);
  scene.hrflow.editProfile(profile.key, { info: { last_name: "Before" } });
  await push(profile);
  expect(scene.teamtailor.candidates()[0]?.attributes["last-name"]).toBe("Before");
});

test("a candidate that was deleted in the ATS is created again", async () => {
  const profile = scene.addProfile();
  await push(profile);
  scene.teamtailor.deleteCandidate("1");
  scene.hrflow.editProfile(profile.key, { info: { last_name: "Again" } });
  expect(await push(profile)).toMatchObject({ outcome: "created", candidateId: "2" });
});

test("an e-mail that is taken though the look-up did not find it is no second candidate", async () => {
  scene.teamtailor.settings.searchLagInMs = 600_000;
  const profile = scene.addProfile();
  scene.teamtailor.addCandidate({ email: profile.info.email ?? "" });
  await expect(push(profile)).rejects.toThrow(TemporaryError);
  scene.teamtailor.settings.searchLagInMs = 0;
  expect(await push(profile)).toMatchObject({ outcome: "updated", candidateId: "1" });
  expect(scene.teamtailor.candidates()).toHaveLength(1);
});

describe("what is not pushed", () => {
  test("an archived profile", async () => {
    const profile = scene.addProfile();
    scene.hrflow.archiveProfile(profile.key);
    expect(await push(profile)).toMatchObject({ outcome: "discarded" });
    expect(scene.teamtailor.calls).toHaveLength(0);
  });

  test.each([400, 404, 200] as const)(
    "a profile that HrFlow does not have (%i): it may come",
    async (status) => {
      scene.hrflow.settings.notFoundStatus = status;
      await expect(push({ key: "0".repeat(40) })).rejects.toThrow(ProfileNotFoundError);
      scene.hrflow.settings.notFoundStatus = 400;
    },
  );

  test.each([
    ["null", () => null],
    ["undefined", () => undefined],
    ["false", () => false],
  ])("a profile for which a logic returns %s", async (_, logic) => {
    expect(await push(scene.addProfile(), { logics: [logic] })).toMatchObject({ outcome: "discarded" });
    expect(scene.teamtailor.calls).toHaveLength(0);
  });
});

test("logics change the item, in turn, before the format", async () => {
  const shout = (profile: { info: { first_name: string | null } }) => {
    profile.info.first_name = profile.info.first_name?.toUpperCase() ?? null;
    return profile;
  };
  const format = (profile: { info: { first_name: string; email: string } }) => ({
    email: profile.info.email,
    "first-name": `${profile.info.first_name}!`,
  });
  await push(scene.addProfile(), { logics: [() => true, shout], format });
  expect(scene.teamtailor.candidates()[0]?.attributes["first-name"]).toBe("ADA!");
});

describe("a function of the user's that fails", () => {
  test.each([
    [
      "a logic that throws",
      {
        logics: [
          () => {
            throw new Error("cannot judge Ada");
          },
        ],
      },
      "logics_failure",
      "logics[0]",
    ],
    ["a logic that returns a number", { logics: [() => 42] }, "logics_failure", "must return the item"],
    [
      "a format that throws",
      {
        format: () => {
          throw new Error("no idea who Ada is");
        },
      },
      "format_failure",
      "no idea who … is",
    ],
    ["a format that returns nothing", { format: () => undefined }, "format_failure", "returned nothing"],
    [
      "a format that returns a pitch too long",
      { format: () => ({ email: "a@example.com", pitch: "x".repeat(141) }) },
      "format_failure",
      "pitch must have at most 140",
    ],
  ])("%s", async (_, changes, reason, words) => {
    const failing = push(scene.addProfile(), changes);
    await expect(failing).rejects.toBeInstanceOf(PermanentError);
    await expect(failing).rejects.toMatchObject({ reason, message: expect.stringContaining(words) });
    await expect(failing).rejects.not.toThrow("Ada");
    expect(scene.teamtailor.calls).toHaveLength(0);
  });
});

test("a profile without e-mail is a format_failure that says why, unless it is sourced", async () => {
  const profile = scene.addProfile({ email: null });
  await expect(push(profile)).rejects.toMatchObject({
    reason: "format_failure",
    message: expect.stringContaining("no e-mail"),
  });
  expect(await push(profile, { push_parameters: { sourced: true } })).toMatchObject({ outcome: "created" });
});

test("a dry run writes nothing anywhere, and previews", async () => {
  const profile = scene.addProfile();
  const dry = { persist: false };
  expect(await push(profile, dry)).toMatchObject({
    outcome: "created",
    preview: { email: profile.info.email },
  });
  expect([...scene.environment.tableOperations.keys()]).toEqual(["GetItem"]);
  expect(scene.teamtailor.calls.filter(({ write }) => write)).toHaveLength(0);
  await push(profile);
  expect(await push(profile, dry)).toMatchObject({ outcome: "unchanged" });
});

describe("credentials", () => {
  test("a rotated key is read again, and the push goes on", async () => {
    const profile = scene.addProfile();
    await push(profile);
    scene.teamtailor.acceptKeys([{ ...DEFAULT_TEAMTAILOR_KEY, token: "rotated" }]);
    scene.environment.rotateSecret("teamtailor/acme", { auth: "Token token=rotated" });
    scene.hrflow.editProfile(profile.key, { info: { last_name: "Rotated" } });
    expect(await push(profile)).toMatchObject({ outcome: "updated" });
  });

  test("a refused key waits for a valid one, and says whose", async () => {
    scene.teamtailor.acceptKeys([]);
    const failing = push(scene.addProfile());
    await expect(failing).rejects.toBeInstanceOf(TemporaryError);
    await expect(failing).rejects.toMatchObject({
      reason: "credential_failure",
      message: expect.stringMatching(/Teamtailor GET .*\/v1\/candidates: 401 .*Put a valid credential/),
    });
  });

  test("a missing secret is named", async () => {
    const failing = push(scene.addProfile(), { connector_auth: { secret: "teamtailor/nobody" } });
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining("teamtailor/nobody does not exist"),
    });
  });

  test("a malformed secret is named with its field, not with its value", async () => {
    scene.environment.rotateSecret("teamtailor/acme", { token: "wrong-field" });
    const failing = push(scene.addProfile());
    await expect(failing).rejects.toMatchObject({ message: "The secret teamtailor/acme: auth is required" });
  });
});

test("Teamtailor's current API version is learned from its refusal", async () => {
  scene.teamtailor.settings.apiVersions = ["20991231"];
  expect(await push(scene.addProfile())).toMatchObject({ outcome: "created" });
});

test("a refusal for good is permanent, clear, and free of personal data", async () => {
  const profile = scene.addProfile({ email: "not-an-email" });
  scene.teamtailor.failNext(
    { route: "POST /candidates" },
    {
      kind: "status",
      status: 422,
      body: {
        errors: [
          {
            title: "is invalid",
            detail: "email - not-an-email is invalid",
            source: { pointer: "/data/attributes/email" },
            status: "422",
          },
        ],
      },
    },
  );
  const failing = push(profile);
  await expect(failing).rejects.toBeInstanceOf(PermanentError);
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(/POST .*\/candidates: 422 email is invalid/),
  });
  await expect(failing).rejects.not.toThrow("not-an-email");
});

test.each([
  ["seconds", () => ({ "retry-after": "120" }), 120],
  ["a date", () => ({ "retry-after": new Date(Date.now() + 120_000).toUTCString() }), 120],
  ["Teamtailor's own header", () => ({ "x-rate-limit-reset": "70" }), 70],
])("a 429 with %s says when to come back", async (_, headersNow, retryAfterInSeconds) => {
  scene.teamtailor.failNext({}, { kind: "status", status: 429, headers: headersNow() });
  await expect(push(scene.addProfile())).rejects.toMatchObject({ retryAfterInSeconds });
});
