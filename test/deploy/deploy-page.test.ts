/** docs/deploy.md: its commands are run where they can be, as they stand there, by the AWS CLI against the local stack. */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DescribeSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { awsEnvironment } from "../../local/functions.ts";
import { addSampleData } from "../../local/sample-data.ts";
import { type Simulators, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";

// The AWS CLI takes a second to start, and several while many tests use the machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/deploy.md", root), "utf8");
const blocks = [...page.matchAll(/^```sh( run)?\n(.*?)^```$/gms)].map(([, run, text = ""]) => ({
  isRun: run !== undefined,
  text,
}));
const STACK = "hrflow-relay-production-";
/** Of the samples in events/ and workflows/. */
const NAMES = ["hrflow/demo", "teamtailor/demo", "flatchr/demo", "smartrecruiters/demo"];

test("every command is run here, or needs an account", () => {
  expect(blocks.filter(({ isRun }) => isRun).length).toBeGreaterThan(5);
  const others = blocks.filter(({ isRun }) => !isRun).flatMap(({ text }) => text.trim().split("\n"));
  const needAnAccount =
    /^(npm ci && npm test|npm run deploy -- |npx osls (info|deploy list|rollback|remove) |aws cloudformation |aws dynamodb (update|delete)-table |aws secretsmanager delete-secret )/;
  expect(others.filter((command) => !needAnAccount.test(command))).toEqual([]);
});

test("what it names is there", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { scripts: object };
  for (const [, script = ""] of page.matchAll(/npm run ([\w-]+)/g)) expect(scripts).toHaveProperty([script]);
  const named = [
    ...page.matchAll(
      /(?<![\w./-])((?:events|infra|secrets|workflows|\.github|lib)\/[\w./-]*\w\.(?:json|yml|ts))\b/g,
    ),
  ];
  const paths = named.flatMap(([, path = ""]) => (path.includes(".local.") ? [] : [path]));
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  const functions = readdirSync(new URL("functions", root)).map((file) => file.replace(/\.ts$/, ""));
  const invoked = [...page.matchAll(/--function-name (\S+)/g)].map(([, name = ""]) =>
    name.replace(STACK, ""),
  );
  expect(invoked.filter((name) => !functions.includes(name))).toEqual([]);
});

test("each call by hand waits for its answer, and is made once", () => {
  const calls = page.split("\n").filter((line) => line.includes("aws lambda invoke "));
  expect(calls.length).toBeGreaterThan(2);
  for (const call of calls)
    expect(call).toMatch(/^AWS_MAX_ATTEMPTS=1 aws lambda invoke --cli-read-timeout 0 /);
});

test("its links lead somewhere", () => {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const [, link = ""] of page.matchAll(/\]\(([^)]+)\)/g)) {
    if (link.startsWith("#")) expect(anchors).toContain(link.slice(1));
    else if (!link.startsWith("https://"))
      expect(existsSync(new URL(link, new URL("docs/", root))), link).toBe(true);
  }
});

test("the options of osls are known to it", () => {
  const require = createRequire(import.meta.url);
  const commands = require("osls/lib/cli/commands-schema/aws-service.js") as Map<string, { options: object }>;
  const used = [
    ...page.matchAll(/(?:npx osls|npm run) (deploy list|[a-z]+)(?: --)?((?: --\w+(?: [^-\s]\S*)?)+)/g),
  ];
  expect(used.length).toBeGreaterThan(4);
  for (const [, command = "", options = ""] of used) {
    const known = commands.get(command)?.options ?? {};
    for (const [, option = ""] of options.matchAll(/--(\w+)/g))
      expect(known, command).toHaveProperty([option]);
  }
});

const hasAwsCli = isThere("aws") && isThere("openssl") && isThere("curl");

describe.skipIf(!hasAwsCli)("its commands", () => {
  let directory: string;
  let simulators: Simulators;
  let system: System;
  const secrets = demoSecrets(undefined);
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "relay-deploy-page-"));
    for (const folder of ["events", "secrets"])
      cpSync(new URL(folder, root), join(directory, folder), { recursive: true });
    simulators = await startSimulators(secrets, () => undefined);
    system = await startSystem({ environment: simulators.environment, holdSchedules: true });
    addSampleData(simulators, system.workflows);
  });
  afterAll(async () => {
    await system?.stop();
    await simulators?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** As somebody does who has copied it, with the local stack in place of AWS. */
  async function run(text: string): Promise<string> {
    const { url, sqs, dynamodb, secretsManager } = system;
    const endpoints = {
      sqs: sqs.endpoint,
      dynamodb: dynamodb.endpoint,
      secretsManager: secretsManager.endpoint,
      tableName: dynamodb.tableName,
    };
    const { webhook_secret } = secrets["hrflow/demo"] as { webhook_secret: string };
    const env = {
      ...awsEnvironment(endpoints, system.queues),
      AWS_ENDPOINT_URL_LAMBDA: url,
      AWS_PAGER: "",
      PATH: process.env.PATH ?? "",
      HOME: directory,
      WEBHOOK_URL: `${url}/webhooks/demo`,
      WEBHOOK_SECRET: webhook_secret,
    };
    const command = text.replaceAll(STACK, "").replaceAll(cliOption(), "");
    const { stdout } = await promisify(execFile)("sh", ["-ec", command], { cwd: directory, env });
    return stdout;
  }

  const blockWith = (words: string) => {
    const found = blocks.filter(({ isRun, text }) => isRun && text.includes(words));
    expect(found, words).toHaveLength(1);
    return found[0]?.text ?? "";
  };

  test("make the secrets, rotate one, and leave no copy", async () => {
    await run(blockWith("chmod 600 secrets/*"));
    await run(blockWith("create-secret --name hrflow/demo"));
    for (const name of NAMES) {
      const { SecretString = "" } = await system.secretsManager.client.send(
        new GetSecretValueCommand({ SecretId: name }),
      );
      const [template = ""] = name.split("/");
      expect(JSON.parse(SecretString)).toEqual(
        JSON.parse(readFileSync(new URL(`secrets/${template}.json`, root), "utf8")),
      );
    }
    const [remove] = blocks.filter(({ text }) => text === "rm secrets/*.local.json\n");
    await run(remove?.text ?? "false");
    await run(blockWith("chmod 600 secrets/teamtailor"));
    const copy = join(directory, "secrets/teamtailor.local.json");
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    // Between both blocks the page tells to edit it: pasted as a whole they would store the template.
    const edited = JSON.stringify({ auth: "the new key" });
    writeFileSync(copy, edited);
    await run(blockWith("put-secret-value"));
    const rotated = new GetSecretValueCommand({ SecretId: "teamtailor/demo" });
    expect((await system.secretsManager.client.send(rotated)).SecretString).toBe(edited);
    const describe = new DescribeSecretCommand({ SecretId: "teamtailor/demo" });
    const { VersionIdsToStages = {} } = await system.secretsManager.client.send(describe);
    expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
    expect(await run(blockWith("describe-secret"))).toContain("smartrecruiters/demo");
    expect(readdirSync(join(directory, "secrets")).filter((file) => file.includes(".local."))).toEqual([]);
  });

  test("check, preview and push a profile", async () => {
    for (const [name, value] of Object.entries(secrets)) system.secretsManager.put(name, value);
    expect(JSON.parse(lastLines(await run(blockWith("check.json\ncat"))))).toMatchObject({ ok: true });
    expect(simulators.teamtailor.candidates()).toEqual([]);
    await run(blockWith("one-profile.json one-profile.json"));
    expect(simulators.teamtailor.candidates()).toHaveLength(1);
  });

  test("send a webhook that is accepted", async () => {
    const stored = system.workflows.filter(({ webhook }) => webhook === "demo").length;
    expect(stored).toBeGreaterThan(0);
    expect(JSON.parse(await run(blockWith("openssl dgst")))).toEqual({ stored, ignored: 0 });
    await system.whenDelivered(60);
  });
});

/** The second version wants to be told that a payload is not base64; the first does not know the option. */
function cliOption(): string {
  const version = execFileSync("aws", ["--version"], { encoding: "utf8" });
  return /aws-cli\/1\./.test(version) ? " --cli-binary-format raw-in-base64-out" : "\0";
}

/** What comes after the answer of the invocation itself. */
function lastLines(text: string): string {
  return text.slice(text.indexOf("}\n") + 2);
}

function isThere(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}
