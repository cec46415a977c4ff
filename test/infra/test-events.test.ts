import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishingCommands } from "../../infra/test-events.ts";

const EVENTS = new URL("../../events/", import.meta.url);
const FUNCTIONS = new URL("../../functions/", import.meta.url);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "test-events-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the commands in a shell where `aws` notes its arguments, and knows everything, or nothing. */
function runWithAccount(isPublished: boolean): string[][] {
  const notes = join(folder, "notes");
  writeFileSync(notes, "");
  const note = `require("node:fs").appendFileSync(${JSON.stringify(notes)}, JSON.stringify(process.argv.slice(1)) + "\\n")`;
  const answer = isPublished ? "exit 0" : 'case "$2" in describe-*) exit 1;; esac';
  const aws = `#!/bin/sh\n"${process.execPath}" -e '${note}' -- "$@"\n${answer}\n`;
  writeFileSync(join(folder, "aws"), aws, { mode: 0o755 });
  const PATH = `${folder}${delimiter}${process.env.PATH}`;
  const script = fileURLToPath(new URL("../../infra/test-events.ts", import.meta.url));
  const commands = execFileSync(process.execPath, [script, "production"], { encoding: "utf8" });
  execFileSync("sh", { input: commands, env: { PATH } });
  const lines = readFileSync(notes, "utf8").trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as string[])
    .filter((call) => !call[1]?.startsWith("describe-"));
}

const optionOf = (call: string[], name: string) => call[call.indexOf(`--${name}`) + 1] ?? "";

describe.each([
  { account: "knows nothing of them", isPublished: false, write: "create-schema" },
  { account: "has them already", isPublished: true, write: "update-schema" },
])("in an account that $account", ({ isPublished, write }) => {
  let calls: string[][];
  beforeAll(() => {
    calls = runWithAccount(isPublished);
  });

  test("every function that a person can invoke gets its events, under the name that the console looks for", () => {
    const names = readdirSync(FUNCTIONS).map((file) => file.replace(".ts", ""));
    const invoked = names.filter((name) => !name.startsWith("receive-"));
    const written = calls.filter((call) => call[1] === write);
    expect(written.map((call) => optionOf(call, "schema-name")).sort()).toEqual(
      invoked.map((name) => `_hrflow-relay-production-${name}-schema`).sort(),
    );
    for (const call of written) {
      expect(call[0]).toBe("schemas");
      expect(optionOf(call, "registry-name")).toBe("lambda-testevent-schemas");
      expect(optionOf(call, "type")).toBe("OpenApi3");
    }
  });

  test("every event is an example, as it stands in its file", () => {
    const published = calls
      .filter((call) => call[1] === write)
      .flatMap((call) => {
        const name = /^_hrflow-relay-production-(.+)-schema$/.exec(optionOf(call, "schema-name"))?.[1];
        const { components } = JSON.parse(optionOf(call, "content"));
        const examples = Object.entries(components.examples as Record<string, { value: unknown }>);
        return examples.map(([kind, { value }]) => [`${name}.${kind}.json`, value]);
      });
    const files = readdirSync(EVENTS);
    const read = files.map((file) => [file, JSON.parse(readFileSync(new URL(file, EVENTS), "utf8"))]);
    expect(Object.fromEntries(published)).toEqual(Object.fromEntries(read));
  });

  test("the registry is made only where there is none", () => {
    expect(calls.some((call) => call[1] === "create-registry")).toBe(!isPublished);
  });
});

test("a stage that could be a command is refused", () => {
  expect(() => publishingCommands("dev; echo")).toThrow("no name of a stage");
});
