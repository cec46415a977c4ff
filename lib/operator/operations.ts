/** The operator's tools: which one an event asks for, what each takes, and who answers. */
import * as v from "valibot";
import { declaredWorkflow, workflowOf } from "../by-hand/event-workflow.ts";
import type { HandOperated } from "../by-hand/operated.ts";
import { REASONS } from "../errors.ts";
import { keySchema } from "../hrflow/schema.ts";
import { describeIssues } from "../issues.ts";
import { DEFAULT_RUNS, MAXIMUM_RUNS } from "../run/history.ts";
import { type CheckedPushWorkflow, WorkflowError } from "../workflow/check.ts";
import { type CheckAnswer, checkAccess } from "./check.ts";
import { NOT_RECORDED } from "./dead-letter-queue.ts";
import { type DeadLettersAnswer, listDeadLetters, redriveDeadLetters } from "./dead-letters.ts";
import { eraseProfile } from "./erase.ts";
import { eraseCandidate } from "./erase-candidate.ts";
import type { EraseAnswer } from "./erasure.ts";
import { type ExplainAnswer, explainCandidate, explainProfile } from "./explain.ts";
import { listRuns, type RunsAnswer } from "./runs.ts";

/** What an operator's tool answers. */
export type OperationAnswer = CheckAnswer | RunsAnswer | ExplainAnswer | EraseAnswer | DeadLettersAnswer;

const workflowId = v.string();
const persist = v.nullish(v.boolean(), true);

/** One profile of HrFlow, for a push. */
const profileSchema = v.strictObject({ source_key: keySchema, profile_key: keySchema });
/** One row of the ATS, for an update: its id, as the items of a run name it. */
const candidateSchema = v.strictObject({
  candidate: v.pipe(
    v.union([v.string(), v.number()]),
    v.transform(String),
    v.trim(),
    v.nonEmpty("must be the id of a row"),
    v.maxLength(200, "must be the id of a row"),
  ),
});

const checkSchema = v.looseObject({
  workflow_id: workflowId,
  check: v.literal(true, "must be true"),
});

const NUMBER_OF_RUNS = `must be true, or a number from 1 to ${MAXIMUM_RUNS}`;
const isNumberOfRuns = (runs: number) => Number.isInteger(runs) && runs >= 1 && runs <= MAXIMUM_RUNS;

export const runsSchema = v.strictObject({
  workflow_id: workflowId,
  /** How many. */
  runs: v.union(
    [
      v.pipe(
        v.literal(true),
        v.transform(() => DEFAULT_RUNS),
      ),
      v.pipe(v.number(), v.check(isNumberOfRuns, NUMBER_OF_RUNS)),
    ],
    NUMBER_OF_RUNS,
  ),
});

export const explainSchema = {
  push: v.strictObject({ workflow_id: workflowId, explain: profileSchema }),
  update: v.strictObject({ workflow_id: workflowId, explain: candidateSchema }),
};

/** Without a workflow_id: of all declared workflows. */
export const eraseSchema = {
  push: v.strictObject({ workflow_id: v.nullish(workflowId), erase: profileSchema, persist }),
  update: v.strictObject({ workflow_id: v.nullish(workflowId), erase: candidateSchema, persist }),
};

export const deadLettersSchema = v.strictObject({
  dead_letters: v.picklist(["list", "redrive"], "must be list or redrive"),
  /** Only those of this workflow, and only those that failed for this reason. */
  workflow_id: v.nullish(workflowId),
  reason: v.nullish(v.picklist([...REASONS, NOT_RECORDED], "must be a reason, as the list tells them")),
  limit: v.nullish(
    v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(1, "must be at least 1")),
  ),
  persist,
});

const TOOLS: Record<string, (event: object, operated: HandOperated) => Promise<OperationAnswer>> = {
  async check(event, operated) {
    const { check: _, ...rest } = parse(checkSchema, event);
    return checkAccess(workflowOf(rest, operated), operated.timeLeft(), operated.environment);
  },

  async runs(event, operated) {
    const { workflow_id: id, runs } = parse(runsSchema, event);
    return listRuns(id, runs, operated);
  },

  async explain(event, operated) {
    if (operated.direction === "push") {
      const { workflow_id: id, explain } = parse(explainSchema.push, event);
      const workflow = declaredWorkflow(id, operated);
      return explainProfile(workflow as CheckedPushWorkflow, explain, operated.environment);
    }
    const { workflow_id: id, explain } = parse(explainSchema.update, event);
    return explainCandidate(declaredWorkflow(id, operated), explain.candidate, operated.environment);
  },

  async erase(event, operated) {
    if (operated.direction === "push") {
      const { workflow_id: id, erase, persist } = parse(eraseSchema.push, event);
      refuseOthers(id, operated);
      return eraseProfile(erase, id ?? undefined, persist ?? true, operated);
    }
    const { workflow_id: id, erase, persist } = parse(eraseSchema.update, event);
    refuseOthers(id, operated);
    return eraseCandidate(erase.candidate, id ?? undefined, persist ?? true, operated);
  },

  async dead_letters(event, operated) {
    const { dead_letters, persist, ...wanted } = parse(deadLettersSchema, event);
    return dead_letters === "list"
      ? listDeadLetters(wanted, operated)
      : redriveDeadLetters(wanted, persist ?? true, operated);
  },
};

/** A workflow of another function is erased by that one; of one that is not declared, something may be kept. */
function refuseOthers(id: string | null | undefined, operated: HandOperated): void {
  if (id && operated.workflows.byId.has(id)) declaredWorkflow(id, operated);
}

/** Whether an event asks for one of the tools, and not for a run. */
export function isOperation(event: unknown): event is object {
  return toolIn(event) !== undefined;
}

/** @throws WorkflowError when the event is not as the tool takes it */
export async function answerOperation(event: object, operated: HandOperated): Promise<OperationAnswer> {
  const tool = toolIn(event);
  if (tool === undefined) throw new Error("not an operation");
  return tool(event, operated);
}

function toolIn(event: unknown) {
  if (typeof event !== "object" || event === null) return undefined;
  const name = Object.keys(TOOLS).find((tool) => Object.hasOwn(event, tool));
  return name === undefined ? undefined : TOOLS[name];
}

function parse<T>(schema: v.GenericSchema<unknown, T>, event: object): T {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  const id = "workflow_id" in event && typeof event.workflow_id === "string" ? event.workflow_id : "(event)";
  throw new WorkflowError(
    id,
    "bad_action_parameters",
    describeIssues(result.issues, knownKeys(schema, result.issues)),
  );
}

/** The keys of the object in which something is unknown: the event's own, or those of the part that is wrong. */
function knownKeys(schema: object, issues: readonly v.BaseIssue<unknown>[]): string[] {
  const path = issues[0]?.path ?? [];
  let part: unknown = schema;
  for (const { key } of path.slice(0, -1)) part = entriesOf(part)[String(key)];
  return Object.keys(entriesOf(part));
}

function entriesOf(schema: unknown): Record<string, unknown> {
  return typeof schema === "object" && schema !== null && "entries" in schema
    ? (schema.entries as Record<string, unknown>)
    : {};
}
