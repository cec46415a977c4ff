import { actions } from "./actions.ts";
import { eventSchema } from "./event-schema.ts";
import { pageOf } from "./page.ts";

/** They hold nothing but generated files. */
export const generatedFolders = ["docs/actions/", "docs/schemas/"];

/** Every generated file, by its path from the root. The same at every call. */
export function generatedFiles(): Map<string, string> {
  return new Map(
    actions.flatMap((action) => [
      [`docs/actions/${action.name}.md`, pageOf(action)],
      [
        `docs/schemas/${action.functionName}.schema.json`,
        `${JSON.stringify(eventSchema(action), undefined, 2)}\n`,
      ],
    ]),
  );
}
