import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { SourceRow } from "../../lib/connector.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { toSourceCandidate } from "../../lib/connectors/flatchr/source-mapping.ts";
import { toRow } from "../../lib/connectors/flatchr/source-rows.ts";

const { toProfile, candidate: candidateSchema } = flatchrConnector.pull;

const row: SourceRow = toRow({
  applicant: "Vr7Zy2WmQ9jOxLgD",
  vacancy: "Technicien H/F ",
  column: "Entretien RH",
  vacancy_id: 2401,
  external_id: "X-1",
  status: 1,
  score: 3,
  hired: false,
  firstname: "Ada",
  lastname: "Lovelace",
  email: "ada@example.com",
  phone: "+33 6 39 98 00 01",
  created_at: "09/11/21",
  updated_at: "25/12/21",
  source: "L'Apec",
});
const identity = { candidateId: "k3qXo1Bn5pWz8RyT", cv: undefined };

/** The profile of this row, with these fields in place of its own. */
const profileOf = (fields: object = {}) =>
  toProfile(toSourceCandidate(toRow({ ...row.fields, ...fields }), identity));

describe("a candidate as users' functions get it", () => {
  test("is the row, and the candidate's id", () => {
    expect(toSourceCandidate(row, identity)).toEqual({ id: "k3qXo1Bn5pWz8RyT", ...row.fields });
  });

  test("has no id in a dry run that does not know it", () => {
    expect(toSourceCandidate(row, undefined).id).toBeNull();
  });

  test("is a candidate still when a logic has added to it, or taken from it", () => {
    const changed = { ...toSourceCandidate(row, identity), email: null, seniority: { years: 3 } };
    expect(v.is(candidateSchema, changed)).toBe(true);
    expect(v.is(candidateSchema, {})).toBe(true);
    expect(v.is(candidateSchema, { ...changed, email: ["ada@example.com"] })).toBe(false);
  });
});

describe("a profile", () => {
  test("has what Flatchr knows, and nothing else", () => {
    expect(profileOf()).toEqual({
      info: {
        full_name: "Ada Lovelace",
        first_name: "Ada",
        last_name: "Lovelace",
        email: "ada@example.com",
        phone: "+33 6 39 98 00 01",
      },
      tags: [
        { name: "applicant_id", value: "Vr7Zy2WmQ9jOxLgD" },
        { name: "vacancy", value: "Technicien H/F" },
        { name: "vacancy_id", value: 2401 },
        { name: "source", value: "L'Apec" },
        { name: "external_id", value: "X-1" },
        { name: "hired", value: false },
        { name: "column", value: "Entretien RH" },
      ],
    });
  });

  test.each([
    ["firstname", "first_name"],
    ["lastname", "last_name"],
    ["email", "email"],
    ["phone", "phone"],
  ])("takes %s as %s, trimmed, and leaves it out when it is not known", (field, attribute) => {
    expect(profileOf({ [field]: " Text " }).info).toMatchObject({ [attribute]: "Text" });
    for (const unknown of [null, undefined, "", "  "])
      expect(profileOf({ [field]: unknown }).info).not.toHaveProperty(attribute);
  });

  test.each([
    ["applicant", "applicant_id"],
    ["vacancy", "vacancy"],
    ["vacancy_id", "vacancy_id"],
    ["source", "source"],
    ["external_id", "external_id"],
    ["hired", "hired"],
    ["column", "column"],
  ])("takes %s as the tag %s, as it is, and leaves it out when it is not known", (field, name) => {
    for (const value of ["Text", 0, 17, true, false])
      expect(profileOf({ [field]: value }).tags).toContainEqual({ name, value });
    for (const unknown of [null, undefined, "", "  "])
      expect(profileOf({ [field]: unknown }).tags).not.toContainEqual(expect.objectContaining({ name }));
  });

  test.each([
    ["Ada", null, "Ada"],
    [null, "Lovelace", "Lovelace"],
    [" Ada ", "Lovelace ", "Ada Lovelace"],
    ["", " ", undefined],
    [null, null, undefined],
  ])("of %j and %j is called %j (defect 21)", (firstname, lastname, name) => {
    const { info } = profileOf({ firstname, lastname });
    expect(info).toEqual(expect.objectContaining({ email: "ada@example.com" }));
    expect(Object(info).full_name).toBe(name);
  });

  test("of which nothing is known says nothing", () => {
    expect(toProfile({ id: "k3qXo1Bn5pWz8RyT", status: 1, score: 3, created_at: "09/11/21" })).toEqual({});
  });
});
