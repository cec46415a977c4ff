import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLambda, type LogLine } from "../../../local/aws/lambda.ts";
import type { FunctionDefinition } from "../../../local/aws/lambda-instance.ts";
import { STAND_INS, temporaryDirectory } from "../stand-ins.ts";

function startLambda(changes: Partial<FunctionDefinition> = {}) {
  const log: LogLine[] = [];
  const definition: FunctionDefinition = {
    name: "stand-in",
    file: pathToFileURL(join(STAND_INS, "update-stand-in.ts")).href,
    timeoutInSeconds: 60,
    maximumConcurrency: 2,
    environment: { OWN: "yes" },
    ...changes,
  };
  const lambda = createLambda({ functions: [definition], onLog: (line) => log.push(line) });
  onTestFinished(lambda.stop);
  const invoke = async (event: unknown) => {
    const { payload, ...result } = await lambda.invoke("stand-in", event);
    return { ...result, payload: JSON.parse(payload) };
  };
  return { lambda, definition, invoke, log };
}

describe("a function", () => {
  test("runs in its own environment, with Lambda's context, and stays warm", async () => {
    const { invoke } = startLambda();
    const { payload, requestId } = await invoke({ a: 1 });
    expect(payload).toMatchObject({
      event: { a: 1 },
      calls: 1,
      awsRequestId: requestId,
      environment: { OWN: "yes" },
    });
    expect(Object.keys(payload.environment)).toEqual(["OWN"]);
    expect(payload.remainingTimeInMs).toBeGreaterThan(30_000);
    expect(payload.remainingTimeInMs).toBeLessThanOrEqual(60_000);
    expect((await invoke({})).payload).toMatchObject({ calls: 2, threadId: payload.threadId });
  });

  test("handles one event at a time in each of at most so many instances", async () => {
    const { invoke } = startLambda();
    const answers = await Promise.all(Array.from({ length: 6 }, () => invoke({})));
    const calls = answers.map(({ payload }) => `${payload.threadId} ${payload.calls}`);
    expect(new Set(calls).size).toBe(6);
    expect(new Set(answers.map(({ payload }) => payload.threadId)).size).toBe(2);
  });

  test("has its output in the log line by line before it answers", async () => {
    const { invoke, log } = startLambda();
    const { requestId, log: ownLog } = await invoke({ does: "log" });
    expect(ownLog.filter((line) => line !== "third")).toEqual(['{"message":"first","separator":"\u2028"}']);
    expect(ownLog).toContain("third");
    expect(log.every((line) => line.requestId === requestId)).toBe(true);
  });

  test("is ended at its time-out, and the next event gets a new instance", async () => {
    const { definition, invoke } = startLambda({ maximumConcurrency: 1 });
    const { threadId } = (await invoke({})).payload;
    const { timeoutInSeconds } = definition;
    definition.timeoutInSeconds = 0.3;
    const { error, requestId } = await invoke({ does: "hang" });
    definition.timeoutInSeconds = timeoutInSeconds;
    expect(error).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.30 seconds`,
    });
    const next = (await invoke({})).payload;
    expect(next.calls).toBe(1);
    expect(next.threadId).not.toBe(threadId);
  });

  test("fails when it exits or leaves a rejection uncaught, and the next event is handled", async () => {
    const { invoke } = startLambda();
    expect((await invoke({ does: "exit" })).error).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: "Runtime exited with error: exit status 3",
    });
    expect((await invoke({ does: "reject later" })).error).toMatchObject({
      errorType: "Runtime.UnhandledPromiseRejection",
      errorMessage: "Error: nobody catches this",
    });
    expect((await invoke({})).error).toBeUndefined();
  });

  test("can be made to crash in the middle of its work", async () => {
    const { lambda, invoke, log } = startLambda();
    await invoke({});
    const hanging = invoke({ does: "hang" });
    await expect.poll(() => log.map(({ line }) => line)).toContain("hanging");
    expect(lambda.crash("stand-in")).toBe(1);
    expect((await hanging).error).toMatchObject({ errorType: "Runtime.ExitError" });
    expect((await invoke({})).payload.calls).toBe(1);
  });

  test("reports what went wrong while it was loaded, each time", async () => {
    const file = join(temporaryDirectory(), "broken.ts");
    writeFileSync(file, 'throw new Error("Workflow x: no action");');
    const { lambda, invoke } = startLambda({ file: pathToFileURL(file).href });
    const error = { errorType: "Error", errorMessage: "Workflow x: no action" };
    expect(await lambda.warm()).toMatchObject({ functionName: "stand-in", error });
    expect((await invoke({})).error).toMatchObject(error);
    expect((await invoke({})).error).toMatchObject(error);
  });

  test("reads its workflows from another file when one is given, which may build on the replaced one", async () => {
    const file = join(temporaryDirectory(), "mine.ts");
    const sample = JSON.stringify(pathToFileURL(join(STAND_INS, "workflows/index.ts")).href);
    writeFileSync(
      file,
      `import sample from ${sample};\nexport default [...sample, { workflow_id: "mine" as string }];`,
    );
    const { invoke, log } = startLambda({ workflowsFile: pathToFileURL(file).href });
    expect((await invoke({})).payload.workflows).toEqual([
      { workflow_id: "sample" },
      { workflow_id: "mine" },
    ]);
    expect(log).toEqual([]);
  });
});
