/** A batch of large CVs needs the memory of a few: they take turns, and nobody else waits for them. */
import { expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import smartrecruiters from "../../lib/connectors/smartrecruiters/index.ts";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { LARGE_AT_ONCE, LARGE_IN_BYTES } from "../../lib/cv/turn.ts";
import { TemporaryError } from "../../lib/errors.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { openScene, type Scene } from "../conformance/scene.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";

const LARGE_CV = "%PDF-1.4 ".padEnd(LARGE_IN_BYTES + 1, "x");
const A_BATCH = 5;

/** Downloads of large CVs begin, and go on when the test says so; those of others just go on. */
function holdLargeDownloads({ environment, hrflow }: Scene) {
  const { download } = environment;
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  environment.download = async (url, ...rest) => {
    const attachments = hrflow.profiles().flatMap((profile) => profile.attachments);
    const size = attachments.find(({ public_url }) => public_url === url.href)?.file_size ?? 0;
    if (size > LARGE_IN_BYTES) {
      begun.push(url.href);
      await gate.promise;
    }
    return download(url, ...rest);
  };
  return { begun, goOn: gate.resolve };
}

function addPeople(scene: Scene, cv: string) {
  return Array.from({ length: A_BATCH }, (_, index) =>
    scene.addProfile({ info: { email: `person-${index}.canari-${cv.length}@example.com` } }, { cv }),
  );
}

test.each([
  ["Flatchr", () => openScene(flatchr, flatchrBench())],
  ["SmartRecruiters", () => openScene(smartrecruiters, smartrecruitersBench())],
])("large CVs for %s are fetched and sent in turn, and all arrive", async (_, open) => {
  const scene = await open();
  const { begun, goOn } = holdLargeDownloads(scene);
  const large = addPeople(scene, LARGE_CV).map((profile) => scene.push(profile));
  const others = await Promise.all(addPeople(scene, "%PDF-1.4").map((profile) => scene.push(profile)));
  expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => "created"));
  await expect.poll(() => begun.length).toBe(LARGE_AT_ONCE);
  goOn();
  const results = await Promise.all(large);
  expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => "created"));
  expect(begun).toHaveLength(A_BATCH);
});

test("an ATS that fetches CVs itself makes nobody wait", async () => {
  const scene = await openScene(teamtailor, teamtailorBench());
  const { begun, goOn } = holdLargeDownloads(scene);
  const pushes = addPeople(scene, LARGE_CV).map((profile) => scene.push(profile));
  await expect.poll(() => begun.length).toBe(A_BATCH);
  goOn();
  await Promise.all(pushes);
});

test("whose turn does not come in the time of the push is tried again, and nothing was sent", async () => {
  const scene = await openScene(flatchr, flatchrBench());
  const { begun, goOn } = holdLargeDownloads(scene);
  const [first, second, late] = addPeople(scene, LARGE_CV);
  if (!first || !second || !late) throw new Error("there are three");
  const holding = [first, second].map((profile) => scene.push(profile));
  await expect.poll(() => begun.length).toBe(LARGE_AT_ONCE);
  const failure = await scene.push(late, {}, 5_500).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TemporaryError);
  expect((failure as Error).message).toContain("large CVs of other profiles");
  expect(scene.account.simulator.calls).toEqual([]);
  goOn();
  await Promise.all(holding);
  expect(await scene.push(late)).toMatchObject({ outcome: "created" });
});
