import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { connectors } from "../../lib/connectors/index.ts";
import type { ScenarioStep } from "../../local/scenario.ts";
import { temporaryDirectory } from "./stand-ins.ts";

const START = fileURLToPath(new URL("../../local/start.ts", import.meta.url));

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

function start(...options: string[]) {
  const child = spawn(process.execPath, [START, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  return child;
}

/** Runs the command to its end. */
async function run(...options: string[]) {
  const child = start(...options);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: child.exitCode ?? (await once(child, "exit"))[0], stdout, stderr };
}

/** The lines of the README's sample as patterns: … stands for anything, and the port for any. */
function linesInReadme(): RegExp[] {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, sample = ""] = /^```text\n(HrFlow Relay is ready[\s\S]*?)\n```$/m.exec(readme) ?? [];
  const lines = sample.split("\n").filter((line) => line.trim() !== "…");
  expect(lines.length).toBeGreaterThan(10);
  return lines.map((line) => {
    const literally = line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${literally.replaceAll("…", ".*").replaceAll(":3000", ":\\d+")}$`, "m");
  });
}

test("the demonstration goes well, and prints its result as JSON on the last line", async () => {
  const { exitCode, stdout, stderr } = await run("--once", "--json", "--port", "0");
  expect(stderr).toBe("");
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result.steps).toHaveLength(9 + connectors.length); // one for the candidate in each ATS
  expect(result.steps.filter(({ ok, skipped }: ScenarioStep) => !ok || skipped)).toEqual([]);
  expect(result).toMatchObject({ ok: true, duration_ms: expect.any(Number) });
  expect(stdout).toMatch(/HrFlow Relay is ready: http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout, "no commands to a terminal where there is none").not.toContain("\u001b");
  for (const line of linesInReadme()) expect(stdout, "what the README says that it prints").toMatch(line);
  // The summary: a line for each step, its time at the right end of the same column.
  const rows = stdout.split("\n").filter((line) => /^ {3}step|^✓ {2}/.test(line));
  expect(rows).toHaveLength(result.steps.length + 1);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  expect(exitCode).toBe(0);
});

test("afterwards scheduled workflows run, again and again, on a clock that --speed makes go fast", async () => {
  const child = start("--port", "0", "--speed", "1800");
  // On such a clock a run that is held up has no time left, and the next one does its work.
  const finished = /demo-flatchr-update: run finished, 0 written, 4 unchanged, 0 failed; cursor \d{4}-/;
  let isListening = false;
  let runs = 0;
  for await (const line of createInterface(child.stdout)) {
    isListening ||= line.startsWith("Listening on");
    if (isListening && finished.test(line)) runs += 1;
    if (runs === 3) break;
  }
  expect(runs).toBe(3);
});

test("it goes on listening after the demonstration, and ends with 0 on SIGTERM", async () => {
  const child = start("--port", "0", "--data", temporaryDirectory());
  for await (const line of createInterface(child.stdout)) if (line.startsWith("Listening on")) break;
  const startedAt = Date.now();
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
  // What holds it up would do so for a minute.
  expect(Date.now() - startedAt).toBeLessThan(20_000);
});

/** What a shell has started goes on without it. */
function killGroup(shell: number | undefined): void {
  try {
    if (shell !== undefined) process.kill(-shell, "SIGKILL");
  } catch {
    // All of it has ended, as it should have.
  }
}

test("it ends without a stack when nobody reads on, as with npm start | head", async () => {
  const child = start("--port", "0", "--once");
  child.stdout.once("data", () => child.stdout.destroy());
  expect(await text(child.stderr)).toBe("");
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
});

test("it ends when npm is told to end, which tells the shell that it started and no more", async () => {
  const env = { ...process.env, npm_lifecycle_event: "start" };
  const command = `"${process.execPath}" "${START}" --port 0 & wait`;
  const shell = spawn("/bin/sh", ["-c", command], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => killGroup(shell.pid));
  let last = "";
  for await (const line of createInterface(shell.stdout)) {
    last = line;
    if (line.startsWith("Listening on")) shell.kill("SIGTERM");
  }
  expect(last, "its output ends, and with this").toMatch(/^Stopping/);
});

test("with --faults the simulated ATSs fail once the demonstration is over", async () => {
  const child = start("--port", "0", "--speed", "10", "--faults", "100");
  let url = "";
  for await (const line of createInterface(child.stdout)) {
    url = /^HrFlow Relay is ready: (\S+)/.exec(line)?.[1] ?? url;
    if (line.startsWith("From now on 100 % of the calls")) break;
  }
  const answer = await fetch(`${url}/2015-03-31/functions/push-profile-to-teamtailor/invocations`, {
    method: "POST",
    body: readFileSync(new URL("../../events/push-profile-to-teamtailor.one-profile.json", import.meta.url)),
  });
  expect(await answer.json()).toMatchObject({ status: "fatal", reason: "write_failure" });
});

/** A file with this text, or a directory with this file. */
function fileWith(text: string, name = "file.json"): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

const workflow = {
  workflow_id: "acme",
  action: "push_profile_to_teamtailor",
  hrflow_auth: { secret: "hrflow/demo" },
  connector_auth: { secret: "teamtailor/demo" },
};
const listOf = (...workflows: object[]) =>
  fileWith(`export default ${JSON.stringify(workflows)};`, "workflows.ts");

test.each<[what: string, options: () => string[], exitCode: number, says: RegExp]>([
  ["an unknown option", () => ["--ones"], 2, /^Unknown option '--ones'\. See npm start -- --help\n$/],
  [
    "a workflows file that is not there",
    () => ["--workflows", "/no/such.ts"],
    1,
    /^The workflows file \/no\/such\.ts does not exist: give its path with --workflows\n$/,
  ],
  [
    "a workflows file that is no module",
    () => ["--workflows", fileWith("export default [", "workflows.ts")],
    1,
    /^The workflows in \S+ cannot be used: .+\n$/,
  ],
  [
    "a wrong workflow, also when it is a plain object",
    () => ["--workflows", listOf({ workflow_id: "acme" })],
    1,
    /^With \S+ the function \S+ does not start: Workflow "acme": .*action.*\n$/,
  ],
  [
    "a schedule that cannot be read",
    () => ["--workflows", listOf({ ...workflow, schedule: "now and then" })],
    1,
    /^With \S+ the function \S+ does not start: Workflow "acme": .*schedule.*\n$/,
  ],
  [
    "a secrets file that is not there",
    () => ["--secrets", "/no/such.json"],
    1,
    /^The secrets file \/no\/such\.json does not exist: give its path with --secrets\n$/,
  ],
  [
    "a secrets file that is no JSON",
    () => ["--secrets", fileWith('{ "hidden')],
    1,
    /^The secrets file \S+ cannot be used: it must be JSON like (?!.*hidden).+\n$/,
  ],
  [
    "a data directory that is a file",
    () => ["--data", fileWith("")],
    1,
    /^The data directory \S+ cannot be used \(.+\): give another --data\n$/,
  ],
  [
    "a data directory with something else in it",
    () => ["--data", dirname(fileWith("something else, and long enough", "local.db"))],
    1,
    /^The data directory \S+ cannot be used \(.+\): give another --data\n$/,
  ],
  [
    "a data directory of a vendor's that is broken",
    () => ["--data", dirname(fileWith("something else, and long enough", "teamtailor.db"))],
    1,
    /^The data directory \S+ cannot be used \(.+\): give another --data\n$/,
  ],
  [
    "secrets of an earlier start that are broken",
    () => ["--data", dirname(fileWith("{", "demo-secrets.json"))],
    1,
    /^The secrets file \S+demo-secrets\.json cannot be used: remove it, and it is written anew\n$/,
  ],
  [
    "a data directory of a newer version",
    () => {
      const directory = temporaryDirectory();
      const database = new DatabaseSync(join(directory, "local.db"));
      database.exec("PRAGMA user_version = 99");
      database.close();
      return ["--data", directory];
    },
    1,
    /^The data directory \S+ is of a newer version of HrFlow Relay: start that one, or give another --data\n$/,
  ],
])("%s ends it with one line that says what to do", async (_what, options, exitCode, says) => {
  const ended = await run("--once", "--port", "0", ...options());
  expect(ended).toEqual({ exitCode, stdout: "", stderr: expect.stringMatching(says) });
});

test("a port that is in use ends it with one line", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { exitCode, stderr } = await run("--once", "--port", String(port));
  expect([exitCode, stderr]).toEqual([
    1,
    `Port ${port} is in use: stop what uses it, or give another with --port (0 takes any free one)\n`,
  ]);
});

test("a workflow whose secret is not there is told at once, with what to do", async () => {
  const file = listOf({ ...workflow, hrflow_auth: { secret: "hrflow/acme" } });
  const { stdout } = await run("--once", "--port", "0", "--workflows", file);
  expect(stdout).toContain("acme needs the secret hrflow/acme, which does not exist: give it in --secrets\n");
});

test("Ctrl+C in the middle of the demonstration ends it with 0, and without a stack", async () => {
  const child = start("--port", "0");
  const stderr = text(child.stderr);
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.startsWith("✓ a CV is parsed")) child.kill("SIGINT");
  }
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
  expect(lines.filter((line) => line.startsWith("Stopping:"))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("✗"))).toEqual([]);
  expect(await stderr).toBe("");
});

test("a second Ctrl+C does not wait for what is at work", async () => {
  const child = start("--port", "0");
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("✓ a CV is parsed")) child.kill("SIGINT");
    if (line.startsWith("Stopping:")) child.kill("SIGINT");
  }
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(1);
});
