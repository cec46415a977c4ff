import { InvokeCommand, LambdaClient, type LogType } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientSettings } from "../../../local/aws/identity.ts";
import { startTestSystem, type TestSystem } from "../stand-ins.ts";

let system: TestSystem;
let client: LambdaClient;
beforeAll(async () => {
  // Three minutes between the tries of an event become three seconds, and a function has fifteen.
  system = await startTestSystem({ speed: 60 });
  client = new LambdaClient({ ...clientSettings(system.url), maxAttempts: 1 });
});
afterAll(() => system.stop());

async function invoke(event: unknown, options: { FunctionName?: string; LogType?: LogType } = {}) {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: "update-stand-in", Payload: JSON.stringify(event), ...options }),
  );
  return { ...answer, payload: JSON.parse(answer.Payload?.transformToString() || "null") };
}

describe("Lambda's Invoke API, through the SDK's client", () => {
  test("answers with what the function returns", async () => {
    const { StatusCode, ExecutedVersion, FunctionError, payload } = await invoke({ a: 1 });
    expect({ StatusCode, ExecutedVersion, FunctionError }).toEqual({
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
    });
    expect(payload).toMatchObject({ event: { a: 1 }, functionName: "update-stand-in" });
  });

  test.each([
    "update-stand-in:live",
    "000000000000:function:update-stand-in",
    "arn:aws:lambda:eu-west-1:000000000000:function:update-stand-in",
    "arn:aws:lambda:eu-west-1:000000000000:function:update-stand-in:live",
  ])("understands the name %s", async (FunctionName) => {
    expect((await invoke({}, { FunctionName })).payload.functionName).toBe("update-stand-in");
  });

  test("says that the function failed, and why", async () => {
    const { StatusCode, FunctionError, payload } = await invoke({ does: "throw" });
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(payload).toMatchObject({ errorType: "RangeError", errorMessage: "as it was told" });
    expect(payload.trace[0]).toBe("RangeError: as it was told");
  });

  test("refuses an unknown function, a malformed event and one that is too large", async () => {
    await expect(invoke({}, { FunctionName: "no-such" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:no-such",
      $metadata: { httpStatusCode: 404 },
    });
    await expect(
      client.send(new InvokeCommand({ FunctionName: "update-stand-in", Payload: Buffer.from("{") })),
    ).rejects.toMatchObject({ name: "InvalidRequestContentException" });
    await expect(invoke("x".repeat(6 * 1024 * 1024))).rejects.toMatchObject({
      name: "RequestTooLargeException",
    });
  });

  test("refuses an answer that is too large", async () => {
    expect((await invoke({ does: "answer much" })).payload.errorType).toBe("Function.ResponseSizeTooLarge");
  });

  test("returns the end of the log on demand, and hands over the client's context", async () => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: "update-stand-in",
        Payload: JSON.stringify({ does: "log" }),
        LogType: "Tail",
        ClientContext: Buffer.from('{"custom":"yes"}').toString("base64"),
      }),
    );
    expect(Buffer.from(answer.LogResult ?? "", "base64").toString()).toContain('{"message":"first"');
    expect(JSON.parse(answer.Payload?.transformToString() ?? "").clientContext).toEqual({ custom: "yes" });
  });

  test("accepts an event without waiting, and tries a failing one three times in all", async () => {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: "update-stand-in",
        InvocationType: "Event",
        Payload: JSON.stringify({ does: "throw" }),
      }),
    );
    expect(answer.StatusCode).toBe(202);
    await expect
      .poll(() => system.log.map(({ line }) => line))
      .toContain(
        '{"level":"ERROR","message":"An asynchronous event was given up after 3 tries: as it was told"}',
      );
  });

  test("checks without running", async () => {
    const before = (await invoke({})).payload.calls;
    const answer = await client.send(
      new InvokeCommand({ FunctionName: "update-stand-in", InvocationType: "DryRun" }),
    );
    expect(answer.StatusCode).toBe(204);
    expect((await invoke({})).payload.calls).toBe(before + 1);
  });
});

test("a web page that somebody looks at cannot invoke a function", async () => {
  const url = `${system.url}/2015-03-31/functions/update-stand-in/invocations`;
  const invokeFrom = (origin: Record<string, string>) =>
    fetch(url, { method: "POST", headers: origin, body: "{}" });
  expect((await invokeFrom({ origin: "https://elsewhere.example" })).status).toBe(403);
  expect((await invokeFrom({ origin: "null" })).status).toBe(403);
  expect((await invokeFrom({})).status).toBe(200);
});
