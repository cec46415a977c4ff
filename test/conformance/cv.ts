/** The CV: which one, when, and what becomes of a profile whose CV cannot be had. */
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { TemporaryError } from "../../lib/errors.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import type { Bench } from "./conformance.ts";
import {
  expectOneCandidate,
  FIRST_CV,
  hash,
  MARK,
  NEXT_PHONE,
  openScene,
  pushUntilDone,
  type Scene,
  SECOND_CV,
} from "./scene.ts";

const FILE = "GET /files/:id";

/** What storage does for a while. */
const DOWNLOAD_FAULTS: [name: string, fault: Fault][] = [
  ["500", { kind: "status", status: 500 }],
  ["503", { kind: "status", status: 503 }],
  ["429", { kind: "status", status: 429, headers: { "retry-after": "20" } }],
  ["a page with 200", { kind: "html", status: 200 }],
  ["a page with 502", { kind: "html", status: 502 }],
  ["a reset", { kind: "reset" }],
  ["no HTTP at all", { kind: "garbage" }],
];

/** Declares the tests. */
export function testCv(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);

  describe("a CV", () => {
    test.each([403, 404, 410] as const)(
      "that is not there any more (%i) is left out, and that is said",
      async (status) => {
        const scene = await open();
        scene.hrflow.settings.attachmentStatus = status;
        const profile = scene.addProfile();
        const { outcome, notes } = await scene.push(profile);
        expect(outcome).toBe("created");
        expect(notes).toContainEqual(`the CV is not available any more (${status}): pushed without it`);
        await expectOneCandidate(scene, profile, { cvs: [] });
      },
    );

    test("that comes back after it was not there is sent when the profile changes", async () => {
      const scene = await open();
      scene.hrflow.settings.attachmentStatus = 404;
      const profile = scene.addProfile();
      await scene.push(profile);
      scene.hrflow.settings.attachmentStatus = 200;
      scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE } });
      await scene.push(profile);
      const cvs = bench.takesNewCv ? [FIRST_CV] : [];
      await expectOneCandidate(scene, profile, { phone: NEXT_PHONE, cvs });
    });

    test.each(DOWNLOAD_FAULTS)("that cannot be had now (%s) is a failed attempt", async (_, fault) => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.hrflow.failNext({ route: FILE }, fault);
      const failing = scene.push(profile);
      await expect(failing).rejects.toBeInstanceOf(TemporaryError);
      await expect(failing).rejects.toMatchObject({
        reason: "read_failure",
        message: expect.stringMatching(/^CV GET http:\/\/127\.0\.0\.1:\d+: .*It is tried again$/),
      });
      expect(await scene.candidatesOf(profile)).toEqual([]);
      await pushUntilDone(scene, profile);
      await expectOneCandidate(scene, profile);
    });

    test.each([
      ["the resume, though the original comes first", ["original", "resume"], "resume"],
      ["the resume, though the original comes last", ["resume", "original"], "resume"],
      ["the original, when there is no resume", ["original"], "original"],
    ] as const)("is %s", async (_, types, chosen) => {
      const scene = await open();
      const profile = scene.addProfile({}, { cv: null });
      for (const type of types) {
        const bytes = Buffer.from(`%PDF-1.4 ${type}`);
        scene.hrflow.addAttachment(profile.key, { type, extension: ".pdf", bytes });
      }
      await scene.push(profile);
      await expectOneCandidate(scene, profile, { cvs: [`%PDF-1.4 ${chosen}`] });
    });

    test("is none of the files that are no CV", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      const [resume] = scene.hrflow.profile(profile.key)?.attachments ?? [];
      const attachments = ["picture", "cover_letter", ""].map((type) => ({
        ...resume,
        type,
        file_name: `${MARK}.pdf`,
      }));
      scene.answerWith(profile, { attachments });
      await scene.push(profile);
      await expectOneCandidate(scene, profile, { cvs: [] });
    });

    test("that is unchanged is neither fetched nor sent again, though its address is signed anew", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      await scene.push(profile);
      const [before] = await scene.candidatesOf(profile);
      scene.hrflow.editProfile(profile.key, { info: { phone: NEXT_PHONE } });
      const attachments = scene.hrflow.profile(profile.key)?.attachments ?? [];
      scene.answerWith(profile, {
        attachments: attachments.map((one) => ({
          ...one,
          public_url: `${one.public_url}?signature=${MARK}`,
        })),
      });
      const fetches = fetchesOf(scene);
      expect(await scene.push(profile)).toMatchObject({ outcome: "updated", notes: [] });
      const after = await expectOneCandidate(scene, profile, { phone: NEXT_PHONE });
      expect(after.cvs).toEqual(before?.cvs);
      expect(fetchesOf(scene)).toBe(fetches);
    });

    test("that was changed is sent where the ATS takes it, else that is said", async () => {
      const scene = await open();
      const profile = scene.addProfile();
      await scene.push(profile);
      scene.addCv(profile, SECOND_CV);
      const { outcome, notes } = await scene.push(profile);
      const [candidate] = await scene.candidatesOf(profile);
      if (bench.takesNewCv) {
        expect(outcome).toBe("updated");
        expect(candidate?.cvs).toContain(hash(SECOND_CV));
      } else {
        expect(notes).toContainEqual(expect.stringContaining("CV"));
        expect(candidate?.cvs).toEqual([hash(FIRST_CV)]);
      }
    });

    test("that is added later is sent where the ATS takes it", async () => {
      const scene = await open();
      const profile = scene.addProfile({}, { cv: null });
      await scene.push(profile);
      scene.addCv(profile, FIRST_CV);
      await scene.push(profile);
      await expectOneCandidate(scene, profile, { cvs: bench.takesNewCv ? [FIRST_CV] : [] });
    });
  });
}

/** How often the file was asked for, by whomever. */
function fetchesOf({ hrflow }: Scene): number {
  return hrflow.calls.filter(({ route }) => route === FILE).length;
}
