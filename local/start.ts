/** `npm start`: the whole system on this machine. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import type { LogLine } from "./aws/lambda.ts";
import type { SecretValues } from "./aws/secrets-manager.ts";
import { type Arguments, HELP, readArguments, readSecrets, UsageError } from "./command-line.ts";
import { demoSecrets } from "./demo-secrets.ts";
import { narrate, readLogEntry } from "./narrator.ts";
import { createProgressReader, drawProgress, tellProgress } from "./progress.ts";
import { FAULTS_IN_WORDS, failAtRandom } from "./random-faults.ts";
import { playScenario, type ScenarioStep } from "./scenario.ts";
import { witnessesOf } from "./scenario-witness.ts";
import { secretProblems } from "./secret-problems.ts";
import { type Simulators, startSimulators } from "./simulators.ts";
import { StartError } from "./start-error.ts";
import { summaryTable } from "./summary.ts";
import { type System, startSystem } from "./system.ts";
import { openTerminal } from "./terminal.ts";

const terminal = openTerminal(process.stdout);
const { say } = terminal;
const good = (words: string) => styleText("green", words);
const bad = (words: string) => styleText("red", words);

/** What may be set to reach other than the real vendors, and is handed on with --live. */
const LIVE_SETTING = /^([A-Z]+_)+BASE_URL$|^CV_ALLOWED_ORIGINS$/;

/** What is at work when it is stopped may take so long to finish. Messages that are cut off are delivered again. */
const GRACE_IN_SECONDS = 5;

// Who read this has gone, as `npm start | head` does: there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof StartError || error instanceof UsageError)) throw error;
  console.error(styleText("red", error.message.replaceAll(/\s+/g, " "), { stream: process.stderr }));
  process.exit(error instanceof UsageError ? 2 : 1);
}

async function main(given: Arguments): Promise<void> {
  if (given.help) return say(HELP);
  const { system, simulators, secrets, log } = await startAll(given);
  let isStopping = false;
  const stop = async (exitCode: number, lastLine?: string): Promise<never> => {
    isStopping = true;
    await system.stop({ graceInSeconds: GRACE_IN_SECONDS });
    await simulators?.stop();
    if (lastLine !== undefined) say(lastLine);
    process.exit(exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // A second one is for those who do not want to wait.
      if (isStopping) process.exit(1);
      terminal.showBelow([]);
      say("Stopping: what is at work is finished or given back. Once more ends it at once.");
      void stop(0);
    });
  }

  whenNpmHasEnded(() => process.kill(process.pid, "SIGTERM"));

  introduce(system, simulators, secrets, given.speed);
  if (!simulators) return system.startSchedules();
  const onStep = (step: ScenarioStep) => {
    if (!isStopping) showStep(step);
  };
  const result = await playScenario({ system, simulators, secrets, log: log.lines, onStep });
  log.isKept = false;
  if (isStopping) return;
  const failed = result.steps.find(({ ok }) => !ok);
  if (given.once) say(`\n${summaryTable(result.steps, terminal.width)}\n`);
  if (failed) say(bad(`The demonstration failed at: ${failed.step}`));
  else say(good("The demonstration went well."));
  if (!failed && !given.once) say(`Listening on ${system.url}. Ctrl+C ends it.`);
  const lastLine = given.json ? JSON.stringify(result) : undefined;
  if (failed || given.once) await stop(failed ? 1 : 0, lastLine);
  if (simulators && given.faults > 0) {
    failAtRandom(simulators, given.faults, Date.now());
    say(`From now on ${given.faults} % of the calls to the simulated ATSs fail: ${FAULTS_IN_WORDS}.`);
  }
  system.startSchedules();
  if (lastLine !== undefined) say(lastLine);
}

/** npm hands SIGTERM to the shell that it started, and no shell hands it on: without this the port stays in use. */
function whenNpmHasEnded(stop: () => void): void {
  if (process.env.npm_lifecycle_event !== "start") return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    stop();
  }, 200).unref();
}

interface Running {
  system: System;
  simulators: Simulators | undefined;
  secrets: SecretValues;
  /** What the functions logged; it is kept for the demonstration, and would only grow afterwards. */
  log: { lines: LogLine[]; isKept: boolean };
}

async function startAll(given: Arguments): Promise<Running> {
  const { live, port, speed, workflowsFile, secretsFile, dataDirectory } = given;
  const ownSecrets = secretsFile === undefined ? {} : readSecrets(secretsFile);
  const dataFile = (name: string) => (dataDirectory === undefined ? undefined : join(dataDirectory, name));
  if (dataDirectory !== undefined) makeDirectory(dataDirectory);
  const secrets = live ? ownSecrets : { ...demoSecrets(dataFile("demo-secrets.json")), ...ownSecrets };
  const simulators = live
    ? undefined
    : await startSimulators(secrets, (vendor) => dataFile(`${vendor}.db`)).catch((error: unknown) => {
        throw dataDirectory === undefined ? error : unusable(dataDirectory, error);
      });

  const showProgress = progressDisplay(() => simulators?.flatchr.candidates().length);
  const log: Running["log"] = { lines: [], isKept: simulators !== undefined };
  let system: System | undefined;
  try {
    system = await startSystem({
      port,
      speed,
      secrets,
      environment: simulators?.environment ?? readLiveSettings(),
      holdSchedules: true, // They would run into the demonstration.
      onLog: (line) => {
        if (log.isKept) log.lines.push(line);
        const told = narrate(line);
        if (told !== undefined) say(`   ${told}`);
        showProgress(line);
      },
      ...(workflowsFile === undefined ? {} : { workflowsFile }),
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
    });
    const failed = await system.lambda.warm();
    if (failed)
      throw new StartError(
        `With ${workflowsFile ?? "workflows/index.ts"} the function ${failed.functionName} does not start: ${failed.error.errorMessage}`,
      );
    return { system, simulators, secrets, log };
  } catch (error) {
    await system?.stop();
    await simulators?.stop();
    throw error;
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(directory, error);
  }
}

function unusable(directory: string, error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`The data directory ${directory} cannot be used (${reason}): give another --data`);
}

/** A bar below the other lines in a terminal, and a line now and then anywhere else. */
function progressDisplay(guessTotal: () => number | undefined): (line: LogLine) => void {
  const progress = createProgressReader(guessTotal);
  return (line) => {
    const entry = readLogEntry(line);
    if (!entry || !progress.follow(entry)) return;
    const running = progress.running();
    terminal.showBelow(running.map((one) => `   ${drawProgress(one)}`));
    if (terminal.width === undefined)
      for (const one of running) say(`   ${one.workflowId}: ${tellProgress(one)}`);
  };
}

function readLiveSettings(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      LIVE_SETTING.test(name) && value ? [[name, value]] : [],
    ),
  );
}

function introduce(
  system: System,
  simulators: Simulators | undefined,
  secrets: SecretValues,
  speed: number,
): void {
  say(styleText("bold", `HrFlow Relay is ready: ${system.url}`));
  say(`   to look at: http://localhost:${new URL(system.url).port}/`);
  const clock = speed === 1 ? "" : `, on a clock ${speed} times as fast`;
  for (const { workflowId, action, webhook, schedule } of system.workflows) {
    if (action.startsWith("push_")) say(`   ${workflowId}: POST ${system.url}/webhooks/${webhook}`);
    if (schedule) say(`   ${workflowId}: ${schedule.expression}${clock}`);
  }
  say(`   functions: ${system.lambda.functionNames.join(", ")}`);
  if (simulators) {
    say(`   simulated: HrFlow ${simulators.hrflow.url}`);
    for (const { label, simulator } of witnessesOf(simulators))
      say(`              ${label} ${simulator.url}`);
  }
  for (const problem of secretProblems(system.workflows, system.secretsManager.has, secrets))
    say(styleText("yellow", `   ${problem}`));
}

function showStep({ step, ok, skipped, detail }: ScenarioStep): void {
  const mark = ok ? good("✓") : bad("✗");
  say(skipped ? styleText("dim", `– ${step}: skipped, ${detail}`) : `${mark} ${step}: ${detail}`);
}
