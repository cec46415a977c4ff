/**
 * What a workflow takes, field by field. The descriptions, defaults and examples here are what the pages in `docs/actions`
 * and the JSON Schemas in `docs/schemas` say: `npm run docs` writes them.
 */
import * as v from "valibot";
import { EDITABLE_ATTRIBUTES, isEditableAttribute } from "../hrflow/raw-profile.ts";
import { keySchema, type Profile } from "../hrflow/schema.ts";
import type { Callback, Logic } from "./workflow.ts";

const workflowIdSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  v.maxLength(64, "must have at most 64 characters"),
);
const secretReferenceSchema = v.strictObject({
  secret: v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty("must be a name"),
    v.metadata({ description: "The name of a secret in AWS Secrets Manager.", examples: ["hrflow/acme"] }),
  ),
});
const functionSchema = <F>() => v.custom<F>((value) => typeof value === "function", "must be a function");

export const commonFields = <Item>() => ({
  workflow_id: v.pipe(
    workflowIdSchema,
    v.metadata({
      description: "Stable: it keys all stored state. Lower-case letters, digits and hyphens, at most 64.",
      examples: ["acme-production"],
    }),
  ),
  action: v.pipe(v.string(), v.metadata({ description: "What the workflow does." })),
  hrflow_auth: v.pipe(
    secretReferenceSchema,
    v.metadata({
      description: "Names the secret with the credentials for HrFlow.",
      examples: [{ secret: "hrflow/acme" }],
    }),
  ),
  connector_auth: v.pipe(
    secretReferenceSchema,
    v.metadata({
      description: "Names the secret with what the ATS wants.",
      examples: [{ secret: "ats/acme" }],
    }),
  ),
  pull_parameters: v.pipe(v.nullish(v.unknown()), v.metadata({ description: "What is read.", default: {} })),
  push_parameters: v.pipe(
    v.nullish(v.unknown()),
    v.metadata({ description: "How, and where to, it is written.", default: {} }),
  ),
  logics: v.pipe(
    v.nullish(v.array(functionSchema<Logic<Item>>())),
    v.metadata({
      description:
        "Called in turn with each item. Each returns the item, changed or not, or true to keep it; null, undefined or false to discard it. Anything else, or a throw, is a logics_failure of that item.",
      default: [],
      examples: [["keepWithEmail"]],
    }),
  ),
  format: v.pipe(
    v.nullish(functionSchema<(item: Item) => unknown>()),
    v.metadata({
      description: "Makes what is written of the item. Returning nothing is a format_failure of that item.",
      defaultsTo: "the connector's mapping",
      examples: ["tagWithSource"],
    }),
  ),
  callback: v.pipe(
    v.nullish(functionSchema<Callback>()),
    v.metadata({
      description:
        "Called once after a run that wrote or had nothing to write. Its failure is a callback_failure, and changes nothing else.",
      defaultsTo: "none",
      examples: ["notifyTeam"],
    }),
  ),
  persist: v.pipe(
    v.nullish(v.boolean()),
    v.metadata({
      description:
        "False is a dry run: nothing is written anywhere, and the answer previews what would be written.",
      default: true,
      examples: [false],
    }),
  ),
});

const NO_CURSOR = "a push is driven by webhooks and has no cursor";
export const pushSchema = v.strictObject({
  ...commonFields<Profile>(),
  incremental: v.pipe(
    v.nullish(v.literal(false, `must be false: ${NO_CURSOR}`)),
    v.metadata({ description: `Nothing but false: ${NO_CURSOR}.`, default: false }),
  ),
  read_mode: v.pipe(
    v.nullish(v.literal("sync", `must be 'sync': ${NO_CURSOR}`)),
    v.metadata({ description: "The older name of incremental.", default: "sync" }),
  ),
  webhook: v.pipe(
    v.nullish(workflowIdSchema),
    v.metadata({
      description:
        "The last part of the webhook's URL. Workflows with the same one share a URL, and must share hrflow_auth.",
      defaultsTo: "the workflow_id",
      examples: ["acme"],
    }),
  ),
});

const absentWhenNull = <T>(schema: v.GenericSchema<unknown, T>, description: string, example: unknown) =>
  v.pipe(
    v.nullish(schema),
    v.metadata({ description, examples: [example] }),
    v.transform((value) => value ?? undefined),
  );
const EXAMPLE_KEY = "0f2b3c7d9a";
/** `pull_parameters` of a push. */
export const profileParametersSchema = v.strictObject({
  source_keys: absentWhenNull(
    v.array(keySchema),
    "Which sources of HrFlow the webhook may push; all when absent.",
    [EXAMPLE_KEY],
  ),
  source_key: absentWhenNull(keySchema, "The source of one profile, by hand.", EXAMPLE_KEY),
  profile_key: absentWhenNull(keySchema, "One profile, by hand.", "a41be68c55"),
});

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const scheduleExpression = v.pipe(
  v.string(),
  v.trim(),
  v.regex(
    /^(rate\(\d+ (minute|hour|day)s?\)|cron\(\S+( \S+){5}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\))$/,
    "must be rate(…), cron(…) or at(…), as EventBridge Scheduler takes it",
  ),
);
const timeZone = v.pipe(
  v.string(),
  v.check((zone) => {
    try {
      return Boolean(Intl.DateTimeFormat("en", { timeZone: zone }));
    } catch {
      return false;
    }
  }, "must be a time zone such as Europe/Paris"),
);
const scheduleSchema = v.union(
  [
    v.pipe(
      scheduleExpression,
      v.transform((expression) => ({ expression, time_zone: "UTC" })),
    ),
    v.strictObject({ expression: scheduleExpression, time_zone: v.optional(timeZone, "UTC") }),
  ],
  "must be rate(…), cron(…) or at(…), or { expression, time_zone }",
);
export const updateSchema = v.strictObject({
  ...commonFields<object>(),
  incremental: v.pipe(
    v.nullish(v.boolean()),
    v.metadata({
      description: "Reads only what changed since the last run: from the cursor where that one stopped.",
      default: false,
      examples: [true],
    }),
  ),
  read_mode: v.pipe(
    v.nullish(v.picklist(["sync", "incremental"])),
    v.metadata({ description: "The older name of incremental.", default: "sync", examples: ["incremental"] }),
  ),
  schedule: v.pipe(
    v.nullish(scheduleSchema),
    v.metadata({
      description:
        "When it runs: an expression of EventBridge Scheduler, in UTC, or { expression, time_zone }.",
      defaultsTo: "only by hand",
      examples: ["rate(1 hour)"],
    }),
  ),
});

/** `push_parameters` of an update. */
export const hrflowParametersSchema = v.strictObject({
  source_key: v.pipe(
    keySchema,
    v.metadata({ description: "The source of HrFlow in which the profiles are.", examples: [EXAMPLE_KEY] }),
  ),
  only_edit_fields: v.pipe(
    v.nullish(
      v.array(
        v.pipe(
          v.string(),
          v.check(isEditableAttribute, "must be an attribute of a profile"),
          v.metadata({ enum: EDITABLE_ATTRIBUTES }),
        ),
      ),
    ),
    v.metadata({
      description: "Only these attributes of a profile are changed; all that the ATS knows when absent.",
      default: null,
      examples: [["tags", "metadatas"]],
    }),
    // An empty list has always meant what no list means.
    v.transform((attributes) => (attributes && attributes.length > 0 ? attributes : undefined)),
  ),
  create_missing: v.pipe(
    v.nullish(v.boolean()),
    v.metadata({
      description:
        "Creates a profile for a candidate that HrFlow does not know; otherwise that candidate fails.",
      default: false,
      examples: [true],
    }),
    v.transform((value) => value ?? false),
  ),
});
