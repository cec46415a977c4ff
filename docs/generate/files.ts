import { type Action, actions } from "./actions.ts";
import { dashboardPicture } from "./dashboard-picture.ts";
import { eventSchema } from "./event-schema.ts";
import { pageOf } from "./page.ts";
import { scalePage } from "./scale.ts";

/** They hold nothing but generated files. */
export const generatedFolders = ["docs/actions/", "docs/schemas/"];

/** Every generated file, by its path from the root. The same at every call. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ...actions.map((action): [string, string] => [`docs/actions/${action.name}.md`, pageOf(action)]),
    ...actions.map((action): [string, string] => [schemaPath(action), asJson(eventSchema(action))]),
    ["docs/dashboard.svg", dashboardPicture()],
    [".vscode/settings.json", asJson(editorSettings())],
    ["docs/scale.md", scalePage()],
  ]);
}

function schemaPath({ functionName }: Action): string {
  return `docs/schemas/${functionName}.schema.json`;
}

/** Which events are checked by which schema. An event cannot say it itself: a function refuses unknown keys. */
function editorSettings(): object {
  const schemas = actions.map((action) => ({
    fileMatch: [`/events/${action.functionName}.*.json`],
    url: `./${schemaPath(action)}`,
  }));
  return { "json.schemas": schemas };
}

function asJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
