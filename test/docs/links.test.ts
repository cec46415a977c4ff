/** What the pages point at is there: files, sections, and the files that are named in the text. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = [...globSync("*.md", { cwd: root }), ...globSync("docs/**/*.md", { cwd: root })].sort();
const read = (page: string) => readFileSync(join(root, page), "utf8");

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("there are pages", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/deploy.md"]));
});

describe.each(pages)("%s", (page) => {
  test("links to files and sections that are there", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, path = "", anchor]) => {
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test("runs TypeScript by the Node that npm brings, and gives no option of a program to npm", () => {
    const commands = read(page).match(/(?:npm exec (?:-- )?)?\bnode [\w/-]+\.ts[^`\n]*/g) ?? [];
    expect(commands.filter((command) => !/^npm exec (-- |(?!.* --))/.test(command))).toEqual([]);
  });

  test("names files that are there", () => {
    const named = read(page).matchAll(
      /`((?:bench|docs|functions|infra|lib|local|test|workflows)\/[\w./-]+)`/g,
    );
    const paths = [...named].map(([, path = ""]) => path);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
