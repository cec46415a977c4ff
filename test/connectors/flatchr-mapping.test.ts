import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { toCandidate } from "../../lib/connectors/flatchr/mapping.ts";
import { authSchema, candidateSchema, parametersSchema } from "../../lib/connectors/flatchr/schema.ts";
import { profileSchema } from "../../lib/hrflow/schema.ts";
import { describeIssues } from "../../lib/issues.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";

const ada = { first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };

/** As the engine makes a candidate: the mapping, then the check of what it returned. */
function candidateOf(profile: object) {
  return v.parse(candidateSchema, toCandidate(v.parse(profileSchema, { key: "p1", info: ada, ...profile })));
}

const info = (fields: object) => candidateOf({ info: { ...ada, ...fields } });
const enrichment = (profile: object) => candidateOf(profile).enrichment ?? {};

describe("the fields of a creation", () => {
  test.each([
    ["firstname", { first_name: " Éa " }, "Éa"],
    ["lastname", { last_name: "O’Neil" }, "O'Neil"],
    ["firstname", { first_name: null, last_name: null, full_name: "Grace Brewster Hopper" }, "Grace"],
    [
      "lastname",
      { first_name: null, last_name: null, full_name: "Grace Brewster Hopper" },
      "Brewster Hopper",
    ],
    ["firstname", { first_name: "花子" }, "花子"],
    ["email", { email: " ada@example.com " }, "ada@example.com"],
    ["phone", { phone: "+33 6 39 98 00 01" }, "+33 6 39 98 00 01"],
    ["phone", { phone: 33639980001 }, "33639980001"],
    ["phone", { phone: null }, undefined],
    ["phone", { phone: "" }, undefined],
    ["urls", { urls: null }, undefined],
    ["urls", { urls: [] }, undefined],
    [
      "urls",
      { urls: { linkedin: "https://l.example", facebook: null, from_resume: ["https://own.example"] } },
      { linkedin: "https://l.example", other: "https://own.example" },
    ],
    [
      "urls",
      {
        urls: [
          { type: "github", url: "https://g.example" },
          { type: "LinkedIn", url: "https://l.example" },
          { type: "linkedin", url: "https://l2.example" },
          { type: "facebook", url: "https://f.example" },
          { type: "twitter", url: "https://t.example" },
          { type: null, url: "https://o.example" },
        ],
      },
      {
        facebook: "https://f.example",
        linkedin: "https://l.example",
        twitter: "https://t.example",
        other: "https://g.example",
      },
    ],
  ] as const)("%s from %j", (field, fields, expected) => {
    expect(info(fields)[field]).toEqual(expected);
  });

  test.each([
    [{ email: null }, "the profile has no e-mail"],
    [{ email: " " }, "the profile has no e-mail"],
    [{ first_name: null, last_name: null }, "the profile has no first name, which Flatchr requires"],
    [{ last_name: null }, "the profile has no last name, which Flatchr requires"],
  ])("%j cannot become a candidate, and no name is invented", (fields, message) => {
    expect(() => info(fields)).toThrow(message);
  });

  test("a profile without info has no name", () => {
    expect(() => candidateOf({ info: null })).toThrow("no first name");
  });
});

describe("the enrichment", () => {
  test.each([
    ["name", {}, { formattedName: "Ada Lovelace", given: "Ada", family: "Lovelace" }],
    [
      "name",
      { info: { ...ada, full_name: "Lady Lovelace" } },
      { formattedName: "Lady Lovelace", given: "Ada", family: "Lovelace" },
    ],
    ["email", {}, [{ address: "ada@example.com" }]],
    ["phone", { info: { ...ada, phone: "+33639980001" } }, [{ dialNumber: "+33639980001" }]],
    ["phone", {}, undefined],
    ["experience", { experiences_duration: 6.9 }, 6],
    ["experience", { experiences_duration: null }, undefined],
    ["address", {}, undefined],
    ["address", { info: { ...ada, location: null } }, undefined],
    [
      "address",
      { info: { ...ada, location: { text: "Paris", lat: "48.85", lng: 2.35, fields: [] } } },
      {
        formatted_address: "Paris",
        administrative_area_level_1: "Paris",
        location_lat: 48.85,
        location_lng: 2.35,
      },
    ],
    ["education", { educations: null }, undefined],
    ["employment", { experiences: [{ title: "", company: null, location: null }] }, undefined],
    [
      "position",
      { experiences: [{ title: "Analyst" }, { title: "", company: "ACME" }, { title: "Poet" }] },
      ["Analyst", "Poet"],
    ],
    ["employment_positions", { experiences: [{ title: "Poet" }, { company: "ACME" }] }, ["ACME"]],
  ])("%s from %j", (field, profile, expected) => {
    expect(enrichment(profile)[field]).toEqual(expected);
  });

  test("the whole address of a profile", () => {
    const { profile } = sampleProfile(0);
    expect(enrichment(profile)).toMatchObject({
      address: {
        formatted_address: "18 Rue des Tilleuls, 75008 Paris, France",
        route: "Rue des Tilleuls",
        postal_code: "75008",
        locality: "Paris",
        administrative_area_level_1: "Île-de-France",
        country: "FRA",
        location_lat: 48.8777,
        location_lng: 2.3015,
      },
    });
  });

  test("an education", () => {
    const education = {
      title: "Master",
      school: "Sorbonne",
      description: "Mathematics",
      location: { text: "Paris" },
      date_start: "2012-09-01T00:00:00",
      date_end: "2017-06-30T00:00:00",
    };
    expect(enrichment({ educations: [education] }).education).toEqual([
      {
        institution: { communication: { address: [{ formattedAddress: "Paris" }] }, name: "Sorbonne" },
        educationLevelCodes: [{ name: "Master" }],
        educationDegrees: [{ name: "Master", date: "2017-06-30T00:00:00", specializations: [] }],
        start: "2012-09-01T00:00:00",
        end: "2017-06-30T00:00:00",
        descriptions: ["Mathematics"],
      },
    ]);
  });

  test("an employment keeps its end", () => {
    const experience = {
      title: "Engineer",
      company: "ACME",
      description: "• Engines\n• More “engines”",
      location: { text: "75008 Paris", lat: 48.8, lng: 2.3, fields: { city: "Paris", postcode: "75008" } },
      date_start: "2019-03-01T00:00:00+0000",
      date_end: "2025-06-20T00:00:00",
    };
    const period = { start: "2019-03-01T00:00:00+0000", end: "2025-06-20T00:00:00", current: false };
    expect(enrichment({ experiences: [experience] }).employment).toEqual([
      {
        title: "Engineer",
        positionHistories: [
          {
            organization: {
              communication: {
                address: [
                  {
                    city: "Paris",
                    postalCode: "75008",
                    geoLocation: { latitude: 48.8, longitude: 2.3 },
                    formattedAddress: "75008 Paris",
                  },
                ],
              },
              name: "ACME",
            },
            jobCategories: [],
            jobLevels: [],
            ...period,
          },
        ],
        ...period,
        descriptions: ['- Engines\n- More "engines"'],
      },
    ]);
  });

  test.each([
    ["today", { current: true }],
    ["1969-12-31T23:59:59", { current: true }],
    [null, {}],
    [{ iso8601: "2020-01-01T00:00:00" }, { end: "2020-01-01T00:00:00", current: false }],
  ])("an employment that ends %j", (date_end, expected) => {
    const [employment] = enrichment({ experiences: [{ title: "Poet", date_end }] }).employment as object[];
    const address = { communication: { address: [{}] } };
    const history = { organization: address, jobCategories: [], jobLevels: [], ...expected };
    expect(employment).toEqual({
      title: "Poet",
      positionHistories: [history],
      ...expected,
      descriptions: [],
    });
  });
});

test.each([
  { attachments: null },
  { info: { ...ada, location: null } },
  { info: { ...ada, location: { text: "Paris" } } },
  { info: { ...ada, urls: null } },
  { info: { ...ada, urls: { from_resume: ["https://own.example"], linkedin: "" } } },
  { experiences: [{ title: "Poet", location: null }], experiences_duration: null },
  { educations: [{ school: "At home", location: null }] },
  { experiences: null, educations: null, source: null, tags: null, metadatas: null },
])("%j is an ordinary profile (defect 13)", (profile) => {
  expect(candidateOf(profile)).toMatchObject({ firstname: "Ada", lastname: "Lovelace" });
});

test("nothing that HrFlow does not know is written as null, Undefined, N/A or XXXXX (defect 14)", () => {
  for (let index = 0; index < 60; index += 1) {
    const text = JSON.stringify(candidateOf(sampleProfile(index).profile));
    expect(text).not.toMatch(/[:[,]null\b|Undefined|N\/A|XXXX|:""|\[""/);
  }
});

describe("the text in place of a CV", () => {
  test("is the text of the CV that HrFlow has read", () => {
    expect(candidateOf({ text: "Ada Lovelace\nPoet" }).resume_text).toBe("Ada Lovelace\nPoet");
  });

  test("or else what the profile says", () => {
    const candidate = candidateOf({
      info: { ...ada, phone: "+33639980001", summary: "Counts.", location: { text: "London" } },
      experiences: [
        {
          title: "Poet",
          company: "ACME",
          date_start: "2019-03-01T00:00:00",
          date_end: "today",
          description: "Rhymes",
        },
      ],
      educations: [{ school: "At home", title: null }],
    });
    expect(candidate.resume_text).toBe(
      "Ada Lovelace\nada@example.com\n+33639980001\nLondon\n\nCounts.\n\nPoet, ACME, 2019-03-01 - today\nRhymes\n\nAt home",
    );
  });
});

describe("a format of the user's own", () => {
  const least = { firstname: "Ada", lastname: "Lovelace", email: "ada@example.com" };

  test("may set more fields of a creation, and its texts are cleaned too", () => {
    const own = {
      ...least,
      comment: "• “Hello”…",
      offerer_id: 75,
      answers: [{ question: 1, value: "l’oui" }],
    };
    expect(v.parse(candidateSchema, own)).toEqual({
      ...least,
      comment: '- "Hello"...',
      offerer_id: 75,
      answers: [{ question: 1, value: "l'oui" }],
    });
  });

  test.each([
    [{ ...least, email: undefined }, "email is required"],
    [{ ...least, firstname: "" }, "firstname must not be empty"],
    [{ ...least, urls: [{ linkedin: "x" }] }, "urls.0 is unknown"],
    [{ ...least, urls: { linkedin: 1 } }, "urls.linkedin must be a string"],
    [{ ...least, enrichment: "x" }, "enrichment must be an object"],
  ])("%j: %s", (own, problem) => {
    const { issues } = v.safeParse(candidateSchema, own);
    expect(issues && describeIssues(issues)[0]).toContain(problem);
  });
});

describe("the secret", () => {
  const production = "https://api.flatchr.io";
  test.each([
    [
      { api_key: " k ", company_id: "c" },
      { api_key: "k", company_id: "c", env_base_url: production },
    ],
    [
      { auth: "Bearer k", company: "c" },
      { api_key: "k", company_id: "c", env_base_url: production },
    ],
    [{ auth: "bearer  k" }, { api_key: "k", env_base_url: production }],
    [
      { api_key: "k", env_base_url: "https://api.flatchr.io/" },
      { api_key: "k", env_base_url: production },
    ],
    [
      { api_key: "k", env_base_url: "https://api.demo.flatchr.io" },
      { api_key: "k", env_base_url: "https://api.demo.flatchr.io" },
    ],
    [
      { api_key: "k", env_base_url: null },
      { api_key: "k", env_base_url: production },
    ],
  ])("%j is understood", (secret, expected) => {
    expect(v.parse(authSchema, secret)).toEqual(expected);
  });

  test.each([
    [{}, "api_key must be given"],
    [{ api_key: "" }, "api_key must be an API key"],
    [
      { api_key: "k", env_base_url: "http://api.flatchr.io" },
      "env_base_url must be https://api.flatchr.io or",
    ],
    [
      { api_key: "k", env_base_url: "https://api.flatchr.io.evil.example" },
      "env_base_url must be https://api.flatchr.io or",
    ],
  ])("%j is refused: %s", (secret, problem) => {
    const { issues = [] } = v.safeParse(authSchema, secret);
    expect(describeIssues(issues as [v.BaseIssue<unknown>])[0]).toContain(problem);
  });
});

test.each([
  [
    { vacancy: "slug", company: "c" },
    { vacancy: "slug", company: "c" },
  ],
  [
    { vacancy: 2401, compagny: "c" },
    { vacancy: "2401", company: "c" },
  ],
  [{ vacancy: " slug ", company: null }, { vacancy: "slug" }],
])("push_parameters %j", (parameters, expected) => {
  expect(v.parse(parametersSchema, parameters)).toEqual(expected);
});

test.each([[{}], [{ vacancy: "" }], [{ vacancy: "slug", compny: "c" }]])(
  "push_parameters %j are refused",
  (parameters) => {
    expect(v.safeParse(parametersSchema, parameters).success).toBe(false);
  },
);
