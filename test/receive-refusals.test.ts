import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAXIMUM_BODY_IN_BYTES } from "../lib/receive.ts";
import type { TestEnvironment } from "./environment.ts";
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

describe("400 for a signed body that is not JSON", () => {
  test.each([
    ["nothing", ""],
    ["blanks", "  "],
    ["text", "hello"],
    ["half of an event", text().slice(0, 40)],
    ["an event and more", `${text()}x`],
    ["two events without a list", text() + text()],
    ["single quotes", text().replaceAll('"', "'")],
    ["a comment", `// hello\n${text()}`],
    ["a comma too many", text().replace(/}$/, ",}")],
    ["a form", "type=profile.parsing.success"],
    ["XML", "<event/>"],
    ["NaN", text(',"rating":NaN')],
    ["a NUL", "\0"],
    ["a NUL in a string, not escaped", text(',"name":"\0"')],
    ["a line break in a string, not escaped", text(',"name":"\n"')],
  ])("%s", (_, body) => expectRefusal(body, {}, 400, "the body is not JSON"));

  test("bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const signature = await import("node:crypto").then(({ createHmac }) =>
      createHmac("sha256", "whsec_test_1234").update(bytes).digest("hex"),
    );
    const request = {
      ...webhookRequest("", { signature }),
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    };
    expect(await receiver([workflow()], environment)(request)).toMatchObject({
      status: 400,
      body: { error: "the body is not JSON" },
    });
  });
});

describe("400 for a signed body that is not an event", () => {
  test.each([
    ["null", "null"],
    ["a number", "42"],
    ["a text", '"profile.parsing.success"'],
    ["true", "true"],
    ["an empty object", "{}"],
    ["an empty list", "[]"],
    ["a list of lists", `[[${text()}]]`],
    ["a list with null", `[${text()},null]`],
    ["a list with a text", `[${text()},"x"]`],
    ["an event without type", '{"profile":{}}'],
    ["a type that is null", '{"type":null}'],
    ["a type that is a number", '{"type":1}'],
    ["a type that is a list", '{"type":["profile.parsing.success"]}'],
    ["an empty type", '{"type":""}'],
    ["a type of 101 characters", `{"type":"${"x".repeat(101)}"}`],
    ["a type that is no name", '{"type":"profile.parsing.success of Ada"}'],
    ["a type that no queue takes", '{"type":"profile.parsing.\\uffff"}'],
    ["an event behind __proto__", `{"__proto__":${text()}}`],
    ["an event behind constructor.prototype", `{"constructor":{"prototype":${text()}}}`],
    ["10,000 lists in each other", "[".repeat(10_000) + "]".repeat(10_000)],
  ])("%s", (_, body) =>
    expectRefusal(body, {}, 400, "the body is not an event of HrFlow: { type, origin, message, profile }"),
  );
});

describe("400 for an event whose keys cannot be used", () => {
  const keys: [string, unknown][] = [
    ["null", null],
    ["a number", 42],
    ["a list", [PROFILE]],
    ["an object", { key: PROFILE }],
    ["empty", ""],
    ["a blank", " "],
    ["with a slash", "a/b"],
    ["with a question mark", "a?b=c"],
    ["with a hash sign", "a#b"],
    ["with an ampersand", "a&b"],
    ["with a percent sign", "a%2Fb"],
    ["with points", "../profile"],
    ["with a blank inside", "a b"],
    ["with a line break after it", `${PROFILE}\n`],
    ["with a NUL", `${PROFILE}\0`],
    ["with a lone surrogate", "a\ud800"],
    ["with letters that are not ASCII", "clé"],
    ["of 64 characters", "a".repeat(64)],
    ["of 1 MB", "a".repeat(1_000_000)],
  ];
  const error = "an event has no usable profile.key and profile.source.key";

  test.each(keys)("profile.key is %s", (_, key) => expectRefusal(event({ key }), {}, 400, error));
  test.each(keys)("profile.source.key is %s", (_, source) =>
    expectRefusal(event({ source }), {}, 400, error),
  );

  test.each([
    ["profile is a text", { type: "profile.parsing.success", profile: PROFILE }],
    ["profile is a list", { type: "profile.parsing.success", profile: [PROFILE] }],
    ["profile has no source", { type: "profile.parsing.success", profile: { key: PROFILE } }],
    ["the source is a text", { type: "profile.parsing.success", profile: { key: PROFILE, source: SOURCE } }],
    ["one of several", [event(), event({ key: "a/b" })]],
  ])("%s", (_, body) => expectRefusal(body, {}, 400, error));
});

describe("harmless, and stored like any event, is one", () => {
  test.each([
    [
      "with a second profile key: the last counts, as in all JSON",
      text(`,"key":"last-${PROFILE.slice(0, 20)}"`),
    ],
    ["with __proto__ in it", text("", ',"__proto__":{"type":"job"}')],
    ["with __proto__ in its profile", text(',"__proto__":{"key":"other"}')],
    ["with 10,000 lists in each other", text(`,"deep":${"[".repeat(10_000)}${"]".repeat(10_000)}`)],
    ["with a lone surrogate in a text", text(',"name":"\\ud800"')],
    ["with a NUL in a text", text(',"name":"\\u0000"')],
    ["with a number that has no end", text(',"rating":1e999')],
    ["with 900 kB of text", text(`,"text":"${"x".repeat(900_000)}"`)],
    ["with a byte order mark", `\ufeff${text()}`],
  ])("%s", async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 202, body: { stored: 1 } });
    const [message] = storedMessages(environment);
    expect(Object.keys(message ?? {})).toEqual(["workflow_id", "source_key", "profile_key", "event_type"]);
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
