import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import type { Template } from "./template.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const PACKAGED = [
  "functions",
  "infra",
  "lib",
  "local", // infra/ understands schedules as the local Scheduler does
  "workflows",
  "package.json",
  "serverless.yml",
  "tsconfig.json",
];

/** What `npm run package` makes. */
export interface Package {
  template: Template;
  /** By function name. */
  zips: Map<string, Buffer>;
  /** The workflows that were packaged. */
  workflowsFile: string;
  remove(): void;
}

/**
 * Packages a copy of the repository, so that tests can go side by side, and with workflows of their own.
 *
 * @param changes files of the copy that are other than those of the repository, by their paths
 * @throws Error with what osls has printed, when it fails
 */
export async function packageCopy(changes: Record<string, string> = {}): Promise<Package> {
  const directory = mkdtempSync(join(tmpdir(), "relay-package-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    for (const name of PACKAGED) cpSync(join(REPOSITORY, name), join(directory, name), { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules"), join(directory, "node_modules"));
    for (const [path, content] of Object.entries(changes)) writeFileSync(join(directory, path), content);
    await runOsls(directory);

    const built = join(directory, ".serverless");
    const zipNames = readdirSync(built).filter((name) => name.endsWith(".zip"));
    const template = readFileSync(join(built, "cloudformation-template-update-stack.json"), "utf8");
    return {
      template: JSON.parse(template) as Template,
      zips: new Map(zipNames.map((name) => [parse(name).name, readFileSync(join(built, name))])),
      workflowsFile: join(directory, "workflows/index.ts"),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function runOsls(directory: string): Promise<void> {
  const osls = ["node_modules/osls/bin/serverless.js", "package"];
  // No credentials and no profile: what this machine knows of AWS must make no difference.
  const environment = { PATH: dirname(process.execPath), HOME: directory };
  try {
    await promisify(execFile)(process.execPath, osls, { cwd: directory, env: environment, timeout: 100_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`osls package: ${stdout}${stderr}`, { cause: error });
  }
}

/** Unpacks every zip, far from any node_modules; returns the directory that then has one module for each function. */
export function unpack({ zips }: Package): string {
  const directory = mkdtempSync(join(tmpdir(), "relay-bundles-"));
  for (const zip of zips.values()) {
    for (const [path, content] of Object.entries(unzipSync(zip))) {
      writeFileSync(join(directory, parse(path).base), content);
    }
  }
  return directory;
}
