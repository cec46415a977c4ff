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
import {
  countCandidates,
  expectEverybodyOnce,
  startVendors,
  type Vendors,
  WEBHOOK,
  WEBHOOK_SECRET,
} from "./workflows.ts";

/** All of them go to Teamtailor, so many to each other ATS too. */
const PROFILES = 20;
const PROFILES_OF_ALL = 10;
const KILLS = 4;

let vendors: Vendors;
let directory: string;
let relay: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "relay-kill-"));
  vendors = await startVendors(directory);
  // Slow enough to be killed between any two calls, and in the midst of each.
  vendors.hrflow.latencyInMs = 20;
  for (const { account } of vendors.systems) account.simulator.latencyInMs = 60;
  await writeFile(join(directory, "secrets.json"), JSON.stringify(vendors.secrets));
});
afterEach(async () => {
  relay?.kill("SIGKILL");
  await vendors.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Starts the system as a user does, and waits until it says that it is ready. */
async function start(port: number): Promise<void> {
  const files = ["--workflows", vendors.workflowsFile, "--secrets", join(directory, "secrets.json")];
  const data = ["--data", join(directory, "data")];
  relay = spawn(
    process.execPath,
    ["local/start.ts", "--live", "--port", `${port}`, "--speed", "100", ...data, ...files],
    {
      cwd: new URL("../..", import.meta.url).pathname,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...vendors.environment },
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

test("killed again and again while it works, it loses nothing and doubles nothing, in any ATS", async () => {
  const keys = vendors.addProfiles(PROFILES, { inSmallSource: PROFILES_OF_ALL });
  // Those of one ATS alone and those of all in turn, so that every kill hits both.
  const inTurn = keys.toSorted((one, other) => (one < other ? -1 : 1));
  const port = await freePort();
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/${WEBHOOK}`, secret: WEBHOOK_SECRET };
  await start(port);
  for (const [index, key] of inTurn.entries()) {
    for (;;) {
      // A sender that gets no 2xx tries again, as HrFlow is told to.
      const type = "profile.parsing.success";
      const answer = await vendors.hrflow.notify(key, { ...webhook, type }).catch(() => undefined);
      if (answer?.status === 202) break;
      await delay(50);
    }
    if (index % Math.ceil(PROFILES / KILLS) === 3) {
      await delay(100 + index * 5); // in the midst of reads, looks-up, creates, CVs
      relay?.kill("SIGKILL");
      await start(port);
    }
  }
  const everybody = { teamtailor: PROFILES, flatchr: PROFILES_OF_ALL, smartrecruiters: PROFILES_OF_ALL };
  await expect.poll(() => countCandidates(vendors), { timeout: 200_000, interval: 100 }).toEqual(everybody);
  // A candidate may still wait for its CV.
  await expect.poll(() => withoutCv(), { timeout: 200_000, interval: 100 }).toBe(0);
  await delay(2_000); // what was redelivered has its chance to do harm
  await expectEverybodyOnce(vendors, keys);
}, 600_000);

async function withoutCv(): Promise<number> {
  const seen = await Promise.all(vendors.systems.map(({ account }) => account.candidates()));
  return seen.flat().filter(({ cvs }) => cvs.length === 0).length;
}
