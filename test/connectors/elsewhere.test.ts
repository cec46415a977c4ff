/** Accounts that are not where most are: their secret says so. */
import { expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { KEY, openScene, recordRealUrls } from "../conformance/scene.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";

test("an account of Teamtailor's in North America is reached there", async () => {
  const scene = await openScene(teamtailor, teamtailorBench());
  scene.environment.rotateSecret(scene.secret, { ...scene.account.secretOf(KEY), region: "na" });
  const asked = recordRealUrls(scene);
  await scene.push(scene.addProfile());
  expect(asked.TEAMTAILOR_BASE_URL).toBe("https://api.na.teamtailor.com/v1");
});

test("an account in Flatchr's test environment is reached there", async () => {
  const scene = await openScene(flatchr, flatchrBench());
  const env_base_url = "https://api.demo.flatchr.io";
  scene.environment.rotateSecret(scene.secret, { ...scene.account.secretOf(KEY), env_base_url });
  const asked = recordRealUrls(scene);
  await scene.push(scene.addProfile());
  expect(asked.FLATCHR_API_BASE_URL).toBe(env_base_url);
});
