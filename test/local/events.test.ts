/** The sample events of `events/`: each is sent to the function that its file is named after. */
import { readdirSync, readFileSync } from "node:fs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
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

test("every function that a person can invoke has a sample event, and one that asks for help or a dry run", () => {
  const invoked = system.lambda.functionNames.filter((name) => !name.startsWith("receive-"));
  for (const name of invoked) {
    const kinds = files.filter((file) => file.startsWith(`${name}.`)).map((file) => file.split(".")[1]);
    expect(kinds).toContain("dry-run");
    expect(kinds.length).toBeGreaterThanOrEqual(2);
  }
});

test.each(files)("%s is taken", async (file) => {
  const [functionName = ""] = file.split(".");
  const event = readFileSync(new URL(file, EVENTS), "utf8");
  const answer = await invoke(functionName, event);
  if (file.endsWith(".help.json")) {
    expect(answer).toMatchObject({ action: functionName.replaceAll("-", "_"), examples: expect.anything() });
    return;
  }
  expect(answer).toMatchObject({ status: "success", reason: "none" });
  expect(answer.events.read_success).toBe(1);
  const isDryRun = JSON.parse(event).persist === false;
  for (const { preview } of answer.items) expect(preview === undefined).toBe(!isDryRun);
});
