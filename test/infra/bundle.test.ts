/** The zips that are deployed, unpacked and run in processes of their own, with the settings that the template gives them. */
import { rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { bundleSize, readBudget, sizeProblems } from "../../infra/bundle-sizes.ts";
import type { LogLine } from "../../local/aws/lambda.ts";
import type { StartInstance } from "../../local/aws/lambda-instance.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { playScenario } from "../../local/scenario.ts";
import { type Simulators, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";
import { type Package, packageCopy, unpack } from "./package-copy.ts";
import { startBundle } from "./runtime-api.ts";
import { at, ofType, statementsOf, type TemplateResource } from "./template.ts";

const WORKFLOWS = `export default [
  {
    workflow_id: "demo-teamtailor",
    action: "push_profile_to_teamtailor",
    webhook: "demo",
    hrflow_auth: { secret: "hrflow/demo" },
    connector_auth: { secret: "teamtailor/demo" },
  },
];`;
const PUSH = "push-profile-to-teamtailor";
const A_KEY = "0".repeat(40);

// A process starts in a tenth of a second, but not while many tests start many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const log: LogLine[] = [];
const secrets = demoSecrets(undefined);
let built: Package;
let bundles: string;
let simulators: Simulators;
let system: System;

beforeAll(async () => {
  built = await packageCopy({ "workflows/index.ts": WORKFLOWS });
  bundles = unpack(built);
  simulators = await startSimulators(secrets, () => undefined);
  system = await startSystem({
    functionsDirectory: bundles,
    workflowsFile: built.workflowsFile,
    startInstance: startAsTheTemplateSays,
    environment: simulators.environment,
    secrets,
    onLog: (line) => log.push(line),
  });
});
afterAll(async () => {
  await system?.stop();
  await simulators?.stop();
  built?.remove();
  rmSync(bundles, { recursive: true, force: true });
});

/** Of our own settings only those that the template sets; AWS's and the vendors' addresses stand in for the real ones. */
const startAsTheTemplateSays: StartInstance = (definition, onLine) => {
  const deployed = ofType(built.template, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.Handler === `functions/${definition.name}.handler`,
  );
  const isOwnSetting = (name: string) => /QUEUE_URL$|^TABLE_NAME$|^RELAY_/.test(name);
  const variables = Object.keys((at(deployed, "Properties.Environment.Variables") as object) ?? {});
  const environment = Object.fromEntries(
    Object.entries(definition.environment).filter(
      ([name]) => !isOwnSetting(name) || variables.includes(name),
    ),
  );
  return startBundle({ ...definition, environment }, onLine);
};

function post(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const profile = { key: A_KEY, source: { key: A_KEY } };
  return fetch(`${system.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ type: "profile.parsing.success", origin: "api", message: "", profile }),
  });
}

test("a zip holds one function and its source map", () => {
  for (const [name, zip] of built.zips) {
    expect(Object.keys(unzipSync(zip))).toEqual([`functions/${name}.mjs`, `functions/${name}.mjs.map`]);
  }
});

test("every bundle is as small as is committed", () => {
  const sizes = new Map([...built.zips].map(([name, zip]) => [name, bundleSize(zip)]));
  expect(sizeProblems(sizes, readBudget())).toEqual([]);
});

test("every function starts", async () => {
  expect(system.lambda.functionNames).toEqual([...built.zips.keys()]);
  expect(await system.lambda.warm()).toBeUndefined();
});

test("calls of AWS are signed with the credentials of the environment, and carry its session token", async () => {
  const asked = Promise.withResolvers<IncomingHttpHeaders>();
  const aws = createServer((request, response) => {
    asked.resolve(request.headers);
    response.writeHead(400).end('{"__type":"ResourceNotFoundException"}');
  });
  await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
  const name = "receive-hrflow-webhook";
  const environment = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    AWS_SESSION_TOKEN: "the session's token",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
  };
  const file = pathToFileURL(join(bundles, `${name}.mjs`)).href;
  const instance = startBundle(
    { name, file, environment, timeoutInSeconds: 20, maximumConcurrency: 1 },
    () => {},
  );
  onTestFinished(async () => {
    await instance.stop();
    aws.close();
  });

  const headers = { "content-type": "application/json", "http-hrflow-signature": "0".repeat(64) };
  const event = JSON.stringify({ headers, body: "{}", pathParameters: { name: "demo" } });
  const outcome = instance.invoke({ requestId: "1", event, deadline: Date.now() + 20_000 });
  expect(await asked.promise).toMatchObject({
    authorization: expect.stringContaining("Credential=ASIAEXAMPLE/"),
    "x-amz-security-token": "the session's token",
  });
  expect(await outcome).toMatchObject({ payload: expect.stringContaining("no webhook secret") });
});

describe("the receiver", () => {
  test("refuses a forged webhook", async () => {
    const answer = await post("/webhooks/demo", { "http-hrflow-signature": "0".repeat(64) });
    expect(answer.status).toBe(401);
  });

  test("does not know a webhook that no workflow has", async () => {
    expect((await post("/webhooks/unknown")).status).toBe(404);
  });
});

describe("a push function", () => {
  test("says what it takes", async () => {
    for (const name of system.lambda.functionNames.filter((one) => one.startsWith("push-"))) {
      const { payload } = await system.lambda.invoke(name, {});
      expect(JSON.parse(payload)).toMatchObject({ action: name.replaceAll("-", "_") });
    }
  });

  test("moves an event of a workflow that is not deployed to the dead letters, with the reason", async () => {
    const queue = system.queues.get(PUSH);
    const message = { workflow_id: "removed", source_key: A_KEY, profile_key: A_KEY };
    await system.sqs.client.send(
      new SendMessageCommand({
        QueueUrl: queue?.url,
        MessageBody: JSON.stringify(message),
        MessageGroupId: "removed",
        MessageDeduplicationId: "1",
      }),
    );
    const { Messages } = await system.sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue?.deadLetters.url,
        MessageAttributeNames: ["All"],
        WaitTimeSeconds: 10,
      }),
    );
    expect(Messages).toHaveLength(1);
    expect(JSON.parse(Messages?.[0]?.Body ?? "")).toEqual(message);
    expect(Messages?.[0]?.MessageAttributes?.reason?.StringValue).toBe("workflow_id_not_found");
  });
});

test("the scenario of `npm start -- --once` passes on what is deployed", async () => {
  const result = await playScenario({ system, simulators, secrets, log, onStep: () => {} });
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
});

test("the roles allow the calls of the table and of secrets that were made, and no others", async () => {
  const [profile] = simulators.hrflow.profiles();
  const pull_parameters = { source_key: profile?.source.key, profile_key: profile?.key };
  const dryRun = { workflow_id: "demo-teamtailor", pull_parameters, persist: false };
  const workflow_id = "demo-teamtailor";
  const ofProfile = { workflow_id, erase: pull_parameters };
  const { payload } = await system.lambda.invoke(PUSH, dryRun);
  expect(JSON.parse(payload)).toMatchObject({ status: "success" });
  await system.lambda.invoke(PUSH, { workflow_id, pull_parameters });
  for (const operation of [{ workflow_id, runs: true }, ofProfile]) {
    const { error } = await system.lambda.invoke(PUSH, operation);
    expect(error).toBeUndefined();
  }

  const made = [
    ...[...system.dynamodb.operations.keys()].map((name) => `dynamodb:${name}`),
    ...[...system.secretsManager.operations.keys()].map((name) => `secretsmanager:${name}`),
  ];
  const allowed = ["ReceiveHrflowWebhookRole", "PushProfileToTeamtailorRole"]
    .flatMap((id) => statementsOf(built.template.Resources[id] as TemplateResource))
    .flatMap((statement) => at(statement, "Action") as string[])
    .filter((action) => /^(dynamodb|secretsmanager):/.test(action));
  expect(made.sort()).toEqual([...new Set(allowed)].sort());
});
