import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SignatureScheme } from "../../local/vendors/hrflow-webhook.ts";
import { sampleProfile } from "../../local/vendors/sample-profiles.ts";
import type { TestEnvironment } from "../environment.ts";
import {
  type Answer,
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

const OTHER_PROFILE = "0".repeat(40);
const OTHER_SOURCE = "1".repeat(40);

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await startReceiverEnvironment();
});
beforeEach(() => emptyQueue(environment));
afterAll(() => environment.stop());

/** Sends to a receiver with these workflows, or with one that takes everything. */
async function send(content: unknown, changes: RequestChanges = {}, workflows: object[] = [workflow()]) {
  return receiver(workflows, environment)(webhookRequest(content, changes));
}

const accepted = (stored: number, ignored = 0) => ({ status: 202, body: { stored, ignored } });

test("a signed webhook becomes one message, which holds keys and nothing else", async () => {
  expect(await send(event())).toMatchObject(accepted(1));
  expect(storedMessages(environment)).toEqual([
    {
      workflow_id: "acme-teamtailor",
      source_key: SOURCE,
      profile_key: PROFILE,
      event_type: "profile.parsing.success",
    },
  ]);
});

test("the answer is JSON and says so", async () => {
  expect((await send(event())).headers).toMatchObject({ "content-type": "application/json" });
});

test.each<SignatureScheme>(["body_hex", "header_hex", "header_raw", "header_raw_encoded"])(
  "signed with %s",
  async (scheme) => {
    expect(await send(event(), { scheme })).toMatchObject(accepted(1));
  },
);

test("a webhook with the whole profile leaves nothing of the person in queue or log", async () => {
  const { profile } = sampleProfile(0);
  const whole = { ...event(), profile: { ...profile, ...event().profile } };
  expect(await send(whole)).toMatchObject(accepted(1));
  const kept = JSON.stringify([storedMessages(environment), environment.logged]);
  const person = profile.info ?? {};
  for (const text of [person.first_name, person.last_name, person.email, person.phone, person.summary]) {
    expect(kept).not.toContain(text);
  }
});

describe("the log line", () => {
  test("says which webhook, what was answered, and how many events", async () => {
    await send([event(), event({ type: "profile.parsing.error" })]);
    expect(JSON.parse(environment.logged.at(-1) ?? "")).toMatchObject({
      message: "webhook received",
      webhook: "acme",
      status: 202,
      stored: 1,
      ignored: 1,
    });
  });

  test("holds neither signature nor secret nor body", async () => {
    const before = environment.logged.length;
    await send(event());
    await send("not JSON, from Ada");
    const lines = environment.logged.slice(before).join();
    for (const text of ["whsec", PROFILE, SOURCE, "Ada", "signature="]) expect(lines).not.toContain(text);
  });
});

describe("events", () => {
  test.each([
    "profile.parsing.success",
    "profile.parsing.update",
    "profile.storing.success",
    "profile.storing.update",
    "profile.indexing.success",
    "profile.indexing.update",
    "profile.searching.success",
    "profile.searching.update",
    "profile.embedding.success",
    "profile.scoring.success",
    "parsing.profile.success",
    "profile.something-new.success",
  ])("%s is stored", async (type) => {
    expect(await send(event({ type }))).toMatchObject(accepted(1));
    expect(storedMessages(environment)).toMatchObject([{ event_type: type }]);
  });

  test.each([
    "profile.parsing.error",
    "profile.storing.error",
    "profile.indexing.error",
    "profile.searching.error",
    "parsing.profile.error",
    "job.parsing.success",
    "job.indexing.update",
    "job.searching.error",
    "action.stage.success",
    "action.rating.success",
    "agent.training.success",
    "ping",
  ])("%s is ignored", async (type) => {
    expect(await send(event({ type }))).toMatchObject(accepted(0, 1));
    expect(storedMessages(environment)).toEqual([]);
  });

  test.each([
    ["an error with a profile without keys", { type: "profile.parsing.error", profile: { key: null } }],
    ["an event of a job", { type: "job.parsing.success", job: { key: PROFILE } }],
    ["a success without a profile", { type: "profile.parsing.success" }],
    ["a success whose profile is null", { type: "profile.parsing.success", profile: null }],
  ])("%s is ignored", async (_, body) => {
    expect(await send(body)).toMatchObject(accepted(0, 1));
  });
});

describe("a list of events", () => {
  test("of two profiles is two messages", async () => {
    expect(await send([event(), event({ key: OTHER_PROFILE })])).toMatchObject(accepted(2));
    expect(storedMessages(environment).map(({ profile_key }) => profile_key)).toEqual([
      PROFILE,
      OTHER_PROFILE,
    ]);
  });

  test("with one profile twice is one message", async () => {
    const twice = [event(), event({ type: "profile.storing.update" })];
    expect(await send(twice)).toMatchObject(accepted(1));
    expect(storedMessages(environment)).toHaveLength(1);
  });

  test("is counted event by event", async () => {
    const mixed = [event(), event({ type: "profile.parsing.error" }), event({ type: "job.parsing.success" })];
    expect(await send(mixed)).toMatchObject(accepted(1, 2));
  });

  test("longer than one batch of SQS is stored whole", async () => {
    const many = Array.from({ length: 25 }, (_, index) => event({ key: `profile-${index}` }));
    expect(await send(many)).toMatchObject(accepted(25));
    const keys = storedMessages(environment).map(({ profile_key }) => profile_key);
    expect(new Set(keys).size).toBe(25);
  });

  test("about as long as a body may be is stored whole", async () => {
    const longest = Array.from({ length: 5_000 }, (_, index) => event({ key: `profile-${index}` }));
    expect(await send(longest)).toMatchObject(accepted(5_000));
    expect(new Set(storedMessages(environment).map(({ profile_key }) => profile_key)).size).toBe(5_000);
  });
});

test("the same bytes twice are two messages: two changes of a profile can look the same", async () => {
  await send(event());
  expect(await send(event())).toMatchObject(accepted(1));
  expect(storedMessages(environment)).toHaveLength(2);
});

test("messages of one profile stay in order, those of others go beside them", async () => {
  await send([event(), event({ key: OTHER_PROFILE })]);
  const { Messages = [] } = await environment.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: environment.settings.queueUrl("push_profile_to_teamtailor"),
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  const groups = Messages.map(({ Attributes }) => Attributes?.MessageGroupId);
  expect(groups).toEqual([`acme-teamtailor.${PROFILE}`, `acme-teamtailor.${OTHER_PROFILE}`]);
});

describe("routing", () => {
  const recruiters = workflow({ workflow_id: "recruiters", pull_parameters: { source_keys: [SOURCE] } });
  const agency = workflow({ workflow_id: "agency", pull_parameters: { source_keys: [OTHER_SOURCE] } });
  const everything = workflow({ workflow_id: "everything" });
  const elsewhere = workflow({ workflow_id: "elsewhere", webhook: "elsewhere" });
  const all = [recruiters, agency, everything, elsewhere];
  const reached = () => storedMessages(environment).map(({ workflow_id }) => workflow_id);

  test("workflows that share a webhook each get the sources that they take", async () => {
    expect(await send(event(), {}, all)).toMatchObject(accepted(2));
    expect(reached()).toEqual(["recruiters", "everything"]);
  });

  test("one event goes to each ATS that listens, each through its own queue", async () => {
    const flatchr = { action: "push_profile_to_flatchr", push_parameters: { vacancy: "v" } };
    const smartrecruiters = { action: "push_profile_to_smartrecruiters", push_parameters: { job_id: "j" } };
    const three = [
      workflow(),
      workflow({ workflow_id: "to-flatchr", ...flatchr }),
      workflow({ workflow_id: "to-smartrecruiters", ...smartrecruiters }),
    ];
    expect(await send(event(), {}, three)).toMatchObject(accepted(3));
    for (const { action, workflow_id } of three) {
      expect(storedMessages(environment, action)).toMatchObject([{ workflow_id, profile_key: PROFILE }]);
    }
  });

  test("another webhook reaches other workflows", async () => {
    expect(await send(event(), { name: "elsewhere" }, all)).toMatchObject(accepted(1));
    expect(reached()).toEqual(["elsewhere"]);
  });

  test("a workflow without a webhook name listens to its own", async () => {
    const own = { ...workflow({ workflow_id: "own" }), webhook: undefined };
    expect(await send(event(), { name: "own" }, [own])).toMatchObject(accepted(1));
  });

  test("an event of a source that no workflow takes is ignored", async () => {
    expect(await send(event({ source: "2".repeat(40) }), {}, [recruiters, agency])).toMatchObject(
      accepted(0, 1),
    );
    expect(reached()).toEqual([]);
  });

  test("a workflow with an empty list of sources takes none", async () => {
    const none = workflow({ pull_parameters: { source_keys: [] } });
    expect(await send(event(), {}, [none])).toMatchObject(accepted(0, 1));
  });
});

describe("as API Gateway hands it over", () => {
  test("a body in base64", async () => {
    expect(await send(event(), { isBase64Encoded: true })).toMatchObject(accepted(1));
  });

  test.each<[string, Record<string, string>]>([
    ["plain", { "content-type": "application/json" }],
    ["with a charset", { "content-type": "application/json; charset=utf-8" }],
    ["in capitals", { "content-type": "Application/JSON" }],
    ["with blanks", { "content-type": " application/json ;charset=UTF-8" }],
  ])("a content type %s", async (_, headers) => {
    expect(await send(event(), { headers })).toMatchObject(accepted(1));
  });

  test("names of headers in any case", async () => {
    const request = webhookRequest(event());
    const { "content-type": type = "", "http-hrflow-signature": signature = "" } = request.headers;
    request.headers = { "Content-Type": type, "HTTP-HRFLOW-SIGNATURE": signature };
    const answer: Answer = await receiver([workflow()], environment)(request);
    expect(answer).toMatchObject(accepted(1));
  });
});
