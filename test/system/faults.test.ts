/** The whole system under faults: webhooks in, candidates out, whatever the vendors do in between. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type System, startSystem } from "../../local/system.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import { seededRandom } from "../../local/vendors/faults.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";

const PROFILES = 100;
const WEBHOOKS_PER_PROFILE = 10;
const SPEED = 100;
const WEBHOOK_SECRET = "webhook-secret-of-the-test";
const FAULTS: Fault[] = [
  { kind: "status", status: 500, when: "before" },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 503, when: "before" },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 429 },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "html", status: 200, when: "after" },
  { kind: "html", status: 502, when: "before" },
  { kind: "truncated_json", when: "after" },
  { kind: "cut_body", when: "after" },
  { kind: "slow", delayInMs: 200 },
];

let hrflow: SimulatedHrflow;
let teamtailor: SimulatedTeamtailor;
let system: System;
const log: string[] = [];

beforeEach(async () => {
  hrflow = await startHrflow();
  teamtailor = await startTeamtailor({ rateLimit: false });
  system = await startSystem({
    speed: SPEED,
    secrets: {
      "hrflow/demo": { ...DEFAULT_HRFLOW_KEY, webhook_secret: WEBHOOK_SECRET },
      "teamtailor/demo": { auth: DEFAULT_TEAMTAILOR_KEY.token },
    },
    workflowsFile: new URL("workflows.ts", import.meta.url).pathname,
    environment: {
      HRFLOW_BASE_URL: hrflow.url,
      TEAMTAILOR_BASE_URL: teamtailor.url,
      CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin,
    },
    onLog: ({ line }) => log.push(line),
  });
});
afterEach(async () => {
  await system.stop();
  await hrflow.stop();
  await teamtailor.stop();
});

test("1,000 webhooks for 100 profiles, duplicated, shuffled, parallel, with 20 % faults: 100 candidates, each the newest", async () => {
  const random = seededRandom(20261122);
  const source = hrflow.addSource({});
  const profiles = Array.from({ length: PROFILES }, (_, index) => {
    const { profile, files } = sampleProfile(index);
    const stored = hrflow.putProfile({ ...profile, source_key: source.key });
    for (const file of files) hrflow.addAttachment(stored.key, file);
    return stored.key;
  });
  hrflow.failRandomly(0.2, FAULTS, 1, { route: "GET /profile/indexing" });
  teamtailor.failRandomly(0.2, FAULTS, 2);

  const webhooks = profiles.flatMap((key) =>
    Array.from({ length: WEBHOOKS_PER_PROFILE }, (_, version) => ({ key, version })),
  );
  webhooks.sort(() => random() - 0.5);
  const answers: number[] = [];
  let next = 0;
  const sender = async () => {
    for (let index = next++; index < webhooks.length; index = next++) {
      const { key, version } = webhooks[index] as (typeof webhooks)[number];
      if (random() < 0.5)
        hrflow.editProfile(key, {
          info: { phone: `+3360000${version}${index % 10}`, summary: `Version ${index}` },
        });
      const type = version === 0 ? "profile.parsing.success" : "profile.storing.update";
      const answer = await hrflow.notify(key, {
        url: `${system.url}/webhooks/demo`,
        secret: WEBHOOK_SECRET,
        type,
      });
      answers.push(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  expect(answers).toHaveLength(PROFILES * WEBHOOKS_PER_PROFILE);
  expect(answers.filter((status) => status !== 202)).toEqual([]);

  await system.whenDelivered(120);
  expect(system.deadLetters()).toEqual([]);
  const candidates = teamtailor.candidates();
  expect(candidates).toHaveLength(PROFILES);
  expect(teamtailor.duplicates()).toEqual([]);
  for (const key of profiles) {
    const { info } = hrflow.profile(key) ?? expect.fail("the profile is there");
    const candidate = candidates.find(({ attributes }) => attributes.email === info.email);
    expect(candidate?.attributes).toMatchObject({
      phone: info.phone,
      pitch: [...(info.summary ?? "")].slice(0, 140).join(""),
    });
    expect(candidate?.resume).not.toBeNull();
  }
  const idle = teamtailor.calls.filter(
    ({ write, changed, status }) => write && !changed && typeof status === "number" && status < 300,
  );
  expect(idle).toEqual([]);

  // Nothing that a person could be known by has been logged.
  const text = log.join("\n");
  for (const key of profiles) {
    const { info } = hrflow.profile(key) ?? expect.fail("the profile is there");
    for (const personal of [info.email, info.phone, info.last_name, info.full_name]) {
      if (personal) expect(text).not.toContain(personal);
    }
  }
  for (const secret of [WEBHOOK_SECRET, DEFAULT_HRFLOW_KEY.api_secret, DEFAULT_TEAMTAILOR_KEY.token])
    expect(text).not.toContain(secret);
}, 180_000);
