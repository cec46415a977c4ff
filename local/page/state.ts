/** What the page shows, read from the local system: declared workflows, its one table and its queues. Keys only. */
import { type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import type { QueuedMessage } from "../aws/sqs.ts";
import type { DeclaredWorkflow } from "../workflow-list.ts";

/** Where the page looks. */
export interface PageSources {
  workflows: readonly DeclaredWorkflow[];
  dynamodb: DynamoDBClient;
  tableName: string;
  hasSecret(name: string): boolean;
  /** What waits, or is at work, in the queue of the function. */
  waiting(functionName: string): QueuedMessage[];
  deadLetters(): QueuedMessage[];
}

export interface ShownWorkflow {
  workflowId: string;
  action: string;
  /** Where its webhook arrives: "/webhooks/acme". */
  webhookPath: string | undefined;
  schedule: string | undefined;
  isDryRun: boolean;
  missingSecrets: string[];
  waiting: number;
}

export interface ShownRun {
  runId: string;
  workflowId: string;
  endedAt: Date;
  /** "created", "success_with_failures", or the reason of a failure. */
  outcome: string;
  isFailure: boolean;
  /** A profile's key, or how often each thing happened. */
  about: string;
  detail: string | undefined;
}

export interface ShownLink {
  workflowId: string;
  profileKey: string;
  candidateId: string | undefined;
  outcome: string;
  isFailure: boolean;
  updatedAt: Date | undefined;
}

export interface ShownLetter {
  workflowId: string;
  profileKey: string | undefined;
  reason: string;
  detail: string | undefined;
  since: Date;
}

export interface PageState {
  workflows: ShownWorkflow[];
  /** Each list begins with the newest, and is cut; the counts are of all. */
  runs: ShownRun[];
  links: ShownLink[];
  deadLetters: ShownLetter[];
  counts: { runs: number; links: number; deadLetters: number };
}

const MAXIMUM_ROWS = 50;

const optionalText = v.fallback(v.optional(v.string()), undefined);
const linkSchema = v.object({
  pk: v.pipe(v.string(), v.startsWith("link#")),
  candidate_id: optionalText,
  last_outcome: optionalText,
  last_detail: optionalText,
  updated_at: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  released_by: optionalText,
});
const runSchema = v.object({
  pk: v.pipe(v.string(), v.startsWith("run#")),
  run_id: v.string(),
  status: v.string(),
  reason: v.string(),
  message: optionalText,
  events: v.record(v.string(), v.number()),
  items: v.array(v.object({ key: v.string() })),
  started_at: v.pipe(v.string(), v.isoTimestamp()),
  duration_ms: v.number(),
});
const messageSchema = v.object({ workflow_id: optionalText, profile_key: optionalText });

export async function readPageState(sources: PageSources): Promise<PageState> {
  const items = await readItems(sources);
  const links = items.flatMap((item) => parsed(linkSchema, item));
  const pushes = links.flatMap(toPush);
  const remembered = items.flatMap((item) => parsed(runSchema, item)).map(toRun);
  // A push that is among the runs, because it was given up, stands in its link as well.
  const ids = new Set(remembered.map(({ runId }) => runId));
  const runs = [...remembered, ...pushes.filter(({ runId }) => !ids.has(runId))];
  const deadLetters = sources.deadLetters().map(toLetter);
  return {
    workflows: sources.workflows.map((workflow) => toWorkflow(workflow, sources)),
    runs: newest(runs, ({ endedAt }) => endedAt),
    links: newest(links.map(toLink), ({ updatedAt }) => updatedAt),
    deadLetters: newest(deadLetters, ({ since }) => since),
    counts: { runs: runs.length, links: links.length, deadLetters: deadLetters.length },
  };
}

/** Links and runs; the table may hold far more. */
async function readItems({ dynamodb, tableName }: PageSources): Promise<Record<string, unknown>[]> {
  const pages = paginateScan(
    { client: dynamodb },
    {
      TableName: tableName,
      FilterExpression: "begins_with(pk, :link) OR begins_with(pk, :run)",
      ExpressionAttributeValues: { ":link": { S: "link#" }, ":run": { S: "run#" } },
    },
  );
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of pages) items.push(...Items.map((item) => unmarshall(item)));
  return items;
}

/** What is of another form, by a newer release perhaps, is not shown. */
function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema>[] {
  const result = v.safeParse(schema, value);
  return result.success ? [result.output] : [];
}

function newest<Row>(rows: Row[], timeOf: (row: Row) => Date | undefined): Row[] {
  const time = (row: Row) => timeOf(row)?.getTime() ?? 0;
  return rows.sort((one, other) => time(other) - time(one)).slice(0, MAXIMUM_ROWS);
}

/** Of a push that went well; everything else is the reason of a failure. */
const GOOD_OUTCOMES = new Set(["created", "updated", "unchanged", "discarded"]);

type StoredLink = v.InferOutput<typeof linkSchema>;

function toLink({ pk, candidate_id, last_outcome, updated_at }: StoredLink): ShownLink {
  return {
    ...namesIn(pk),
    candidateId: candidate_id,
    outcome: last_outcome ?? "at work",
    isFailure: last_outcome !== undefined && !GOOD_OUTCOMES.has(last_outcome),
    updatedAt: updated_at === undefined ? undefined : new Date(updated_at),
  };
}

/** What became of the last push of a profile stands in its link and nowhere else: see docs/state.md. */
function toPush({ pk, last_outcome, last_detail, updated_at, released_by }: StoredLink): ShownRun[] {
  if (last_outcome === undefined || updated_at === undefined || released_by === undefined) return [];
  const { workflowId, profileKey } = namesIn(pk);
  return [
    {
      runId: released_by,
      workflowId,
      endedAt: new Date(updated_at),
      outcome: last_outcome,
      isFailure: !GOOD_OUTCOMES.has(last_outcome),
      about: `profile ${profileKey}`,
      detail: last_detail,
    },
  ];
}

function toRun(run: v.InferOutput<typeof runSchema>): ShownRun {
  const [only, ...others] = run.items;
  const counts = Object.entries(run.events).map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`);
  const isOfOne = only !== undefined && others.length === 0 && counts.length <= 1;
  return {
    runId: run.run_id,
    workflowId: run.pk.slice("run#".length),
    endedAt: new Date(Date.parse(run.started_at) + run.duration_ms),
    outcome: run.reason === "none" ? run.status : run.reason,
    isFailure: run.status !== "success",
    about: isOfOne ? only.key : counts.join(", "),
    detail: run.message,
  };
}

function toLetter({ body, attributes, sentAt }: QueuedMessage): ShownLetter {
  const [about] = parsed(messageSchema, parseJson(body));
  return {
    workflowId: about?.workflow_id ?? "(unknown)",
    profileKey: about?.profile_key,
    reason: attributes.reason ?? "not_recorded",
    detail: attributes.detail,
    since: sentAt,
  };
}

function toWorkflow(workflow: DeclaredWorkflow, { hasSecret, waiting }: PageSources): ShownWorkflow {
  const { workflowId, action, webhook, schedule, isDryRun, hrflowSecret, connectorSecret } = workflow;
  const messages = waiting(action.replaceAll("_", "-"));
  return {
    workflowId,
    action,
    webhookPath: action.startsWith("push_") ? `/webhooks/${encodeURIComponent(webhook)}` : undefined,
    schedule: schedule && [schedule.expression, schedule.timeZone].filter(Boolean).join(" "),
    isDryRun,
    missingSecrets: [...new Set([hrflowSecret, connectorSecret])].filter((name) => !hasSecret(name)),
    waiting: messages.filter(
      ({ body }) => parsed(messageSchema, parseJson(body))[0]?.workflow_id === workflowId,
    ).length,
  };
}

/** `link#<workflow>#<source>#<profile>` */
function namesIn(pk: string): { workflowId: string; profileKey: string } {
  const [, workflowId = "", ...keys] = pk.split("#");
  return { workflowId, profileKey: keys.at(-1) ?? "" };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
