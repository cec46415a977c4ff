/** What it means that a JSON value says something, and that one value says nothing that another does not. Pure. */
import { isRecord } from "./raw-profile.ts";

/** Nothing is known: null, blank text, an empty list or object, or one in which nothing is known. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.every(isEmpty);
  return isRecord(value) && Object.values(value).every(isEmpty);
}

/**
 * Whether `current` says already all that `wanted` says: then a write would change nothing. What the server adds (keys of
 * experiences, empty places) is no difference, nor is how it writes what is empty, a number or a boolean.
 */
export function says(current: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return true;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(current)) return false;
    const [inCurrent, inWanted] = [withoutEmpty(current), withoutEmpty(wanted)];
    return (
      inCurrent.length === inWanted.length && inWanted.every((value, index) => says(inCurrent[index], value))
    );
  }
  if (isRecord(wanted)) {
    return (
      isRecord(current) &&
      Object.entries(wanted).every(([name, value]) => says(ownValue(current, name), value))
    );
  }
  return current === wanted || (isWrittenAsText(current, wanted) && sameText(current, wanted));
}

/** The elements that say something. */
export function withoutEmpty(list: readonly unknown[]): unknown[] {
  return list.filter((element) => !isEmpty(element));
}

/** The value of this name, unless it is only inherited: names come from others, and may be "constructor". */
export function ownValue(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Servers may turn 42 into "42" and true into "True". */
function isWrittenAsText(one: unknown, other: unknown): boolean {
  const types = [typeof one, typeof other];
  return types.includes("string") && (types.includes("number") || types.includes("boolean"));
}

function sameText(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}
