/** What the project builds on: pinned, free to use, and from no address in particular. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface LockedPackage {
  license?: string;
  dev?: boolean;
  resolved?: string;
}

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const { dependencies, devDependencies, license } = JSON.parse(read("package.json")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  license: string;
};
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
const locked = Object.entries(packages).filter(([path]) => path !== "");

/** Code under these may be part of what an MIT project distributes. */
const FOR_BUNDLES = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"]);
/** Tools under these may be used; nothing of theirs is distributed. */
const FOR_TOOLS = new Set([
  ...FOR_BUNDLES,
  "BlueOak-1.0.0",
  "CC-BY-4.0",
  "MIT OR Apache-2.0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
]);

describe("a dependency", () => {
  test.each(Object.entries({ ...dependencies, ...devDependencies }))("%s is pinned", (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test(`that is bundled has a licence which permits that (${locked.filter(([, { dev }]) => !dev).length} packages)`, () => {
    expect(license).toBe("MIT");
    const others = locked.filter(([, one]) => !one.dev && !FOR_BUNDLES.has(one.license ?? "none"));
    expect(others.map(([path, one]) => `${path}: ${one.license}`)).toEqual([]);
  });

  test(`that is a tool has a licence which permits its use (${locked.filter(([, { dev }]) => dev).length} packages)`, () => {
    const others = locked.filter(([, one]) => one.dev && !FOR_TOOLS.has(one.license ?? "none"));
    expect(others.map(([path, one]) => `${path}: ${one.license}`)).toEqual([]);
  });

  test("is locked without the address that it came from", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});
