/**
 * What `npm run test:mutation` runs against each changed line of the engines: schedules and histories in this very process,
 * since a mutant lives in one process, and the threads of the other tests would not see it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_FLATCHR_KEY } from "../../local/vendors/flatchr.ts";
import { DEFAULT_COMPANY_ID } from "../../local/vendors/flatchr-organisation.ts";
import { DEFAULT_HRFLOW_KEY } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { ATS_NAMES } from "../simulation/ats.ts";
import { playPush } from "../simulation/push-schedule.ts";
import { createTable } from "../simulation/table.ts";
import { playHistory } from "../update-model/model.ts";

const SEEDS_OF_PUSHES = Array.from({ length: 20 }, (_, index) => index + 1);
const SEEDS_OF_UPDATES = Array.from({ length: 12 }, (_, index) => index + 1);

let aws: TestEnvironment;
beforeAll(async () => {
  aws = await startTestEnvironment({
    "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
    "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: DEFAULT_COMPANY_ID },
  });
});
afterAll(() => aws.stop());

test.each(ATS_NAMES)("schedules of pushes to %s", async (ats) => {
  for (const seed of SEEDS_OF_PUSHES) expect((await playPush(ats, seed)).wrong, `seed ${seed}`).toEqual([]);
});

test("histories of an update", async () => {
  for (const seed of SEEDS_OF_UPDATES) {
    const { wrong } = await playHistory(seed, aws, createTable());
    expect(wrong, `seed ${seed}`).toEqual([]);
  }
});
