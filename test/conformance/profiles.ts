/** Profiles in every shape that HrFlow has: what each of them becomes. */
import { describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { PermanentError } from "../../lib/errors.ts";
import type { Bench } from "./conformance.ts";
import { aPerson, expectOneCandidate, FIRST_CV, openScene } from "./scene.ts";

/** As people write them, each with what mappings tend to get wrong. */
const NAMES: [firstName: string, lastName: string][] = [
  ["Zoë", "O'Néill-Ñandú"],
  ["Jürgen Groß", "von der Mühlen"],
  ["Łukasz", "Wiśniewski"],
  ["Nguyễn", "Thị Ánh"],
  ["Αλέξανδρος", "Παπαδόπουλος"],
  ["Екатерина", "Щербакова"],
  ["עדינה", "בן־דוד"],
  ["محمد", "العربي"],
  ["प्रिया", "श्रीवास्तव"],
  ["สมชาย", "ใจดี"],
  ["გიორგი", "მაისურაძე"],
  ["太郎", "𠮷野"],
  ["민준", "김"],
  ["Ada 👩‍💻", "Emoji"],
  ["Null", "Undefined"],
  ["N/A", "<script>alert(1)</script>"],
];

const everyFieldNull = {
  reference: null,
  source: null,
  text: null,
  text_language: null,
  experiences_duration: null,
  educations_duration: null,
  experiences: null,
  educations: null,
  attachments: null,
  skills: null,
  languages: null,
  certifications: null,
  courses: null,
  tasks: null,
  interests: null,
  labels: null,
  tags: null,
  metadatas: null,
};
const noInfo = {
  full_name: null,
  first_name: null,
  last_name: null,
  email: null,
  phone: null,
  date_birth: null,
  location: null,
  urls: null,
  picture: null,
  gender: null,
  summary: null,
};
const nothingButTheName = {
  ...noInfo,
  first_name: aPerson().info.first_name,
  last_name: aPerson().info.last_name,
  email: aPerson().info.email,
  phone: aPerson().info.phone,
};
const aPeriodOfNulls = { title: null, description: null, location: null, date_start: null, date_end: null };

/** Of a person whose name, e-mail and phone alone are known, in every way of knowing no more. */
const SPARSE: [name: string, profile: object][] = [
  ["all nulls", { ...everyFieldNull, info: nothingButTheName }],
  [
    "all empty",
    {
      ...Object.fromEntries(Object.keys(everyFieldNull).map((name) => [name, []])),
      info: {
        ...nothingButTheName,
        summary: "",
        picture: "",
        location: { text: "", lat: null, fields: [] },
        urls: [],
      },
    },
  ],
  ["no field but info", { info: nothingButTheName }],
  [
    "periods of nulls",
    {
      info: nothingButTheName,
      attachments: [],
      experiences: [{ ...aPeriodOfNulls, company: null }, {}, null],
      educations: [{ ...aPeriodOfNulls, school: null }, {}, null],
    },
  ],
  [
    "urls without an address, tags without a name",
    {
      info: {
        ...nothingButTheName,
        urls: [{ type: "linkedin", url: null }, { type: null, url: "" }, { url: [] }, null],
      },
      attachments: [],
      tags: [{ name: "", value: 1 }, { value: "x" }, null, "senior"],
    },
  ],
];

/** The forms that HrFlow's API has left behind, which profiles of those years still have. */
const LEGACY: [name: string, profile: object][] = [
  [
    "urls as an object",
    {
      info: {
        ...aPerson().info,
        urls: { from_resume: ["https://resume.example"], linkedin: "https://linkedin.example", github: "" },
      },
    },
  ],
  [
    "locations with an empty list of fields",
    {
      info: { ...aPerson().info, location: { text: "Paris", lat: "48.8", lng: "2.3", fields: [] } },
      experiences: [{ ...aPerson().experiences[0], location: { text: null, fields: [] } }],
    },
  ],
  [
    "dates as objects",
    {
      info: { ...aPerson().info, date_birth: { iso8601: "1990-01-01T00:00:00", timestamp: 631152000 } },
      experiences: [{ ...aPerson().experiences[0], date_start: { iso8601: "2020-01-01T00:00:00" } }],
    },
  ],
  ["tags with values of every type", { tags: ["fair", 42, true, false, null, ["a"], { b: 1 }].map(toTag) }],
  ["numbers where there should be text", { experiences_duration: "6.5", text: 42, reference: 7 }],
];

function toTag(value: unknown) {
  return { name: "origin", value };
}

/** Declares the tests. */
export function testProfiles(connector: Connector, bench: Bench): void {
  const open = () => openScene(connector, bench);

  describe("a profile", () => {
    test.each([
      ["of nulls", { ...everyFieldNull, info: noInfo }],
      ["without info", { info: null }],
      ["with nothing at all", Object.fromEntries(Object.keys(everyFieldNull).map((name) => [name, null]))],
    ])("%s cannot become a candidate, and that is said", async (_, changes) => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.answerWith(profile, { info: null, ...changes });
      const failing = scene.push(profile);
      await expect(failing).rejects.toBeInstanceOf(PermanentError);
      await expect(failing).rejects.toMatchObject({
        reason: "format_failure",
        message: expect.stringMatching(/the profile has no (e-mail|first name|last name)/),
      });
      expect(scene.account.simulator.calls).toEqual([]);
    });

    test.each(SPARSE)("of which only the name is known (%s) becomes a candidate", async (_, changes) => {
      const scene = await open();
      const profile = scene.addProfile({}, { cv: null });
      scene.answerWith(profile, { attachments: [], ...changes });
      expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
      await expectOneCandidate(scene, profile, { cvs: [] });
    });

    test.each(LEGACY)("in a form of earlier years (%s) becomes a candidate", async (_, changes) => {
      const scene = await open();
      const profile = scene.addProfile();
      scene.answerWith(profile, changes);
      expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
      await expectOneCandidate(scene, profile);
    });

    test("keeps its name to the letter, in every script", async () => {
      const scene = await open();
      for (const [index, [first_name, last_name]] of NAMES.entries()) {
        const info = { first_name, last_name, email: `name.${index}@example.com` };
        for (const text of [info.email, first_name, last_name]) scene.keepSecret(text);
        const profile = scene.addProfile({ info });
        expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
        const seen = await scene.candidatesOf(profile);
        expect(seen).toMatchObject([{ firstName: first_name, lastName: last_name }]);
      }
    });

    test("with texts of every length becomes a candidate", async () => {
      const scene = await open();
      const [experience] = aPerson().experiences;
      const long = "Long texts of 語 and 👩‍💻. ".repeat(2_000);
      const profile = scene.addProfile({
        info: { summary: long },
        text: long,
        experiences: Array.from({ length: 200 }, () => ({ ...experience, title: long.slice(0, 300) })),
        educations: [{ title: long, school: long, description: long }],
        tags: Array.from({ length: 300 }, (_, index) => ({ name: `tag ${index}`, value: null })),
      });
      expect(await scene.push(profile)).toMatchObject({ outcome: "created" });
      await expectOneCandidate(scene, profile, { cvs: [FIRST_CV] });
    });
  });
}
