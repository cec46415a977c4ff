/** Merging lists whose items have a name: tags, metadatas and labels of a profile. Pure. */
import { isEmpty, ownValue, says } from "./known-value.ts";
import { isRecord } from "./raw-profile.ts";

type Item = Record<string, unknown>;

/** What identifies an item. These fields are compared, and never changed. */
const IDENTITIES = {
  named: { fields: ["name"], isUsable: hasName, isSame: hasSameName },
  label: { fields: ["board_key", "job_key", "job_reference"], isUsable: hasJob, isSame: hasSameJob },
};

/**
 * Items that are wanted change the ones of the same identity, where they stand, and the others are added at the end.
 * Where an identity occurs more than once (several applications under one name of a tag) the first that is wanted is the
 * first that is there, the second the second; what is there beyond them stays.
 *
 * @returns `current` itself when it says all this already
 */
export function mergeItems(
  current: unknown[],
  wanted: readonly unknown[],
  kind: keyof typeof IDENTITIES,
): unknown[] {
  const { fields, isUsable, isSame } = IDENTITIES[kind];
  const merged = [...current];
  const taken = new Set<number>();
  for (const item of wanted) {
    if (!isRecord(item) || !isUsable(item)) continue;
    const index = current.findIndex(
      (other, position) => !taken.has(position) && isRecord(other) && isSame(other, item),
    );
    if (index === -1) {
      merged.push(item);
    } else {
      taken.add(index);
      merged[index] = change(current[index] as Item, item, fields);
    }
  }
  const isChanged = merged.length > current.length || merged.some((item, index) => item !== current[index]);
  return isChanged ? merged : current;
}

/** What is known of the wanted item, in the place of what the current one says. */
function change(current: Item, wanted: Item, identity: readonly string[]): Item {
  const changes = Object.entries(wanted).filter(
    ([name, value]) => !identity.includes(name) && !says(ownValue(current, name), value),
  );
  return changes.length === 0 ? current : { ...current, ...Object.fromEntries(changes) };
}

function hasName(item: Item): boolean {
  return isText(item.name);
}

function hasSameName(one: Item, other: Item): boolean {
  return one.name === other.name;
}

function hasJob(label: Item): boolean {
  return isText(label.job_key) || isText(label.job_reference);
}

/** On the same board, by the reference where the wanted one has it, otherwise by the key. */
function hasSameJob(label: Item, wanted: Item): boolean {
  const job = isText(wanted.job_reference) ? "job_reference" : "job_key";
  return boardOf(label) === boardOf(wanted) && label[job] === wanted[job];
}

function boardOf(label: Item): unknown {
  return isText(label.board_key) ? label.board_key : null;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && !isEmpty(value);
}
