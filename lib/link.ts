/**
 * Links: the stored fact that a profile is a candidate, and what keeps a candidate single.
 *
 * A push holds the link from before it reads the profile until it has written: a lease, so that of two workers with the
 * same profile only one works, and the newest profile wins. Before a create the link is marked; the mark stays until the
 * outcome is known, so that whoever comes next (after a crash, a time-out, a lost answer) looks before it creates.
 * See docs/decisions/0002-the-link-is-marked-before-a-create.md.
 */
import * as v from "valibot";
import type { Environment } from "./environment.ts";
import { TemporaryError } from "./errors.ts";
import {
  ConditionFailedError,
  getItem,
  type Item,
  type ItemKey,
  type ItemUpdate,
  updateItem,
} from "./table.ts";

/** Which profile, for which workflow. */
export interface LinkKey {
  workflowId: string;
  sourceKey: string;
  profileKey: string;
}

const linkSchema = v.object({
  /** The candidate's id in the ATS, once known. */
  candidate_id: v.optional(v.string()),
  /** Hash of what the candidate looked like when it was last pushed. */
  fingerprint: v.optional(v.string()),
  /** Hash that identifies the CV that was last sent. */
  cv_fingerprint: v.optional(v.string()),
  /** Milliseconds since 1970: a create was begun then, and its outcome is not known yet. */
  creating_since: v.optional(v.number()),
  /** Hash of what a candidate would look like that an update from the same ATS wrote to HrFlow: it is not pushed back. */
  echo_fingerprint: v.optional(v.string()),
});
export type Link = {
  [Field in keyof v.InferOutput<typeof linkSchema>]: v.InferOutput<typeof linkSchema>[Field] | undefined;
};

/** A link that this push holds alone until `expiresAt` (milliseconds since 1970). */
export interface LeasedLink {
  link: Link;
  /** Marks the link: a create is about to be sent. */
  markCreating(): Promise<void>;
  /** Saves the link as it now is, and ends the lease. */
  release(link: Link, outcome: string): Promise<void>;
}

/** A link that nobody holds, for a dry run. */
export async function readLink(key: LinkKey, environment: Environment): Promise<Link> {
  return v.parse(linkSchema, await getItem(itemKey(key), environment));
}

/** Notes that what HrFlow gets now comes from the ATS of this workflow: see `echo_fingerprint`. */
export async function noteEcho(key: LinkKey, fingerprint: string, environment: Environment): Promise<void> {
  await updateItem(itemKey(key), { set: { echo_fingerprint: fingerprint } }, environment);
}

/**
 * Takes the link for one push.
 *
 * @throws TemporaryError `already_running` while another push of the same profile holds it.
 */
export async function leaseLink(
  key: LinkKey,
  durationInMilliseconds: number,
  environment: Environment,
): Promise<LeasedLink> {
  const owner = environment.randomId();
  const now = environment.now();
  const before = await updateLink(key, environment, {
    set: { lease_owner: owner, lease_expires_at: now + durationInMilliseconds },
    // Our own lease counts as free: an answer that was lost makes the SDK ask again.
    condition: "attribute_not_exists(lease_owner) OR lease_expires_at < :now OR lease_owner = :owner",
    values: { ":now": now, ":owner": owner },
    onConflict: async () => {
      const lease = v.parse(leaseSchema, await getItem(itemKey(key), environment));
      const left = Math.max(0, (lease.lease_expires_at ?? now) - environment.now());
      return new TemporaryError("already_running", "another push of this profile is at work", {
        retryAfterInSeconds: Math.ceil(left / 1000) + 1,
      });
    },
  });

  const link = v.parse(linkSchema, before);
  // A push that never released the link died on its way: what the ATS has now is not known any more.
  if (before.lease_owner !== undefined) link.fingerprint = undefined;

  return {
    link,
    async markCreating() {
      await updateLink(key, environment, {
        set: { creating_since: environment.now() },
        condition: "lease_owner = :owner",
        values: { ":owner": owner },
        onConflict: leaseLost,
      });
    },
    async release(changed, outcome) {
      const all = Object.keys(linkSchema.entries).map(
        (field) => [field, changed[field as keyof Link]] as const,
      );
      const defined = all.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]));
      const removed = all.flatMap(([field, value]) => (value === undefined ? [field] : []));
      await updateLink(key, environment, {
        set: {
          ...Object.fromEntries(defined),
          last_outcome: outcome,
          released_by: owner,
          updated_at: new Date(environment.now()).toISOString(),
        },
        remove: [...removed, "lease_owner", "lease_expires_at"],
        condition: "lease_owner = :owner OR (attribute_not_exists(lease_owner) AND released_by = :owner)",
        values: { ":owner": owner },
        onConflict: leaseLost,
      });
    },
  };
}

async function leaseLost(): Promise<TemporaryError> {
  return new TemporaryError("state_failure", "the lease of the link ran out, and another push took it");
}

const leaseSchema = v.object({ lease_expires_at: v.optional(v.number()) });

async function updateLink(
  key: LinkKey,
  environment: Environment,
  { onConflict, ...update }: ItemUpdate & { onConflict: () => Promise<Error> },
): Promise<Item> {
  try {
    return await updateItem(itemKey(key), update, environment);
  } catch (error) {
    if (error instanceof ConditionFailedError) throw await onConflict();
    throw error;
  }
}

function itemKey(key: LinkKey): ItemKey {
  return { pk: `link#${key.workflowId}#${key.sourceKey}#${key.profileKey}`, sk: "link" };
}
