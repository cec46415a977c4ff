/** A person whom SmartRecruiters has already, in every form that its documentation leaves open: one candidate, on the job. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectorTerms } from "../../lib/connector.ts";
import smartrecruitersConnector from "../../lib/connectors/smartrecruiters/index.ts";
import { PermanentError, TemporaryError } from "../../lib/errors.ts";
import { pushProfile } from "../../lib/push/push.ts";
import { type CheckedPushWorkflow, checkWorkflow } from "../../lib/workflow/check.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import {
  DEFAULT_SMARTRECRUITERS_KEY,
  type SmartrecruitersOptions,
} from "../../local/vendors/smartrecruiters.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import {
  type Account,
  ATTACH,
  CREATE,
  changesOf,
  jobsOf,
  openAccount,
  zoe,
  zoeOfRecruiter,
} from "./smartrecruiters-account.ts";

const STATUS = "PUT /candidates/:id/jobs/:jobId/status";
const DELETE = "DELETE /candidates/:id";
const LONG_ENOUGH = 170_000;

let hrflow: SimulatedHrflow;
let environment: TestEnvironment;
let sourceKey: string;
beforeAll(async () => {
  hrflow = await startHrflow();
  sourceKey = hrflow.addSource({}).key;
  environment = await startTestEnvironment(
    {
      "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
      "smartrecruiters/acme": { auth: DEFAULT_SMARTRECRUITERS_KEY },
    },
    { HRFLOW_BASE_URL: hrflow.url, CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin },
  );
});
afterAll(async () => {
  await environment.stop();
  await hrflow.stop();
});

function newProfile(email: string) {
  return hrflow.putProfile({
    source_key: sourceKey,
    info: { first_name: zoe.firstName, last_name: zoe.lastName, email },
    tags: [{ name: "senior", value: null }],
  });
}

/** An account, a profile of Zoë's, and its push. */
async function arrange(options: SmartrecruitersOptions = {}) {
  const account = await openAccount(environment, options);
  const { smartrecruiters, jobId } = account;
  const profile = newProfile(zoe.email);
  const pushOf = ({ key }: { key: string }, changes: object = {}) =>
    pushProfile(
      {
        ...(checkWorkflow({
          workflow_id: "acme-smartrecruiters",
          action: "push_profile_to_smartrecruiters",
          hrflow_auth: { secret: "hrflow/acme" },
          connector_auth: { secret: "smartrecruiters/acme" },
          push_parameters: { job_id: jobId },
          ...changes,
        }) as CheckedPushWorkflow<ConnectorTerms>),
        connector: smartrecruitersConnector,
      },
      { sourceKey, profileKey: key },
      LONG_ENOUGH,
      account.environment,
    );
  const push = (changes: object = {}) => pushOf(profile, changes);
  return { account, smartrecruiters, profile, push, pushOf };
}

/** Zoë as she stands there: whatever else was true before is still true. */
function expectOneCandidate({ smartrecruiters }: Account, id: string) {
  expect(smartrecruiters.candidates()).toMatchObject([
    { id, details: { ...zoeOfRecruiter, tags: ["Shortlist", "senior"] } },
  ]);
}

test("a person whom SmartRecruiters does not know becomes a candidate on the job, and again nothing", async () => {
  const { account, push, smartrecruiters } = await arrange();
  const { candidateId, ...result } = await push();
  expect(result).toEqual({ outcome: "created", notes: [] });
  expect(jobsOf(account, candidateId)).toEqual([account.jobId]);
  expect(smartrecruiters.calls.map(({ route }) => route)).toEqual(["GET /candidates", CREATE]);
  expect(await push()).toMatchObject({ outcome: "unchanged", candidateId });
  expect(smartrecruiters.calls).toHaveLength(2);
});

const places = ["on the job", "on another job", "in the pool"] as const;
const policies = ["same_id", "new_id", "conflict"] as const;
const statuses = ["assign", "refuse"] as const;
const cases = places.flatMap((place) =>
  policies.flatMap((policy) => statuses.map((statusOnOtherJob) => ({ place, policy, statusOnOtherJob }))),
);

describe.each([undefined, "reset", "html", "status"] as const)("with the answer to a creation %s", (lost) => {
  test.each(cases)(
    "one known $place, in an account that answers $policy and $statusOnOtherJob",
    async ({ place, policy, statusOnOtherJob }) => {
      const { account, push, smartrecruiters } = await arrange({
        duplicateElsewhere: policy,
        duplicateOnJob: policy,
        statusOnOtherJob,
      });
      const { jobId, otherJobId } = account;
      const job = { "on the job": jobId, "on another job": otherJobId, "in the pool": undefined }[place];
      const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, job);
      const isAssignable = place === "on the job" || statusOnOtherJob === "assign" || policy === "same_id";

      if (lost) {
        smartrecruiters.failNext({ route: CREATE }, { kind: lost, status: 502, when: "after" });
        await push().catch((error) => expect(error).toBeInstanceOf(TemporaryError));
        account.pass(301);
      }
      const { candidateId, notes } = await push();

      expect(candidateId).toBe(id);
      expectOneCandidate(account, id);
      const before = job === undefined ? [] : [job];
      expect(jobsOf(account, id)).toEqual(isAssignable ? [...new Set([...before, jobId])] : before);
      const note = `SmartRecruiters has the candidate ${id} already, and its API does not put it on the job: do so there`;
      expect(notes).toEqual(isAssignable ? [] : [note]);
    },
  );
});

test("the status of one who is on the job stays, also when SmartRecruiters does not show the job", async () => {
  const { account, push, smartrecruiters } = await arrange({
    statusOnOtherJob: "assign",
    initialStatus: "LEAD",
  });
  const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
  const body = { ...zoeOfRecruiter, id };
  smartrecruiters.failNext({ route: "GET /candidates/:id" }, { kind: "status", status: 200, body });
  expect(await push()).toMatchObject({ candidateId: id, notes: [] });
  expect(smartrecruiters.candidates()).toMatchObject([{ assignments: [{ status: "LEAD" }] }]);
});

test("a creation that puts the known candidate on the job overwrites nothing of it", async () => {
  const { account, push, smartrecruiters } = await arrange({
    duplicateElsewhere: "same_id",
    knownDetails: "overwrite",
  });
  const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
  expect(await push()).toEqual({ outcome: "updated", candidateId: id, notes: [] });
  expectOneCandidate(account, id);
});

describe("a second candidate that SmartRecruiters makes instead of assigning the first", () => {
  const secondInstead = { duplicateElsewhere: "new_id", duplicateOnJob: "new_id" } as const;

  test("is deleted at once", async () => {
    const { account, push, smartrecruiters } = await arrange(secondInstead);
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
    await push();
    expectOneCandidate(account, id);
    expect(changesOf(account)).toEqual([CREATE, DELETE, "PUT /candidates/:id/tags"]);
  });

  test.each(["reset", "status"] as const)(
    "is deleted later, when the answer to its deletion (%s) was lost",
    async (kind) => {
      for (const when of ["before", "after"] as const) {
        const { account, push, smartrecruiters } = await arrange(secondInstead);
        const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
        smartrecruiters.failNext({ route: DELETE }, { kind, status: 503, when });
        await expect(push()).rejects.toMatchObject({ retryAfterInSeconds: 300 });
        account.pass(301);
        expect(await push()).toMatchObject({
          candidateId: id,
          notes: [expect.stringContaining("do so there")],
        });
        expectOneCandidate(account, id);
      }
    },
  );

  test.each(["the same", "another"])(
    "is deleted later, when it could not be read at once and %s e-mail is in HrFlow then",
    async (email) => {
      const { account, push, profile, smartrecruiters } = await arrange({
        ...secondInstead,
        searchLagInMs: 40_000,
      });
      const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
      account.pass(41);
      smartrecruiters.failNext({ route: "GET /candidates/:id/attachments" }, { kind: "status", status: 500 });
      await expect(push()).rejects.toThrow("500");
      expect(smartrecruiters.candidates()).toHaveLength(2);
      if (email === "another") hrflow.editProfile(profile.key, { info: { email: "zoe.new@example.com" } });
      // The search does not show it yet: who does not wait makes another one.
      await expect(push()).rejects.toThrow("is given time");
      account.pass(301);
      expect(await push()).toMatchObject({ candidateId: id });
      expect(smartrecruiters.candidates()).toMatchObject([{ id }]);
    },
  );

  test("is deleted later, after a crash, and never taken for the person", async () => {
    const { account, push, smartrecruiters } = await arrange(secondInstead);
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter);
    // What the link knew is lost with the process: only the account says what happened.
    await account.open().create(zoe, undefined);
    expect(smartrecruiters.candidates()).toHaveLength(2);
    expect(await push()).toMatchObject({ candidateId: id, notes: [expect.stringContaining("do so there")] });
    expectOneCandidate(account, id);
  });

  test("may still be shown by the search when it is gone", async () => {
    const { account, push, smartrecruiters } = await arrange(secondInstead);
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter);
    const shown = { ...zoe, id: "gone", primaryAssignment: { job: { id: account.jobId } } };
    const body = { content: [{ id, email: zoe.email }, shown] };
    smartrecruiters.failNext({ route: "GET /candidates" }, { kind: "status", status: 200, body }, 1);
    const onJob = { content: [shown] };
    smartrecruiters.failNext({ route: "GET /candidates" }, { kind: "status", status: 200, body: onJob }, 1);
    expect(await push()).toMatchObject({ candidateId: id, notes: [expect.stringContaining("do so there")] });
    expectOneCandidate(account, id);
  });

  test.each([403, 409])("is named, when SmartRecruiters does not delete it (%i)", async (status) => {
    const { account, push, smartrecruiters } = await arrange(secondInstead);
    const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
    smartrecruiters.failNext({ route: DELETE }, { kind: "status", status });
    const failing = push();
    await expect(failing).rejects.toBeInstanceOf(PermanentError);
    const second = smartrecruiters.candidates().find((candidate) => candidate.id !== id);
    await expect(failing).rejects.toThrow(`made a second candidate ${second?.id}`);
    await expect(failing).rejects.toThrow("delete it there");
  });

  test.each([
    [
      "has a phone",
      (account: Account, id: string) =>
        account.smartrecruiters.editCandidate(id, { phoneNumber: "+33639980002" }),
    ],
    [
      "has another name",
      (account: Account, id: string) => account.smartrecruiters.editCandidate(id, { firstName: "Z." }),
    ],
    ["has a file", (account: Account, id: string) => sendFile(account, id)],
    ["is three days old", (account: Account) => account.pass(3 * 24 * 3600)],
    ["was moved on", (account: Account, id: string) => moveOn(account, id)],
  ])("is kept when it is a candidate in its own right: it %s", async (_, change) => {
    const { account, push, smartrecruiters } = await arrange(secondInstead);
    const first = smartrecruiters.addCandidate(zoeOfRecruiter, account.otherJobId);
    // As if an answer had been lost; the link knows the first already.
    const second = smartrecruiters.addCandidate(zoe, account.jobId);
    await change(account, second.id);
    const written = await account.open().update(first.id, zoe, undefined);
    expect(written.notes).toContain(
      `SmartRecruiters has two candidates with this e-mail, ${first.id} and on the job ${second.id}: merge them there`,
    );
    expect(smartrecruiters.candidates()).toHaveLength(2);
    expect(await push()).toMatchObject({ candidateId: second.id });
  });

  async function sendFile({ smartrecruiters }: Account, id: string) {
    const form = new FormData();
    form.set("file", new File(["letter"], "letter.pdf"));
    const headers = { "x-smarttoken": DEFAULT_SMARTRECRUITERS_KEY };
    await fetch(`${smartrecruiters.url}/candidates/${id}/attachments`, {
      method: "POST",
      headers,
      body: form,
    });
  }

  async function moveOn({ smartrecruiters, jobId }: Account, id: string) {
    const headers = { "x-smarttoken": DEFAULT_SMARTRECRUITERS_KEY, "content-type": "application/json" };
    const body = JSON.stringify({ status: "INTERVIEW" });
    await fetch(`${smartrecruiters.url}/candidates/${id}/jobs/${jobId}/status`, {
      method: "PUT",
      headers,
      body,
    });
  }
});

describe("a creation without an answer", () => {
  test.each(["reset", "html", "truncated_json", "status"] as const)(
    "(%s) is looked up before it is repeated",
    async (kind) => {
      for (const when of ["before", "after"] as const) {
        const { account, push, smartrecruiters } = await arrange();
        smartrecruiters.failNext({ route: CREATE }, { kind, status: 502, when });
        await expect(push()).rejects.toBeInstanceOf(TemporaryError);
        await expect(push()).rejects.toThrow("is given time");
        account.pass(301);
        const { candidateId, outcome } = await push();
        expect(outcome).toBe("created");
        expect(smartrecruiters.candidates()).toHaveLength(1);
        expect(jobsOf(account, candidateId)).toEqual([account.jobId]);
      }
    },
  );
});

test("one that the search does not show, but SmartRecruiters refuses to create again, is no second candidate", async () => {
  const { account, push, smartrecruiters } = await arrange({ duplicateOnJob: "conflict" });
  const { id } = smartrecruiters.addCandidate(zoeOfRecruiter, account.jobId);
  const body = { content: [] };
  smartrecruiters.failNext({ route: "GET /candidates" }, { kind: "status", status: 200, body });
  expect(await push()).toEqual({ outcome: "updated", candidateId: id, notes: [] });
  expectOneCandidate(account, id);

  const unseen = await arrange({ duplicateOnJob: "conflict", searchLagInMs: 60_000 });
  await unseen.account.open().create(zoe, undefined);
  await expect(unseen.push()).rejects.toThrow("says it has the candidate, but does not find it (yet)");
  expect(unseen.smartrecruiters.candidates()).toHaveLength(1);
});

test.each(policies)("whatever breaks, and whenever, everybody is one candidate (%s)", async (policy) => {
  const { account, pushOf, smartrecruiters } = await arrange({
    duplicateOnJob: policy,
    duplicateElsewhere: policy,
  });
  const profiles = Array.from({ length: 24 }, (_, index) => {
    const email = `person.${index}@example.com`;
    if (index % 2 === 0)
      smartrecruiters.addCandidate(
        { ...zoeOfRecruiter, email },
        [undefined, account.otherJobId][(index / 2) % 2],
      );
    return newProfile(email);
  });
  const faults = (["reset", "html", "status", "truncated_json"] as const).flatMap((kind) =>
    (["before", "after"] as const).map((when) => ({ kind, when, status: 503 })),
  );
  smartrecruiters.failRandomly(0.25, faults, 7);
  let attempts = 0;
  for (const profile of profiles) {
    for (let isDone = false; !isDone; attempts += 1) {
      isDone = await pushOf(profile).then(
        () => true,
        (error) => {
          expect(error).toBeInstanceOf(TemporaryError);
          account.pass(301);
          return false;
        },
      );
    }
  }
  expect(attempts).toBeGreaterThan(profiles.length * 1.5);
  expect(smartrecruiters.duplicates()).toEqual([]);
  expect(smartrecruiters.candidates()).toHaveLength(profiles.length);
});

test("a status that cannot be set for now, or a job that is not there, is a failure and no candidate", async () => {
  const { account, push, smartrecruiters } = await arrange();
  smartrecruiters.addCandidate(zoe, account.otherJobId);
  smartrecruiters.failNext({ route: STATUS }, { kind: "status", status: 503 });
  await expect(push()).rejects.toBeInstanceOf(TemporaryError);
  await expect(push({ push_parameters: { job_id: "gone" } })).rejects.toThrow("404 Job not found");
  expect(smartrecruiters.candidates()).toHaveLength(1);
});

test("a CV goes from HrFlow to SmartRecruiters, fails alone, is completed, and is replaced by the next one", async () => {
  const { push, profile, smartrecruiters } = await arrange();
  const attach = (text: string) =>
    hrflow.addAttachment(profile.key, {
      type: "resume",
      extension: ".pdf",
      bytes: Buffer.from(`%PDF-1.4 ${text}`),
    });
  const texts = () =>
    smartrecruiters.attachments().map(({ base64 }) => Buffer.from(base64, "base64").toString());

  attach("first");
  smartrecruiters.failNext({ route: ATTACH }, { kind: "status", status: 500, when: "after" });
  await expect(push()).rejects.toThrow("has the candidate, and perhaps not its CV");
  const { candidateId } = await push();
  expect(texts()).toEqual(["%PDF-1.4 first"]);

  attach("second");
  expect(await push()).toMatchObject({ outcome: "updated", candidateId });
  expect(texts()).toEqual(["%PDF-1.4 first", "%PDF-1.4 second"]);
  expect(smartrecruiters.candidates()).toHaveLength(1);
});
