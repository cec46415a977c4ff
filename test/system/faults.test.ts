/** The whole system under faults: webhooks in, candidates with CVs out, whatever the vendors do in between. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type System, startSystem } from "../../local/system.ts";
import { type Fault, seededRandom } from "../../local/vendors/faults.ts";
import {
  CREDENTIALS,
  countCandidates,
  expectEverybodyOnce,
  idleWrites,
  startVendors,
  type Vendors,
  WEBHOOK,
  WEBHOOK_SECRET,
} from "./workflows.ts";

/** All of them go to Teamtailor, so many to each other ATS too. */
const PROFILES = 100;
const PROFILES_OF_ALL = 30;
const WEBHOOKS_PER_PROFILE = 10;
const SENDERS = 16;
const SPEED = 100;
const STORM_AFTER_THE_LAST_WEBHOOK_IN_SECONDS = 15;
const FAULTS: Fault[] = [
  { kind: "status", status: 500, when: "before" },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 503, when: "before" },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 429 },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  // 203, so that it can be told from a write that changed nothing.
  { kind: "html", status: 203, when: "before" },
  { kind: "html", status: 200, when: "after" },
  { kind: "html", status: 502, when: "before" },
  { kind: "truncated_json", when: "after" },
  { kind: "cut_body", when: "after" },
  { kind: "slow", delayInMs: 200 },
];

let directory: string;
let vendors: Vendors;
let system: System;
const log: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "relay-faults-"));
  vendors = await startVendors(directory);
  const { secrets, workflowsFile, environment } = vendors;
  const onLog = ({ line }: { line: string }) => log.push(line);
  system = await startSystem({ speed: SPEED, secrets, workflowsFile, environment, onLog });
});
afterEach(async () => {
  await system.stop();
  await vendors.stop();
  await rm(directory, { recursive: true, force: true });
});

test("1,000 webhooks for 100 profiles, duplicated, shuffled, parallel, with 20 % faults: everybody once, and the newest", async () => {
  const { hrflow, systems } = vendors;
  const random = seededRandom(20261122);
  const profiles = vendors.addProfiles(PROFILES, { inSmallSource: PROFILES_OF_ALL });
  hrflow.failRandomly(0.2, FAULTS, 1, { route: "GET /profile/indexing" });
  for (const [index, { account }] of systems.entries()) {
    account.simulator.failRandomly(0.2, FAULTS, index + 2);
  }

  const webhooks = profiles.flatMap((key) =>
    Array.from({ length: WEBHOOKS_PER_PROFILE }, (_, version) => ({ key, version })),
  );
  webhooks.sort(() => random() - 0.5);
  const answers: number[] = [];
  let next = 0;
  const sender = async () => {
    for (let index = next++; index < webhooks.length; index = next++) {
      const { key, version } = webhooks[index] as (typeof webhooks)[number];
      if (random() < 0.5) {
        const phone = `+3360000${version}${index % 10}`;
        hrflow.editProfile(key, { info: { phone, summary: `Version ${index}` } });
      }
      const type = version === 0 ? "profile.parsing.success" : "profile.storing.update";
      const url = `${system.url}/webhooks/${WEBHOOK}`;
      answers.push((await hrflow.notify(key, { url, secret: WEBHOOK_SECRET, type })).status);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  expect(answers).toHaveLength(PROFILES * WEBHOOKS_PER_PROFILE);
  expect(answers.filter((status) => status !== 202)).toEqual([]);

  // What has met with fault after fault waits long before it comes again: at some time the vendors are well again.
  await system.whenDelivered(STORM_AFTER_THE_LAST_WEBHOOK_IN_SECONDS).catch(() => {
    for (const { account } of systems) account.simulator.recover();
    hrflow.recover();
  });
  await system.whenDelivered(300);
  expect(system.deadLetters()).toEqual([]);
  expect(await countCandidates(vendors)).toEqual({
    teamtailor: PROFILES,
    flatchr: PROFILES_OF_ALL,
    smartrecruiters: PROFILES_OF_ALL,
  });
  await expectEverybodyOnce(vendors, profiles);
  for (const { name, account } of systems) expect(idleWrites(account), name).toEqual([]);

  // Nothing that a person could be known by has been logged.
  const text = log.join("\n");
  for (const key of profiles) {
    const { info } = hrflow.profile(key) ?? expect.fail("the profile is there");
    for (const personal of [info.email, info.phone, info.last_name, info.full_name]) {
      if (personal) expect(text).not.toContain(personal);
    }
  }
  for (const credential of CREDENTIALS) expect(text).not.toContain(credential);
}, 600_000);
