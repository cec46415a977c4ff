import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VendorError } from "../../lib/errors.ts";
import { withFreshCredentials } from "../../lib/secrets/fresh-credentials.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { measurements } from "../measurements.ts";

const WORKFLOW = {
  workflow_id: "acme",
  action: "push_profile_to_teamtailor",
  persist: true,
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
};
const SECRETS = { HrFlow: "hrflow/acme", Teamtailor: "teamtailor/acme" };
const keySchema = v.object({ key: v.string() });

let environment: TestEnvironment;
/** The keys that the vendors take. */
let valid: Record<keyof typeof SECRETS, string>;
beforeEach(async () => {
  environment = await startTestEnvironment({
    "hrflow/acme": { key: "old" },
    "teamtailor/acme": { key: "old" },
  });
  valid = { HrFlow: "old", Teamtailor: "old" };
});
afterEach(() => environment.stop());

function rotate(vendor: keyof typeof SECRETS, key = "new"): void {
  valid[vendor] = key;
  environment.rotateSecret(SECRETS[vendor], { key });
}

/** Calls one vendor and then the other, as a push does. */
function push(meanwhile = async () => {}): Promise<string> {
  return withFreshCredentials(WORKFLOW, environment, async () => {
    for (const vendor of ["HrFlow", "Teamtailor"] as const) {
      const { key } = await environment.secrets.read(SECRETS[vendor], keySchema);
      await meanwhile();
      if (key !== valid[vendor]) throw refused(vendor);
    }
    return "pushed";
  });
}

const refused = (vendor: string) =>
  new VendorError(
    { vendor, method: "GET", url: "https://vendor.example" },
    { status: 401, effect: "none", detail: "refused" },
  );

test("a key that was rotated is read again", async () => {
  await push();
  rotate("Teamtailor");
  expect(await push()).toBe("pushed");
});

test("both keys may have been rotated since they were read", async () => {
  await push();
  rotate("HrFlow");
  rotate("Teamtailor");
  expect(await push()).toBe("pushed");
});

test("of pushes that are refused at the same moment, every one goes on with the new key", async () => {
  await push();
  rotate("HrFlow");
  expect(await Promise.all(Array.from({ length: 10 }, () => push()))).toEqual(Array(10).fill("pushed"));
});

test("a push that is refused after another has read the new key goes on with it, too", async () => {
  await push();
  const begun = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  const second = push(() => {
    begun.resolve(); // It has read the old key.
    return late.promise;
  });
  await begun.promise;
  rotate("HrFlow");
  expect(await push()).toBe("pushed");
  late.resolve();
  expect(await second).toBe("pushed");
});

test("a key that stays wrong is refused, with the name of its secret, and counted", async () => {
  valid.Teamtailor = "another";
  await expect(push()).rejects.toMatchObject({
    reason: "credential_failure",
    message: expect.stringMatching(/^Teamtailor GET .*: 401 refused\. .* into the secret teamtailor\/acme$/),
  });
  environment.metrics.flush();
  expect(measurements(environment)).toMatchObject({
    "credentials_refused acme push_profile_to_teamtailor": 1,
  });
});
