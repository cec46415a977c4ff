/**
 * Links: the stored fact that a profile is a candidate, and what keeps a candidate single.
 *
 * A push holds the link from before it reads the profile until it has written: a lease, so that of two workers with the
 * same profile only one works, and the newest profile wins. Before a create the link is marked; the mark stays until the
 * outcome is known, so that whoever comes next (after a crash, a time-out, a lost answer) looks before it creates.
 * See docs/decisions/0002-the-link-is-marked-before-a-create.md.
 */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { TemporaryError } from "../errors.ts";
import {
  ConditionFailedError,
  deleteItem,
  getItem,
  type Item,
  type ItemKey,
  type ItemUpdate,
  updateItem,
} from "../table.ts";

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
  /** Hash of what that candidate can be found by; undefined when it cannot be. */
  creating_as: v.optional(v.string()),
});
export type Link = {
  [Field in keyof v.InferOutput<typeof linkSchema>]: v.InferOutput<typeof linkSchema>[Field] | undefined;
};

/** What tells that a create was begun. */
export type CreateMark = Pick<Link, "creating_since" | "creating_as">;
/** After a create whose outcome is known. */
export const NO_MARK: CreateMark = { creating_since: undefined, creating_as: undefined };

/** A link that this push holds alone until `expiresAt` (milliseconds since 1970). */
export interface LeasedLink {
  link: Link;
  /**
   * Marks the link: a create is about to be sent.
   *
   * @param createdAs hash of what the candidate can be found by, when it can
   * @returns the mark
   */
  markCreating(createdAs: string | undefined): Promise<CreateMark>;
  /**
   * Saves the link as it now is, and ends the lease.
   *
   * @param problem what went wrong, without personal data; undefined when nothing did
   */
  release(link: Link, outcome: string, problem?: string): Promise<void>;
}

const pastSchema = v.object({
  /** How the last push ended: its outcome, or the reason of its failure. */
  last_outcome: v.optional(v.string()),
  /** What went wrong, when it failed. */
  last_detail: v.optional(v.string()),
  /** How often in a row it has failed. */
  attempts: v.optional(v.number()),
  updated_at: v.optional(v.string()),
  /** The run that released the link last. */
  released_by: v.optional(v.string()),
  /** The run that holds the link, and until when. */
  lease_owner: v.optional(v.string()),
  lease_expires_at: v.optional(v.number()),
});
/** A link with what happened to it. */
export type LinkState = Link & v.InferOutput<typeof pastSchema>;
const MAXIMUM_CHARACTERS_OF_A_PROBLEM = 300;

/** A link that nobody holds, for a dry run. */
export async function readLink(key: LinkKey, environment: Environment): Promise<Link> {
  return v.parse(linkSchema, await getItem(itemKey(key), environment));
}

/** Everything that is known of a link; undefined when there is none. */
export async function readLinkState(key: LinkKey, environment: Environment): Promise<LinkState | undefined> {
  const item = await getItem(itemKey(key), environment);
  if (Object.keys(item).length === 0) return undefined;
  return { ...v.parse(linkSchema, item), ...v.parse(pastSchema, item) };
}

/** Whether a push has a link in its hands. */
export function isHeld({ lease_owner, lease_expires_at = 0 }: LinkState, now: number): boolean {
  return lease_owner !== undefined && lease_expires_at >= now;
}

/** Removes a link. @throws TemporaryError `already_running` while a push holds it */
export async function eraseLink(key: LinkKey, environment: Environment): Promise<void> {
  try {
    await deleteItem(itemKey(key), environment, {
      condition: "attribute_not_exists(lease_owner) OR lease_expires_at < :now",
      values: { ":now": environment.now() },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
    throw new TemporaryError(
      "already_running",
      "a push of this profile is at work: try again in some minutes",
    );
  }
}

/**
 * Takes the link for one push.
 *
 * @param owner the run that pushes
 * @throws TemporaryError `already_running` while another push of the same profile holds it.
 */
export async function leaseLink(
  key: LinkKey,
  durationInMilliseconds: number,
  owner: string,
  environment: Environment,
): Promise<LeasedLink> {
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
  const { attempts = 0 } = v.parse(pastSchema, before);

  return {
    link,
    async markCreating(createdAs) {
      const mark = { creating_since: environment.now(), creating_as: createdAs };
      await updateLink(key, environment, {
        set: mark,
        ...(createdAs === undefined && { remove: ["creating_as"] }),
        condition: "lease_owner = :owner",
        values: { ":owner": owner },
        onConflict: leaseLost,
      });
      return mark;
    },
    async release(changed, outcome, problem) {
      const all = Object.keys(linkSchema.entries).map(
        (field) => [field, changed[field as keyof Link]] as const,
      );
      const defined = all.flatMap(([field, value]) => (value === undefined ? [] : [[field, value] as const]));
      const removed = all.flatMap(([field, value]) => (value === undefined ? [field] : []));
      await updateLink(key, environment, {
        set: {
          ...Object.fromEntries(defined),
          last_outcome: outcome,
          ...(problem !== undefined && {
            last_detail: problem.slice(0, MAXIMUM_CHARACTERS_OF_A_PROBLEM),
            attempts: attempts + 1,
          }),
          released_by: owner,
          updated_at: new Date(environment.now()).toISOString(),
        },
        remove: [
          ...removed,
          "lease_owner",
          "lease_expires_at",
          ...(problem === undefined ? ["last_detail", "attempts"] : []),
        ],
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
