import { describe, expect, test } from "vitest";
import { mergeProfile } from "../../lib/hrflow/merge-profile.ts";
import {
  EDITABLE_ATTRIBUTES,
  FIXED_ATTRIBUTES,
  isEditableAttribute,
  type RawProfile,
} from "../../lib/hrflow/raw-profile.ts";

const location = (fields: unknown) => ({ text: null, lat: null, lng: null, gmaps: null, fields });

const current: RawProfile = {
  source_key: "source",
  id: 1,
  key: "profile",
  reference: "candidate-1",
  archive: null,
  updated_at: "2025-06-20T15:25:07+0000",
  info: {
    full_name: "Ada Example",
    email: "ada@example.com",
    phone: null,
    location: location([]),
    urls: [{ type: "linkedin", url: "https://linkedin.example/ada" }],
    summary: "Six years",
  },
  text: "CV",
  experiences_duration: 6.25,
  experiences: [
    { key: "e1", title: "Engineer", description: null, location: location([]), skills: [], company: "ACME" },
  ],
  skills: [{ name: "python", type: "hard", value: null }],
  attachments: [{ type: "resume" }],
  labels: [{ board_key: "board", job_key: "job", job_reference: "job-1", stage: "new", rating: null }],
  tags: [
    { name: "senior", value: null },
    { name: "column", value: "New" },
    { name: "vacancy_id", value: "42" },
    { name: "hired", value: "False" },
  ],
  metadatas: [],
  invented: { by: "HrFlow" },
};

const merge = (edit: object, onlyFields?: string[]) => mergeProfile(current, { ...edit }, onlyFields);

describe("info", () => {
  test("is merged at every depth, and blanked nowhere", () => {
    const edit = {
      info: {
        email: "new@example.com",
        phone: "+33612345678",
        summary: null,
        full_name: " ",
        location: { text: "", fields: { city: "Paris", road: null } },
        urls: [],
      },
    };
    expect(merge(edit)).toEqual({
      ...current,
      info: {
        ...(current.info as object),
        email: "new@example.com",
        phone: "+33612345678",
        location: location({ city: "Paris" }),
      },
    });
  });

  test("has every address once, and keeps how it is known", () => {
    const linkedin = { type: "from_resume", url: " https://linkedin.example/ada" };
    const github = { type: "github", url: "https://github.example/ada" };
    expect(merge({ info: { urls: [linkedin] } })).toBeUndefined();
    expect(merge({ info: { urls: [linkedin, github, github, { type: "x", url: [] }] } })).toMatchObject({
      info: { urls: [{ type: "linkedin" }, github] },
    });
  });

  test("takes addresses also in the form of 2020", () => {
    const legacy = { info: { urls: { linkedin: "https://linkedin.example/ada", from_resume: [] } } };
    const github = { type: "github", url: "https://github.example/ada" };
    expect(merge({ info: { urls: { github: github.url } } })).toMatchObject({
      info: { urls: [{ type: "linkedin" }, github] },
    });
    expect(
      mergeProfile(legacy, { info: { urls: [{ url: legacy.info.urls.linkedin }] } }, undefined),
    ).toBeUndefined();
    expect(mergeProfile(legacy, { info: { urls: [github] } }, undefined)).toEqual({
      info: { urls: [{ type: "linkedin", url: legacy.info.urls.linkedin }, github] },
    });
  });

  test.each([[[]], [null], [{}], [undefined]])("an empty place is empty, be it %j", (fields) => {
    for (const empty of [[], null, {}, { city: null }]) {
      const profile = { info: { location: location(fields) } };
      expect(mergeProfile(profile, { info: { location: location(empty) } }, undefined)).toBeUndefined();
    }
  });

  test("keeps its shape: text does not replace an object, nor an object a text", () => {
    expect(merge({ info: "Ada" })).toBeUndefined();
    const emptied = mergeProfile(
      { info: { location: { text: "Paris" }, email: "a@example.com" } },
      { info: { location: "Lyon", email: { work: "b@example.com" } } },
      undefined,
    );
    expect(emptied).toBeUndefined();
  });
});

describe("tags and metadatas", () => {
  test("are merged by name: changed where they stand, added at the end, none lost", () => {
    const edit = {
      tags: [
        { name: "source", value: "Indeed" },
        { name: "column", value: "Hired" },
        { name: "senior", value: "" },
      ],
      metadatas: [{ name: "by", value: "Flatchr" }],
    };
    expect(merge(edit)).toEqual({
      ...current,
      tags: [
        { name: "senior", value: null },
        { name: "column", value: "Hired" },
        { name: "vacancy_id", value: "42" },
        { name: "hired", value: "False" },
        { name: "source", value: "Indeed" },
      ],
      metadatas: [{ name: "by", value: "Flatchr" }],
    });
  });

  test.each([
    ["vacancy_id", 42],
    ["vacancy_id", "42"],
    ["hired", false],
    ["column", null],
    ["senior", undefined],
  ])("%s is not changed by %j, however the server writes it", (name, value) => {
    expect(merge({ tags: [{ name, value }] })).toBeUndefined();
  });

  test.each([
    ["vacancy_id", 43],
    ["vacancy_id", "042"],
    ["hired", true],
    ["hired", "false"],
    ["column", "new"],
    ["senior", false],
  ])("%s is changed by %j", (name, value) => {
    expect(merge({ tags: [{ name, value }] })?.tags).toContainEqual({ name, value });
  });

  test("names that occur more than once are paired in their order, and what is beyond stays", () => {
    const tag = (name: string, value: string | null) => ({ name, value });
    const profile = { tags: [tag("job", "A"), tag("other", "x"), tag("job", "B"), tag("job", "C")] };
    const edit = { tags: [tag("job", "D"), tag("job", null)] };
    expect(mergeProfile(profile, edit, undefined)).toEqual({
      tags: [tag("job", "D"), tag("other", "x"), tag("job", "B"), tag("job", "C")],
    });
    expect(mergeProfile({ tags: [tag("job", "A")] }, { tags: [tag("job", "A"), tag("job", "B")] }, undefined)) //
      .toEqual({ tags: [tag("job", "A"), tag("job", "B")] });
  });

  test("a tag without a value is added, one without a name is not", () => {
    const edit = {
      tags: [{ name: "flatchr", value: null }, { name: " ", value: 1 }, { value: 1 }, "senior"],
    };
    expect(merge(edit)?.tags).toEqual([...(current.tags as unknown[]), { name: "flatchr", value: null }]);
  });
});

describe("labels", () => {
  test("are merged by board and job", () => {
    const edit = {
      labels: [
        { board_key: "other", job_reference: "job-1", stage: "no" },
        { board_key: "board", job_reference: "job-1", stage: "yes", rating: null },
        { board_key: "board", job_key: "job", stage: "later" },
        { board_key: "board", stage: "no" },
      ],
    };
    expect(merge(edit)?.labels).toEqual([
      { board_key: "board", job_key: "job", job_reference: "job-1", stage: "yes", rating: null },
      { board_key: "other", job_reference: "job-1", stage: "no" },
      { board_key: "board", job_key: "job", stage: "later" },
    ]);
  });

  test("that say nothing new change nothing, also without the key that HrFlow gave", () => {
    expect(merge({ labels: [{ board_key: "board", job_reference: "job-1", stage: "new" }] })).toBeUndefined();
    expect(merge({ labels: [{ board_key: "board", job_key: "job", rating: null }] })).toBeUndefined();
  });
});

describe("other lists", () => {
  test("replace the one that is there, when they say something", () => {
    const experiences = [{ title: "Architect", company: "ACME" }, {}, null];
    expect(merge({ experiences, skills: [] })).toEqual({ ...current, experiences: [experiences[0]] });
  });

  test("replace the one that is there also when they only leave something out", () => {
    const skills = [{ name: "python" }, { name: "spark" }];
    const shorter = skills.slice(0, 1);
    expect(mergeProfile({ skills }, { skills: shorter }, undefined)).toEqual({ skills: shorter });
  });

  test.each([[[]], [[null]], [[{}]], [[{ title: "" }]], [null], ["Engineer"], [{ title: "Engineer" }]])(
    "%j says nothing",
    (experiences) => expect(merge({ experiences })).toBeUndefined(),
  );

  test("are the same when HrFlow has only added its keys and empty places", () => {
    expect(merge({ experiences: [{ title: "Engineer", company: "ACME", location: null }] })).toBeUndefined();
  });
});

describe("scalars", () => {
  test("replace, unless they are blank", () => {
    expect(merge({ text: "New CV", experiences_duration: 0, text_language: "en" })).toEqual({
      ...current,
      text: "New CV",
      experiences_duration: 0,
      text_language: "en",
    });
    expect(merge({ text: " ", experiences_duration: null, text_language: [] })).toBeUndefined();
  });

  test("the reference is only given where there is none", () => {
    expect(merge({ reference: "candidate-2" })).toBeUndefined();
    for (const reference of [null, "", undefined]) {
      const profile = { ...current, reference };
      const merged = mergeProfile(profile, { reference: "candidate-2" }, undefined);
      expect(merged).toEqual({ ...current, reference: "candidate-2" });
    }
  });

  test("dates of users' functions are what JSON makes of them", () => {
    const day = new Date("1992-03-14T00:00:00Z");
    const merged = merge({ info: { date_birth: day } });
    expect(merged).toMatchObject({ info: { date_birth: "1992-03-14T00:00:00.000Z" } });
    expect(mergeProfile(merged ?? {}, { info: { date_birth: day } }, undefined)).toBeUndefined();
  });
});

describe("only_edit_fields", () => {
  const edit = { tags: [{ name: "column", value: "Hired" }], text: "New CV" };

  test("uses these attributes of the edit and no others", () => {
    expect(merge(edit, ["tags", "metadatas"])).toEqual(merge({ tags: edit.tags }));
  });

  test("leaves alone what the edit lacks, and what nobody knows", () => {
    expect(merge(edit, ["info", "skills", "tag", "__proto__"])).toBeUndefined();
    expect(merge(edit, [])).toBeUndefined();
  });

  test("may name what a client can change", () => {
    expect(["tags", "metadatas", "info", "labels"].every(isEditableAttribute)).toBe(true);
    expect(["tag", "info.email", "key", "attachments", "constructor"].some(isEditableAttribute)).toBe(false);
    expect(FIXED_ATTRIBUTES.some(isEditableAttribute)).toBe(false);
    expect(EDITABLE_ATTRIBUTES.every(isEditableAttribute)).toBe(true);
  });
});

test("HrFlow's own attributes and strangers in the edit have no effect", () => {
  const own = Object.fromEntries(FIXED_ATTRIBUTES.map((name) => [name, "changed"]));
  expect(merge({ ...own, resume: { raw: "bytes" }, invented: "changed" })).toBeUndefined();
});

test("names that mean something to JavaScript are names like others", () => {
  const json =
    '{"__proto__":{"polluted":1},"info":{"__proto__":{"polluted":1},"constructor":{"a":"b"},"toString":"x"}}';
  const edit = JSON.parse(json) as RawProfile;
  const merged = mergeProfile(current, edit, undefined) ?? expect.fail("it changes");
  expect(JSON.stringify(merged.info)).toBe(
    JSON.stringify(current.info).replace(/}$/, `,${JSON.stringify(edit.info).slice(1)}`),
  );
  for (const object of [merged, merged.info, {}]) {
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(object).not.toHaveProperty("polluted");
  }
  expect(mergeProfile(merged, edit, undefined)).toBeUndefined();
});

test("what HrFlow sends in a form that is not understood is kept", () => {
  const strange = { tags: { a: "1" }, experiences: "many", info: "Ada", text: { fr: "CV" }, labels: 1 };
  const edit = { ...current, tags: [{ name: "a", value: 2 }] };
  expect(mergeProfile({ ...current, ...strange }, edit, undefined)).toBeUndefined();
  expect(
    mergeProfile({ info: { urls: "https://ada.example" } }, { info: current.info }, ["info"]),
  ).toMatchObject({
    info: { urls: "https://ada.example" },
  });
});

test("what has the wrong shape in the edit has no effect", () => {
  const edit = { text: { fr: "CV" }, experiences: "many", tags: { a: "1" }, info: ["Ada"] };
  expect(mergeProfile({ key: "k" }, edit, undefined)).toBeUndefined();
});

test("what is missing or null is filled", () => {
  const edit = { info: { email: "a@example.com" }, tags: [{ name: "a", value: 1 }], skills: [{ name: "x" }] };
  expect(mergeProfile({ key: "k", info: [], tags: null }, edit, undefined)).toEqual({ key: "k", ...edit });
  expect(mergeProfile({ info: null, tags: null }, { info: { urls: [{ type: "x" }] }, tags: [{}] }, undefined)) //
    .toBeUndefined();
});
