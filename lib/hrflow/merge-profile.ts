/**
 * What the source of an edit knows, laid over a profile. Nothing that the profile has is lost to what the edit does not
 * know: an update fills and changes, it never blanks. Pure.
 */
import type { ProfileEdit } from "../connector.ts";
import { isEmpty, ownValue, says, withoutEmpty } from "./known-value.ts";
import { mergeItems } from "./merge-items.ts";
import { EDITABLE_ATTRIBUTES, type EditableAttribute, isRecord, type RawProfile } from "./raw-profile.ts";

/** @returns what is to stand there; `current` itself when that is the same */
type Merge = (current: unknown, wanted: unknown) => unknown;

const MERGES: Record<EditableAttribute, Merge> = {
  reference: (current, wanted) => (isEmpty(current) ? mergeScalar(current, wanted) : current),
  consent_algorithmic: mergeObject,
  info: mergeObject,
  text_language: mergeScalar,
  text: mergeScalar,
  experiences_duration: mergeScalar,
  educations_duration: mergeScalar,
  experiences: replaceList,
  educations: replaceList,
  skills: replaceList,
  languages: replaceList,
  certifications: replaceList,
  courses: replaceList,
  tasks: replaceList,
  interests: replaceList,
  labels: (current, wanted) => mergeLists(current, wanted, (one, other) => mergeItems(one, other, "label")),
  tags: (current, wanted) => mergeLists(current, wanted, (one, other) => mergeItems(one, other, "named")),
  metadatas: (current, wanted) =>
    mergeLists(current, wanted, (one, other) => mergeItems(one, other, "named")),
};

/**
 * The profile to PUT.
 *
 * - `info` is merged field by field, at every depth, and its `urls` by address;
 * - `tags` and `metadatas` are merged by name, `labels` by board and job;
 * - every other list replaces the one that is there;
 * - what is null, blank or empty in the edit has no effect, nor has what has the wrong shape or is not for a client to
 *   change; a reference is only given where there is none.
 *
 * @param current the profile as HrFlow sent it
 * @param onlyFields the attributes of `edit` that are used; all of them when undefined
 * @returns undefined when the profile says all this already
 */
export function mergeProfile(
  current: RawProfile,
  edit: ProfileEdit,
  onlyFields: readonly string[] | undefined,
): RawProfile | undefined {
  const changes = EDITABLE_ATTRIBUTES.filter((name) => onlyFields?.includes(name) ?? true)
    .map((name) => {
      const value = ownValue(current, name);
      return { name, value, merged: MERGES[name](value, asJson(ownValue(edit, name))) };
    })
    .filter(({ value, merged }) => merged !== value);
  if (changes.length === 0) return undefined;
  return { ...current, ...Object.fromEntries(changes.map(({ name, merged }) => [name, merged])) };
}

/** As it would be sent: a function of the user may have returned dates, or what JSON leaves out. */
function asJson(value: unknown): unknown {
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? undefined : JSON.parse(json);
}

function mergeScalar(current: unknown, wanted: unknown): unknown {
  return isStructured(wanted) ? current : mergeValue(current, wanted);
}

function replaceList(current: unknown, wanted: unknown): unknown {
  return mergeLists(current, wanted, (one, other) => (says(one, other) ? one : withoutEmpty(other)));
}

function mergeLists(
  current: unknown,
  wanted: unknown,
  merge: (current: unknown[], wanted: unknown[]) => unknown[],
): unknown {
  if (!Array.isArray(wanted) || isEmpty(wanted)) return current;
  if (Array.isArray(current)) return merge(current, wanted);
  // A list that is no list, and yet says something, is not understood: better kept than replaced.
  if (!isEmpty(current)) return current;
  const merged = merge([], wanted);
  return merged.length === 0 ? current : merged;
}

function mergeObject(current: unknown, wanted: unknown): unknown {
  if (!isRecord(wanted) || isEmpty(wanted)) return current;
  if (!isRecord(current)) {
    const merged = isEmpty(current) ? mergeObject({}, wanted) : {};
    return isEmpty(merged) ? current : merged;
  }
  const changes = Object.entries(wanted)
    .map(([name, value]) => {
      const before = ownValue(current, name);
      const merge = name === "urls" ? mergeUrls : mergeValue;
      return { name, before, merged: merge(before, value) };
    })
    .filter(({ before, merged }) => merged !== before);
  if (changes.length === 0) return current;
  return { ...current, ...Object.fromEntries(changes.map(({ name, merged }) => [name, merged])) };
}

function mergeValue(current: unknown, wanted: unknown): unknown {
  if (says(current, wanted)) return current;
  if (Array.isArray(wanted)) return replaceList(current, wanted);
  if (isRecord(wanted)) return mergeObject(current, wanted);
  return isStructured(current) && !isEmpty(current) ? current : wanted;
}

/** Every address once; those that are there stay as they are. */
function mergeUrls(current: unknown, wanted: unknown): unknown {
  if (!isStructured(current) && !isEmpty(current)) return current;
  const listed = toUrlList(current);
  const known = new Set(listed.map(addressOf));
  const added = toUrlList(wanted).filter((url) => {
    const address = addressOf(url);
    if (address === undefined || known.has(address)) return false;
    known.add(address);
    return true;
  });
  return added.length === 0 ? current : [...listed, ...added];
}

/** Today a list of `{type, url}`; once an object keyed by type. */
function toUrlList(urls: unknown): unknown[] {
  if (Array.isArray(urls)) return urls;
  if (!isRecord(urls)) return [];
  return Object.entries(urls).flatMap(([type, value]) => [value].flat().map((url) => ({ type, url })));
}

function addressOf(url: unknown): string | undefined {
  const address = isRecord(url) ? ownValue(url, "url") : undefined;
  return typeof address === "string" && address.trim() !== "" ? address.trim() : undefined;
}

function isStructured(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
