/** The sample events of `events/`: each is sent to the function that its file is named after. */
import { readdirSync, readFileSync } from "node:fs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientSettings } from "../../local/aws/identity.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { addSampleData } from "../../local/sample-data.ts";
import { type Simulators, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";

const EVENTS = new URL("../../events/", import.meta.url);
const files = readdirSync(EVENTS);

let simulators: Simulators;
let system: System;
let client: LambdaClient;
beforeAll(async () => {
  const secrets = demoSecrets(undefined);
  simulators = await startSimulators(secrets, () => undefined);
  system = await startSystem({ secrets, environment: simulators.environment, holdSchedules: true });
  addSampleData(simulators, system.workflows);
  client = new LambdaClient(clientSettings(system.url));
});
afterAll(async () => {
  client?.destroy();
  await system?.stop();
  await simulators?.stop();
});

async function invoke(functionName: string, event: string) {
  const answer = await client.send(new InvokeCommand({ FunctionName: functionName, Payload: event }));
  expect(answer.FunctionError).toBeUndefined();
  return JSON.parse(answer.Payload?.transformToString() ?? "");
}

/** What a person asks each function for; every function has a sample of it, in `events/<function>.<kind>.json`. */
const KINDS_OF_ALL = [
  "check",
  "dead-letters",
  "dry-run",
  "erase-dry-run",
  "explain",
  "redrive-dry-run",
  "runs",
];

test("every function that a person can invoke has a sample of a run and of every tool", () => {
  const invoked = system.lambda.functionNames.filter((name) => !name.startsWith("receive-"));
  for (const name of invoked) {
    const kinds = files.filter((file) => file.startsWith(`${name}.`)).map((file) => file.split(".")[1]);
    expect(kinds, name).toEqual(expect.arrayContaining(KINDS_OF_ALL));
    expect(kinds.length).toBeGreaterThan(KINDS_OF_ALL.length);
  }
});

/** The answer to each kind of event, after the function has run once; runs are those that are not here. */
const ANSWERS: Readonly<Record<string, object>> = {
  help: { examples: expect.anything(), tools: expect.anything() },
  check: { ok: true },
  runs: { runs: expect.arrayContaining([expect.objectContaining({ status: "success" })]) },
  explain: { known: true, says: expect.arrayContaining([expect.any(String)]) },
  erase: { persist: true, removed: expect.arrayContaining([expect.objectContaining({ count: 1 })]) },
  "erase-dry-run": {
    persist: false,
    removed: expect.arrayContaining([expect.objectContaining({ count: 1 })]),
  },
  "dead-letters": { total: 0, letters: [] },
  redrive: { redriven: 0 },
  "redrive-dry-run": { redriven: 0, message: expect.stringContaining("dry run") },
};

describe.each([...Map.groupBy(files, (file) => file.split(".")[0] ?? "")])("%s", (functionName, own) => {
  const read = (kind: string) => readFileSync(new URL(`${functionName}.${kind}.json`, EVENTS), "utf8");
  const kinds = own.map((file) => file.split(".")[1] ?? "");
  const [tools, runs] = [kinds.filter((kind) => kind in ANSWERS), kinds.filter((kind) => !(kind in ANSWERS))];

  test.each(runs)("%s runs", async (kind) => {
    const answer = await invoke(functionName, read(kind));
    expect(answer).toMatchObject({ status: "success", reason: "none" });
    expect(answer.events.read_success).toBe(1);
    const isDryRun = JSON.parse(read(kind)).persist === false;
    for (const { preview } of answer.items) expect(preview === undefined).toBe(!isDryRun);
  });

  test.each(tools)("%s is answered", async (kind) => {
    // What was erased by another event is there again.
    await invoke(functionName, read(runs.includes("one-profile") ? "one-profile" : "one-candidate"));
    expect(await invoke(functionName, read(kind))).toMatchObject({
      action: functionName.replaceAll("-", "_"),
      ...ANSWERS[kind],
    });
  });
});
