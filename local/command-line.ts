import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { SecretValues } from "./aws/secrets-manager.ts";
import { StartError } from "./start-error.ts";

export const HELP = `HrFlow Relay on this machine: its functions, with a DynamoDB, an SQS and a Secrets Manager on loopback.

npm start -- [options]

  --once            play the demonstration, and exit: 0 when all went well
  --json            print the result of the demonstration as JSON on the last line
  --live            no demonstration, and the real vendors (or the base URLs in the environment) in place of simulated ones
  --port PORT       where webhooks and invocations are received; 3000 unless given, 0 takes any free port
  --workflows FILE  a module whose default export is the list of workflows, in place of workflows/index.ts
  --secrets FILE    JSON { "name": { … } }, what AWS Secrets Manager holds
  --data DIR        keep tables, queues and secrets in this directory between starts
  --speed N         divide Relay's own waiting times by N (retries, visibility, leases, schedules)
  --faults PERCENT  after the demonstration this share of the calls to the simulated ATSs fails, in every way
  --help            this text`;

export interface Arguments {
  once: boolean;
  json: boolean;
  live: boolean;
  help: boolean;
  port: number;
  speed: number;
  /** Percent of the calls to simulated ATSs. */
  faults: number;
  workflowsFile: string | undefined;
  secretsFile: string | undefined;
  dataDirectory: string | undefined;
}

/** The command was called in a way it does not understand. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** @throws UsageError that says in one line what is wrong. */
export function readArguments(words: string[]): Arguments {
  const values = parse(words);
  const { once = false, json = false, live = false, help = false } = values;
  if (once && live)
    throw new UsageError("--once plays the demonstration, which --live does not have: give one of them");
  if (values.faults !== undefined && (once || live))
    throw new UsageError(
      "--faults begins after the demonstration, with simulated ATSs: leave out --once and --live",
    );
  return {
    once,
    json,
    live,
    help,
    port: readNumber(
      "--port",
      values.port ?? "3000",
      (port) => Number.isInteger(port) && port >= 0 && port < 65536,
    ),
    speed: readNumber("--speed", values.speed ?? "1", (speed) => speed >= 1 && speed <= 1_000_000),
    faults: readNumber("--faults", values.faults ?? "0", (percent) => percent >= 0 && percent <= 100),
    workflowsFile: toPath(values.workflows),
    secretsFile: toPath(values.secrets),
    dataDirectory: toPath(values.data),
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      allowPositionals: false,
      options: {
        once: { type: "boolean" },
        json: { type: "boolean" },
        live: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        port: { type: "string" },
        speed: { type: "string" },
        faults: { type: "string" },
        workflows: { type: "string" },
        secrets: { type: "string" },
        data: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    // Node's message goes on with hints in further sentences and lines.
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
    throw new UsageError(`${first}. See npm start -- --help`);
  }
}

const EXPECTED = {
  "--port": "a port number, 0 to 65535",
  "--speed": "a number, 1 or more",
  "--faults": "a percentage, 0 to 100",
};

function readNumber(
  option: keyof typeof EXPECTED,
  value: string,
  isAllowed: (number: number) => boolean,
): number {
  const number = Number(value);
  if (value.trim() !== "" && isAllowed(number)) return number;
  throw new UsageError(`${option} must be ${EXPECTED[option]}, and is "${value}"`);
}

/** npm runs a script in the package's directory, wherever the user is. */
function toPath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const isRunByNpm = process.env.npm_lifecycle_event === "start";
  return resolve((isRunByNpm && process.env.INIT_CWD) || process.cwd(), path);
}

const SECRETS_FORM = 'it must be JSON like { "hrflow/acme": { "api_secret": "…" } }';

/**
 * @param nextStep what to do when the file cannot be used
 * @throws StartError that says what is wrong with the file, without showing any of it
 */
export function readSecrets(file: string, nextStep = SECRETS_FORM): SecretValues {
  const refuse = (problem: string) => new StartError(`The secrets file ${file} ${problem}`);
  if (!existsSync(file)) throw refuse("does not exist: give its path with --secrets");
  const secrets = parseJson(readText(file));
  if (!isRecord(secrets)) throw refuse(`cannot be used: ${nextStep}`);
  for (const [name, value] of Object.entries(secrets)) {
    if (!isRecord(value)) throw refuse(`cannot be used: "${name}" is not an object, ${nextStep}`);
  }
  return secrets as SecretValues;
}

/** Text that is no JSON for what cannot be read, a directory for one. */
function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The parser's own message would quote the text, and with it a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
