/** docs/moving-from-hrflow-connectors.md: each document has its section, and what it shows is taken. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actions } from "../../docs/generate/actions.ts";
import { placeToday, replacedDocuments } from "../../docs/generate/documents.ts";
import { withTodaysNames } from "../../lib/by-hand/document-names.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import { secretProblems } from "../../local/secret-problems.ts";
import { readWorkflows } from "../../local/workflow-list.ts";
import { createWorkflowsFolder, load, type WorkflowsFolder } from "./workflows-folder.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/moving-from-hrflow-connectors.md");
const sections = new Map(
  page.split(/^## /m).map((section) => [section.slice(0, section.indexOf("\n")), section]),
);
const documents = actions.flatMap((action) =>
  (replacedDocuments[action.name] ?? []).map((document) => ({ ...document, action })),
);

/** The one block of a section in this language. */
function blockIn(section: string | undefined, language: string): string {
  const blocks = [...(section ?? "").matchAll(/^ *```(.+)\n([\s\S]*?)^ *```$/gm)];
  const found = blocks.filter(([, name]) => name === language);
  expect(found, language).toHaveLength(1);
  return found[0]?.[2] ?? "";
}

let folder: WorkflowsFolder;
let file: string;
beforeAll(() => {
  folder = createWorkflowsFolder();
  const blocks = documents.map(({ title }) => blockIn(sections.get(title), "ts"));
  const code = `import { defineWorkflow } from "../lib/workflow/workflow.ts";
import { keepWithEmail } from "./functions.ts";
export default [${blocks.join(",")}];`;
  file = folder
    .place("moving", { "index.ts": code, "functions.ts": read("workflows/functions.ts") })
    .fileOf("index.ts");
});
afterAll(() => folder.remove());

test("each document has its section, with its call and a workflow of the action that replaces it", () => {
  const titles = [...sections.keys()].filter((title) => /^(Push|Update) profile/.test(title));
  expect(titles.sort()).toEqual(documents.map(({ title }) => title).sort());
  for (const { title, action } of documents) {
    expect(blockIn(sections.get(title), "python")).toMatch(/\.(push_profile|update_profiles_in_hrflow)\(/);
    expect(blockIn(sections.get(title), "ts")).toContain(`action: "${action.name}"`);
  }
});

test("the workflows are right, and the secrets are what they need", async () => {
  expect(await folder.typeErrors("moving")).toBe("");
  const { default: list } = await load(file);
  expect(checkWorkflows(list).byId.size).toBe(documents.length);

  const secrets = JSON.parse(blockIn(sections.get("What is different"), "json"));
  const has = (name: string) => Object.hasOwn(secrets, name);
  expect(secretProblems(await readWorkflows(file), has, secrets)).toEqual([]);
}, 60_000);

/** The rows of a section's table: old name, what stands beside it. */
function rowsOf(title: string): [name: string, today: string][] {
  const rows = (sections.get(title) ?? "").matchAll(/^\| (`.+?) \| (.+) \|$/gm);
  return [...rows].flatMap(([, names = "", today = ""]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]): [string, string] => [name, today]),
  );
}

describe.each(documents)("the table of $title", ({ title, action, parameters }) => {
  const rows = rowsOf(title);
  const names = rows.map(([name]) => name);
  const others = parameters.filter((name) => !names.includes(name));

  test("has every parameter of the document, and no other", () => {
    expect(names.filter((name) => !parameters.includes(name))).toEqual([]);
    const [, rest] = /^\| all others \| (.+) \|$/m.exec(sections.get(title) ?? "") ?? [];
    if (rest === "the same name") {
      for (const name of others) expect(placeToday(name, action)).toBe(`\`${name}\``);
    } else {
      const known = rest === "as for Flatchr, 2021" ? rowsOf("Push profile: HrFlow.ai → Flatchr, 2021") : [];
      expect(others.filter((other) => !known.some(([name]) => name === other))).toEqual([]);
    }
  });

  test.each(rows)("%s stands where the code puts it", (name, today) => {
    const place = placeToday(name, action);
    const [credential] = /in the secret that `\w+` names/.exec(place) ?? [];
    if (name.endsWith("_scope")) expect(place).toMatch(/^\w+ cannot stand in an event/);
    else if (credential) expect(today).toContain(credential);
    else for (const one of place.replace("compagny", "company").split(", ")) expect(today).toContain(one);
  });
});

test("the event by hand is taken, and goes with its workflow", async () => {
  const event = JSON.parse(blockIn(sections.get("One profile, as before"), "json event"));
  const schema: object = JSON.parse(read("docs/schemas/push-profile-to-flatchr.schema.json"));
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
  validate(event);
  expect(validate.errors).toBeNull();
  const { default: list } = await load(file);
  const declared = list.find((one: { workflow_id: string }) => one.workflow_id === event.workflow_id);
  expect(checkWorkflow({ ...declared, ...withTodaysNames(event, "push", event.workflow_id) })).toMatchObject({
    pull_parameters: { source_key: "SOURCE_KEY", profile_key: "PROFILE_KEY" },
    persist: false,
  });
});

test("what it links to is there", () => {
  for (const [, path = ""] of page.matchAll(/\]\((actions\/[^#)]+)#the-documents-it-replaces\)/g))
    expect(read(`docs/${path}`)).toContain("\n## The documents it replaces\n");
});
