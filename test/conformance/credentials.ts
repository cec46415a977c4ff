/** Keys that are refused: what waits, what is read again, and what is said to the person who has to mend it. */
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { TemporaryError } from "../../lib/errors.ts";
import type { Bench } from "./conformance.ts";
import { expectOneCandidate, KEY, MARK, openScene, pushUntilDone, type Scene } from "./scene.ts";

const NEXT_KEY = `next-${KEY}`;

/** Declares the tests. */
export function testCredentials(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);

  describe("a key", () => {
    test("that was rotated is read again, and the push goes on as if nothing had been", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      await scene.push(scene.addProfile({ info: { email: `before.${MARK}@example.com` } }));
      rotate(scene);
      expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
      await expectOneCandidate(scene, profile);
    });

    test("that is refused once costs one attempt", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.simulator.failNext({ route: bench.find }, { kind: "status", status: 401 });
      const { failures } = await pushUntilDone(scene, profile);
      expect(failures).toMatchObject([{ reason: "credential_failure" }]);
      await expectOneCandidate(scene, profile);
    });

    test.each(bench.callsOfCreate)(
      "that is refused by $route and rotated then costs no second candidate",
      async ({ route, before = 0 }) => {
        const scene = await open();
        const profile = scene.addProfile();
        if (before > 0) scene.account.simulator.failNext({ route }, { kind: "slow" }, before);
        scene.account.simulator.failNext({ route }, { kind: "status", status: 401 });
        await expect(scene.push(profile)).rejects.toMatchObject({ reason: "credential_failure" });
        rotate(scene);
        scene.environment.pass(connector.push.settleInSeconds + 1);
        await pushUntilDone(scene, profile);
        await expectOneCandidate(scene, profile);
      },
    );

    test("that stays wrong keeps the profile waiting, and names the vendor and what to mend", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.account.acceptKey(NEXT_KEY);
      for (let day = 1; day <= 3; day += 1) {
        const failing = scene.push(profile);
        await expect(failing).rejects.toBeInstanceOf(TemporaryError);
        await expect(failing).rejects.toMatchObject({
          reason: "credential_failure",
          message: expect.stringMatching(
            new RegExp(`^${connector.label} .*: 401 .*valid credential into the secret ${scene.secret}$`),
          ),
        });
        scene.environment.pass(24 * 3600);
      }
      scene.environment.rotateSecret(scene.secret, scene.account.secretOf(NEXT_KEY));
      await pushUntilDone(scene, profile);
      await expectOneCandidate(scene, profile);
    });

    test("that is missing from its secret is asked for by name, and waited for", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.environment.rotateSecret(scene.secret, { somewhere: `else ${MARK}` });
      const failing = scene.push(profile);
      await expect(failing).rejects.toBeInstanceOf(TemporaryError);
      await expect(failing).rejects.toMatchObject({
        reason: "credential_failure",
        message: expect.stringContaining(`The secret ${scene.secret}: `),
      });
      expect(scene.account.simulator.calls).toEqual([]);
    });
  });
}

function rotate({ account, environment, secret }: Scene): void {
  account.acceptKey(NEXT_KEY);
  environment.rotateSecret(secret, account.secretOf(NEXT_KEY));
}
