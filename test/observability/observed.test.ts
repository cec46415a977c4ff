/** What nobody expected leaves a line in the log, and says nothing of what its message may quote. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import type { Environment } from "../../lib/environment.ts";
import { PermanentError } from "../../lib/errors.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import type { TestEnvironment } from "../environment.ts";
import { measurements } from "../measurements.ts";
import { event, startReceiverEnvironment, webhookRequest, workflow } from "../receive/receiver.ts";

const CONTEXT = { functionName: "the-function", getRemainingTimeInMillis: () => 180_000 } as Context;
const PERSONAL = "Ada at ada@example.com";

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await startReceiverEnvironment();
});
beforeEach(() => {
  environment.logged.length = 0;
  environment.measured.length = 0;
});
afterAll(() => environment.stop());

const logged = () => environment.logged.map((line) => JSON.parse(line));

describe("the receiver", () => {
  const receive = (request: unknown) =>
    webhookFunction([workflow()], environment)(request as APIGatewayProxyEventV2, CONTEXT);

  test.each([undefined, null, {}])("answers 415 to an event whose headers are %j", async (headers) => {
    expect(await receive({ ...webhookRequest(event()), headers })).toMatchObject({ statusCode: 415 });
  });

  test("answers 404 to an event of nothing", async () => {
    expect(await receive({})).toMatchObject({ statusCode: 404 });
  });

  test("asks to try again when it fails, and counts that", async () => {
    const answer = await receive({ ...webhookRequest(event()), body: { of: PERSONAL } });
    expect(answer).toMatchObject({
      statusCode: 503,
      body: '{"error":"the event could not be stored: try again"}',
    });
    expect(logged()).toMatchObject([
      { level: "ERROR", message: "function failed", webhook: "acme", detail: "unexpected TypeError" },
      { level: "WARN", message: "webhook refused", status: 503 },
    ]);
    expect(measurements(environment)).toEqual({ "webhooks_refused acme 503": 1 });
  });

  test("logs the name of what failed around it", async () => {
    expect(await receive(null)).toMatchObject({ statusCode: 500 });
    expect(logged()).toMatchObject([{ message: "function failed", detail: "unexpected TypeError" }]);
    expect(environment.logged.join()).not.toMatch(/Cannot read|stack/);
  });
});

describe("a function that throws", () => {
  const throwing = (error: Error): Environment => ({
    ...environment,
    randomId() {
      environment.metrics.add("vendor_latency", 1, { vendor: "HrFlow" });
      throw error;
    },
  });
  async function failureOf(error: Error): Promise<Error> {
    const handler = pushFunction(teamtailor, { workflows: [workflow()], functions: {} }, throwing(error));
    const byHand = {
      workflow_id: "acme-teamtailor",
      pull_parameters: { source_key: "1".repeat(40), profile_key: "2".repeat(40) },
    };
    return handler(byHand, CONTEXT).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
  }

  test("throws and logs the name alone, since Lambda logs what is thrown", async () => {
    const failure = await failureOf(new RangeError(PERSONAL, { cause: new Error(PERSONAL) }));
    expect(failure.message).toBe("unexpected RangeError");
    expect(failure.cause).toBeUndefined();
    expect(logged()).toMatchObject([{ message: "function failed", detail: "unexpected RangeError" }]);
    expect(`${environment.logged.join()} ${failure.stack}`).not.toContain("Ada");
  });

  test("says what an error of ours says, without its cause", async () => {
    const cause = new Error(PERSONAL);
    const failure = await failureOf(new PermanentError("state_failure", "the table is gone", { cause }));
    expect(failure.message).toBe("the table is gone");
    expect(failure.cause).toBeUndefined();
    expect(logged()).toMatchObject([{ reason: "state_failure", detail: "the table is gone" }]);
  });

  test("writes what it has measured until then", async () => {
    await failureOf(new Error(PERSONAL));
    expect(measurements(environment)).toEqual({ "vendor_latency HrFlow": 1 });
  });
});

test("an error cannot be logged as it is: the compiler refuses it", () => {
  // @ts-expect-error: its message, stack and cause may quote anything
  const log = () => environment.log.error("failed", { error: new Error(PERSONAL) });
  expect(log).toBeTypeOf("function");
});
