/** What is logged says whose it is and nothing of a person; and docs/observability.md tells all that is logged and measured. */
import { readdirSync, readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import { METRICS, NAMESPACE } from "../../lib/observability/metrics.ts";
import type { Settings } from "../../lib/settings.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { event, SECRETS, webhookRequest, workflow } from "../receive/receiver.ts";
import { startUpdateScene, type UpdateScene } from "../update/scene.ts";

const page = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8");
/** The cells of each row whose first cell is code. */
const rows = [...page.matchAll(/^\| `(.+?)` \|(.+)\|$/gm)].map(([, name = "", rest = ""]) => {
  return [name, ...rest.split("|").map((cell) => cell.trim())] as const;
});
const metricRows = rows.filter(([, unit = ""]) => /^(Count|Seconds|Milliseconds)$/.test(unit));
const messageRows = rows.filter((row) => !metricRows.includes(row));
const inCode = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word);

/** Every message in the code, with its level. */
function messagesOfTheCode(): string[] {
  const directory = new URL("../../lib/", import.meta.url);
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.flatMap((name) => {
    const source = readFileSync(new URL(name, directory), "utf8");
    return [...source.matchAll(/\blog\s*\.(debug|info|warn|error)\(([^{]*?),\s/g)].flatMap(
      ([, level, first = ""]) => [...first.matchAll(/"(.+?)"/g)].map(([, message]) => `${message}: ${level}`),
    );
  });
}

describe("docs/observability.md", () => {
  test("has every metric with its unit and its dimensions, and no other", () => {
    const documented = metricRows.map(([name, unit, dimensions]) => `${name}: ${unit}, ${dimensions}`);
    const measured = Object.entries(METRICS).map(
      ([name, { unit, dimensions }]) => `${name}: ${unit}, ${dimensions.join(", ")}`,
    );
    expect(documented).toEqual(measured);
    expect(page).toContain(`Namespace \`${NAMESPACE}\``);
  });

  test("has every message of the log with its level, and no other", () => {
    const documented = messageRows.map(([message, level]) => `${message}: ${level}`);
    expect(documented.sort()).toEqual([...new Set(messagesOfTheCode())].sort());
  });
});

const CONTEXT = {
  awsRequestId: "request-1",
  functionName: "the-function",
  getRemainingTimeInMillis: () => 180_000,
} as Context;
const PERSONAL = "Ada at ada@example.com";
const ACTION = "push_profile_to_teamtailor";

describe("the log of functions that succeed, fail, and fail unexpectedly", () => {
  let scene: UpdateScene;
  let teamtailor: SimulatedTeamtailor;
  let lines: Record<string, unknown>[];

  beforeAll(async () => {
    scene = await startUpdateScene();
    teamtailor = await startTeamtailor();
    teamtailor.failNext({}, { kind: "status", status: 503 }, Number.POSITIVE_INFINITY);
    const { hrflow, sourceKey } = scene;
    const settings: Settings = {
      ...scene.environment.settings,
      baseUrl: (name, real) =>
        name === "TEAMTAILOR_BASE_URL" ? teamtailor.url : scene.environment.settings.baseUrl(name, real),
    };
    const environment = { ...scene.environment, settings };
    environment.rotateSecret("hrflow/webhook", SECRETS["hrflow/acme"]);
    environment.rotateSecret("teamtailor/acme", { auth: DEFAULT_TEAMTAILOR_KEY.token });
    const broken = new Error(PERSONAL, { cause: new Error(PERSONAL) });
    const failing = { ...environment, sqs: { send: () => Promise.reject(broken) } };

    const declared = [workflow({ hrflow_auth: { secret: "hrflow/webhook" } })];
    const receive = webhookFunction(declared, environment);
    await receive(webhookRequest(event()), CONTEXT);
    await receive(webhookRequest(event(), { name: PERSONAL }), CONTEXT);
    await webhookFunction(declared, failing)(webhookRequest(event()), CONTEXT);

    const auth = { hrflow_auth: { secret: "hrflow/acme" }, connector_auth: { secret: "teamtailor/acme" } };
    const workflows = [
      { workflow_id: "acme", action: ACTION, ...auth },
      { workflow_id: "odd", action: ACTION, ...auth, format: () => Promise.reject(broken) },
      {
        workflow_id: "empty",
        action: ACTION,
        ...auth,
        logics: [() => false],
        callback: () => Promise.reject(new Error("of ada@example.com")),
      },
    ];
    const push = pushFunction(teamtailorConnector, { workflows, functions: {} }, environment);
    const info = { first_name: "Ada", email: "ada@example.com" };
    const profile_key = hrflow.putProfile({ source_key: sourceKey, info }).key;
    const queue = queueWorkerOf(ACTION, (batch) => push(batch, CONTEXT), environment);
    for (const { workflow_id } of workflows)
      await queue.send({ workflow_id, source_key: sourceKey, profile_key }, workflow_id);
    await queue.work();

    scene.add("Unknown", { inHrflow: false });
    scene.add("Ada");
    const update = {
      workflow_id: "acme-update",
      action: "update_profiles_in_hrflow_from_flatchr",
      hrflow_auth: { secret: "hrflow/acme" },
      connector_auth: { secret: "flatchr/acme" },
      push_parameters: { source_key: sourceKey },
    };
    const user = { workflows: [update], functions: {} };
    await updateFunction(flatchr, user, environment)({ workflow_id: "acme-update" }, CONTEXT);
    lines = environment.logged.map((line) => JSON.parse(line));
  });
  afterAll(() => Promise.all([scene.stop(), teamtailor.stop()]));

  test("has lines of every kind", () => {
    expect(new Set(lines.map(({ message }) => message))).toEqual(
      new Set([
        "webhook received",
        "webhook refused",
        "webhook not stored",
        "vendor called",
        "profile pushed",
        "profile not pushed",
        "profile will be tried again",
        "profile dead-lettered",
        "callback failed",
        "candidate failed",
        "run finished",
      ]),
    );
  });

  test("names the request in every line, and has no field that is not documented", () => {
    const ofEveryLine = inCode(page.slice(page.indexOf("## Log"), page.indexOf("| message |")));
    for (const line of lines) {
      expect(line).toMatchObject({ function_request_id: "request-1" });
      const [, , , fields = ""] = messageRows.find(([message]) => message === line.message) ?? [];
      const documented = [...ofEveryLine, ...inCode(fields)];
      expect(documented, `${line.message}`).toEqual(expect.arrayContaining(Object.keys(line)));
    }
  });

  test("names run, workflow and action in every line of a run", () => {
    // The webhook's own message was given up before a run began: its workflow is not deployed.
    const ofRuns = lines.filter(
      ({ message, reason }) => !String(message).startsWith("webhook") && reason !== "workflow_id_not_found",
    );
    for (const line of ofRuns) {
      expect(line, `${line.message}`).toMatchObject({
        run_id: expect.any(String),
        workflow_id: expect.stringMatching(/^(acme|odd|empty|acme-update)$/),
        action: expect.any(String),
      });
    }
  });

  test("sums up the calls of each vendor, once a run", () => {
    const calls = { calls: expect.any(Number), duration_ms: expect.any(Number) };
    const summaries = lines.filter(({ vendor_calls }) => vendor_calls !== undefined);
    expect(summaries.map(({ workflow_id }) => workflow_id).sort()).toEqual([
      "acme",
      "acme-update",
      "empty",
      "odd",
    ]);
    expect(summaries.find(({ workflow_id }) => workflow_id === "acme-update")).toMatchObject({
      vendor_calls: { HrFlow: calls, Flatchr: calls },
    });
  });

  test("holds nothing of what a foreign error said, and nothing personal", () => {
    const text = scene.environment.logged.join("\n");
    expect(text).not.toMatch(/ada@|Ada at|\bat \/|"stack"|"cause"/);
  });
});
