import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readSettings } from "../../lib/settings.ts";
import { DEFAULT_TEAMTAILOR_KEY } from "../../local/vendors/teamtailor.ts";
import { type QueueWorker, queueWorker } from "./queue-worker.ts";
import { type PushScene, startPushScene, WORKFLOW } from "./scene.ts";

const MINUTE = 60;
const HOUR = 3600;

let scene: PushScene;
let queue: QueueWorker;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] }); // Only `pass` moves the clock.
  return start();
});
afterEach(async () => {
  await scene.stop();
  vi.useRealTimers();
});

async function start(variables: Record<string, string> = {}) {
  scene = await startPushScene(variables);
  const { environment } = scene;
  // A pause within a push passes at once.
  environment.sleep = async (milliseconds) => environment.pass(milliseconds / 1000);
  // Nor does it end for a slow machine, whatever the speed.
  environment.abortAfter = () => new AbortController().signal;
  queue = queueWorker([WORKFLOW], environment);
}

/** Starts again, with our own waiting times divided by 10. */
async function startFast() {
  await scene.stop();
  await start({ RELAY_SPEED: "10" });
}

/** Stores a message about a new profile, or about one that HrFlow does not have. */
async function store(profileKey = scene.addProfile().key): Promise<string> {
  await scene.store(profileKey);
  return profileKey;
}

const down = (times = Number.POSITIVE_INFINITY, headers = {}, status = 503) =>
  scene.teamtailor.failNext({}, { kind: "status", status, headers }, times);

/** Lets a message that fails be received so often; the seconds that it had to wait after each time. */
async function failRepeatedly(times: number): Promise<number[]> {
  const waits: number[] = [];
  for (let attempt = 1; attempt <= times; attempt += 1) {
    const records = await queue.receive();
    expect(await queue.handle(records)).toHaveLength(1);
    waits.push(...queue.waitingFor());
    await queue.handBack(records);
  }
  return waits;
}

describe("what failed for now comes back", () => {
  test("after a time that doubles with each attempt, up to half an hour", async () => {
    down();
    await store();
    // Seven eighths of 10, 20, 40 … 1800 seconds: up to a quarter is cut off at random, in these tests half of that.
    expect(await failRepeatedly(11)).toEqual([9, 18, 35, 70, 140, 280, 560, 1120, 1575, 1575, 1575]);
  });

  test("and is pushed when the ATS is back", async () => {
    down(1);
    await store();
    await failRepeatedly(1);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test.each<[string, Record<string, string>, number, number]>([
    ["Retry-After, when that is later", { "retry-after": "120" }, 429, 120],
    ["our own delay, when Retry-After is earlier", { "retry-after": "2" }, 429, 9],
    ["our own delay, when Retry-After is 0", { "retry-after": "0" }, 429, 9],
    ["our own delay, when Retry-After is nonsense", { "retry-after": "soon" }, 429, 9],
    ["Retry-After of a 503", { "retry-after": "45" }, 503, 45],
    ["Teamtailor's own header", { "x-rate-limit-reset": "30" }, 429, 30],
    [
      "6 hours, when Retry-After is longer than a queue may hide a message",
      { "retry-after": "999999" },
      429,
      6 * HOUR,
    ],
  ])("after %s", async (_, headers, status, seconds) => {
    down(Number.POSITIVE_INFINITY, headers, status);
    await store();
    expect(await failRepeatedly(1)).toEqual([seconds]);
  });

  test("not at all, when the vendor asks for a short pause and then is ready: it is waited for within the push", async () => {
    down(2, { "retry-after": "2" }, 429);
    await store();
    expect(await queue.work()).toEqual([]);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
  });

  test("in a tenth of our own delay at ten times the speed, and never before the vendor said", async () => {
    await startFast();
    down();
    await store();
    expect(await failRepeatedly(4)).toEqual([1, 2, 4, 7]);
    scene.teamtailor.recover();
    down(1, { "retry-after": "120" }, 429);
    expect(await failRepeatedly(1)).toEqual([120]);
  });

  test("when a credential was refused: the event is not at fault", async () => {
    scene.teamtailor.acceptKeys([]);
    await store();
    await failRepeatedly(3);
    scene.teamtailor.acceptKeys([DEFAULT_TEAMTAILOR_KEY]);
    expect(await queue.work()).toEqual([]);
  });

  test("when no time was left to push it, without a call to anyone", async () => {
    await store();
    const calls = scene.hrflow.calls.length;
    expect(await queue.handle(await queue.receive(), 1_000)).toHaveLength(1);
    expect(queue.waitingFor()).toEqual([9]);
    expect(scene.hrflow.calls.length).toBe(calls);
  });

  test.each([
    ["TABLE_NAME", {}],
    ["TEAMTAILOR_BASE_URL", { TABLE_NAME: "hrflow-relay", TEAMTAILOR_BASE_URL: "nowhere" }],
  ])("when the function is not set up: the log names %s", async (name, variables) => {
    const { queueUrl } = scene.environment.settings;
    const settings = Object.assign(readSettings({ HRFLOW_BASE_URL: scene.hrflow.url, ...variables }), {
      queueUrl,
    });
    await store();
    const records = await queue.receive();
    expect(await queueWorker([WORKFLOW], { ...scene.environment, settings }).handle(records)).toHaveLength(1);
    expect(scene.environment.logged.at(-1)).toContain(`The environment variable ${name}`);
  });

  test("and the log says why, how often it was tried, and when it comes back", async () => {
    down();
    const profile_key = await store();
    await failRepeatedly(2);
    const lines = scene.environment.logged.map((line) => JSON.parse(line));
    expect(lines.filter(({ message }) => message === "profile will be tried again").at(-1)).toMatchObject({
      workflow_id: "acme-teamtailor",
      profile_key,
      reason: "write_failure",
      detail: expect.stringMatching(/^Teamtailor GET http.*\/v1\/candidates: 503 /),
      attempt: 2,
      next_attempt_in_seconds: 18,
    });
  });
});

describe("a profile that HrFlow does not have", () => {
  const later = "7".repeat(40);

  test("is waited for: the webhook may be early", async () => {
    await store(later);
    await failRepeatedly(5);
    scene.environment.pass(14 * MINUTE);
    await failRepeatedly(1);
    scene.hrflow.putProfile({ key: later, source_key: scene.sourceKey, info: { email: "late@example.com" } });
    expect(await queue.work()).toEqual([]);
    expect(scene.teamtailor.candidates()).toHaveLength(1);
    scene.hrflow.deleteProfile(later);
  });

  test("is given up after 15 minutes, as a failure to read", async () => {
    await store(later);
    await failRepeatedly(1);
    scene.environment.pass(15 * MINUTE + 1);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(await queue.deadLetters()).toMatchObject([
      { reason: "read_failure", detail: "HrFlow has no such profile in this source", attempts: "2" },
    ]);
  });

  test("is given up after 90 seconds at ten times the speed", async () => {
    await startFast();
    await store(later);
    scene.environment.pass(80);
    await failRepeatedly(1);
    scene.environment.pass(11);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toHaveLength(1);
  });

  test("is not given up because HrFlow itself is down", async () => {
    scene.hrflow.failNext({}, { kind: "status", status: 500 });
    await store(later);
    scene.environment.pass(HOUR);
    await failRepeatedly(1);
    scene.hrflow.recover();
  });
});

describe("what goes on failing is given up", () => {
  test("not within 48 hours, however often it was tried", async () => {
    down();
    await store();
    await failRepeatedly(20);
    scene.environment.pass(48 * HOUR - MINUTE);
    await failRepeatedly(1);
  });

  test("not before it was tried 12 times, however old it is", async () => {
    down();
    await store();
    scene.environment.pass(72 * HOUR);
    await failRepeatedly(11);
    expect(await queue.work()).toEqual([]);
    expect(await queue.deadLetters()).toMatchObject([{ reason: "write_failure", attempts: "12" }]);
  });

  test("after 48 hours and 12 attempts, with what the vendor said last", async () => {
    down();
    await store();
    await failRepeatedly(12);
    scene.environment.pass(48 * HOUR + MINUTE);
    expect(await queue.work()).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(await queue.deadLetters()).toMatchObject([
      { reason: "write_failure", detail: expect.stringContaining("Teamtailor GET"), attempts: "13" },
    ]);
  });
});

test("an outage of 24 hours needs no operator, and costs few calls", async () => {
  down();
  await store();
  let hours = 0;
  while (hours < 24) {
    const [seconds = 0] = await failRepeatedly(1);
    scene.environment.pass(seconds);
    hours += seconds / HOUR;
  }
  expect(scene.teamtailor.calls.length).toBeLessThan(70);
  scene.teamtailor.recover();
  expect(await queue.work()).toEqual([]);
  expect(scene.teamtailor.candidates()).toHaveLength(1);
  expect(await queue.deadLetters()).toEqual([]);
});
