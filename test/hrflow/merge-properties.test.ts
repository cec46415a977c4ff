import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmpty } from "../../lib/hrflow/known-value.ts";
import { mergeProfile } from "../../lib/hrflow/merge-profile.ts";
import {
  EDITABLE_ATTRIBUTES,
  FIXED_ATTRIBUTES,
  isRecord,
  type RawProfile,
} from "../../lib/hrflow/raw-profile.ts";

const RUNS = { numRuns: 500 };

const nothing = fc.constantFrom(null, "", "  ", [], {});
const scalar = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: 0, max: 3 }), fc.boolean(), nothing);
const json = fc.jsonValue({ maxDepth: 3 });
/** Few words, so that names meet; and those that mean something to JavaScript. */
const name = fc.constantFrom("a", "b", "column", "urls", "constructor", "toString", "__proto__");
const value = fc.oneof(scalar, scalar, json, fc.constantFrom("42", 42, "True", true));
const named = fc.oneof(
  fc.record({ name: fc.oneof(name, scalar), value }, { requiredKeys: [] }),
  fc.record({ name, value }),
  value,
);
const job = fc.constantFrom("one", "two", "", null);
const label = fc.record(
  { board_key: job, job_key: job, job_reference: job, stage: scalar, rating: scalar },
  { requiredKeys: [] },
);
const url = fc.oneof(fc.record({ type: name, url: fc.constantFrom("x", "y", " x", "", null, []) }), value);
const place = fc.record({
  text: scalar,
  lat: scalar,
  fields: fc.oneof(nothing, fc.dictionary(name, scalar)),
});
const info = fc.record(
  {
    full_name: scalar,
    email: scalar,
    location: fc.oneof(place, nothing),
    urls: fc.oneof(fc.array(url), fc.dictionary(name, value), value),
    invented: json,
  },
  { requiredKeys: [] },
);
const list = (element: fc.Arbitrary<unknown>) =>
  fc.oneof(fc.array(element, { maxLength: 5 }), fc.array(element, { maxLength: 5 }), value);
const period = fc.dictionary(name, fc.oneof(value, place));

/** A profile or an edit: mostly well formed, sometimes anything. */
const profile: fc.Arbitrary<RawProfile> = fc
  .tuple(
    fc.record(
      {
        ...Object.fromEntries(
          [...EDITABLE_ATTRIBUTES, ...FIXED_ATTRIBUTES].map((attribute) => [attribute, value]),
        ),
        info: fc.oneof(info, info, value),
        tags: list(named),
        metadatas: list(named),
        labels: list(label),
        experiences: list(period),
        skills: list(named),
        invented: json,
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(name, value),
  )
  // As it comes over the network: without what JSON cannot say.
  .map(([known, strange]) => JSON.parse(JSON.stringify({ ...strange, ...known })) as RawProfile);

const merged = (current: RawProfile, edit: RawProfile) => mergeProfile(current, edit, undefined) ?? current;

test("a merge that is repeated changes nothing", () => {
  fc.assert(
    fc.property(profile, profile, (current, edit) => {
      expect(mergeProfile(merged(current, edit), edit, undefined)).toBeUndefined();
    }),
    RUNS,
  );
});

test("a profile merged with itself is unchanged, whatever of it", () => {
  fc.assert(
    fc.property(profile, fc.subarray([...EDITABLE_ATTRIBUTES]), (current, only) => {
      expect(mergeProfile(current, current, undefined)).toBeUndefined();
      expect(mergeProfile(current, structuredClone(current), only)).toBeUndefined();
    }),
    RUNS,
  );
});

test("nor by an edit that writes the values of its tags, and what is empty, in another form", () => {
  const identities = ["name", "board_key", "job_key", "job_reference"];
  const inAnotherForm = (key: string, part: unknown): unknown => {
    if (identities.includes(key)) return part;
    if (part === null || (Array.isArray(part) && part.length === 0)) return {};
    const isWrittenAsText = key === "value" && (typeof part === "boolean" || typeof part === "number");
    return isWrittenAsText ? String(part).toUpperCase() : part;
  };
  fc.assert(
    fc.property(profile, (current) => {
      const edit = JSON.parse(JSON.stringify(current, inAnotherForm)) as RawProfile;
      expect(mergeProfile(current, edit, undefined)).toBeUndefined();
    }),
    RUNS,
  );
});

test("neither the profile nor the edit is changed, and the result holds on to no part of the edit", () => {
  fc.assert(
    fc.property(profile, profile, (current, edit) => {
      const before = JSON.stringify([current, edit]);
      const result = mergeProfile(deepFreeze(current), deepFreeze(edit), undefined);
      expect(JSON.stringify([current, edit])).toBe(before);
      const parts = new Set(objectsIn(edit));
      expect(objectsIn(result).some((part) => parts.has(part))).toBe(false);
    }),
    RUNS,
  );
});

describe("nothing foreign is lost:", () => {
  test("attributes that the edit lacks, or that are not used, or that are HrFlow's own, stay", () => {
    fc.assert(
      fc.property(profile, profile, fc.subarray([...EDITABLE_ATTRIBUTES]), (current, edit, only) => {
        const result = mergeProfile(current, edit, only) ?? current;
        for (const attribute of Object.keys(current)) {
          const isUsed = only.some((other) => other === attribute) && Object.hasOwn(edit, attribute);
          if (!isUsed) expect(result[attribute]).toBe(current[attribute]);
        }
        const added = Object.keys(result).filter((attribute) => !Object.hasOwn(current, attribute));
        expect(only).toEqual(expect.arrayContaining(added));
      }),
      RUNS,
    );
  });

  test("what is known stays known, in every part of info", () => {
    fc.assert(
      fc.property(profile, profile, (current, edit) => {
        const result = merged(current, edit);
        for (const attribute of Object.keys(current)) {
          if (!isEmpty(current[attribute])) expect(isEmpty(result[attribute])).toBe(false);
        }
        expectKnownParts(current.info, result.info);
      }),
      RUNS,
    );
  });

  test("tags, metadatas, labels and addresses are in their places, those of other names untouched", () => {
    fc.assert(
      fc.property(profile, profile, (current, edit) => {
        const result = merged(current, edit);
        for (const attribute of ["tags", "metadatas"]) {
          const names = new Set(elementsOf(edit[attribute]).map(nameOf));
          const after = elementsOf(result[attribute]);
          for (const [index, tag] of elementsOf(current[attribute]).entries()) {
            expect(nameOf(after[index])).toBe(nameOf(tag));
            if (!names.has(nameOf(tag))) expect(after[index]).toBe(tag);
            if (isRecord(tag) && !isEmpty(tag.value)) expect(after[index]).not.toHaveProperty("value", null);
          }
        }
        expect(elementsOf(result.labels).length).toBeGreaterThanOrEqual(elementsOf(current.labels).length);
        const [before, after] = [urlsOf(current), urlsOf(result)];
        expect(after.slice(0, before.length)).toEqual(before);
      }),
      RUNS,
    );
  });
});

test("what an edit knows of names, e-mail and tags is in the profile afterwards", () => {
  const known = fc.string({ minLength: 1, maxLength: 5 }).filter((word) => word.trim() !== "");
  const edits = fc.record({
    info: fc.record({ full_name: known, email: known }),
    tags: fc.uniqueArray(fc.record({ name: known, value: known }), { selector: (tag) => tag.name }),
  });
  const holders = profile.map((current) => ({ ...current, info: {}, tags: elementsOf(current.tags) }));
  fc.assert(
    fc.property(holders, edits, (current, edit) => {
      const result = merged(current, edit);
      expect(result.info).toEqual(edit.info);
      for (const tag of edit.tags) {
        const first = elementsOf(result.tags).find((other) => nameOf(other) === tag.name);
        const written = isRecord(first) ? String(first.value).toLowerCase() : undefined;
        expect(written).toBe(tag.value.toLowerCase());
      }
    }),
    RUNS,
  );
});

function elementsOf(candidate: unknown): unknown[] {
  return Array.isArray(candidate) ? candidate : [];
}

function nameOf(tag: unknown): unknown {
  return isRecord(tag) && Object.hasOwn(tag, "name") ? tag.name : undefined;
}

function urlsOf(current: RawProfile): unknown[] {
  return isRecord(current.info) ? elementsOf(current.info.urls) : [];
}

/** Wherever something was known, something is known: no object has lost a field, and no field its content. */
function expectKnownParts(before: unknown, after: unknown): void {
  if (isEmpty(before)) return;
  expect(isEmpty(after)).toBe(false);
  if (!isRecord(before) || !isRecord(after)) return;
  for (const field of Object.keys(before)) expectKnownParts(before[field], after[field]);
}

function objectsIn(part: unknown): object[] {
  if (typeof part !== "object" || part === null) return [];
  return [part, ...Object.values(part).flatMap(objectsIn)];
}

function deepFreeze<T>(part: T): T {
  for (const object of objectsIn(part)) Object.freeze(object);
  return part;
}
