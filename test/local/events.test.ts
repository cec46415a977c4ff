/** The sample events of `events/`: each is sent to the function that its file is named after. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { type SampleSystem, startSampleSystem } from "./sample-system.ts";

const EVENTS = new URL("../../events/", import.meta.url);
const files = readdirSync(EVENTS);

let sample: SampleSystem;
beforeAll(async () => {
  sample = await startSampleSystem();
});
afterAll(() => sample?.stop());

/** What a person asks each function for; every function has a sample of it, in `events/<function>.<kind>.json`. */
const KINDS_OF_ALL = [
  "check",
  "dead-letters",
  "dry-run",
  "erase-dry-run",
  "explain",
  "redrive-dry-run",
  "runs",
];

test("every function that a person can invoke has a sample of a run and of every tool", () => {
  const invoked = sample.system.lambda.functionNames.filter((name) => !name.startsWith("receive-"));
  for (const name of invoked) {
    const kinds = files.filter((file) => file.startsWith(`${name}.`)).map((file) => file.split(".")[1]);
    expect(kinds, name).toEqual(expect.arrayContaining(KINDS_OF_ALL));
    expect(kinds.length).toBeGreaterThan(KINDS_OF_ALL.length);
  }
});

/** The answer to each kind of event, after the function has run once; runs are those that are not here. */
const ANSWERS: Readonly<Record<string, object>> = {
  help: { examples: expect.anything(), tools: expect.anything() },
  check: { ok: true },
  runs: { runs: expect.arrayContaining([expect.objectContaining({ status: "success" })]) },
  explain: { known: true, says: expect.arrayContaining([expect.any(String)]) },
  erase: { persist: true, removed: expect.arrayContaining([expect.objectContaining({ count: 1 })]) },
  "erase-dry-run": {
    persist: false,
    removed: expect.arrayContaining([expect.objectContaining({ count: 1 })]),
  },
  "dead-letters": { total: 0, letters: [] },
  redrive: { redriven: 0 },
  "redrive-dry-run": { redriven: 0, message: expect.stringContaining("dry run") },
};

describe.each([...Map.groupBy(files, (file) => file.split(".")[0] ?? "")])("%s", (functionName, own) => {
  const read = (kind: string) => readFileSync(new URL(`${functionName}.${kind}.json`, EVENTS), "utf8");
  const kinds = own.map((file) => file.split(".")[1] ?? "");
  const [tools, runs] = [kinds.filter((kind) => kind in ANSWERS), kinds.filter((kind) => !(kind in ANSWERS))];

  test.each(runs)("%s runs", async (kind) => {
    const answer = (await sample.invoke(functionName, read(kind))) as RunAnswer;
    expect(answer).toMatchObject({ status: "success", reason: "none" });
    expect(answer.events.read_success).toBe(1);
    const isDryRun = JSON.parse(read(kind)).persist === false;
    for (const { preview } of answer.items) expect(preview === undefined).toBe(!isDryRun);
  });

  test.each(tools)("%s is answered", async (kind) => {
    // What was erased by another event is there again.
    await sample.invoke(functionName, read(runs.includes("one-profile") ? "one-profile" : "one-candidate"));
    expect(await sample.invoke(functionName, read(kind))).toMatchObject({
      action: functionName.replaceAll("-", "_"),
      ...ANSWERS[kind],
    });
  });
});
