import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAXIMUM_BODY_IN_BYTES } from "../../lib/receive.ts";
import type { TestEnvironment } from "../environment.ts";
import {
  emptyQueue,
  event,
  PROFILE,
  type RequestChanges,
  receiver,
  SOURCE,
  startReceiverEnvironment,
  storedMessages,
  webhookRequest,
  workflow,
} from "./receiver.ts";

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await startReceiverEnvironment();
});
beforeEach(() => emptyQueue(environment));
afterAll(() => environment.stop());

const send = (content: unknown, changes: RequestChanges = {}) =>
  receiver([workflow()], environment)(webhookRequest(content, changes));

/** Refused: with this status, this answer, and no effect. */
async function expectRefusal(content: unknown, changes: RequestChanges, status: number, error: string) {
  expect(await send(content, changes)).toMatchObject({ status, body: { error } });
  expect(storedMessages(environment)).toEqual([]);
}

/** An event as text, with something put into its profile, or after it. */
const text = (inProfile = "", atTheEnd = "") =>
  `{"type":"profile.parsing.success","profile":{"key":"${PROFILE}","source":{"key":"${SOURCE}"}${inProfile}}${atTheEnd}}`;

describe("404 for a name that no workflow listens to", () => {
  test.each([
    "unknown",
    "",
    "ACME",
    "acme/",
    "acme ",
    "acme\0",
    "acme-teamtailor",
    "__proto__",
    "constructor",
  ])("%j", (name) => expectRefusal(event(), { name }, 404, "no workflow listens to this webhook name"));

  test("whether or not it is signed, so that nobody learns more", () =>
    expectRefusal(
      event(),
      { name: "unknown", signature: null },
      404,
      "no workflow listens to this webhook name",
    ));
});

describe("413 for a body larger than 1 MiB", () => {
  const padded = (size: number) => text().padEnd(size, " ");

  test.each([false, true])("one byte too many (base64: %s)", (isBase64Encoded) =>
    expectRefusal(
      padded(MAXIMUM_BODY_IN_BYTES + 1),
      { isBase64Encoded },
      413,
      "the body is larger than 1 MiB",
    ),
  );

  test("5 MB", () => expectRefusal(padded(5_000_000), {}, 413, "the body is larger than 1 MiB"));

  test("counted in bytes, not in characters", () =>
    expectRefusal(text(`,"text":"${"é".repeat(600_000)}"`), {}, 413, "the body is larger than 1 MiB"));

  test.each([false, true])("and not for exactly so much (base64: %s)", async (isBase64Encoded) => {
    expect(await send(padded(MAXIMUM_BODY_IN_BYTES), { isBase64Encoded })).toMatchObject({ status: 202 });
  });
});

describe("415 for another content type", () => {
  test.each([
    "",
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json-seq",
    "application/vnd.api+json",
    "application/json, text/html",
    "application",
    "json",
  ])("%j", (type) =>
    expectRefusal(
      event(),
      { headers: { "content-type": type } },
      415,
      "the content type must be application/json",
    ),
  );

  test("none at all", async () => {
    const request = webhookRequest(event());
    delete request.headers["content-type"];
    expect(await receiver([workflow()], environment)(request)).toMatchObject({ status: 415 });
  });
});

describe("401 for what HrFlow did not sign", () => {
  test("no signature", () =>
    expectRefusal(
      event(),
      { signature: null },
      401,
      "the signature header HTTP-HRFLOW-SIGNATURE is missing",
    ));

  test.each<[string, RequestChanges]>([
    ["a forged signature", { signature: "0".repeat(64) }],
    ["another secret's", { secret: "whsec_of_another_team" }],
    ["the empty secret's", { secret: "" }],
    [
      "an empty one beside a forged one of former times",
      { signature: "", headers: { "http-riminder-signature": "x" } },
    ],
    [
      "the payload of another event in the header",
      {
        signature:
          webhookRequest(event({ key: "other" }), { scheme: "header_raw" }).headers[
            "http-hrflow-signature"
          ] ?? "",
      },
    ],
  ])("%s", (_, changes) => expectRefusal(event(), changes, 401, "the signature is not valid"));

  test("before anything is said about the body", () =>
    expectRefusal("not JSON", { signature: "0".repeat(64) }, 401, "the signature is not valid"));

  test("a body that says it is base64 and is not", () => {
    const request = { ...webhookRequest(event()), isBase64Encoded: true };
    return expect(receiver([workflow()], environment)(request)).resolves.toMatchObject({ status: 401 });
  });
});

test("a refusal is logged with its reason, and with nothing of what was sent", async () => {
  const before = environment.logged.length;
  await send({ type: "profile.parsing.success", profile: { key: "ada@example.com" } });
  const lines = environment.logged.slice(before);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
    message: "webhook refused",
    webhook: "acme",
    status: 400,
    reason: "an event has no usable profile.key and profile.source.key",
  });
  expect(lines.join()).not.toContain("ada@example.com");
});
