/** Bodies of webhooks, each rightly signed: refused with a clear answer, or stored as keys and nothing else. */
import { gzipSync } from "node:zlib";
import { PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ACTIONS, openStage, type Stage } from "./stage.ts";

const KEY = "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4";
const SOURCE = "{source}";
/** So many letters more has a source that is put in its place. */
const LETTERS_MORE = 40 - SOURCE.length;
const nest = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** An event as text, with something put into its profile, or beside it. `{source}` is the one that the workflow takes. */
const event = (inProfile = "", beside = "", key = `"${KEY}"`, source = `"${SOURCE}"`) =>
  `{"type":"profile.parsing.success","profile":{"key":${key},"source":{"key":${source}}${inProfile}}${beside}}`;
const withKey = (key: unknown) => event("", "", JSON.stringify(key));
const withSource = (source: unknown) => event("", "", `"${KEY}"`, JSON.stringify(source));
const withType = (type: unknown) => event().replace('"profile.parsing.success"', JSON.stringify(type));

const ODD_KEYS: [string, unknown][] = [
  ["a path", "a/../../candidates/1"],
  ["an encoded slash", "a%2f..%2fb"],
  ["a doubly encoded slash", "a%252fb"],
  ["a query", "a?source_key=other"],
  ["a fragment", "a#b"],
  ["one point", "."],
  ["two points", ".."],
  ["a backslash", "a\\b"],
  ["a semicolon", "a;b"],
  ["a line break", "a\nb"],
  ["CR LF and a header", "a\r\nx-api-key: b"],
  ["a NUL", "a\0b"],
  ["an escape sequence", "\u001b[31ma"],
  ["a direction mark", "a\u202eb"],
  ["a lone surrogate", "\ud800"],
  ["full-width letters", "ａｂ"],
  ["a zero-width blank", "a\u200bb"],
  ["quotes", 'a" OR "1"="1'],
  ["an apostrophe", "a'--"],
  ["a template", "$(env)"],
  ["another template", "{{7*7}}"],
  ["a tag", "<script>"],
  ["a separator of our table", "a#link"],
  ["a separator of a group", "acme-flatchr.a"],
  ["a key of DynamoDB", { S: KEY }],
  ["a true", true],
  ["a number", 42],
  ["a list", [KEY]],
  ["nothing", null],
  ["an empty text", ""],
  ["64 letters", "a".repeat(64)],
  ["a million letters", "a".repeat(1_000_000)],
];

/** Refused with 4xx; nothing is stored. */
const REFUSED: [string, string | Buffer][] = [
  ["nothing", ""],
  ["a NUL", "\0"],
  ["a text", '"profile.parsing.success"'],
  ["null", "null"],
  ["a huge number", "9".repeat(100_000)],
  ["an empty object", "{}"],
  ["an empty list", "[]"],
  ["50,000 empty objects", `[${"{},".repeat(49_999)}{}]`],
  ["100,000 lists in each other", nest(100_000, "[", "]")],
  ["50,000 objects in each other", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ["100,000 lists that never end", "[".repeat(100_000)],
  ["a text that never ends", `{"type":"${"a".repeat(500_000)}`],
  ["an event behind __proto__", `{"__proto__":${event()}}`],
  ["an event behind constructor.prototype", `{"constructor":{"prototype":${event()}}}`],
  [
    "a profile behind __proto__",
    '{"type":"profile.parsing.success","profile":{"__proto__":{"key":"a","source":{"key":"b"}}}}',
  ],
  [
    "a source behind __proto__",
    `{"type":"profile.parsing.success","profile":{"key":"${KEY}","__proto__":{"source":{"key":"${SOURCE}"}}}}`,
  ],
  ["a list that says it has a length", '{"length":1,"0":{"type":"profile.parsing.success"}}'],
  ["two events one after the other", event() + event()],
  ["JSON lines", `${event()}\n${event()}`],
  ["single quotes", event().replaceAll('"', "'")],
  ["a comment", `/* */${event()}`],
  ["NaN", event(',"rating":NaN')],
  ["Infinity", event(',"rating":Infinity')],
  ["a hexadecimal number", event(',"rating":0x1f')],
  ["a control character in a text", event(',"name":"\u0001"')],
  [
    "bytes that are no UTF-8",
    Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}')]),
  ],
  [
    "an overlong encoding of a slash",
    Buffer.concat([Buffer.from('{"type":"a'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  ],
  [
    "a surrogate in UTF-8",
    Buffer.concat([Buffer.from('{"type":"a'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ["UTF-16, little-endian", Buffer.from(`\ufeff${event()}`, "utf16le")],
  ["UTF-16, big-endian", Buffer.from(`\ufeff${event()}`, "utf16le").swap16()],
  ["UTF-32", Buffer.from([...event()].flatMap((sign) => [0, 0, 0, sign.charCodeAt(0)]))],
  ["two byte order marks", `\ufeff\ufeff${event()}`],
  ["gzip", gzipSync(event())],
  ["an image", Buffer.from("89504e470d0a1a0a", "hex")],
  ["a form", "type=profile.parsing.success&profile[key]=a"],
  ["XML with an entity", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ["YAML", "type: profile.parsing.success"],
  ["serialised Java", Buffer.from("aced0005", "hex")],
  ["no type", `{"profile":{"key":"${KEY}"}}`],
  ...[null, 1, [], {}, true, "", "a b", "profile.\n", "x".repeat(101), "é"].map((type): [string, string] => [
    `the type ${JSON.stringify(type).slice(0, 20)}`,
    withType(type),
  ]),
  ...ODD_KEYS.map(([name, key]): [string, string] => [`a profile key: ${name}`, withKey(key)]),
  ...ODD_KEYS.map(([name, source]): [string, string] => [`a source key: ${name}`, withSource(source)]),
  ["a profile that is a list", `{"type":"profile.parsing.success","profile":["${KEY}"]}`],
  ["a profile that is a text", `{"type":"profile.parsing.success","profile":"${KEY}"}`],
  ["one bad event among 1,000 good ones", `[${`${event()},`.repeat(1_000)}${withKey("a/b")}]`],
  ["1 MiB and one byte", event().padEnd(1024 * 1024 + 1, " ")],
  ["5 MiB", event().padEnd(5 * 1024 * 1024, " ")],
];

/** Taken for what they say, or ignored; what is stored are the two keys, at most once for each profile. */
const HARMLESS: [string, string | Buffer, stored: number][] = [
  ["__proto__ beside the event", event("", ',"__proto__":{"polluted":true}'), 1],
  ["__proto__ in the profile", event(',"__proto__":{"polluted":true,"key":"other"}'), 1],
  ["constructor.prototype in the profile", event(',"constructor":{"prototype":{"polluted":true}}'), 1],
  ["__defineGetter__, toString and valueOf", event(',"__defineGetter__":1,"toString":1,"valueOf":null'), 1],
  ["toJSON", event(',"toJSON":"x"', ',"toJSON":1'), 1],
  ["then, as a promise has it", event(',"then":1', ',"then":{"then":1}'), 1],
  ["the profile's key twice: the last counts", event(`,"key":"${"b".repeat(40)}"`), 1],
  ["the event's type twice: the last counts", event("", ',"type":"profile.parsing.error"'), 0],
  ["the source's key twice: the last counts", event(',"source":{"key":"foreign"}'), 0],
  ["a lone surrogate in a text", event(',"name":"\\ud800"'), 1],
  ["a NUL in a text", event(',"name":"\\u0000"'), 1],
  ["a number without end", event(',"rating":1e99999'), 1],
  ["a number of 100,000 digits", event(`,"rating":${"9".repeat(100_000)}`), 1],
  ["900,000 letters", event(`,"text":"${"x".repeat(900_000)}"`), 1],
  [
    "100,000 keys",
    event(`,"fields":{${Array.from({ length: 80_000 }, (_, index) => `"${index}":1`).join()}}`),
    1,
  ],
  ["50,000 lists in each other", event(`,"deep":${nest(50_000, "[", "]")}`), 1],
  ["a byte order mark", `\ufeff${event()}`, 1],
  ["blanks all around", `\r\n\t ${event()} \n`, 1],
  ["escapes in the names", event().replace('"key"', '"\\u006bey"'), 1],
  ["exactly 1 MiB", event().padEnd(1024 * 1024 - LETTERS_MORE, " "), 1],
  ["the same event 1,000 times", `[${`${event()},`.repeat(999)}${event()}]`, 1],
  ["a source that the workflow does not take", withSource("f".repeat(40)), 0],
  ["the name of a source's property", withSource("constructor"), 0],
  ["a profile called __proto__", withKey("__proto__"), 1],
  [
    "a workflow's id in the event",
    event("", ',"workflow_id":"acme-flatchr","action":"push_profile_to_flatchr"'),
    1,
  ],
  ["an event of a job", withType("job.parsing.success"), 0],
  ["an event of an error", withType("profile.parsing.error"), 0],
  ["an event without a profile", '{"type":"profile.parsing.success"}', 0],
  ["a profile that is null", '{"type":"profile.parsing.success","profile":null}', 0],
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  for (const action of ACTIONS) {
    const QueueUrl = stage.environment.settings.queueUrl(action);
    await stage.environment.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  }
});
afterAll(async () => {
  await stage.stop();
  process.stdout.write(
    `attacks: ${REFUSED.length + HARMLESS.length} bodies, ${ENVELOPES.length} envelopes\n`,
  );
});

const filled = (body: string | Buffer) =>
  typeof body === "string" ? body.replaceAll(SOURCE, stage.sourceKey) : body;

async function expectNothingElse() {
  expect(stage.calls()).toEqual([]);
  expect([...stage.environment.tableOperations.keys()]).toEqual([]);
  expect(stage.isPolluted()).toBe(false);
  expect(stage.environment.logged.every((line) => line.length < 2_000)).toBe(true);
}

test("(there are more than a hundred of them)", () => {
  expect(REFUSED.length + HARMLESS.length).toBeGreaterThan(100);
});

test.each(REFUSED)("refused: %s", async (_, body) => {
  const { answer, thrown } = await stage.receive(filled(body));
  expect(thrown).toBeUndefined();
  const { statusCode, body: said } = JSON.parse(answer);
  expect([400, 413]).toContain(statusCode);
  expect(JSON.parse(said)).toEqual({ error: expect.any(String) });
  expect(answer.length).toBeLessThan(300);
  expect(stage.stored()).toEqual([]);
  await expectNothingElse();
});

test.each(HARMLESS)("harmless: %s", async (_, body, stored) => {
  const { answer, thrown } = await stage.receive(filled(body));
  expect(thrown).toBeUndefined();
  expect(JSON.parse(answer)).toMatchObject({ statusCode: 202 });
  const messages = stage.stored().map((message) => JSON.parse(message.body));
  expect(messages).toHaveLength(stored);
  for (const message of messages) {
    expect(Object.keys(message)).toEqual(["workflow_id", "source_key", "profile_key", "event_type"]);
    expect(message).toMatchObject({ workflow_id: "acme-teamtailor", source_key: stage.sourceKey });
  }
  await expectNothingElse();
});

/** What is wrong is not the body, but what it comes in: as a gateway, or a person with the right to invoke, may send it. */
const ENVELOPES: [string, object][] = [
  ["no body", { body: undefined }],
  ["a body that is null", { body: null }],
  ["a body that is an object", { body: {} }],
  ["a body that is a number", { body: 42 }],
  ["a body that is a list of bytes", { body: [123, 125] }],
  ["text that is called base64", { isBase64Encoded: true }],
  ["base64 that is called text", { body: Buffer.from(event()).toString("base64") }],
  ["base64 that is broken", { body: "!!!!", isBase64Encoded: true }],
  ["no headers", { headers: undefined }],
  ["headers that are null", { headers: null }],
  ["headers that are a text", { headers: "x" }],
  [
    "a signature that is a list",
    { headers: { "content-type": "application/json", "http-hrflow-signature": ["a"] } },
  ],
  ["a content type that is an object", { headers: { "content-type": {} } }],
  [
    "a signature of 1 MB",
    { headers: { "content-type": "application/json", "http-hrflow-signature": "a.".repeat(500_000) } },
  ],
  ["no path parameters", { pathParameters: undefined }],
  ["the name __proto__", { pathParameters: { name: "__proto__" } }],
  ["the name constructor", { pathParameters: { name: "constructor" } }],
  ["a name that is an object", { pathParameters: { name: { toString: "x" } } }],
  ["a name that is a path", { pathParameters: { name: "../acme-teamtailor" } }],
  ["another content type", { headers: { "content-type": "text/plain" } }],
  [
    "a content type with a charset that is none",
    { headers: { "content-type": "application/json; charset=utf-16" } },
  ],
];

test.each(ENVELOPES)("refused, or not stored: %s", async (_, changes) => {
  const { answer, thrown } = await stage.receive(filled(event()), changes);
  expect(thrown).toBeUndefined();
  const { statusCode, body } = JSON.parse(answer);
  expect([400, 401, 404, 413, 415, 503]).toContain(statusCode);
  expect(JSON.parse(body)).toEqual({ error: expect.any(String) });
  expect(stage.stored()).toEqual([]);
  await expectNothingElse();
});

test.each([[null], [undefined], [{}], [[]], ["text"], [42]])(
  "an event that is no request: %j",
  async (request) => {
    const { answer, thrown } = await stage.receiveEvent(request);
    const status = thrown === undefined ? JSON.parse(answer).statusCode : thrown.name;
    expect([404, 500, 503, "TemporaryError"]).toContain(status);
    expect(stage.stored()).toEqual([]);
  },
);
