/** The vendors of the system's tests, and a workflow for each ATS, all of them on one webhook. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { DEFAULT_HRFLOW_KEY, startHrflow } from "../../local/vendors/hrflow.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";
import type { Account } from "../conformance/conformance.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { hash } from "../conformance/hash.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";

export const WEBHOOK = "demo";
export const WEBHOOK_SECRET = "webhook-secret-of-the-test";
const KEY = "ats-key-of-the-test";

/** Credentials that may not be found in a log. */
export const CREDENTIALS = [WEBHOOK_SECRET, DEFAULT_HRFLOW_KEY.api_secret, KEY];

export type Vendors = Awaited<ReturnType<typeof startVendors>>;

/**
 * Starts HrFlow and every ATS. Teamtailor gets the profiles of both of HrFlow's sources, the others those of the small one.
 *
 * @param directory where the file with the workflows may be written
 */
export async function startVendors(directory: string) {
  const hrflow = await startHrflow();
  const small = hrflow.addSource({}).key;
  const large = hrflow.addSource({}).key;
  const systems = [
    { name: "teamtailor", account: await teamtailorBench().start(), sourceKeys: [small, large] },
    { name: "flatchr", account: await flatchrBench().start(), sourceKeys: [small] },
    { name: "smartrecruiters", account: await smartrecruitersBench().start(), sourceKeys: [small] },
  ];
  for (const { account } of systems) account.acceptKey(KEY);

  const workflows = systems.map(({ name, account, sourceKeys }) => ({
    workflow_id: `acme-${name}`,
    action: `push_profile_to_${name}`,
    webhook: WEBHOOK,
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: `${name}/demo` },
    pull_parameters: { source_keys: sourceKeys },
    push_parameters: account.parameters,
  }));
  const workflowsFile = join(directory, "workflows.ts");
  await writeFile(workflowsFile, `export default ${JSON.stringify(workflows)};`);

  return {
    hrflow,
    systems,
    workflowsFile,
    secrets: {
      "hrflow/demo": { ...DEFAULT_HRFLOW_KEY, webhook_secret: WEBHOOK_SECRET },
      ...Object.fromEntries(systems.map(({ name, account }) => [`${name}/demo`, account.secretOf(KEY)])),
    },
    environment: Object.assign(
      { HRFLOW_BASE_URL: hrflow.url, CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin },
      ...systems.map(({ account }) => account.variables),
    ) as Record<string, string>,

    /** Puts invented people with their CVs into HrFlow, the first so many of them into the small source. */
    addProfiles(count: number, { inSmallSource }: { inSmallSource: number }): string[] {
      return Array.from({ length: count }, (_, index) => {
        const { profile, files } = sampleProfile(index);
        const source_key = index < inSmallSource ? small : large;
        const stored = hrflow.putProfile({ ...profile, source_key });
        for (const file of files) hrflow.addAttachment(stored.key, file);
        return stored.key;
      });
    },
    async stop() {
      await Promise.all([hrflow.stop(), ...systems.map(({ account }) => account.simulator.stop())]);
    },
  };
}

/** In every ATS each profile of its sources is one candidate, as the profile is now, with the CV once; and nobody else is. */
export async function expectEverybodyOnce({ hrflow, systems }: Vendors, keys: string[]): Promise<void> {
  for (const { name, account, sourceKeys } of systems) {
    const expected = keys.flatMap((key, index) => {
      const profile = hrflow.profile(key);
      if (profile === undefined || !sourceKeys.includes(profile.source_key)) return [];
      const { first_name: firstName, last_name: lastName, email, phone } = profile.info;
      return [{ firstName, lastName, email, phone, cvs: [hash(cvOf(index))] }];
    });
    const seen = (await account.candidates()).map(({ firstName, lastName, email, phone, cvs }) => {
      return { firstName, lastName, email, phone, cvs };
    });
    expect(inOrder(seen), name).toEqual(inOrder(expected));
  }
}

function cvOf(index: number): Uint8Array {
  return (
    sampleProfile(index).files.find(({ type }) => type === "resume")?.bytes ?? expect.fail("all have one")
  );
}

function inOrder<T extends { email: string | null }>(people: T[]): T[] {
  return people.toSorted((one, other) => ((one.email ?? "") < (other.email ?? "") ? -1 : 1));
}

/** How many candidates each ATS has. */
export async function countCandidates({ systems }: Vendors): Promise<Record<string, number>> {
  const counts = systems.map(
    async ({ name, account }) => [name, (await account.candidates()).length] as const,
  );
  return Object.fromEntries(await Promise.all(counts));
}

/** The writes of an ATS that it answered well, and that changed nothing. */
export function idleWrites({ simulator }: Account) {
  return simulator.calls.filter(
    ({ write, changed, status }) => write && !changed && [200, 201, 204].includes(Number(status)),
  );
}
