/** `npm run docs`: writes what is generated from the code. A test compares the files with it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { generatedFiles, generatedFolders } from "./files.ts";

const root = new URL("../../", import.meta.url);
const files = generatedFiles();
for (const folder of generatedFolders) {
  const url = new URL(folder, root);
  mkdirSync(url, { recursive: true });
  // The page of an action that is no more would mislead.
  for (const name of readdirSync(url)) if (!files.has(`${folder}${name}`)) rmSync(new URL(name, url));
}
for (const [path, content] of files) {
  const url = new URL(path, root);
  mkdirSync(new URL(".", url), { recursive: true });
  writeFileSync(url, content);
}
console.log(`${files.size} files written`);
