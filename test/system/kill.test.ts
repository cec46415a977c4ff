/** The system is killed while it works, and started again with the same data: nothing is lost, nothing is there twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";

const PROFILES = 30;
const KILLS = 4;
const WEBHOOK_SECRET = "webhook-secret-of-the-test";

let hrflow: SimulatedHrflow;
let teamtailor: SimulatedTeamtailor;
let directory: string;
let relay: ChildProcess | undefined;

beforeEach(async () => {
  hrflow = await startHrflow({ latencyInMs: 20 });
  teamtailor = await startTeamtailor({ rateLimit: false, latencyInMs: 60 });
  directory = await mkdtemp(join(tmpdir(), "relay-kill-"));
  const secrets = {
    "hrflow/demo": { ...DEFAULT_HRFLOW_KEY, webhook_secret: WEBHOOK_SECRET },
    "teamtailor/demo": { auth: DEFAULT_TEAMTAILOR_KEY.token },
  };
  await writeFile(join(directory, "secrets.json"), JSON.stringify(secrets));
});
afterEach(async () => {
  relay?.kill("SIGKILL");
  await hrflow.stop();
  await teamtailor.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the system as a user does, and waits until it says that it is ready. */
async function start(port: number): Promise<void> {
  const repository = new URL("../..", import.meta.url).pathname;
  const workflows = new URL("workflows.ts", import.meta.url).pathname;
  const data = join(directory, "data");
  relay = spawn(
    process.execPath,
    ["local/start.ts", "--live", "--port", `${port}`, "--speed", "100", "--data", data].concat([
      "--workflows",
      workflows,
      "--secrets",
      join(directory, "secrets.json"),
    ]),
    {
      cwd: repository,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        HRFLOW_BASE_URL: hrflow.url,
        TEAMTAILOR_BASE_URL: teamtailor.url,
        CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin,
      },
    },
  );
  const lines = createInterface({ input: relay.stdout ?? expect.fail("the output is piped") });
  for await (const line of lines) if (line.includes("ready")) break;
  relay.stdout?.resume();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

test("killed again and again while it works, it loses nothing and doubles nothing", async () => {
  const source = hrflow.addSource({});
  const keys = Array.from({ length: PROFILES }, (_, index) => {
    const { profile } = sampleProfile(index);
    return hrflow.putProfile({ ...profile, source_key: source.key }).key;
  });
  const port = await freePort();
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/demo`, secret: WEBHOOK_SECRET };
  await start(port);
  for (const [index, key] of keys.entries()) {
    for (;;) {
      // A sender that gets no 2xx tries again, as HrFlow is told to.
      const answer = await hrflow
        .notify(key, { ...webhook, type: "profile.parsing.success" })
        .catch(() => undefined);
      if (answer?.status === 202) break;
      await delay(50);
    }
    if (index % Math.ceil(PROFILES / KILLS) === 3) {
      await delay(100 + index * 5); // in the midst of reads, looks-up, creates
      relay?.kill("SIGKILL");
      await start(port);
    }
  }
  await expect.poll(() => teamtailor.candidates().length, { timeout: 60_000, interval: 100 }).toBe(PROFILES);
  await delay(2_000); // what was redelivered has its chance to do harm
  expect(teamtailor.duplicates()).toEqual([]);
  expect(teamtailor.candidates()).toHaveLength(PROFILES);
  for (const key of keys) {
    const email = hrflow.profile(key)?.info.email;
    expect(teamtailor.candidates().filter(({ attributes }) => attributes.email === email)).toHaveLength(1);
  }
}, 120_000);
