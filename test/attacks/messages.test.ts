/** Messages in a queue that the receiver never wrote: given up with a reason, and nothing is called or written for them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FLATCHR, SMARTRECRUITERS, TEAMTAILOR, UPDATE } from "../operator/scene.ts";
import { ACTIONS, type Action, openStage, type Stage } from "./stage.ts";

const KEY = "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4";
const message = (changes: object = {}) =>
  JSON.stringify({ workflow_id: "acme-teamtailor", source_key: KEY, profile_key: KEY, ...changes });
const continuation = (changes: object = {}) => ({
  workflow_id: "acme-update",
  continuation: {
    run_id: "run",
    started_at: "2026-01-01T00:00:00.000Z",
    events: Object.fromEntries(EVENTS.map((name) => [name, 0])),
    ...changes,
  },
});
const EVENTS = [
  "read_success",
  "read_failure",
  "logics_discard",
  "logics_failure",
  "format_failure",
  "write_success",
  "write_unchanged",
  "write_failure",
  "callback_executed",
  "callback_failure",
];

/** Bodies that are no message of any function. */
const NO_MESSAGE: [string, unknown][] = [
  ["text", "hello"],
  ["an empty text", ""],
  ["a NUL", "\0"],
  ["null", "null"],
  ["a list", "[]"],
  ["an empty object", "{}"],
  ["no body at all", undefined],
  ["an object in place of a text", { workflow_id: "acme-teamtailor" }],
  ["half of a message", message().slice(0, 40)],
  ["100,000 lists in each other", "[".repeat(100_000)],
  ["a million letters", "a".repeat(1_000_000)],
  ["a message behind __proto__", `{"__proto__":${message()}}`],
  ["a notification of SNS", JSON.stringify({ Type: "Notification", Message: message() })],
  ["an event of S3", JSON.stringify({ Records: [{ s3: {} }] })],
  ["a workflow that is no text", message({ workflow_id: ["acme-teamtailor"] })],
  ["a workflow of a million letters", message({ workflow_id: "a".repeat(1_000_000) })],
  ["a workflow that is a path", message({ workflow_id: "../acme-teamtailor" })],
  ["no profile", message({ profile_key: undefined })],
  ["a profile that is an object", message({ profile_key: { S: KEY } })],
  ["a profile with a slash", message({ profile_key: "a/b" })],
  ["a profile with a point", message({ profile_key: ".." })],
  ["a profile with a hash sign", message({ profile_key: "a#b" })],
  ["a profile with a query", message({ profile_key: "a?b" })],
  ["a profile with an encoded slash", message({ profile_key: "a%2fb" })],
  ["a profile with a line break", message({ profile_key: `${KEY}\n` })],
  ["a profile of 64 letters", message({ profile_key: "a".repeat(64) })],
  ["a source with a slash", message({ source_key: "a/b" })],
  ["a source that is null", message({ source_key: null })],
];

/** Messages in the right form, of what the function does not run. */
const FOREIGN: [Action, string, unknown, reason: string][] = [
  [TEAMTAILOR, "an unknown workflow", message({ workflow_id: "unknown" }), "workflow_id_not_found"],
  [TEAMTAILOR, "the name of a property", message({ workflow_id: "constructor" }), "workflow_id_not_found"],
  [
    TEAMTAILOR,
    "a workflow of another action",
    message({ workflow_id: "acme-flatchr" }),
    "workflow_id_not_found",
  ],
  [TEAMTAILOR, "an update", message({ workflow_id: "acme-update" }), "workflow_id_not_found"],
  [TEAMTAILOR, "a source that is not taken", message(), "bad_origin_parameters"],
  [TEAMTAILOR, "a source called __proto__", message({ source_key: "__proto__" }), "bad_origin_parameters"],
  [FLATCHR, "a workflow of another action", message(), "workflow_id_not_found"],
  [SMARTRECRUITERS, "a workflow of another action", message(), "workflow_id_not_found"],
  [
    UPDATE,
    "an unknown workflow",
    JSON.stringify({ ...continuation(), workflow_id: "unknown" }),
    "workflow_id_not_found",
  ],
  [
    UPDATE,
    "a push",
    JSON.stringify({ ...continuation(), workflow_id: "acme-teamtailor" }),
    "workflow_id_not_found",
  ],
  [UPDATE, "a push's message", message(), "event_parsing_failure"],
  [
    UPDATE,
    "a run's id that is no text",
    JSON.stringify(continuation({ run_id: 1 })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "a run's id of a million letters",
    JSON.stringify(continuation({ run_id: "a".repeat(1_000_000) })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "a run's id that is personal",
    JSON.stringify(continuation({ run_id: "ada@example.com" })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "a workflow of a million letters",
    JSON.stringify({ ...continuation(), workflow_id: "a".repeat(1_000_000) }),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "a beginning that is no date",
    JSON.stringify(continuation({ started_at: "yesterday" })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "counts that are texts",
    JSON.stringify(continuation({ events: { read_success: "1" } })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "counts below zero",
    JSON.stringify(continuation({ events: Object.fromEntries(EVENTS.map((name) => [name, -1])) })),
    "event_parsing_failure",
  ],
  [
    UPDATE,
    "counts behind __proto__",
    '{"workflow_id":"acme-update","continuation":{"__proto__":{"run_id":"r"}}}',
    "event_parsing_failure",
  ],
];

/** What is wrong with the record, and not with its body. */
const RECORDS: [string, object][] = [
  [
    "attributes more than there are",
    {
      attributes: { ...attributes(), __proto: 1, constructor: "x" },
      messageAttributes: { reason: { stringValue: "x" } },
    },
  ],
  ["a receive count that is no number", { attributes: { ...attributes(), ApproximateReceiveCount: "many" } }],
  ["a time that is no number", { attributes: { ...attributes(), SentTimestamp: "now" } }],
  ["a group called __proto__", { attributes: { ...attributes(), MessageGroupId: "__proto__" } }],
  ["a group of 128 odd signs", { attributes: { ...attributes(), MessageGroupId: "#".repeat(128) } }],
  ["no group", { attributes: { ...attributes(), MessageGroupId: undefined } }],
];

function attributes(): Record<string, string> {
  return { ApproximateReceiveCount: "1", SentTimestamp: `${Date.now()}`, MessageGroupId: "group" };
}
let records = 0;
const record = (body: unknown, changes: object = {}) => {
  records += 1;
  return {
    messageId: `message-${records}`,
    receiptHandle: "none",
    body,
    attributes: { ...attributes(), MessageGroupId: `group-${records}` },
    messageAttributes: {},
    eventSource: "aws:sqs",
    ...changes,
  };
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(() => {
  stage.environment.logged.length = 0;
});
afterAll(async () => {
  await stage.stop();
  process.stdout.write(`attacks: ${records} forged messages\n`);
});

/** Gives a message to a function, and says why it was given up; undefined when it comes back. */
async function deliver(action: Action, one: object): Promise<string | undefined> {
  const { answer, thrown } = await stage.deliver(action, [one]);
  expect(thrown).toBeUndefined();
  expect(answer.length).toBeLessThan(300);
  expect(stage.calls()).toEqual([]);
  expect([...stage.environment.tableOperations.keys()]).toEqual([]);
  expect(stage.isPolluted()).toBe(false);
  const lines = stage.environment.logged.map((line) => JSON.parse(line));
  expect(stage.environment.logged.every((line) => line.length < 2_000)).toBe(true);
  return lines.find(({ message: said }) => /dead/.test(said))?.reason;
}

describe.each(ACTIONS)("%s gives up", (action) => {
  test.each(NO_MESSAGE)("%s", async (_, body) => {
    expect(await deliver(action, record(body))).toBe("event_parsing_failure");
  });
});

test.each(FOREIGN)("%s gives up %s", async (action, _, body, reason) => {
  expect(await deliver(action, record(body))).toBe(reason);
});

describe.each([TEAMTAILOR, UPDATE] as const)("%s is not confused by", (action) => {
  test.each(RECORDS)("%s", async (_, changes) => {
    expect(await deliver(action, record("{}", changes))).toBe("event_parsing_failure");
  });
});

test("(whoever is pushed after this makes calls)", () => expect(stage.calls()).toEqual([]));

test("one forged message does not keep the others of its batch away", async () => {
  const source_key = stage.sourceKey;
  const profile_key = stage.addProfile();
  const good = record(message({ source_key, profile_key }));
  const { answer } = await stage.deliver(TEAMTAILOR, [record("{"), good, record("null")]);
  expect(JSON.parse(answer)).toEqual({ batchItemFailures: [] });
  expect(stage.teamtailor.candidates()).toHaveLength(1);
});

test.each([
  [[{ eventSource: "aws:sqs" }]],
  [[null]],
  [["text"]],
  [[{ eventSource: "aws:sns" }]],
  [[{ eventSource: ["aws:sqs"] }]],
])("records that are none never count as done: %j", async (odd) => {
  for (const action of ACTIONS) {
    const { answer, thrown } = await stage.deliver(action, odd as object[]);
    // Thrown, Lambda hands the batch out again; answered, a person has sent it by hand.
    if (thrown) expect(thrown.name).toBe("TemporaryError");
    else expect(JSON.parse(answer)).toMatchObject({ status: "fatal" });
  }
});
