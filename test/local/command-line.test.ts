import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readArguments, readSecrets } from "../../local/command-line.ts";
import { temporaryDirectory } from "./stand-ins.ts";

test("every option is understood", () => {
  const options = "--once --json --port 0 --workflows w.ts --secrets /s.json --data d --speed 60";
  expect(readArguments(options.split(" "))).toEqual({
    once: true,
    json: true,
    live: false,
    help: false,
    port: 0,
    speed: 60,
    faults: 0,
    workflowsFile: resolve("w.ts"),
    secretsFile: "/s.json",
    dataDirectory: resolve("d"),
  });
});

test.each([
  ["--ones", "Unknown option '--ones'. See npm start -- --help"],
  ["now", "Unexpected argument 'now'. See npm start -- --help"],
  ["--data", "Option '--data <value>' argument missing. See npm start -- --help"],
  ["--port http", '--port must be a port number, 0 to 65535, and is "http"'],
  ["--port 70000", '--port must be a port number, 0 to 65535, and is "70000"'],
  ["--speed 0.5", '--speed must be a number, 1 or more, and is "0.5"'],
  ["--faults 101", '--faults must be a percentage, 0 to 100, and is "101"'],
  ["--faults 30 --once", expect.stringMatching(/^--faults begins after the demonstration/)],
  ["--faults 30 --live", expect.stringMatching(/^--faults begins after the demonstration/)],
  ["--live --once", "--once plays the demonstration, which --live does not have: give one of them"],
])("%s is refused in one line", (options, message) => {
  expect(() => readArguments(options.split(" "))).toThrow(
    expect.objectContaining({ name: "UsageError", message }),
  );
});

test.each([
  ['{ "hrflow/acme": { "api_secret": "ask_hidden" ', "it must be JSON"],
  ['["ask_hidden"]', "it must be JSON"],
  ['{ "hrflow/acme": "ask_hidden" }', '"hrflow/acme" is not an object'],
])("a secrets file with %s is refused without showing a secret", (content, reason) => {
  const file = join(temporaryDirectory(), "secrets.json");
  writeFileSync(file, content);
  const refused = expect.objectContaining({ name: "StartError", message: expect.stringContaining(reason) });
  expect(() => readSecrets(file)).toThrow(refused);
  expect(() => readSecrets(file)).toThrow(expect.not.stringContaining("hidden"));
});
