/** The pages and schemas that `npm run docs` writes. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { type Action, actions } from "../../docs/generate/actions.ts";
import { placeToday, replacedDocuments } from "../../docs/generate/documents.ts";
import { generatedFiles, generatedFolders } from "../../docs/generate/files.ts";
import { eventsOf, exampleOf, pageOf } from "../../docs/generate/page.ts";
import { parametersOf } from "../../docs/generate/parameters.ts";
import { OVERRIDES } from "../../lib/by-hand/event-workflow.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

test("npm run docs changes nothing", () => {
  const generated = generatedFiles();
  for (const [path, content] of generated) expect(read(path), path).toBe(content);
  const files = generatedFolders.flatMap((folder) =>
    readdirSync(new URL(folder, root)).map((name) => `${folder}${name}`),
  );
  expect(files.filter((path) => !generated.has(path))).toEqual([]);
});

test("every function that a person can invoke has its page", () => {
  const functions = readdirSync(new URL("functions", root)).map((file) => file.replace(".ts", ""));
  const invoked = functions.filter((name) => !name.startsWith("receive-"));
  expect(actions.map(({ functionName }) => functionName).sort()).toEqual(invoked.sort());
});

describe.each(actions)("the page of $name", (action) => {
  const page = pageOf(action);
  const groups: [string, v.GenericSchema[]][] = [
    ["Workflow", [action.workflow]],
    ["hrflow_auth", action.hrflowAuth],
    ["connector_auth", action.connectorAuth],
    ["pull_parameters", [action.pullParameters]],
    ["push_parameters", [action.pushParameters]],
  ];

  test.each(groups)("describes every field of %s, and no other", (title, schemas) => {
    const section = page.split(/^##+ /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
    const described = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    // The keys that the checks themselves go by.
    const taken = schemas.flatMap((schema) =>
      Object.keys((schema as v.ObjectSchema<v.ObjectEntries, undefined>).entries),
    );
    expect(described).toEqual(taken);
    expect(schemas.flatMap(parametersOf).filter(({ description }) => description === "")).toEqual([]);
  });

  test("marks what is required as the checks require it", () => {
    for (const schema of [action.workflow, action.pushParameters]) {
      const issues = v.safeParse(schema, {}).issues ?? [];
      const missing = issues.map((issue) => v.getDotPath(issue));
      const marked = parametersOf(schema).filter(({ isRequired }) => isRequired);
      expect(marked.map(({ name }) => name)).toEqual(missing);
    }
  });

  test("has examples that are taken", () => {
    for (const schema of [action.pullParameters, action.pushParameters]) {
      const required = exampleOf(action).push_parameters ?? {};
      for (const { name, example } of parametersOf(schema)) {
        if (example === undefined) continue;
        const given = { ...(schema === action.pushParameters ? required : {}), [name]: example };
        expect(v.safeParse(schema, given).issues, name).toBeUndefined();
      }
    }
    expect(checkWorkflow(exampleOf(action)).action).toBe(action.name);
  });

  test("knows every parameter that can be laid over a workflow", () => {
    for (const name of OVERRIDES) expect(page).toContain(`| \`${name}\``);
  });
});

describe("the parameters of the documents", () => {
  const old = actions.flatMap((action) =>
    (replacedDocuments[action.name] ?? []).flatMap(({ parameters }) =>
      parameters.map((parameter) => [action.name, parameter, action] as const),
    ),
  );

  test.each(old)("%s: %s has its place, or is refused in words", (_, parameter, action) => {
    const place = placeToday(parameter, action);
    if (parameter.endsWith("_scope")) expect(place).toContain("cannot stand in an event");
    else for (const path of place.split(", ")) expect(isKnown(path, action), path).toBe(true);
  });

  function isKnown(place: string, action: Action): boolean {
    if (/^(`\w+` )?in the secret that `\w+` names$/.test(place)) return true;
    const [name = "", member] = place.replaceAll("`", "").split(".");
    const group = name === "pull_parameters" ? action.pullParameters : action.pushParameters;
    const fields = parametersOf(member === undefined ? action.workflow : group);
    return fields.some((field) => field.name === (member ?? name));
  }
});

describe.each(actions)("the JSON Schema of the events of $functionName", (action) => {
  const schema: object = JSON.parse(read(`docs/schemas/${action.functionName}.schema.json`));
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);

  test.each(eventsOf(action))("takes %s", (file) => {
    validate(JSON.parse(read(`events/${file}`)));
    expect(validate.errors).toBeNull();
  });

  test("takes a whole workflow", () => {
    const { schedule: _, ...workflow } = exampleOf(action);
    validate(workflow);
    expect(validate.errors).toBeNull();
  });

  test.each([
    ["a mistyped field", { workflow_id: "acme", persit: false }],
    ["a mistyped parameter", { workflow_id: "acme", pull_parameters: { sorce_key: "s" } }],
    ["a value of another type", { workflow_id: "acme", persist: "no" }],
    ["a credential", { ...exampleOf(action), connector_auth: { auth: "a" } }],
    ["the action of another function", { ...exampleOf(action), action: "push_profile_to_nowhere" }],
  ])("refuses %s", (_, event) => {
    expect(validate(event)).toBe(false);
  });
});
