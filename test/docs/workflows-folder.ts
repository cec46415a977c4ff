import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface WorkflowsFolder {
  /** Puts modules where they find `lib/` as they would in `workflows/`. */
  place(name: string, modules: Record<string, string>): { fileOf(module: string): string };
  /** What the compiler says of the modules under this name; empty when they are right. */
  typeErrors(name: string): Promise<string>;
  remove(): void;
}

/** A temporary folder for the code that a page shows. */
export function createWorkflowsFolder(): WorkflowsFolder {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  return {
    place: (name, modules) => {
      const workflows = join(folder, name, "workflows");
      mkdirSync(workflows, { recursive: true });
      writeFileSync(join(folder, name, "package.json"), '{ "type": "module" }');
      for (const [file, code] of Object.entries(modules)) {
        writeFileSync(join(workflows, file), code.replaceAll('from "../lib/', `from "${root}lib/`));
      }
      const typeRoots = [join(root, "node_modules/@types")];
      const config = {
        extends: join(root, "tsconfig.json"),
        compilerOptions: { typeRoots },
        include: ["workflows"],
      };
      writeFileSync(join(folder, name, "tsconfig.json"), JSON.stringify(config));
      return { fileOf: (module) => join(workflows, module) };
    },
    typeErrors: (name) => {
      const compiler = join(root, "node_modules/.bin/tsc");
      const run = promisify(execFile)(process.execPath, [compiler, "-p", join(folder, name)]);
      return run.then(
        () => "",
        (error: { stdout: string }) => error.stdout,
      );
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Loads a module of a user's. */
export function load(file: string) {
  return import(pathToFileURL(file).href);
}
