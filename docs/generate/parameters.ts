/** What a valibot schema says of its fields. */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";

/** A JSON Schema, and what our own metadata adds to it. */
export interface FieldSchema extends Omit<JsonSchema, "properties"> {
  properties?: Record<string, FieldSchema>;
  /** A default that is no value. */
  defaultsTo?: string;
  /** Must be given, or else the field of this name. */
  requiredUnless?: string;
}

export interface Parameter {
  name: string;
  type: string;
  isRequired: boolean;
  default: string;
  description: string;
  example: unknown;
}

/** What stands for a function: in a workflow it is one, in an event its name. */
export const FUNCTION = "a function";

/** What the schema takes, as JSON Schema. Checks that JSON Schema cannot say are left out. */
export function inputOf(schema: v.GenericSchema): FieldSchema {
  return toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === "custom" ? { type: "string", title: FUNCTION } : undefined,
  }) as FieldSchema;
}

/** The fields of an object, in the order in which they are declared. */
export function parametersOf(schema: v.GenericSchema): Parameter[] {
  const { properties = {}, required = [] } = inputOf(schema);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeOf(field),
    isRequired: required.includes(name) || field.requiredUnless !== undefined,
    default: field.defaultsTo ?? (field.default === undefined ? "" : code(field.default)),
    description: [
      field.description,
      field.requiredUnless && `Required unless \`${field.requiredUnless}\` is given.`,
    ]
      .filter(Boolean)
      .join(" "),
    example: field.examples?.[0],
  }));
}

/** As Markdown code, in the spelling of TypeScript. */
export function code(value: unknown): string {
  return `\`${toTypeScript(value)}\``;
}

/** `{ secret: "hrflow/acme" }` */
export function toTypeScript(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toTypeScript).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${name}: ${toTypeScript(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function typeOf(field: FieldSchema): string {
  if (field.title === FUNCTION) return "function";
  const { anyOf, items } = field;
  if (anyOf) {
    // Null is as good as nothing, everywhere.
    const types = anyOf.map((one) => typeOf(one as FieldSchema)).filter((type) => type !== "null");
    return [...new Set(types)].join(" or ");
  }
  if (field.const !== undefined) return toTypeScript(field.const);
  if (field.type === "array" && items) {
    const enumerated = (items as FieldSchema).enum !== undefined;
    return `list of ${enumerated ? "strings" : `${typeOf(items as FieldSchema)}s`}`;
  }
  if (field.enum) return field.enum.map(toTypeScript).join(" or ");
  if (field.properties) return `{ ${Object.keys(field.properties).join(", ")} }`;
  return String(field.type ?? "object");
}
