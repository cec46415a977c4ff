/** The JSON Schema of the events that a person sends to a function: for editors, which complete and check by it. */
import type { GenericSchema } from "valibot";
import { OVERRIDES } from "../../lib/by-hand/event-workflow.ts";
import { deadLettersSchema, eraseSchema, explainSchema, runsSchema } from "../../lib/operator/operations.ts";
import type { Action } from "./actions.ts";
import { placeToday, replacedDocuments } from "./documents.ts";
import { type FieldSchema, FUNCTION, inputOf } from "./parameters.ts";

/** @see https://json-schema.org/draft-07 what editors understand best */
const DIALECT = "http://json-schema.org/draft-07/schema#";
const SCHEDULED = ["schedule", "webhook"];

type Fields = Record<string, FieldSchema>;

export function eventSchema(action: Action): object {
  const { name, direction } = action;
  const tool = (title: string, schema: GenericSchema) => ({ title, ...withoutOurs(inputOf(schema)) });
  return {
    $schema: DIALECT,
    title: `Events by hand of ${action.functionName}`,
    anyOf: [
      closed("Help", { help: { const: true, description: "What the function takes." } }, []),
      closed(`A declared workflow of ${name}, with parameters laid over it`, overridesOf(action), [
        "workflow_id",
      ]),
      inlineOf(action),
      tool("The last runs", runsSchema),
      tool("What Relay knows", explainSchema[direction]),
      tool("Removes what Relay keeps of one person", eraseSchema[direction]),
      tool("Dead letters", deadLettersSchema),
    ],
  };
}

function overridesOf(action: Action): Fields {
  const fields = Object.entries(fieldsOf(action)).filter(([name]) => OVERRIDES.includes(name));
  const older = Object.fromEntries(
    olderNames(action).map((name) => [name, { deprecated: true, description: olderMeaning(name, action) }]),
  );
  return {
    ...Object.fromEntries(fields),
    // What is required stands in the declared workflow already.
    pull_parameters: optional(groupOf(action.pullParameters)),
    push_parameters: optional(groupOf(action.pushParameters)),
    check: { const: true, description: "Whether each credential works, and whether what is named is there." },
    ...older,
  };
}

function inlineOf(action: Action): FieldSchema {
  const pushParameters = groupOf(action.pushParameters);
  const fields = Object.entries(fieldsOf(action)).filter(([name]) => !SCHEDULED.includes(name));
  const properties: Fields = {
    ...Object.fromEntries(fields),
    action: { const: action.name },
    pull_parameters: groupOf(action.pullParameters),
    push_parameters: pushParameters,
    check: { const: true, description: "Whether each credential works, and whether what is named is there." },
  };
  const needed = (pushParameters.required ?? []).length > 0 ? ["push_parameters"] : [];
  const required = [...(inputOf(action.workflow).required ?? []), ...needed];
  return closed("A whole workflow, its credentials by the names of secrets", properties, required);
}

function fieldsOf({ workflow }: Action): Fields {
  return withoutOurs(inputOf(workflow)).properties ?? {};
}

function groupOf(schema: GenericSchema): FieldSchema {
  return withoutOurs(inputOf(schema));
}

function optional({ required: _, ...group }: FieldSchema): FieldSchema {
  return group;
}

function closed(title: string, properties: Fields, required: string[]): FieldSchema {
  return { title, type: "object", properties, required, additionalProperties: false };
}

/** The names of the documents that an event takes, and that are not today's. */
function olderNames(action: Action): string[] {
  const names = (replacedDocuments[action.name] ?? []).flatMap(({ parameters }) =>
    parameters.map((parameter) => parameter.split(".")[0] ?? ""),
  );
  const today = [...Object.keys(fieldsOf(action)), "local_scope", "global_scope"];
  return [...new Set(names)].filter((name) => !today.includes(name));
}

function olderMeaning(name: string, action: Action): string {
  const parameters = (replacedDocuments[action.name] ?? []).flatMap((document) => document.parameters);
  const own = parameters.filter((parameter) => parameter.split(".")[0] === name);
  return `Today: ${[...new Set(own.map((parameter) => placeToday(parameter, action)))].join(", ")}`;
}

/** Without the words that are for the pages alone. */
function withoutOurs(schema: FieldSchema): FieldSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === "$schema" || key === "defaultsTo" || key === "requiredUnless") return undefined;
    return key === "title" && value === FUNCTION ? "The name of a function in workflows/functions.ts" : value;
  });
  return JSON.parse(text) as FieldSchema;
}
