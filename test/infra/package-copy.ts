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
  /** Where everything lies, until it is removed. */
  directory: string;
  remove(): void;
}

/**
 * Packages a copy of the repository, so that tests can go side by side, and with workflows of their own.
 *
 * @param workflows takes the place of `workflows/index.ts`
 */
export async function packageCopy(workflows?: string): Promise<Package> {
  const directory = mkdtempSync(join(tmpdir(), "relay-package-"));
  for (const name of PACKAGED) cpSync(join(REPOSITORY, name), join(directory, name), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(directory, "node_modules"));
  if (workflows !== undefined) writeFileSync(join(directory, "workflows/index.ts"), workflows);

  await promisify(execFile)(process.execPath, ["node_modules/osls/bin/serverless.js", "package"], {
    cwd: directory,
    // No credentials and no profile: what this machine knows of AWS must make no difference.
    env: { PATH: dirname(process.execPath), HOME: directory },
  });

  const built = join(directory, ".serverless");
  const zipNames = readdirSync(built).filter((name) => name.endsWith(".zip"));
  const template = readFileSync(join(built, "cloudformation-template-update-stack.json"), "utf8");
  return {
    template: JSON.parse(template) as Template,
    zips: new Map(zipNames.map((name) => [parse(name).name, readFileSync(join(built, name))])),
    directory,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Unpacks every bundle as Lambda does; returns the directory that then has one module for each function. */
export function unpack({ zips, directory }: Package): string {
  const target = mkdtempSync(join(directory, "unpacked-"));
  for (const [name, zip] of zips) {
    for (const [path, content] of Object.entries(unzipSync(zip))) {
      if (!path.startsWith(`functions/${name}.mjs`))
        throw new Error(`${path} has no business in ${name}.zip`);
      writeFileSync(join(target, parse(path).base), content);
    }
  }
  return target;
}
