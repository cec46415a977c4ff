/** The lease of a workflow: two runs of it never overlap. */
import * as v from "valibot";
import type { Environment } from "../environment.ts";
import { TemporaryError } from "../errors.ts";
import { ConditionFailedError, getItem, type Item, type ItemKey, updateItem } from "../table.ts";

/** A run holds its workflow for so long, and renews that while it works: a crashed run is replaced this soon. */
export const LEASE_IN_SECONDS = 240;

/** The workflow, held by one run. */
export interface RunLease {
  /** Holds it for another while. @throws TemporaryError when another run has taken it */
  renew(): Promise<void>;
  release(): Promise<void>;
}

const leaseKey = (workflowId: string): ItemKey => ({ pk: `lease#${workflowId}`, sk: "lease" });
const leaseSchema = v.object({ owner_id: v.optional(v.string()), expires_at_ms: v.optional(v.number(), 0) });

/** The run that is at work, and until when it holds the workflow (milliseconds since 1970); undefined when none is. */
export async function readRunLease(
  workflowId: string,
  environment: Environment,
): Promise<{ runId: string; until: number } | undefined> {
  const { owner_id, expires_at_ms } = v.parse(leaseSchema, await getItem(leaseKey(workflowId), environment));
  if (owner_id === undefined || expires_at_ms < environment.now()) return undefined;
  return { runId: owner_id, until: expires_at_ms };
}

/** @throws TemporaryError `already_running` while another run of the workflow is at work */
export async function leaseWorkflow(
  workflowId: string,
  runId: string,
  environment: Environment,
): Promise<RunLease> {
  const key = leaseKey(workflowId);
  const take = async (condition: string, values: Item, problem: string) => {
    const expiresAt = environment.now() + (LEASE_IN_SECONDS * 1000) / environment.settings.speed;
    try {
      await updateItem(
        key,
        { set: { owner_id: runId, expires_at_ms: expiresAt }, condition, values },
        environment,
      );
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      throw new TemporaryError("already_running", problem, { retryAfterInSeconds: 30 });
    }
  };
  await take(
    "attribute_not_exists(owner_id) OR expires_at_ms < :now OR owner_id = :owner",
    { ":owner": runId, ":now": environment.now() },
    "another run of this workflow is at work: it goes on by itself, there is nothing to do",
  );
  return {
    renew: () =>
      take(
        "owner_id = :owner",
        { ":owner": runId },
        "the lease of this run ran out, and another run has taken over",
      ),
    async release() {
      try {
        const update = {
          set: { expires_at_ms: 0 },
          condition: "owner_id = :owner",
          values: { ":owner": runId },
        };
        await updateItem(key, update, environment);
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error; // Another run has it: nothing is to be released.
      }
    },
  };
}
