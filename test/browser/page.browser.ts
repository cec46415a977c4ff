/** The page of the local system in a real browser, while the system works. */
import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { addSampleData, SAMPLE_SOURCE_KEY } from "../../local/sample-data.ts";
import { fieldsOf, webhookOf } from "../../local/scenario-stage.ts";
import { type Simulators, sampleCvName, startSimulators } from "../../local/simulators.ts";
import { type System, startSystem } from "../../local/system.ts";
import { samplePdf } from "../../local/vendors/sample-profiles.ts";
import { openBrowser } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

interface Scene {
  system: System;
  simulators: Simulators;
  /** A careers site uploads a CV, and HrFlow sends its webhook. @returns the profile's key */
  uploadCv(): Promise<string>;
  page: Page;
  /** What the browser complained of. */
  complaints: string[];
  /** All that the browser has asked for. */
  requests: string[];
}

async function start(colorScheme: "light" | "dark" = "light"): Promise<Scene> {
  const secrets = demoSecrets(undefined);
  const simulators = await startSimulators(secrets, () => undefined);
  onTestFinished(() => simulators.stop());
  const { environment, hrflow } = simulators;
  const system = await startSystem({ secrets, environment, holdSchedules: true });
  onTestFinished(() => system.stop());
  addSampleData(simulators, system.workflows);
  const workflow = system.workflows.find(({ action }) => action === "push_profile_to_teamtailor");
  if (!workflow) throw new Error("the sample workflows push to Teamtailor");
  hrflow.settings.webhook = webhookOf(workflow, system, secrets);
  const { api_secret, api_user } = fieldsOf(secrets, workflow.hrflowSecret);

  const page = await browser.newPage({ colorScheme });
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  return {
    system,
    simulators,
    page,
    complaints,
    requests,
    async uploadCv() {
      const form = new FormData();
      form.set("source_key", SAMPLE_SOURCE_KEY);
      const number = hrflow.profiles().length;
      form.set("file", new File([new Uint8Array(samplePdf(`CV ${number}`))], sampleCvName(number)));
      const headers = { "X-API-KEY": String(api_secret), "X-USER-EMAIL": String(api_user) };
      const response = await fetch(`${hrflow.url}/profile/parsing/file`, {
        method: "POST",
        headers,
        body: form,
      });
      const { data } = (await response.json()) as { data: { profile: { key: string } } };
      return data.profile.key;
    },
  };
}

/** Resolves when the browser shows it. */
async function seen(page: Page, section: string, text: string): Promise<void> {
  await page.locator(`#${section} tbody tr`, { hasText: text }).first().waitFor({ timeout: 20_000 });
}

test("a webhook's run and links appear by themselves, then a dead letter with its reason; nothing of a person does", async () => {
  const { system, simulators, page, uploadCv, complaints, requests } = await start();
  await page.goto(system.url);
  for (const { workflowId } of system.workflows) await seen(page, "workflows", workflowId);
  expect(await page.locator("#recent-runs").textContent()).toContain("No run yet");
  expect(await page.locator("#links").textContent()).toContain("No profile has become a candidate yet");
  await page.evaluate("globalThis.isTheSameDocument = true");

  const key = await uploadCv();
  await seen(page, "recent-runs", `profile ${key}`);
  await seen(page, "links", "created");
  expect(await page.locator(`#links code[title="${key}"]`).count()).toBeGreaterThan(0);

  simulators.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 400 }, 100);
  const refused = await uploadCv();
  await seen(page, "dead-letters", "write failure");
  const letter = page.locator("#dead-letters tbody tr").first();
  expect(await letter.textContent()).toMatch(/demo-teamtailor[\s\S]*400/);
  expect(await letter.locator("code").getAttribute("title")).toBe(refused);

  expect(await page.evaluate("globalThis.isTheSameDocument")).toBe(true);
  const shown = await page.content();
  for (const profileKey of [key, refused]) {
    const { first_name, last_name, email, phone } = simulators.hrflow.profile(profileKey)?.info ?? {};
    const personal = [first_name, last_name, email, phone].filter((text) => typeof text === "string");
    expect(personal.length).toBeGreaterThan(2);
    for (const text of personal) expect(shown).not.toContain(text);
  }
  expect(complaints).toEqual([]);
  expect(requests.length).toBeGreaterThan(3);
  expect(requests.filter((url) => !url.startsWith(`${system.url}/`))).toEqual([]);
});

test.each(["light", "dark"] as const)(
  "in %s colours everyone can read it, also by keyboard",
  async (scheme) => {
    const { system, page, uploadCv, simulators } = await start(scheme);
    simulators.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 400 }, 100);
    await uploadCv();
    await page.goto(system.url);
    await page.locator("#connection", { hasText: "live" }).waitFor();
    await seen(page, "links", "created");
    await seen(page, "dead-letters", "write failure");
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
      [],
    );

    await page.keyboard.press("Tab");
    const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
    expect(await focused()).toBe("Workflows, table");
    await uploadCv();
    await page.locator("#links .count", { hasText: /^6$/ }).waitFor();
    expect(await focused(), "a change leaves the focus where it is").toBe("Workflows, table");
  },
);

test("it says when the system is gone", async () => {
  const { system, page } = await start();
  await page.goto(system.url);
  await page.locator("#connection", { hasText: "live" }).waitFor();
  await system.stop();
  await page.locator("#connection", { hasText: "not connected" }).waitFor();
});
