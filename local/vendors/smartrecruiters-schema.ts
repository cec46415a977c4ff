import { isRecord } from "./record.ts";

/** As much of JSON Schema as the vendor's documented models need. */
export type Schema =
  | { type: "string"; minLength?: number; maxLength?: number; pattern?: RegExp; enum?: readonly string[] }
  | { type: "number" | "boolean" }
  | { type: "array"; items: Schema }
  | { type: "object"; properties: Record<string, Schema>; required?: string[] };

export interface Problem {
  /** The numbers of tv4, the validator whose wording the vendor's messages have. */
  code: number;
  /** "/education/0/degree"; empty for the whole. */
  dataPath: string;
  schemaPath: string;
  message: string;
}

/** Everything that is wrong with a value, in the words of tv4. */
export function problemsOf(value: unknown, schema: Schema, unknownKeys: "accept" | "refuse"): Problem[] {
  return check({ value, schema, unknownKeys, dataPath: "", schemaPath: "" });
}

interface Place {
  value: unknown;
  schema: Schema;
  unknownKeys: "accept" | "refuse";
  dataPath: string;
  schemaPath: string;
}

function check(place: Place): Problem[] {
  const { value, schema } = place;
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (type !== schema.type)
    return [problem(place, 0, "type", `Invalid type: ${type} (expected ${schema.type})`)];
  if (schema.type === "string") return checkString(place, String(value), schema);
  if (schema.type === "array" && Array.isArray(value))
    return value.flatMap((item, index) => check(below(place, item, schema.items, String(index), "items")));
  if (schema.type === "object" && isRecord(value)) return checkObject(place, value, schema);
  return [];
}

function checkString(place: Place, text: string, schema: Schema & { type: "string" }): Problem[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  const { length } = text;
  if (length < minLength) {
    const message = `String is too short (${length} chars), minimum ${minLength}`;
    return [problem(place, 200, "minLength", message)];
  }
  if (length > maxLength) {
    const message = `String is too long (${length} chars), maximum ${maxLength}`;
    return [problem(place, 201, "maxLength", message)];
  }
  if (pattern && !pattern.test(text))
    return [problem(place, 202, "pattern", `String does not match pattern: ${pattern.source}`)];
  if (schema.enum && !schema.enum.includes(text))
    return [problem(place, 1, "type", `No enum match for: ${JSON.stringify(text)}`)];
  return [];
}

function checkObject(
  place: Place,
  value: Record<string, unknown>,
  { properties, required = [] }: Schema & { type: "object" },
): Problem[] {
  const missing = required
    .filter((key) => value[key] === undefined)
    .map((key) => problem(place, 302, "required", `Missing required property: ${key}`));
  const wrong = Object.entries(value).flatMap(([key, member]) => {
    const schema = properties[key];
    if (schema) return check(below(place, member, schema, key, `properties/${key}`));
    if (place.unknownKeys === "accept") return [];
    const unknown = { ...place, dataPath: `${place.dataPath}/${key}` };
    return [problem(unknown, 303, "additionalProperties", "Additional properties not allowed")];
  });
  return [...missing, ...wrong];
}

function below(place: Place, value: unknown, schema: Schema, key: string, schemaKey: string): Place {
  const dataPath = `${place.dataPath}/${key}`;
  return { ...place, value, schema, dataPath, schemaPath: `${place.schemaPath}/${schemaKey}` };
}

function problem({ dataPath, schemaPath }: Place, code: number, rule: string, message: string): Problem {
  return { code, dataPath, schemaPath: `${schemaPath}/${rule}`, message };
}
