/** Run as a process of its own, so that a test can kill it: a system with the stand-in functions. */
import { fileURLToPath } from "node:url";
import { startSystem } from "../../local/system.ts";

const [dataDirectory = "", notesFile = ""] = process.argv.slice(2);
const directory = fileURLToPath(new URL("./functions", import.meta.url));
const { url } = await startSystem({
  functionsDirectory: directory,
  workflowsFile: `${directory}/workflows/index.ts`,
  dataDirectory,
  secrets: { key: { first: 1 } },
  environment: { TEST_FILE: notesFile },
});
console.log(url);
