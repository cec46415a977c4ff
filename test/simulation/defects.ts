/** Defects that are planted into the code under test while it is loaded, to show that the simulation finds them. */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { AtsName } from "./ats.ts";

export interface Defect {
  name: string;
  /** The promise of the design that it breaks. */
  promise: number;
  /** The file in lib/, and what becomes of its text. */
  file: string;
  changes: readonly [from: string, to: string][];
}

/** A defect of pushes. */
export interface PushDefect extends Defect {
  /** Where it shows soonest. */
  ats: AtsName;
}

export const DEFECTS: readonly PushDefect[] = [
  {
    name: "no look-up before a create",
    promise: 2,
    ats: "flatchr",
    file: "push/write.ts",
    changes: [["const found = await store.find(candidate);", 'const found = { outcome: "not_found" };']],
  },
  {
    name: "no mark before a create",
    promise: 2,
    ats: "flatchr",
    file: "push/write.ts",
    changes: [["Object.assign(link, await markCreating(identityOf(writing)));", ""]],
  },
  {
    name: "no time to settle after a create",
    promise: 2,
    ats: "smartrecruiters",
    file: "push/write.ts",
    changes: [["if (wait > 0) {", "if (wait > 1e12) {"]],
  },
  {
    name: "a mark that forgets the e-mail",
    promise: 2,
    ats: "flatchr",
    file: "push/write.ts",
    changes: [["link.creating_as !== undefined && link.creating_as !== createdAs", "false"]],
  },
  {
    name: "a create without an e-mail that one by e-mail follows",
    promise: 2,
    ats: "teamtailor",
    file: "push/write.ts",
    changes: [["createdBefore && link.creating_as === undefined", "false"]],
  },
  {
    name: "no lease",
    promise: 3,
    ats: "teamtailor",
    file: "push/link.ts",
    changes: [
      [
        '"attribute_not_exists(lease_owner) OR lease_expires_at < :now OR lease_owner = :owner"',
        '"attribute_not_exists(nothing)"',
      ],
    ],
  },
  {
    name: "a link that is not saved",
    promise: 5,
    ats: "flatchr",
    file: "push/push.ts",
    changes: [["await lease.release(link, result.outcome);", ""]],
  },
  {
    name: "a message that is deleted before the push is done",
    promise: 1,
    ats: "teamtailor",
    file: "push/queue.ts",
    changes: [["failed.flat().map(", "[].map("]],
  },
  {
    name: "a webhook that is accepted before it is stored",
    promise: 1,
    ats: "teamtailor",
    file: "receive.ts",
    changes: [
      [
        "await Promise.all([...messages].map(([action, ofAction]) => enqueue(action, ofAction, environment)));",
        "for (const [action, ofAction] of messages) enqueue(action, ofAction, environment).catch(() => {});",
      ],
    ],
  },
  {
    name: "two changes taken for one because they look the same",
    promise: 1,
    ats: "teamtailor",
    file: "queue.ts",
    changes: [
      [
        "// Never a hash of the body: two changes of one profile look the same, and the second must not be dropped.\n    MessageDeduplicationId: environment.randomId(),",
        "MessageDeduplicationId: JSON.stringify({ ...message, event_type: undefined }),",
      ],
    ],
  },
  {
    name: "a temporary failure that is given up",
    promise: 1,
    ats: "teamtailor",
    file: "push/queue.ts",
    changes: [["failure instanceof PermanentError || isOverdue(newest, isNotFound, environment)", "true"]],
  },
  {
    name: "a fingerprint that is saved before the write",
    promise: 3,
    ats: "teamtailor",
    file: "push/push.ts",
    changes: [
      ["  link.fingerprint = undefined;\n", ""],
      [
        "const store = await openStore(push);",
        "link.fingerprint = item.fingerprint;\n  const store = await openStore(push);",
      ],
    ],
  },
  {
    name: "a fingerprint that is trusted after a crash",
    promise: 3,
    ats: "teamtailor",
    file: "push/link.ts",
    changes: [["if (before.lease_owner !== undefined) link.fingerprint = undefined;", ""]],
  },
  {
    name: "a candidate that was deleted and is taken for written",
    promise: 1,
    ats: "teamtailor",
    file: "push/push.ts",
    changes: [
      [
        'if (written.outcome === "gone") {',
        'if (written.outcome === "gone") Object.assign(written, { outcome: "updated" }); if (false) {',
      ],
    ],
  },
  {
    name: "a CV that failed and is taken for sent",
    promise: 1,
    ats: "smartrecruiters",
    file: "push/push.ts",
    changes: [
      ['if (written.cvFailure !== undefined) throw asRelayError(written.cvFailure, "write_failure");', ""],
    ],
  },
  {
    name: "an unchanged profile that is written",
    promise: 5,
    ats: "flatchr",
    file: "push/push.ts",
    changes: [
      ["if (isLinked && link.fingerprint === item.fingerprint && !cvIsNew) {", "if (false) {"],
      ["if (isLinked && link.fingerprint === item.fingerprint && cv === undefined) {", "if (false) {"],
    ],
  },
  {
    name: "tags of a recruiter that are replaced",
    promise: 6,
    ats: "teamtailor",
    file: "connectors/teamtailor/client.ts",
    changes: [
      ["const allTags = [...new Set([...currentTags, ...tags])];", "const allTags = tags;"],
      ["...(allTags.length > currentTags.length && { tags: allTags }),", "tags: allTags,"],
    ],
  },
  {
    name: "a signature that is not checked",
    promise: 8,
    ats: "teamtailor",
    file: "receive.ts",
    changes: [["if (!(await isGenuine(signature, body, secret, environment)))", "if (false)"]],
  },
  {
    name: "a fingerprint that can be read",
    promise: 8,
    ats: "teamtailor",
    file: "push/item.ts",
    changes: [
      ["fingerprint: fingerprint({ candidate, parameters }),", "fingerprint: JSON.stringify(candidate),"],
    ],
  },
];

/** From now on, modules are loaded with the defect in them. @throws Error when its place is not there any more */
export function plant(name: string, defects: readonly Defect[] = DEFECTS): void {
  const defect = defects.find((known) => known.name === name);
  if (defect === undefined) throw new Error(`no defect is called "${name}"`);
  const place = fileURLToPath(new URL(`../../lib/${defect.file}`, import.meta.url));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith("file:") || fileURLToPath(url) !== place) return loaded;
      return { ...loaded, source: withDefect(String(loaded.source), defect) };
    },
  });
}

/** @throws Error when its place is not there any more */
export function withDefect(source: string, { changes }: Defect): string {
  return changes.reduce(replaceOnce, source);
}

function replaceOnce(text: string, [from, to]: readonly [string, string]): string {
  if (text.split(from).length !== 2) throw new Error(`this stands not once in the file: ${from}`);
  return text.replace(from, () => to);
}
