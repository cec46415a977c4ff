/** What Relay's own code takes of the processor for one profile, beside reading and writing the same profile as JSON. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { type Figure, median } from "./figure.ts";
import type { OwnCpuReport } from "./own-cpu-worker.ts";

const GOAL = 10;

export async function benchOwnCpu(): Promise<Figure[]> {
  const worker = fork(new URL("own-cpu-worker.ts", import.meta.url), {
    env: { PATH: process.env.PATH, POWERTOOLS_LOG_LEVEL: "SILENT" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ profileInBytes, push, update }] = (await once(worker, "message")) as [OwnCpuReport];
  const kilobytes = Math.round(profileInBytes / 1000);
  const figureOf = (what: string, rounds: OwnCpuReport["push"]): Figure => ({
    what: `${what}, ${kilobytes} kB, answers at once: processor time`,
    measured: `${median(rounds.map(({ ownInMs }) => ownInMs)).toFixed(2)} ms`,
    floor: `${median(rounds.map(({ jsonInMs }) => jsonInMs)).toFixed(2)} ms to parse and serialise the profile`,
    values: rounds.map(({ ownInMs, jsonInMs }) => ownInMs / jsonInMs),
    goal: { atMost: GOAL },
  });
  return [
    figureOf("a profile created in Teamtailor", push),
    figureOf("a candidate updated in HrFlow", update),
  ];
}
