/** The workflows of GitHub Actions: what they may do, whose code they run, and that what they call is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  "timeout-minutes"?: number;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: object;
  jobs: Record<string, Job>;
}

/** How GitHub begins what it fills in. */
const EXPRESSION = `\${{`;

const root = new URL("../../", import.meta.url);
const folder = new URL(".github/workflows/", root);
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  scripts: Record<string, string>;
};
const files = readdirSync(folder);
const read = (file: string) => readFileSync(new URL(file, folder), "utf8");
const workflowOf = (file: string) => parse(read(file)) as Workflow;

test("there is one that tests, and one that deploys", () => {
  expect(files.sort()).toEqual(["ci.yml", "deploy.yml"]);
});

describe.each(files)("%s", (file) => {
  const workflow = workflowOf(file);
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test("runs actions by the hash of a commit, with the version beside it", () => {
    const used = read(file)
      .split("\n")
      .filter((line) => /^\s*(- )?uses:/.test(line));
    expect(used.length).toBe(steps.filter(({ uses }) => uses !== undefined).length);
    expect(used.length).toBeGreaterThan(0);
    for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("says what it may do, and writes nothing to the repository", () => {
    expect(workflow.permissions).toBeDefined();
    const all = [workflow.permissions, ...jobs.map(({ permissions }) => permissions)];
    const written = all.flatMap((one) => Object.entries(one ?? {}).filter(([, right]) => right !== "read"));
    expect(written.filter(([name, right]) => name !== "id-token" || right !== "write")).toEqual([]);
  });

  test("ends, and does not meet itself", () => {
    expect(workflow.concurrency).toBeDefined();
    for (const job of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  test("keeps no token in the checkout", () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
      expect(step.with).toEqual({ "persist-credentials": false });
  });

  test("calls scripts and tools that are there", () => {
    const commands = steps.flatMap(({ run }) => run ?? []);
    const called = commands.flatMap((run) => [...run.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name));
    expect(called.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
    const tools = commands.flatMap((run) => [...run.matchAll(/npx (\S+)/g)].map(([, name]) => name));
    for (const tool of tools) expect(existsSync(new URL(`node_modules/.bin/${tool}`, root)), tool).toBe(true);
    expect(commands).toContain("npm ci");
    expect(commands.some((run) => /^npm test\b/.test(run))).toBe(true);
  });

  test("takes nothing that a person has written into a command, and no stored secret at all", () => {
    for (const run of steps.flatMap((step) => step.run ?? [])) expect(run).not.toContain(EXPRESSION);
    expect(read(file)).not.toMatch(/\bsecrets\./);
  });
});

test("changes are tested without any right in AWS", () => {
  const { on, jobs } = workflowOf("ci.yml");
  expect(Object.keys(on).sort()).toEqual(["pull_request", "push"]);
  expect(JSON.stringify(jobs)).not.toMatch(/id-token|configure-aws-credentials/);
});

describe("a deployment", () => {
  const { on, jobs } = workflowOf("deploy.yml");

  test("is started by a person, for a stage that is an environment", () => {
    expect(Object.keys(on)).toEqual(["workflow_dispatch"]);
    expect(jobs.deploy?.environment).toBe(`${EXPRESSION} inputs.stage }}`);
  });

  test("has GitHub's identity in the job of the environment alone", () => {
    const identified = Object.entries(jobs).filter(([, { permissions }]) => permissions?.["id-token"]);
    expect(identified.map(([name]) => name)).toEqual(["deploy"]);
    const assumed = jobs.deploy?.steps.find(({ uses }) => uses?.includes("configure-aws-credentials"));
    expect(assumed?.with?.["role-to-assume"]).toBe(`${EXPRESSION} vars.AWS_DEPLOY_ROLE }}`);
    expect(Object.keys(assumed?.with ?? {}).filter((name) => name.includes("key"))).toEqual([]);
  });

  test("deploys the package that was tested, and keeps it", () => {
    const kept = jobs.package?.steps.find(({ uses }) => uses?.includes("upload-artifact"))?.with;
    const taken = jobs.deploy?.steps.find(({ uses }) => uses?.includes("download-artifact"))?.with;
    expect(kept).toMatchObject({
      path: ".serverless",
      "include-hidden-files": true,
      "if-no-files-found": "error",
    });
    expect(taken?.name).toBe(kept?.name);
    const command = jobs.deploy?.steps.findLast(({ run }) => run !== undefined)?.run;
    expect(command).toContain(`--package ${String(taken?.path)}`);
  });
});
