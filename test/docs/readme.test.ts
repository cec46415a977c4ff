/** The code of the README: it is type-checked as it stands there, and its functions are run against simulated vendors. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunAnswer } from "../../lib/run/run.ts";
import { type OperatorScene, startOperatorScene, TEAMTAILOR } from "../operator/scene.ts";

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

let folder: string;
let hookUrl: string;
const told: string[] = [];
const hook = createServer(async (request, response) => {
  told.push(Buffer.concat(await request.toArray()).toString());
  response.end();
});
let scene: OperatorScene;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "readme-"));
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  hook.close();
  await scene?.stop();
  rmSync(folder, { recursive: true });
});

/** Puts modules where they find `lib/` as they would in `workflows/`. */
function place(name: string, modules: Record<string, string>): string {
  const workflows = join(folder, name, "workflows");
  mkdirSync(workflows, { recursive: true });
  writeFileSync(join(folder, name, "package.json"), '{ "type": "module" }');
  for (const [file, code] of Object.entries(modules)) {
    writeFileSync(join(workflows, file), code.replaceAll('from "../lib/', `from "${root}lib/`));
  }
  const typeRoots = [join(root, "node_modules/@types")];
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { typeRoots },
    include: ["workflows"],
  };
  writeFileSync(join(folder, name, "tsconfig.json"), JSON.stringify(config));
  return workflows;
}

async function typeErrors(name: string): Promise<string> {
  const compiler = join(root, "node_modules/.bin/tsc");
  const run = promisify(execFile)(process.execPath, [compiler, "-p", join(folder, name)]);
  return run.then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

test("the workflow of the README is right", async () => {
  const functions = readFileSync(join(root, "workflows/functions.ts"), "utf8");
  const declared = { "index.ts": blockWith("export default ["), "functions.ts": functions };
  const workflows = place("declared", declared);
  expect(await typeErrors("declared")).toBe("");
  const { default: list } = await import(pathToFileURL(join(workflows, "index.ts")).href);
  expect(list).toMatchObject([{ workflow_id: "acme-teamtailor" }]);
}, 60_000);

test("the functions of the README are right, are previewed by its dry run, and the hook is told of a run", async () => {
  const code = blockWith("toShortCandidate({");
  expect(code).toContain(HOOK);
  const workflows = place("functions", { "functions.ts": code.replace(HOOK, hookUrl) });
  expect(await typeErrors("functions")).toBe("");

  scene = await startOperatorScene(await import(pathToFileURL(join(workflows, "functions.ts")).href));
  const info = { first_name: "Ada", last_name: "Exemple", email: "ada@example.com" };
  const profile = { source_key: scene.sourceKey, info, tags: [{ name: "remote", value: true }] };
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
