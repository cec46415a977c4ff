/** The demonstration with a user's own workflows. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LogLine } from "../../local/aws/lambda.ts";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { playScenario } from "../../local/scenario.ts";
import { startSimulators } from "../../local/simulators.ts";
import { startSystem } from "../../local/system.ts";
import { temporaryDirectory } from "./stand-ins.ts";

const hrflow_auth = { secret: "hrflow/demo" };
const teamtailor = {
  workflow_id: "acme-teamtailor",
  action: "push_profile_to_teamtailor",
  hrflow_auth,
  connector_auth: { secret: "teamtailor/demo" },
};
const flatchr = {
  workflow_id: "acme-flatchr",
  action: "push_profile_to_flatchr",
  hrflow_auth,
  connector_auth: { secret: "flatchr/demo" },
  push_parameters: { vacancy: "2417" },
};
const smartrecruiters = {
  workflow_id: "acme-smartrecruiters",
  action: "push_profile_to_smartrecruiters",
  hrflow_auth,
  connector_auth: { secret: "smartrecruiters/demo" },
  push_parameters: { job_id: "a-job-of-acme" },
};
const update = {
  workflow_id: "acme-update",
  action: "update_profiles_in_hrflow_from_flatchr",
  hrflow_auth,
  connector_auth: { secret: "flatchr/demo" },
  push_parameters: { source_key: "acme-flatchr" },
};

async function playWith(workflows: object[], code = "") {
  const workflowsFile = join(temporaryDirectory(), "workflows.mjs");
  writeFileSync(workflowsFile, `const list = ${JSON.stringify(workflows)};\n${code}\nexport default list;`);
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  onTestFinished(() => simulators.stop());
  const log: LogLine[] = [];
  const system = await startSystem({
    secrets,
    workflowsFile,
    environment: simulators.environment,
    onLog: (line) => log.push(line),
    holdSchedules: true,
  });
  onTestFinished(() => system.stop());
  const play = () => playScenario({ system, simulators, secrets, log, onStep: () => {} });
  return { simulators, play };
}

/** Only of these is it told whether their candidates are created: the samples above push to no other ATS. */
const OF_OTHERS = /^the candidate is created in (?!Teamtailor|Flatchr|SmartRecruiters)/;

/** What became of the steps, in order. */
function told({ steps: all }: Awaited<ReturnType<typeof playScenario>>): string[] {
  const steps = all.filter(({ step }) => !OF_OTHERS.test(step));
  return steps.map(({ ok, skipped, detail }) => (skipped ? `skipped: ${detail}` : ok ? "shown" : detail));
}

test("workflows with webhooks, sources, vacancies and jobs of their own are all shown", async () => {
  const ofSite = { pull_parameters: { source_keys: ["acme-site"] } };
  const { play } = await playWith([
    { ...teamtailor, ...ofSite },
    { ...flatchr, ...ofSite },
    smartrecruiters,
    { ...update, pull_parameters: { vacancy: "a-vacancy", column: "À relancer" } },
  ]);
  const result = await play();
  expect(told(result)).toEqual([
    ...Array(11).fill("shown"),
    "skipped: no workflow pushes the source acme-flatchr to Flatchr",
  ]);
  expect(result.ok).toBe(true);
});

test("what no workflow does is left out, and said", async () => {
  const { play } = await playWith([{ ...teamtailor, webhook: "acme" }]);
  const result = await play();
  const noUpdate = "skipped: no workflow has the action update_profiles_in_hrflow_from_flatchr";
  expect(told(result)).toEqual([
    "shown",
    "shown",
    "skipped: no workflow has the action push_profile_to_flatchr",
    "skipped: no workflow has the action push_profile_to_smartrecruiters",
    "shown",
    "shown",
    "shown",
    ...Array(5).fill(noUpdate),
  ]);
  expect(result.ok).toBe(true);
});

test("a workflow without its secret holds nothing up, though what it is sent waits", async () => {
  const { play } = await playWith([
    { ...teamtailor, connector_auth: { secret: "teamtailor/dmo" }, webhook: "acme" },
    { ...flatchr, webhook: "acme" },
  ]);
  const result = await play();
  expect(told(result)[1]).toBe("skipped: acme-teamtailor needs the secret teamtailor/dmo");
  expect(told(result).filter((one) => one === "shown")).toHaveLength(5);
  expect(result.ok).toBe(true);
});

test("an update alone is shown, filtered as it may be", async () => {
  const { play } = await playWith([
    { ...update, push_parameters: { source_key: "s", create_missing: true } },
  ]);
  const result = await play();
  expect(told(result).filter((one) => one === "shown")).toHaveLength(4);
  expect(result.ok).toBe(true);
});

test("what cannot be shown is said with its reason, and is a failure when nothing is left", async () => {
  const { play } = await playWith([
    { ...teamtailor, connector_auth: { secret: "teamtailor/acme" } },
    { ...flatchr, persist: false },
    { ...smartrecruiters, hrflow_auth: { secret: "hrflow/acme" } },
    { ...update, pull_parameters: { email: "somebody@example.com" } },
  ]);
  const result = await play();
  const nobody = "skipped: acme-update filters by email, which nobody here may pass";
  expect(told(result)).toEqual([
    "skipped: no workflow that pushes can be shown",
    "skipped: acme-teamtailor needs the secret teamtailor/acme",
    "skipped: acme-flatchr is a dry run (persist: false)",
    "skipped: acme-smartrecruiters needs the secret hrflow/acme",
    ...Array(3).fill("skipped: no workflow that pushes can be shown"),
    ...Array(5).fill(nobody),
    "none of the workflows could be shown: each says above why",
  ]);
  expect(result.ok).toBe(false);
});

test("functions of the user's have the last word on what is written", async () => {
  const { play } = await playWith(
    [teamtailor, update],
    "list[0].logics = [() => false]; list[1].logics = [(candidate) => candidate];",
  );
  const result = await play();
  expect(told(result).slice(0, 2)).toEqual(["shown", "shown"]);
  expect(result.steps[1]?.detail).toBe("discarded, as the functions of acme-teamtailor want it");
  expect(result.ok).toBe(true);
});

test("it ends at the first step that does not go as it should, and says why", async () => {
  const { play, simulators } = await playWith([teamtailor, update]);
  simulators.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 400 }, 100);
  const result = await play();
  expect(result).toMatchObject({ ok: false, steps: [{ ok: true }, { ok: false }] });
  expect(result.steps[1]?.detail).toMatch(/^acme-teamtailor gave the profile up: .*400/);
});
