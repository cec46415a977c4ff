/** How long a new instance takes from nothing to the answer of its first event, each time in a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { awsEnvironment } from "../local/functions.ts";
import type { Bundle } from "./bundles.ts";
import { type Figure, median } from "./figure.ts";

const REPETITIONS = 7;
const WORKER = fileURLToPath(new URL("cold-start-worker.ts", import.meta.url));
/** Nothing listens there: the first event of this bench calls nobody. */
const NOWHERE = "http://127.0.0.1:9";

export async function benchColdStart(bundles: readonly Bundle[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, url, emptyUrl, leastUrl } of bundles) {
    const own: number[] = [];
    const empty: number[] = [];
    const least: number[] = [];
    for (let repetition = -1; repetition < REPETITIONS; repetition += 1) {
      const took = [];
      for (const one of [url, emptyUrl, leastUrl]) took.push(await millisecondsOf(name, one));
      if (repetition < 0) continue; // The first time reads the files from the disk.
      for (const [index, list] of [own, empty, least].entries()) list.push(took[index] ?? Number.NaN);
    }
    figures.push({
      what: `cold start of ${name}: import and first event`,
      measured: `${median(own).toFixed(0)} ms`,
      floor: `${median(empty).toFixed(0)} ms with an empty handler and the AWS clients as they come (${median(least).toFixed(0)} ms with as little of the clients as here)`,
      values: own.map((milliseconds, index) => milliseconds / (empty[index] ?? Number.NaN)),
      goal: { atMost: 1.25 },
    });
  }
  return figures;
}

async function millisecondsOf(name: string, url: string): Promise<number> {
  const env = {
    PATH: process.env.PATH,
    ...awsEnvironment(
      { sqs: NOWHERE, dynamodb: NOWHERE, secretsManager: NOWHERE, tableName: "bench" },
      new Map([[name, { url: `${NOWHERE}/queue`, deadLetters: { url: `${NOWHERE}/dead` } }]]) as never,
    ),
    AWS_LAMBDA_FUNCTION_NAME: name,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  };
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, url], { env });
  return Number(/^took ([\d.]+)$/m.exec(stdout)?.[1]);
}
