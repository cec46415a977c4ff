import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestEnvironment } from "../environment.ts";
import {
  emptyQueue,
  event,
  PROFILE,
  receiver,
  SOURCE,
  startReceiverEnvironment,
  storedMessages,
  WEBHOOK_SECRET,
  webhookRequest,
  workflow,
} from "./receiver.ts";

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await startReceiverEnvironment();
});
beforeEach(() => emptyQueue(environment));
afterAll(() => environment.stop());

const send = (content: unknown) => receiver([workflow()], environment)(webhookRequest(content));

/** Refused: with 400, this answer, and no effect. */
async function expectRefusal(content: unknown, error: string) {
  expect(await send(content)).toMatchObject({ status: 400, body: { error } });
  expect(storedMessages(environment)).toEqual([]);
}

/** An event as text, with something put into its profile, or after it. */
const text = (inProfile = "", atTheEnd = "") =>
  `{"type":"profile.parsing.success","profile":{"key":"${PROFILE}","source":{"key":"${SOURCE}"}${inProfile}}${atTheEnd}}`;

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
  ])("%s", (_, body) => expectRefusal(body, "the body is not JSON"));

  test("no body at all", async () => {
    const { body: _, ...request } = webhookRequest("");
    expect(await receiver([workflow()], environment)(request)).toMatchObject({ status: 400 });
  });

  test("bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const signature = createHmac("sha256", WEBHOOK_SECRET).update(bytes).digest("hex");
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
    ["a type that is a sentence", JSON.stringify(event({ type: "profile.parsing.success of Ada" }))],
    ["a type in characters that no queue takes", JSON.stringify(event({ type: "profile.parsing.\uffff" }))],
    ["an event behind __proto__", `{"__proto__":${text()}}`],
    ["an event behind constructor.prototype", `{"constructor":{"prototype":${text()}}}`],
    ["10,000 lists in each other", "[".repeat(10_000) + "]".repeat(10_000)],
  ])("%s", (_, body) =>
    expectRefusal(body, "the body is not an event of HrFlow: { type, origin, message, profile }"),
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

  test.each(keys)("profile.key is %s", (_, key) => expectRefusal(event({ key }), error));
  test.each(keys)("profile.source.key is %s", (_, source) => expectRefusal(event({ source }), error));

  test.each([
    ["profile is a text", { type: "profile.parsing.success", profile: PROFILE }],
    ["profile is a list", { type: "profile.parsing.success", profile: [PROFILE] }],
    ["profile has no source", { type: "profile.parsing.success", profile: { key: PROFILE } }],
    ["the source is a text", { type: "profile.parsing.success", profile: { key: PROFILE, source: SOURCE } }],
    ["one of several", [event(), event({ key: "a/b" })]],
  ])("%s", (_, body) => expectRefusal(body, error));
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
