/** The log as Lambda takes it: lines that it need not wrap, and that say nothing twice. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Runs this in a process of its own, where `environment` is the receiver's; what it wrote, as lines. */
async function linesOf(script: string, variables: Record<string, string> = {}): Promise<string[]> {
  const begin = `
    import { createReceiverEnvironment } from "./lib/environment.ts";
    // Lambda's runtime puts functions of its own into the console: with its log format JSON they wrap what they are given.
    for (const name of ["debug", "error", "info", "log", "warn"])
      console[name] = (text) => process.stdout.write(JSON.stringify({ wrapped: text }) + "\\n");
    const environment = createReceiverEnvironment();
    const context = (awsRequestId) => ({
      awsRequestId,
      functionName: "hrflow-relay-production-receive-hrflow-webhook",
      invokedFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:receive-hrflow-webhook",
      memoryLimitInMB: "1024",
    });`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", `${begin}${script}`], {
    env: {
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      _X_AMZN_TRACE_ID: "Root=1-65a0b0c0-000000000000000000000001",
      ...variables,
    },
  });
  return stdout.trimEnd().split("\n");
}

const LOG_TWICE = `
  for (const id of ["request-1", "request-2"]) {
    environment.log.addContext(context(id));
    environment.log.info("webhook received", { webhook: "acme", status: 202 });
  }`;

test("a line has its level, message, time, request and fields, and says once that the function has just started", async () => {
  const lines = (await linesOf(LOG_TWICE)).map((line) => JSON.parse(line));
  const of = { level: "INFO", message: "webhook received", webhook: "acme", status: 202 };
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(lines).toEqual([
    { ...of, timestamp, function_request_id: "request-1", cold_start: true },
    { ...of, timestamp, function_request_id: "request-2" },
  ]);
});

test("lines and metrics go past the console, so that Lambda's JSON format does not wrap them", async () => {
  const lines = await linesOf(`${LOG_TWICE}
    environment.metrics.add("webhooks_received", 1, { webhook: "acme" });
    environment.metrics.flush();`);
  const parsed = lines.map((line) => JSON.parse(line));
  expect(parsed.map(({ level, _aws }) => level ?? typeof _aws)).toEqual(["INFO", "INFO", "object"]);
  expect(lines.join("\n")).not.toContain("wrapped");
});

test("debug lines are written when the function's application log level is DEBUG, and else not", async () => {
  const say =
    'environment.log.debug("vendor called", { vendor: "HrFlow" }); environment.log.info("said", {});';
  const messages = async (level: string) =>
    (await linesOf(say, { AWS_LAMBDA_LOG_LEVEL: level })).map((line) => JSON.parse(line).message);
  expect(await messages("INFO")).toEqual(["said"]);
  expect(await messages("DEBUG")).toEqual(["vendor called", "said"]);
});
