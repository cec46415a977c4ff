/**
 * What every connector has to stand, whatever its ATS: one suite, run through the real engine against real servers. A
 * connector brings a bench, which says in words that all ATS share what there is to be seen and done in its own. What is
 * peculiar to an ATS stands in the connector's own tests.
 */
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { PermanentError, TemporaryError } from "../../lib/errors.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import { testCredentials } from "./credentials.ts";
import { testCv } from "./cv.ts";
import { testFaults } from "./faults.ts";
import { testProfiles } from "./profiles.ts";
import {
  aPerson,
  expectOneCandidate,
  FIRST_CV,
  MARK,
  NEXT_PHONE,
  openScene,
  PHONE,
  pushUntilDone,
  recordRealUrls,
} from "./scene.ts";

/** An ATS for the suite. */
export interface Bench<Ats extends Simulator = Simulator> {
  /** Starts a simulated account; the suite stops it. */
  start(): Promise<Account<Ats>>;
  /** Whether each call meets every fault there is, or for a further variant of an ATS those that tell most. */
  isThorough: boolean;
  /** Every call of a push that creates a candidate with a CV. */
  callsOfCreate: CallOfPush[];
  /** Every call of a push that changes a phone number, adds a tag and has another CV. */
  callsOfChange: CallOfPush[];
  /** The call that creates, and the first that looks. */
  create: string;
  find: string;
  /** Whether a candidate shows the tags of a profile. */
  takesTags: boolean;
  /** Whether the ATS takes another CV than the one it got first, and if so, which of both a candidate has then. */
  takesNewCv: boolean;
  cvsAfterChange(cvs: [first: string, second: string]): string[];
  /** Where the ATS is in truth, by the setting that can name another place. */
  realUrls: Record<string, string>;
  /** An error as the ATS words it. */
  errorBody(message: string): unknown;
}

/** One call of a push. */
export interface CallOfPush {
  route: string;
  /** How many calls of the same push go to the same route before this one; none unless given. */
  before?: number;
}

/** A simulated account of an ATS. */
export interface Account<Ats extends Simulator = Simulator> {
  simulator: Ats;
  /** Base URLs, as environment variables. */
  variables: Record<string, string>;
  /** `push_parameters` of a workflow. */
  parameters: object;
  /** From now on this key is valid, and no other. */
  acceptKey(key: string): void;
  /** What the secret with this key looks like. */
  secretOf(key: string): Record<string, string>;
  /** Everybody, as the account shows them once it has come to rest. */
  candidates(): Promise<SeenCandidate[]>;
  /** Somebody comes to the account by another way. */
  add(person: { firstName: string; lastName: string; email: string }): void;
  /** A recruiter adds what HrFlow knows nothing of. */
  editByRecruiter(id: string): void;
  remove(id: string): void;
  /** For so long a new candidate cannot be found. */
  setSearchLag(milliseconds: number): void;
}

/** A candidate as a recruiter sees it. */
export interface SeenCandidate {
  id: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  /** The rest of what HrFlow or a recruiter could have said, in the ATS's own terms. */
  details: object;
  /** Hashes of the CVs. */
  cvs: string[];
}

/** Declares the suite for one connector. */
export function testConnector(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);

  testProfiles(connector, bench);
  testFaults(connector, bench);
  testCredentials(connector, bench);
  testCv(connector, bench);

  test("a profile becomes one candidate, and again nothing", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    const { candidateId, ...pushed } = await scene.push(profile);
    expect(pushed).toEqual({ outcome: "created", notes: [] });
    expect(candidateId).toEqual(expect.any(String));
    await expectOneCandidate(scene, profile);
  });

  test("a push is for the real ATS, unless a setting names another", async () => {
    const scene = await open();
    const asked = recordRealUrls(scene);
    await scene.push(scene.addProfile());
    expect(asked).toEqual({ HRFLOW_BASE_URL: "https://api.hrflow.ai/v1", ...bench.realUrls });
  });

  test("a change arrives, and neither blanks nor touches anything else", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    await scene.push(profile);
    const [created] = await scene.candidatesOf(profile);
    scene.account.editByRecruiter(created?.id ?? "");
    const [before] = await scene.candidatesOf(profile);

    scene.hrflow.editProfile(profile.key, {
      info: { phone: NEXT_PHONE, summary: null, urls: [], location: { text: null, fields: null } },
      tags: [],
    });
    expect(await scene.push(profile)).toMatchObject({ outcome: "updated" });
    const after = await expectOneCandidate(scene, profile, { phone: NEXT_PHONE });
    expect(after.details).toEqual(before?.details);
  });

  test("what a recruiter has added stays beside what HrFlow adds to it", async () => {
    const scene = await open();
    const profile = scene.addProfile({ info: { summary: null } });
    await scene.push(profile);
    const [created] = await scene.candidatesOf(profile);
    scene.account.editByRecruiter(created?.id ?? "");
    const [before] = await scene.candidatesOf(profile);

    const tags = ["senior", "promoted"].map((name) => ({ name, value: null }));
    scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE }, tags });
    expect(await scene.push(profile)).toMatchObject({ outcome: "updated" });
    const after = await expectOneCandidate(scene, profile, { phone: NEXT_PHONE });
    expect(textsIn(after.details)).toEqual(expect.arrayContaining(textsIn(before?.details)));
    if (bench.takesTags) expect(textsIn(after.details)).toContain("promoted");
  });

  test("what goes back and forth ends as it is now", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    for (const phone of [PHONE, NEXT_PHONE, PHONE]) {
      scene.hrflow.editProfile(profile.key, { info: { phone } });
      await scene.push(profile);
    }
    await expectOneCandidate(scene, profile);
  });

  test("a person whom the ATS has already is updated, whatever the capitals of the e-mail", async () => {
    const scene = await open();
    const { first_name: firstName, last_name: lastName, email } = aPerson().info;
    scene.account.add({ firstName, lastName, email });
    const profile = scene.addProfile({ info: { email: email.toUpperCase() } });
    expect(await scene.push(profile)).toMatchObject({ outcome: "updated" });
    const cvs = bench.takesNewCv ? [FIRST_CV] : [];
    await expectOneCandidate(scene, profile, { cvs });
  });

  test("somebody of the same name stays somebody else", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    const { first_name: firstName, last_name: lastName, email } = aPerson().info;
    scene.account.add({ firstName, lastName, email: `other.${email}` });
    const before = await scene.account.candidates();
    expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
    await expectOneCandidate(scene, profile);
    expect(await scene.account.candidates()).toEqual(expect.arrayContaining(before));
  });

  test("of several workers at once one works, and the others come back when it is done", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => scene.push(profile)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      expect(result.reason).toBeInstanceOf(TemporaryError);
      expect(result.reason).toMatchObject({
        reason: "already_running",
        retryAfterInSeconds: expect.any(Number),
      });
    }
    await expectOneCandidate(scene, profile);
  });

  test("a candidate that was deleted in the ATS is created again, with its CV", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    await scene.push(profile);
    const [candidate] = await scene.candidatesOf(profile);
    scene.account.remove(candidate?.id ?? "");
    scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE } });
    expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
    await expectOneCandidate(scene, profile, { phone: NEXT_PHONE });
  });

  describe("a dry run", () => {
    const dry = { persist: false };

    test("previews, and writes nothing anywhere", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      const { outcome, preview } = await scene.push(profile, dry);
      expect(outcome).toBe("created");
      expect(JSON.stringify(preview)).toContain(profile.info.email);
      expect(scene.account.simulator.calls.filter(({ write, changed }) => write || changed)).toEqual([]);
      expect([...scene.environment.tableOperations.keys()]).toEqual(["GetItem"]);
    });

    test("of a profile that was pushed says whether it would change anything", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      const { candidateId } = await scene.push(profile);
      const calls = scene.account.simulator.calls.length;
      expect(await scene.push(profile, dry)).toMatchObject({ outcome: "unchanged", candidateId });
      scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE } });
      expect(await scene.push(profile, dry)).toMatchObject({ outcome: "updated", candidateId });
      const later = scene.account.simulator.calls.slice(calls);
      expect(later.filter(({ write, changed }) => write || changed)).toEqual([]);
      expect(await scene.push(profile)).toMatchObject({ outcome: "updated" });
    });
  });

  describe("a refusal for good", () => {
    test.each([400, 422])(
      "(%i) is permanent, clear, and quotes neither the person nor the key",
      async (status) => {
        const scene = await open();
        const profile = scene.addProfile();
        const { first_name, last_name, email, phone } = profile.info;
        const words = `refused: ${first_name} ${last_name}, ${email}, ${phone}, ats-key-${MARK}`;
        const body = bench.errorBody(words);
        scene.account.simulator.failNext({ route: bench.create }, { kind: "status", status, body });
        const failing = scene.push(profile);
        await expect(failing).rejects.toBeInstanceOf(PermanentError);
        await expect(failing).rejects.toMatchObject({
          reason: "write_failure",
          message: expect.stringMatching(
            new RegExp(`^${connector.label} POST http\\S+: ${status} .*refused`),
          ),
        });
        expect(await scene.candidatesOf(profile)).toEqual([]);
        // It left nothing behind: when the profile is mended it is pushed.
        expect((await pushUntilDone(scene, profile)).failures).toEqual([]);
        await expectOneCandidate(scene, profile);
      },
    );

    test.each(bench.callsOfCreate)(
      "of $route (503) that quotes what was sent is cleaned",
      async ({ route, before = 0 }) => {
        const scene = await open();
        const profile = scene.addProfile();
        // Names are recognised where they were sent; an e-mail, a phone number and the key anywhere.
        const { first_name, last_name, email, phone } = profile.info;
        const name = route === bench.create ? `${first_name} ${last_name}` : "somebody";
        const body = bench.errorBody(`${name}, ${email}, ${phone}, not with ats-key-${MARK}`);
        const { simulator } = scene.account;
        if (before > 0) simulator.failNext({ route }, { kind: "slow" }, before);
        simulator.failNext({ route }, { kind: "status", status: 503, body });
        const { failures } = await pushUntilDone(scene, profile);
        expect(failures[0]?.message).toMatch(new RegExp(`^${connector.label}.*503`));
        await expectOneCandidate(scene, profile);
      },
    );
  });
}

/** Every text and number in a value, however deep. */
function textsIn(value: unknown): string[] {
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(textsIn)
    : [String(value)];
}
