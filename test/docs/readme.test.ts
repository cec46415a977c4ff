/** The code of the README: it is type-checked as it stands there, and its functions are run against simulated vendors. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { secretProblems } from "../../local/secret-problems.ts";
import { readWorkflows } from "../../local/workflow-list.ts";
import { type OperatorScene, startOperatorScene, TEAMTAILOR } from "../operator/scene.ts";
import { createWorkflowsFolder, load, type WorkflowsFolder } from "./workflows-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const HOOK = "https://hooks.example.com/relay";

/** The one block of code that has this text. */
function blockWith(text: string): string {
  const blocks = [...readme.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const found = blocks.filter((block) => block.includes(text));
  expect(found, text).toHaveLength(1);
  return found[0] ?? "";
}

let folder: WorkflowsFolder;
let hookUrl: string;
const told: string[] = [];
const hook = createServer(async (request, response) => {
  told.push(Buffer.concat(await request.toArray()).toString());
  response.end();
});
let scene: OperatorScene;
beforeAll(async () => {
  folder = createWorkflowsFolder();
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  hook.close();
  await scene?.stop();
  folder.remove();
});

test("the workflow of the README is right", async () => {
  const functions = readFileSync(join(root, "workflows/functions.ts"), "utf8");
  const declared = { "index.ts": blockWith("export default ["), "functions.ts": functions };
  const placed = folder.place("declared", declared);
  expect(await folder.typeErrors("declared")).toBe("");
  const { default: list } = await load(placed.fileOf("index.ts"));
  expect(list).toMatchObject([{ workflow_id: "acme-teamtailor" }]);
  const secrets = JSON.parse(blockWith('"webhook_secret": "any"'));
  const has = (name: string) => Object.hasOwn(secrets, name);
  expect(secretProblems(await readWorkflows(placed.fileOf("index.ts")), has, secrets)).toEqual([]);
}, 60_000);

test("the functions of the README are right, are previewed by its dry run, and the hook is told of a run", async () => {
  const code = blockWith("toShortCandidate({");
  expect(code).toContain(HOOK);
  const placed = folder.place("functions", { "functions.ts": code.replace(HOOK, hookUrl) });
  expect(await folder.typeErrors("functions")).toBe("");

  scene = await startOperatorScene(await load(placed.fileOf("functions.ts")));
  const info = { first_name: "Ada", last_name: "Exemple", email: "ada@example.com" };
  const tags = [
    { name: "remote", value: true },
    { name: "referrer", value: null },
  ];
  const profile = { source_key: scene.sourceKey, info, tags };
  const experiences = [{ title: "Engineer", company: "ACME" }];
  const { key } = scene.hrflow.putProfile({ ...profile, experiences, experiences_duration: 7 });
  const junior = scene.hrflow.putProfile({ ...profile, experiences_duration: 0 }).key;
  const eventFor = (profile_key: string) => ({
    ...JSON.parse(blockWith('"format": "toShortCandidate"')),
    pull_parameters: { source_key: scene.sourceKey, profile_key },
  });

  const expected = {
    "first-name": "Ada",
    "last-name": "Exemple",
    email: "ada@example.com",
    pitch: "Engineer",
    tags: ["remote: true", "years: 7"],
  };
  const dry = await scene.invoke<RunAnswer>(TEAMTAILOR, eventFor(key));
  expect(dry.items).toEqual([{ key, outcome: "created", preview: expected }]);
  expect(scene.teamtailor.candidates()).toEqual([]);
  expect(told).toEqual([]);
  expect(await scene.invoke(TEAMTAILOR, eventFor(junior))).toMatchObject({
    items: [{ outcome: "discarded" }],
  });

  const run = await scene.invoke<RunAnswer>(TEAMTAILOR, { ...eventFor(key), persist: true });
  expect(run).toMatchObject({ status: "success", events: { write_success: 1, callback_executed: 1 } });
  expect(scene.teamtailor.candidates()[0]?.attributes).toMatchObject(expected);
  const { run_id, workflow_id, action, events } = run;
  expect(told.map((body) => JSON.parse(body))).toEqual([
    { run_id, workflow_id, action, events: { ...events, callback_executed: 1 } },
  ]);
}, 60_000);

test.each([
  ["workflows/index.ts", "export default ["],
  ["workflows/functions.ts", "toShortCandidate({"],
])("what the README shows of %s is as the linter wants it", (path, text) => {
  const code = blockWith(text);
  const biome = join(root, "node_modules/.bin/biome");
  const written = execFileSync(
    biome,
    ["check", "--write", "--vcs-enabled=false", `--stdin-file-path=${path}`],
    {
      cwd: root,
      input: code,
      encoding: "utf8",
    },
  );
  expect(written).toBe(code);
});

test("what the README tells to type beside npm start is answered as it says", async () => {
  const data = mkdtempSync(join(tmpdir(), "readme-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const options = ["local/start.ts", "--port", "0", "--data", data];
  const child = spawn(process.execPath, options, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  let address = "";
  for await (const line of createInterface(child.stdout)) {
    address = /^HrFlow Relay is ready: http:\/\/(\S+)/.exec(line)?.[1] ?? address;
    if (line.startsWith("Listening on")) break;
  }
  const commands = blockWith("openssl dgst")
    .replaceAll("localhost:3000", address)
    .replaceAll(".data/", `${data}/`);
  const { stdout } = await promisify(execFile)("/bin/sh", ["-e", "-c", commands], { cwd: root });
  const [dryRun = "", webhook] = stdout.trim().split("\n");
  expect(JSON.parse(dryRun)).toMatchObject({ status: "success", items: [{ preview: {} }] });
  expect(webhook).toBe('{"stored":3,"ignored":0}');
  expect(readme).toContain(webhook);
}, 60_000);
