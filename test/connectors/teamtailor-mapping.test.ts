import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { toCandidate } from "../../lib/connectors/teamtailor/mapping.ts";
import { candidateSchema, parametersSchema } from "../../lib/connectors/teamtailor/schema.ts";
import { profileSchema } from "../../lib/hrflow/schema.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";

const ada = { first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };

/** As the engine makes a candidate: the profile as it is read, the mapping, and the check of what it returned. */
function candidateOf(profile: object, parameters: object = { sourced: false }) {
  const item = v.parse(profileSchema, { key: "p1", ...profile });
  return v.parse(candidateSchema, toCandidate(item, v.parse(parametersSchema, parameters)));
}

const info = (fields: object) => candidateOf({ info: { ...ada, ...fields } });
const tagsOf = (tags: unknown) => candidateOf({ info: ada, tags }).tags;
const pitchOf = (summary: unknown) => info({ summary }).pitch;

test("a whole profile, attribute by attribute", () => {
  const profile = {
    info: {
      ...ada,
      full_name: "Ada King, Countess of Lovelace",
      phone: "+44 20 7946 0018",
      summary: "Mathematician",
      picture: "https://files.example/ada.png",
      urls: [
        { type: "github", url: "https://github.com/ada" },
        { type: "linkedin", url: "https://www.linkedin.com/in/ada" },
      ],
    },
    tags: [{ name: "senior", value: null }],
    text: "the whole CV",
  };
  expect(candidateOf(profile)).toEqual({
    "first-name": "Ada",
    "last-name": "Lovelace",
    email: "ada@example.com",
    phone: "+44 20 7946 0018",
    pitch: "Mathematician",
    "linkedin-url": "https://www.linkedin.com/in/ada",
    picture: "https://files.example/ada.png",
    sourced: false,
    tags: ["senior"],
  });
});

describe("what HrFlow does not know is left out, so that nothing is blanked", () => {
  const nothing = { email: "ada@example.com", sourced: false };
  const fields = [
    "first_name",
    "last_name",
    "full_name",
    "phone",
    "summary",
    "picture",
    "gender",
    "date_birth",
  ];
  const all = (value: unknown) => Object.fromEntries(fields.map((field) => [field, value]));
  const lists = ["tags", "skills", "experiences", "educations", "attachments", "languages"];

  test.each<[string, object]>([
    ["a profile with nothing but an e-mail", {}],
    ["null everywhere", { ...all(null), location: null, urls: null }],
    ["empty texts", { ...all(""), urls: [] }],
    ["blanks", { ...all("  \t\n"), urls: [{ type: "linkedin", url: " " }] }],
    ["the empty lists of PHP", { ...all([]), location: [], urls: {} }],
    ["another shape", { ...all({ value: 1 }), location: "Paris", urls: "https://example.com" }],
  ])("%s", (_, fields) => {
    const empty = Object.fromEntries(lists.map((list) => [list, null]));
    expect(candidateOf({ ...empty, info: { email: "ada@example.com", ...fields } })).toEqual(nothing);
  });

  test.each([undefined, null, [], {}, "text"])(
    "of a person of whom nothing is known (info is %j)",
    (noInfo) => {
      expect(candidateOf({ info: noInfo }, { sourced: true })).toEqual({ sourced: true });
    },
  );
});

describe("sourced", () => {
  test.each([
    [{ sourced: true }, true],
    [{ sourced: false }, false],
    [{ sourced: null }, false],
    [{}, false],
  ])("%j is sent as %j", (parameters, sourced) => {
    expect(candidateOf({ info: ada }, parameters).sourced).toBe(sourced);
  });

  test.each([{ email: null }, { email: "" }, { email: " " }, {}])("without it %j is refused", (noEmail) => {
    expect(() => candidateOf({ info: { first_name: "Ada", ...noEmail } })).toThrow(
      "the profile has no e-mail, which Teamtailor requires unless push_parameters.sourced is true",
    );
  });
});

describe("names", () => {
  test.each([
    ["Élodie", "Lefèvre-d'Aubigné"],
    ["Łukasz", "Żółć"],
    ["Nguyễn", "Thị Minh Khai"],
    ["Óscar", "O’Neil"],
    ["Ольга", "Щербакова"],
    ["Ελένη", "Παπαδοπούλου"],
    ["محمد", "الخوارزمي"],
    ["נועה", "כהן"],
    ["花子", "山田"],
    ["민준", "김"],
    ["小龍", "李"],
    ["सीता", "शर्मा"],
    ["สมชาย", "ใจดี"],
    ["Zoe\u0308", "Noe\u0308l"],
    ["👩🏽‍🚀 Sally", "Ride"],
    ["X Æ A-12", "Musk"],
  ])("%s %s are kept as they are written", (first_name, last_name) => {
    expect(info({ first_name, last_name })).toMatchObject({
      "first-name": first_name,
      "last-name": last_name,
    });
  });

  test.each([
    [{ full_name: "Grace Brewster Hopper" }, "Grace", "Brewster Hopper"],
    [{ full_name: "山田 花子" }, "山田", "花子"],
    [{ full_name: "  Ada \u00a0 Lovelace " }, "Ada", "Lovelace"],
    [{ full_name: "Pelé" }, "Pelé", undefined],
    [{ last_name: "Hopper", full_name: "Grace Hopper" }, undefined, "Hopper"],
    [{ first_name: " Grace ", full_name: "Grace Hopper" }, "Grace", undefined],
  ])("of %j the first is %j and the last %j", (fields, first, last) => {
    const candidate = candidateOf({ info: { email: "ada@example.com", ...fields } });
    expect([candidate["first-name"], candidate["last-name"]]).toEqual([first, last]);
  });
});

describe("pitch", () => {
  const characters = (text: string | undefined) => [...(text ?? "")].length;

  test.each([
    ["letters", "x"],
    ["letters with accents", "é"],
    ["emoji, which are two UTF-16 units each", "😀"],
    ["ideographs beyond 16 bits", "𠮷"],
  ])("140 %s are kept, and a 141st is cut off", (_, letter) => {
    expect(pitchOf(letter.repeat(140))).toBe(letter.repeat(140));
    expect(pitchOf(letter.repeat(141))).toBe(letter.repeat(140));
  });

  test.each([
    ["a letter and its accent", "e\u0301", 70],
    ["a flag", "🇫🇷", 70],
    ["a family", "👨‍👩‍👧‍👦", 20],
    ["a hand with its colour", "👍🏽", 70],
    ["a syllable of Devanagari", "क्षि", 35],
    ["a line break of two characters", "a\r\n", 46],
  ])("%s is never cut in two", (_, cluster, whole) => {
    const pitch = pitchOf(`${cluster.repeat(150)}.`) ?? "";
    expect(pitch.startsWith(cluster.repeat(whole))).toBe(true);
    const segments = [...new Intl.Segmenter().segment(cluster)].map(({ segment }) => segment);
    expect(segments.some((segment) => pitch.endsWith(segment))).toBe(true);
    expect(characters(pitch)).toBeLessThanOrEqual(140);
  });

  test("what does not fit any more is left out as a whole", () => {
    expect(pitchOf(`${"x".repeat(139)}👍🏽`)).toBe("x".repeat(139));
  });

  test("a single sign of more than 140 characters is left out", () => {
    expect(pitchOf(`a${"\u0301".repeat(200)}`)).toBeUndefined();
  });

  test("blanks around the summary do not count", () => {
    expect(pitchOf(`\n  ${"x".repeat(140)}  `)).toBe("x".repeat(140));
  });

  test("is the beginning of any summary, and never longer than Teamtailor takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 100, maxLength: 300 }), (summary) => {
        const pitch = pitchOf(summary) ?? "";
        expect(summary.trim().startsWith(pitch)).toBe(true);
        expect(characters(pitch)).toBeLessThanOrEqual(140);
        expect(pitch.isWellFormed()).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe("tags are texts", () => {
  test.each<[string, unknown, string[] | undefined]>([
    ["a name alone", [{ name: "senior", value: null }], ["senior"]],
    ["a name without a value", [{ name: "senior" }], ["senior"]],
    ["an empty value", [{ name: "senior", value: "" }], ["senior"]],
    ["yes", [{ name: "remote", value: true }], ["remote"]],
    ["no: left out", [{ name: "remote", value: false }], undefined],
    ["a text", [{ name: "team", value: "data" }], ["team: data"]],
    ["a number", [{ name: "years", value: 6 }], ["years: 6"]],
    ["zero", [{ name: "years", value: 0 }], ["years: 0"]],
    ["something else", [{ name: "more", value: { a: 1 } }], ["more"]],
    [
      "one twice",
      [
        { name: "a", value: null },
        { name: "a", value: true },
      ],
      ["a"],
    ],
    [
      "no name: left out",
      [
        { name: "", value: "x" },
        { name: " ", value: "x" },
      ],
      undefined,
    ],
    ["in every script", [{ name: "経験", value: "三年" }], ["経験: 三年"]],
    ["what is no tag is left out", ["senior", null, 7, { value: "x" }, { name: "kept" }], ["kept"]],
    ["no list", { name: "senior" }, undefined],
  ])("%s", (_, tags, expected) => {
    expect(tagsOf(tags)).toEqual(expected);
  });
});

describe("linkedin-url", () => {
  const url = "https://www.linkedin.com/in/ada";
  test.each<[string, unknown, string | undefined]>([
    ["a list, as of today", [{ type: "linkedin", url }], url],
    ["with blanks", [{ type: "linkedin", url: ` ${url}\n` }], url],
    [
      "the first of two",
      [
        { type: "linkedin", url },
        { type: "linkedin", url: "https://other.example" },
      ],
      url,
    ],
    ["an object by type, as of 2020", { linkedin: url, github: "https://github.com/ada" }, url],
    ["an object with lists", { linkedin: [url], from_resume: [] }, url],
    ["an empty list in place of a text", [{ type: "linkedin", url: [] }], undefined],
    ["null in place of a text", { linkedin: null }, undefined],
    ["none of LinkedIn's", [{ type: "twitter", url: "https://x.example" }], undefined],
  ])("%s", (_, urls, expected) => {
    expect(info({ urls })["linkedin-url"]).toBe(expected);
  });
});

test.each([
  ["email", { email: " ada@example.com\n" }, "ada@example.com"],
  ["phone", { phone: 33612345678 }, "33612345678"],
])("%s is read from %j", (attribute, fields, expected) => {
  expect(info(fields)[attribute]).toBe(expected);
});

test("the mapping changes nothing in the profile, and answers the same each time", () => {
  for (let index = 0; index < 30; index += 1) {
    const profile = v.parse(profileSchema, { key: "p1", ...sampleProfile(index).profile });
    const before = structuredClone(profile);
    const candidate = toCandidate(profile, { sourced: false });
    expect(toCandidate(profile, { sourced: false })).toEqual(candidate);
    expect(profile).toEqual(before);
    expect(v.is(candidateSchema, candidate)).toBe(true);
  }
});
