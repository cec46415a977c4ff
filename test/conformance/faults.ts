/** Every call of a push, under every fault: retries end with one candidate, its right data, and its CV once. */
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { TemporaryError } from "../../lib/errors.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import type { HrflowProfile } from "../../local/vendors/hrflow-profile.ts";
import type { Bench, CallOfPush } from "./conformance.ts";
import {
  expectOneCandidate,
  FIRST_CV,
  NEXT_PHONE,
  openScene,
  pushUntilDone,
  type Scene,
  SECOND_CV,
} from "./scene.ts";

/** So long that a push does not wait for it, but comes back. */
const PAUSE_IN_SECONDS = 20;
/** An invocation with so much time left has hardly any for the push: the rest is the margin of its lease. */
const LITTLE_TIME_IN_MILLISECONDS = 5_250;
const SEARCH_LAG_IN_MILLISECONDS = 400;

interface NamedFault {
  name: string;
  fault(): Fault;
  /** The push asks to come back after so long. */
  pauseInSeconds?: number;
  /** Tells more than the others of what a connector believes: it is never left out. */
  isTelling?: true;
}

const tooMany = (headers: Record<string, string> = {}): Fault => ({ kind: "status", status: 429, headers });
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

const FAULTS: NamedFault[] = [
  {
    name: "429 with seconds",
    fault: () => tooMany({ "retry-after": String(PAUSE_IN_SECONDS) }),
    pauseInSeconds: PAUSE_IN_SECONDS,
  },
  {
    name: "429 with a date",
    fault: () => tooMany({ "retry-after": inSeconds(PAUSE_IN_SECONDS) }),
    pauseInSeconds: PAUSE_IN_SECONDS,
  },
  { name: "429 that says nothing", fault: () => tooMany() },
  { name: "500 before the effect", fault: () => ({ kind: "status", status: 500 }) },
  {
    name: "500 after the effect",
    isTelling: true,
    fault: () => ({ kind: "status", status: 500, when: "after" }),
  },
  { name: "503", fault: () => ({ kind: "status", status: 503 }) },
  {
    name: "a page with 200 before the effect",
    isTelling: true,
    fault: () => ({ kind: "html", status: 200 }),
  },
  {
    name: "a page with 200 after the effect",
    isTelling: true,
    fault: () => ({ kind: "html", status: 200, when: "after" }),
  },
  { name: "a page with 502", fault: () => ({ kind: "html", status: 502 }) },
  { name: "truncated JSON", fault: () => ({ kind: "truncated_json", when: "after" }) },
  { name: "a body that breaks off", fault: () => ({ kind: "cut_body", when: "after" }) },
  { name: "a reset before the effect", isTelling: true, fault: () => ({ kind: "reset" }) },
  { name: "a reset after the effect", isTelling: true, fault: () => ({ kind: "reset", when: "after" }) },
  { name: "a slow body", fault: () => ({ kind: "slow_body", delayInMs: 100 }) },
  { name: "no answer, without effect", fault: () => ({ kind: "never" }) },
  { name: "no answer, with effect", fault: () => ({ kind: "never", when: "after" }) },
];

/** Declares the tests. */
export function testFaults(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);
  const faults = FAULTS.filter(({ isTelling }) => isTelling || bench.isThorough);

  describe.each(bench.callsOfCreate.map(named))("creating, $name meets", ({ call }) => {
    test.each(faults)("$name", async (fault) => {
      const scene = await open();
      const profile = scene.addProfile();
      await pushThrough(scene, profile, call, fault);
      await expectOneCandidate(scene, profile);
    });
  });

  describe.each(bench.callsOfChange.map(named))("changing, $name meets", ({ call }) => {
    test.each(faults)("$name", async (fault) => {
      const scene = await open();
      const profile = scene.addProfile();
      await scene.push(profile);
      change(scene, profile);
      await pushThrough(scene, profile, call, fault);
      await expectChanged(scene, profile);
    });
  });

  test("no call is left out of these", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    await scene.push(profile);
    expect(routesOf(scene)).toEqual(routesIn(bench.callsOfCreate));
    change(scene, profile);
    await scene.push(profile);
    expect(routesOf(scene)).toEqual(routesIn(bench.callsOfChange));
    await expectChanged(scene, profile);
  });

  test.each([1, 2, 3, 4])("faults at random, in every second call, end well, too (seed %i)", async (seed) => {
    const scene = await open();
    const profile = scene.addProfile();
    const faults = FAULTS.map(({ fault }) => fault()).filter(
      ({ kind }) => !["never", "slow_body"].includes(kind),
    );
    scene.account.simulator.failRandomly(0.5, faults, seed);
    await pushUntilDone(scene, profile);
    change(scene, profile);
    await pushUntilDone(scene, profile);
    scene.account.simulator.recover();
    await expectChanged(scene, profile);
  });

  test("faults that follow one another end well, too", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    for (const when of ["before", "after"] as const) {
      for (const { route } of bench.callsOfCreate) {
        scene.account.simulator.failNext({ route }, { kind: "reset", when });
      }
      await expect(scene.push(profile)).rejects.toThrow(TemporaryError);
      scene.environment.pass(connector.push.settleInSeconds + 1);
    }
    scene.account.simulator.recover();
    await pushUntilDone(scene, profile);
    await expectOneCandidate(scene, profile);
  });

  describe("a create whose answer is lost", () => {
    test("is given time before it is looked for, and is found by a search that lags", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.setSearchLag(SEARCH_LAG_IN_MILLISECONDS);
      scene.account.simulator.failNext({ route: bench.create }, { kind: "reset", when: "after" });
      await expect(scene.push(profile)).rejects.toThrow(TemporaryError);

      const calls = scene.account.simulator.calls.length;
      const early = scene.push(profile);
      await expect(early).rejects.toThrow("the outcome of a create is not known yet");
      const { settleInSeconds } = connector.push;
      await expect(early).rejects.toMatchObject({
        retryAfterInSeconds: expect.toSatisfy(
          (wait) => wait > settleInSeconds - 30 && wait <= settleInSeconds,
        ),
      });
      expect(scene.account.simulator.calls.length).toBe(calls);

      await new Promise((resolve) => setTimeout(resolve, SEARCH_LAG_IN_MILLISECONDS + 50));
      scene.environment.pass(settleInSeconds + 1);
      await pushUntilDone(scene, profile);
      await expectOneCandidate(scene, profile);
      expect(createsOf(scene, bench)).toBe(1);
    });

    test("and had no effect is repeated", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.simulator.failNext({ route: bench.create }, { kind: "reset" });
      const { result, failures } = await pushUntilDone(scene, profile);
      expect(result.outcome).toBe("created");
      expect(failures.length).toBeGreaterThan(0);
      await expectOneCandidate(scene, profile);
    });

    test("takes up what HrFlow has learned meanwhile", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.simulator.failNext({ route: bench.create }, { kind: "reset", when: "after" });
      await expect(scene.push(profile)).rejects.toThrow(TemporaryError);
      scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE } });
      await pushUntilDone(scene, profile);
      await expectOneCandidate(scene, profile, { phone: NEXT_PHONE });
    });
  });

  test("a create whose answer is lost is left to a person when the profile has another e-mail since", async () => {
    const scene = await open();
    const profile = scene.addProfile();
    scene.account.simulator.failNext({ route: bench.create }, { kind: "reset", when: "after" });
    await expect(scene.push(profile)).rejects.toThrow(TemporaryError);
    const { email } = profile.info;
    scene.hrflow.editProfile(profile.key, { info: { email: `next.${email}` } });
    scene.environment.pass(connector.push.settleInSeconds + 1);
    await expect(pushUntilDone(scene, profile)).rejects.toMatchObject({ reason: "create_outcome_unknown" });
    expect(createsOf(scene, bench)).toBe(1);

    scene.hrflow.editProfile(profile.key, { info: { email } });
    await pushUntilDone(scene, profile);
    await expectOneCandidate(scene, profile);
  });

  /** HrFlow learns of another phone number, a tag and another CV. */
  function change(scene: Scene, profile: HrflowProfile): void {
    scene.hrflow.editProfile(profile.key, {
      info: { phone: NEXT_PHONE },
      tags: [{ name: "promoted", value: null }],
    });
    scene.addCv(profile, SECOND_CV);
  }

  async function expectChanged(scene: Scene, profile: HrflowProfile): Promise<void> {
    const cvs = bench.takesNewCv ? bench.cvsAfterChange([FIRST_CV, SECOND_CV]) : [FIRST_CV];
    const { details } = await expectOneCandidate(scene, profile, { phone: NEXT_PHONE, cvs });
    if (bench.takesTags) expect(JSON.stringify(details)).toContain("promoted");
  }
}

/** Pushes until it is done, while one call of the first push that makes it meets the fault. */
async function pushThrough(
  scene: Scene,
  profile: HrflowProfile,
  { route, before = 0 }: CallOfPush,
  { fault, pauseInSeconds }: NamedFault,
): Promise<void> {
  const { simulator } = scene.account;
  const first = simulator.calls.length;
  const met = () => simulator.calls.slice(first).filter((call) => call.route === route).length > before;
  if (before > 0) simulator.failNext({ route }, { kind: "slow" }, before);
  const chosen = fault();
  simulator.failNext({ route }, chosen);
  for (let attempt = 1; chosen.kind === "never" && !met(); attempt += 1) {
    // On a slow machine the time may be over before the call is made: then there is more the next time.
    const timeLeft = LITTLE_TIME_IN_MILLISECONDS * attempt;
    await expect(scene.push(profile, {}, timeLeft)).rejects.toThrow(TemporaryError);
  }
  const { failures } = await pushUntilDone(scene, profile);
  expect(met()).toBe(true);
  if (pauseInSeconds === undefined) return;
  expect(failures[0]?.retryAfterInSeconds).toBeGreaterThan(pauseInSeconds - 5);
  expect(failures[0]?.retryAfterInSeconds).toBeLessThanOrEqual(pauseInSeconds);
}

function named(call: CallOfPush) {
  return { name: call.before ? `${call.route} (call ${call.before + 1})` : call.route, call };
}

/** The routes of all calls since the last look. */
function routesOf({ account }: Scene): string[] {
  return account.simulator.calls
    .splice(0)
    .map(({ route }) => route)
    .toSorted();
}

function routesIn(calls: CallOfPush[]): string[] {
  return calls.map(({ route }) => route).toSorted();
}

function createsOf({ account }: Scene, { create }: Bench): number {
  return account.simulator.calls.filter(({ route, changed }) => route === create && changed).length;
}
