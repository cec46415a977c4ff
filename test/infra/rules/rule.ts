import { isDeepStrictEqual } from "node:util";
import type { Template, TemplateResource } from "../template.ts";

/** What every resource of a type does, and a fault that must not pass. */
export interface Rule {
  type: string;
  promise: string;
  isKept(resource: TemplateResource, template: Template): boolean;
  breakIt(resource: TemplateResource, template: Template): void;
}

/** A property has this value. */
export function has(property: string, value: unknown): Rule["isKept"] {
  return ({ Properties }) => isDeepStrictEqual(Properties[property], value);
}

/** Gives a property another value; undefined takes it away. */
export function set(property: string, value: unknown): Rule["breakIt"] {
  return ({ Properties }) => {
    Properties[property] = value;
  };
}
