/**
 * `npm run --silent test-events -- STAGE | sh` offers the events of `events/` to everybody who opens a function in the
 * Lambda console, as shareable test events. It prints calls of the AWS CLI and makes none, so that they can be read
 * before they are made. They may be repeated. Events that somebody else has shared for these functions are replaced.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/testing-functions.html#creating-shareable-events
 */
import { readdirSync, readFileSync } from "node:fs";
import packageJson from "../package.json" with { type: "json" };

/** Where the console looks. It is made with the first event that somebody shares, so it can be there already. */
const REGISTRY = "lambda-testevent-schemas";
const EVENTS = new URL("../events/", import.meta.url);

if (import.meta.main) {
  const [stage = "dev"] = process.argv.slice(2);
  console.log(publishingCommands(stage).join("\n"));
}

export function publishingCommands(stage: string): string[] {
  if (!/^[a-z0-9-]+$/i.test(stage)) throw new Error(`${stage} is no name of a stage`);
  const files = readdirSync(EVENTS).filter((file) => file.endsWith(".json"));
  const byFunction = Map.groupBy(files.sort(), (file) => file.split(".")[0] ?? "");
  return [
    "set -e",
    `aws schemas describe-registry --registry-name ${REGISTRY} >/dev/null 2>&1 ||`,
    `  aws schemas create-registry --registry-name ${REGISTRY}`,
    ...[...byFunction].flatMap(([functionName, events]) => {
      const name = `_${packageJson.name}-${stage}-${functionName}-schema`;
      const schema = `--registry-name ${REGISTRY} --schema-name ${name}`;
      const content = `--type OpenApi3 --content ${quoted(JSON.stringify(documentOf(functionName, events)))}`;
      return [
        `if aws schemas describe-schema ${schema} >/dev/null 2>&1; then`,
        `  aws schemas update-schema ${schema} ${content}`,
        "else",
        `  aws schemas create-schema ${schema} ${content}`,
        "fi",
      ];
    }),
  ];
}

/** The form in which the console keeps events: examples of an OpenAPI document without paths. */
function documentOf(functionName: string, files: readonly string[]): object {
  const examples = files.map((file) => [
    file.slice(functionName.length + 1, -".json".length),
    { value: JSON.parse(readFileSync(new URL(file, EVENTS), "utf8")) as unknown },
  ]);
  return {
    openapi: "3.0.0",
    info: { version: "1.0.0", title: "Event" },
    paths: {},
    components: { schemas: { Event: { type: "object" } }, examples: Object.fromEntries(examples) },
  };
}

/** For a shell: nothing in it is expanded. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
