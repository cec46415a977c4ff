import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { PropertyType, ResourceProperties } from "@aws-cdk/service-spec-types";
import type { Template } from "./template.ts";

const specification = loadAwsServiceSpecSync();

/** What CloudFormation would not take: unknown types, unknown or missing properties, values that are not allowed. */
export function schemaProblems(template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const [resource] = specification.lookup("resource", "cloudFormationType", "equals", Type);
    return resource ? objectProblems(id, resource.properties, Properties) : [`${id}: no such type ${Type}`];
  });
}

function objectProblems(path: string, known: ResourceProperties, value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: not an object`];
  const missing = Object.keys(known).filter((name) => known[name]?.required && !(name in value));
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, part]) => {
      const property = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!property) return [`${path}.${name}: no such property`];
      const types = [property.type, ...(property.previousTypes ?? [])];
      return fewest(types.map((type) => valueProblems(`${path}.${name}`, type, part)));
    }),
  ];
}

function valueProblems(path: string, type: PropertyType, value: unknown): string[] {
  if (isFilledInByCloudFormation(value)) return [];
  switch (type.type) {
    case "union": {
      const exact = type.types.filter((one) => one.type !== "json"); // which would excuse everything
      return fewest(exact.map((one) => valueProblems(path, one, value)));
    }
    case "array":
      if (!Array.isArray(value)) return [`${path}: not a list`];
      return value.flatMap((item, index) => valueProblems(`${path}[${index}]`, type.element, item));
    case "map":
      return Object.entries(value ?? {}).flatMap(([key, item]) =>
        valueProblems(`${path}.${key}`, type.element, item),
      );
    case "ref":
      return objectProblems(path, specification.get("typeDefinition", type.reference.$ref).properties, value);
    case "string":
    case "date-time":
      return scalarProblems(path, typeof value === "string", type, value);
    case "number":
    case "integer":
      return scalarProblems(path, typeof value === "number", type, value);
    case "boolean":
      return scalarProblems(path, typeof value === "boolean", type, value);
    default:
      return []; // JSON, tags: anything goes
  }
}

function scalarProblems(path: string, isOfType: boolean, type: PropertyType, value: unknown): string[] {
  if (!isOfType) return [`${path}: ${JSON.stringify(value)} is no ${type.type}`];
  const allowed: readonly unknown[] | undefined = "allowedValues" in type ? type.allowedValues : undefined;
  return allowed && !allowed.includes(value) ? [`${path}: ${value} is none of ${allowed.join(", ")}`] : [];
}

function isFilledInByCloudFormation(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [key = "", ...others] = Object.keys(value);
  return others.length === 0 && (key === "Ref" || key.startsWith("Fn::"));
}

/** Of several ways to read a value, the one it fits best. */
function fewest(alternatives: string[][]): string[] {
  return alternatives.reduce((best, one) => (one.length < best.length ? one : best));
}
