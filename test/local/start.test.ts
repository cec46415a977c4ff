import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import type { ScenarioStep } from "../../local/scenario.ts";
import { temporaryDirectory } from "./stand-ins.ts";

/** A process has much to load, and the machine may have other work. */
vi.setConfig({ testTimeout: 20_000 });

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

test("the demonstration goes well, and prints its result as JSON on the last line", async () => {
  const { exitCode, stdout, stderr } = await run("--once", "--json", "--port", "0");
  expect(stderr).toBe("");
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect(result.steps).toHaveLength(12);
  expect(result.steps.filter(({ ok, skipped }: ScenarioStep) => !ok || skipped)).toEqual([]);
  expect(result).toMatchObject({ ok: true, duration_ms: expect.any(Number) });
  expect(stdout).toMatch(/HrFlow Relay is ready: http:\/\/127\.0\.0\.1:\d+/);
  expect(exitCode).toBe(0);
});

test("afterwards scheduled workflows run, again and again, on a clock that --speed makes go fast", async () => {
  const child = start("--port", "0", "--speed", "1800");
  const runs: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("Listening on") || runs.length > 0) runs.push(line);
    if (runs.length === 4) break;
  }
  for (const line of runs.slice(1))
    expect(line).toMatch(
      /demo-flatchr-update: run finished, 0 updated, 4 unchanged, 0 failed; cursor \d{4}-/,
    );
});

test("it goes on listening after the demonstration, and ends with 0 on SIGTERM", async () => {
  const child = start("--port", "0", "--data", temporaryDirectory());
  for await (const line of createInterface(child.stdout)) if (line.startsWith("Listening on")) break;
  const startedAt = Date.now();
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(2000);
});

test("an option that does not exist ends it with 2", async () => {
  const stderr = "Unknown option '--ones'. See npm start -- --help\n";
  expect(await run("--ones")).toEqual({ exitCode: 2, stdout: "", stderr });
});

test("a wrong workflow ends it with 1 and one line, also when it is a plain object", async () => {
  const file = join(temporaryDirectory(), "workflows.ts");
  writeFileSync(file, 'export default [{ workflow_id: "acme" }];');
  const { exitCode, stdout, stderr } = await run("--once", "--port", "0", "--workflows", file);
  expect(stderr).toMatch(/^The function \S+ does not start: Workflow "acme": .*action.*\n$/);
  expect([exitCode, stdout]).toEqual([1, ""]);
});
