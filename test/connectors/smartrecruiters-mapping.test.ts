import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { toCandidate } from "../../lib/connectors/smartrecruiters/mapping.ts";
import {
  authSchema,
  candidateSchema,
  parametersSchema,
} from "../../lib/connectors/smartrecruiters/schema.ts";
import { profileSchema } from "../../lib/hrflow/schema.ts";
import { describeIssues } from "../../lib/issues.ts";
import { sampleProfile, sparseProfile } from "../../local/vendors/sample-profiles.ts";

const zoe = { first_name: "Zoë", last_name: "Martin", email: "zoe@example.com" };

/** As the engine makes a candidate: the mapping, then the check of what it returned. */
function candidateOf(profile: object) {
  return v.parse(candidateSchema, toCandidate(v.parse(profileSchema, { key: "p1", info: zoe, ...profile })));
}

const info = (fields: object) => candidateOf({ info: { ...zoe, ...fields } });
const education = (entry: object) =>
  candidateOf({ educations: [{ school: "Mines", title: "Engineer", ...entry }] }).education?.[0];
const experience = (entry: object) =>
  candidateOf({ experiences: [{ title: "Baker", ...entry }] }).experience?.[0];
const problemsOf = (candidate: object) => {
  const result = v.safeParse(candidateSchema, {
    firstName: "Zoë",
    lastName: "M",
    email: "z@example.com",
    ...candidate,
  });
  return result.success ? [] : describeIssues(result.issues);
};

describe("the fields of a candidate", () => {
  test.each([
    ["firstName", { first_name: " Zoë " }, "Zoë"],
    ["firstName", { first_name: "花子" }, "花子"],
    ["firstName", { first_name: null, last_name: null, full_name: "Grace Brewster Hopper" }, "Grace"],
    [
      "lastName",
      { first_name: null, last_name: null, full_name: "Grace Brewster Hopper" },
      "Brewster Hopper",
    ],
    ["email", { email: " zoe@example.com " }, "zoe@example.com"],
    ["phoneNumber", { phone: " +33 6 39 98 00 01 " }, "+33 6 39 98 00 01"],
    ["phoneNumber", { phone: 33639980001 }, "33639980001"],
    ["phoneNumber", { phone: null }, undefined],
    ["phoneNumber", { phone: "" }, undefined],
    ["location", { location: null }, undefined],
    ["location", { location: [] }, undefined],
    ["location", { location: { text: null, lat: null, lng: null, fields: [] } }, undefined],
    ["web", { urls: null }, undefined],
    ["web", { urls: [] }, undefined],
    ["web", { urls: [{ type: "github", url: "https://g.example" }] }, undefined],
    [
      "web",
      { urls: { linkedin: "https://l.example", from_resume: [], facebook: null } },
      { linkedin: "https://l.example" },
    ],
    [
      "web",
      {
        urls: [
          { type: "linkedIn", url: "https://l.example/1" },
          { type: "linkedin", url: "https://l.example/2" },
          { type: "facebook", url: "https://f.example" },
          { type: "Twitter", url: "https://t.example" },
          { type: "skype", url: "zoe.skype" },
          { type: "website", url: "https://w.example" },
          { type: "from_resume", url: "https://r.example" },
          { type: null, url: "https://n.example" },
        ],
      },
      {
        skype: "zoe.skype",
        linkedin: "https://l.example/1",
        facebook: "https://f.example",
        twitter: "https://t.example",
        website: "https://w.example",
      },
    ],
  ] as const)("%s from %j", (field, fields, expected) => {
    expect(info(fields)[field]).toEqual(expected);
    expect(field in info(fields)).toBe(expected !== undefined);
  });

  test.each([
    [
      { city: "Paris", state: "Île-de-France", country: "FRA" },
      { city: "Paris", region: "Île-de-France", countryCode: "FR" },
    ],
    [{ country: "FR" }, { countryCode: "FR" }],
    [{ country: "fra" }, { countryCode: "FR" }],
    [{ country: " France " }, { countryCode: "FR" }],
    [{ country: "Allemagne" }, { countryCode: "DE" }],
    [{ country: "Deutschland" }, { countryCode: "DE" }],
    [{ country: "États-Unis" }, { countryCode: "US" }],
    [{ country: "USA" }, { countryCode: "US" }],
    [{ country: "UK" }, { countryCode: "GB" }],
    [{ country: "Cote d’Ivoire" }, { countryCode: "CI" }],
    [{ country: "Atlantis" }, { country: "Atlantis" }],
    [{ country: "XX" }, undefined],
    [{ country: "EU" }, undefined],
    [{ country: "ZZZ" }, undefined],
    [{ country: "" }, undefined],
    [{ city: "" }, undefined],
  ])("location from the fields %j", (fields, expected) => {
    expect(info({ location: { text: "somewhere", fields } }).location).toEqual(expected);
  });

  test.each([
    [
      { lat: 48.87, lng: 2.3 },
      { lat: 48.87, lng: 2.3 },
    ],
    [
      { lat: "48.87", lng: "2.3" },
      { lat: 48.87, lng: 2.3 },
    ],
    [
      { lat: 0, lng: 0 },
      { lat: 0, lng: 0 },
    ],
    [{ lat: 48.87, lng: null }, undefined],
  ])("location from the coordinates %j", (coordinates, expected) => {
    expect(info({ location: coordinates }).location).toEqual(expected);
  });

  test.each([
    [[{ name: "senior", value: null }], ["senior"]],
    [
      [
        { name: "senior", value: true },
        { name: "remote", value: false },
      ],
      ["senior"],
    ],
    [
      [
        { name: "origin", value: "fair" },
        { name: "score", value: 0.5 },
      ],
      ["origin: fair", "score: 0.5"],
    ],
    [
      [
        { name: "a", value: "" },
        { name: "a", value: null },
        { name: " ", value: "b" },
      ],
      ["a"],
    ],
    [[{ name: "object", value: { a: 1 } }], ["object"]],
    [[], undefined],
    [null, undefined],
  ])("tags from %j", (tags, expected) => {
    expect(candidateOf({ tags }).tags).toEqual(expected);
  });
});

describe("education and experience", () => {
  test("have the keys and fields of the API", () => {
    const location = { text: "Lyon", fields: { city: "Lyon" } };
    const period = {
      date_start: "2015-09-01T00:00:00",
      date_end: "2018-06-30T00:00:00",
      description: "By night",
      location,
    };
    const expected = {
      startDate: "2015-09-01",
      endDate: "2018-06-30",
      description: "By night",
      location: "Lyon",
    };
    expect(education(period)).toEqual({ institution: "Mines", degree: "Engineer", ...expected });
    expect(experience({ ...period, company: "Les Fournils" })).toEqual({
      title: "Baker",
      company: "Les Fournils",
      ...expected,
    });
  });

  test.each([
    ["2019-03-01T00:00:00", "2019-03-01"],
    ["2019-03-01T00:00:00+0000", "2019-03-01"],
    ["2016-06-30 00:00:00", "2016-06-30"],
    ["2019-03-01", "2019-03-01"],
    ["2019-03", "2019-03"],
    ["2019", "2019"],
    [{ iso8601: "2019-03-01T00:00:00" }, "2019-03-01"],
    ["2023-02-30", undefined],
    ["2019-13", undefined],
    ["0001-01-01T00:00:00", undefined],
    ["01/03/2019", undefined],
    ["March 2019", undefined],
    ["XXXX", undefined],
    ["", undefined],
    [null, undefined],
    [20190301, undefined],
  ])("the date %j", (date, expected) => {
    expect(experience({ date_start: date })?.startDate).toBe(expected);
    expect(education({ date_end: date })?.endDate).toBe(expected);
    expect(experience({ date_end: date })).not.toHaveProperty("current");
  });

  test.each(["today", "Today", "1969-12-31T23:59:59", "1969-12-31"])("what ends %j goes on", (date) => {
    expect(experience({ date_end: date })).toEqual({ title: "Baker", current: true });
    expect(experience({ date_start: date })).toEqual({ title: "Baker" });
  });

  test.each([
    ["educations", { school: null, title: "Engineer" }],
    ["educations", { school: "Mines", title: null }],
    ["educations", { school: "Mines", title: " " }],
    ["experiences", { title: "", company: null, date_start: null }],
    ["experiences", { title: null, company: null, date_start: "2019-03-01T00:00:00" }],
    ["experiences", null],
  ])("of %s, %j is left out, for nothing is invented", (list, entry) => {
    const candidate = candidateOf({ [list]: [entry] });
    expect(candidate).not.toHaveProperty("education");
    expect(candidate).not.toHaveProperty("experience");
  });

  test("an experience may have a company or a description alone", () => {
    expect(experience({ title: null, company: "Les Fournils" })).toEqual({ company: "Les Fournils" });
    expect(experience({ title: null, description: "Baking" })).toEqual({ description: "Baking" });
  });
});

describe("a profile that cannot become a candidate says why", () => {
  test.each([
    [{ email: null }, "the profile has no e-mail, which SmartRecruiters requires"],
    [{ email: " " }, "the profile has no e-mail"],
    [{ last_name: null }, "the profile has no last name, which SmartRecruiters requires"],
    [{ first_name: null, last_name: null }, "the profile has no first name"],
    [{ first_name: null, last_name: null, full_name: "Cher" }, "the profile has no last name"],
  ])("%j", (fields, message) => {
    expect(() => info(fields)).toThrow(message);
  });

  test("without info, without anything", () => {
    expect(() => candidateOf({ info: null })).toThrow("no first name");
    expect(() => candidateOf({ info: {} })).toThrow("no first name");
  });

  test("an e-mail that is none", () => {
    expect(() => info({ email: "n/a" })).toThrow("must be an e-mail address");
  });
});

test("a candidate holds no consent, no attachments, no empty string and nothing made up", () => {
  for (const index of Array(12).keys()) {
    for (const { profile } of [sampleProfile(index), sparseProfile(index)]) {
      const candidate = candidateOf({
        ...profile,
        attachments: [{ type: "resume", public_url: "https://cv.example" }],
      });
      expect(Object.keys(candidate).filter((name) => ["consent", "attachments"].includes(name))).toEqual([]);
      const text = JSON.stringify(candidate);
      for (const wrong of ['""', "null", "{}", "[]", "Undefined", "N/A", "XXXX", "1969", "today"]) {
        expect(text).not.toContain(wrong);
      }
    }
  }
  expect(candidateOf(sparseProfile(1).profile)).toEqual({
    firstName: "Sparse",
    lastName: "Person 1",
    email: "sparse.1@example.com",
  });
});

describe("what a format of the user's own returns is checked before it is sent", () => {
  test.each([
    [{ firstName: "" }, "firstName must not be empty"],
    [{ email: "none" }, "email must be an e-mail address"],
    [{ location: { countryCode: "FRA" } }, "location.countryCode must be a country code of two letters"],
    [{ location: { countryCode: "fr" } }, "location.countryCode must be a country code of two letters"],
    [{ location: { city: "" } }, "location.city must not be empty"],
    [{ education: [{ institution: "Mines" }] }, "education.0.degree is required"],
    [
      { experience: [{ startDate: "2019-03-01T00:00:00" }] },
      "experience.0.startDate must be a date YYYY, YYYY-MM or YYYY-MM-DD",
    ],
    [{ experience: [{ endDate: "2019-13" }] }, "experience.0.endDate must be a date"],
    [{ web: { linkedIn: "https://l.example" } }, "web.linkedIn is unknown"],
    [{ educations: [] }, "educations is unknown"],
    [{ consent: true }, "consent is unknown"],
    [{ tags: [""] }, "tags.0 must not be empty"],
  ])("%j", (fields, problem) => {
    expect(problemsOf(fields)).toEqual([expect.stringContaining(problem)]);
  });

  test("it may say the source, and that the candidate is internal", () => {
    const sourceDetails = { sourceTypeId: "CUSTOM", sourceId: "HRFLOW" };
    expect(problemsOf({ sourceDetails, internal: true })).toEqual([]);
  });
});

describe("the secret and the parameters", () => {
  test("the key is trimmed", () => {
    expect(v.parse(authSchema, { auth: " key\n" })).toEqual({ auth: "key" });
  });

  test.each([{}, { auth: "" }, { auth: "two words" }, { auth: "clé" }, { auth: 5 }])(
    "%j is no secret",
    (auth) => {
      expect(v.safeParse(authSchema, auth).success).toBe(false);
    },
  );

  test.each([{}, { job_id: "" }, { job_id: " " }, { job_id: ".." }, { job_id: "1", jobid: "2" }])(
    "%j are no parameters",
    (parameters) => {
      expect(v.safeParse(parametersSchema, parameters).success).toBe(false);
    },
  );
});
