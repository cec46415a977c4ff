/**
 * A hundred thousand generated inputs: no failure but those that Relay names, answers of bounded size, nothing polluted.
 * Another series is tried with SEED; the one that failed is printed.
 */
import { createHmac } from "node:crypto";
import { BlockList, isIP } from "node:net";
import type { Context } from "aws-lambda";
import fc from "fast-check";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { actions } from "../../docs/generate/actions.ts";
import { exampleOf } from "../../docs/generate/page.ts";
import { withTodaysNames } from "../../lib/by-hand/document-names.ts";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import { toProfile } from "../../lib/connectors/flatchr/source-mapping.ts";
import { toRow } from "../../lib/connectors/flatchr/source-rows.ts";
import { connectors } from "../../lib/connectors/index.ts";
import {
  changedDetails,
  completedTags,
  outdatedLists,
} from "../../lib/connectors/smartrecruiters/changes.ts";
import * as smartrecruitersSchemas from "../../lib/connectors/smartrecruiters/schema.ts";
import * as teamtailorSchemas from "../../lib/connectors/teamtailor/schema.ts";
import { literalAddress, refuseAddress, refuseUrl } from "../../lib/cv/address.ts";
import { describeFile } from "../../lib/cv/file.ts";
import { PermanentError } from "../../lib/errors.ts";
import { mergeProfile } from "../../lib/hrflow/merge-profile.ts";
import { profileSchema } from "../../lib/hrflow/schema.ts";
import { readWebhookBody } from "../../lib/hrflow/webhook-event.ts";
import { isSignedByHrflow } from "../../lib/hrflow/webhook-signature.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { prepareItem } from "../../lib/push/item.ts";
import { readMessage } from "../../lib/queue.ts";
import { applyFormat } from "../../lib/run/user-functions.ts";
import { scrub } from "../../lib/scrub/scrub.ts";
import { checkWorkflow, WorkflowError } from "../../lib/workflow/check.ts";
import { PERSON } from "../canaries/canaries.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";
import { changed, json, text } from "./arbitrary.ts";
import { openStage, prototypesAsText, type Stage } from "./stage.ts";

const seed = Number(process.env.SEED ?? 1);
const KEY = "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4";
const EVENT = { type: "profile.parsing.success", profile: { key: KEY, source: { key: KEY } } };
const PROFILE = { key: KEY, source: { key: KEY, name: "careers" }, ...PERSON };
const pristine = prototypesAsText();
let inputs = 0;

/** Says that something holds for so many inputs. */
async function forAll<T>(
  count: number,
  values: fc.Arbitrary<T>,
  holds: (value: T) => unknown | Promise<unknown>,
): Promise<void> {
  const property = fc.asyncProperty(values, async (value) => {
    await holds(value);
  });
  await fc.assert(property, { numRuns: count, seed });
  inputs += count;
}

let stage: Stage;
let nowhere: TestEnvironment;
beforeAll(async () => {
  stage = await openStage();
  // Nothing listens there: whoever calls a vendor fails at once.
  const url = "http://127.0.0.1:1";
  const names = ["HRFLOW", "FLATCHR_API", "FLATCHR_CAREERS", "TEAMTAILOR", "SMARTRECRUITERS"];
  nowhere = await startTestEnvironment(stage.secrets, {
    ...Object.fromEntries(names.map((name) => [`${name}_BASE_URL`, url])),
    RELAY_SPEED: "1000",
  });
});
afterEach(() => expect(prototypesAsText()).toBe(pristine));
afterAll(() => Promise.all([stage.stop(), nowhere.stop()]));

const anyOf = (base: unknown) => fc.oneof(json, changed(base));
const asText = (value: unknown) => JSON.stringify(value) ?? "";

test("webhook bodies, as they are read", () =>
  forAll(20_000, anyOf(EVENT).map(asText), (body) => {
    try {
      const { events, ignored } = readWebhookBody(Buffer.from(body));
      for (const { sourceKey, profileKey } of events)
        expect(sourceKey + profileKey).toMatch(/^[\w-]{2,126}$/);
      expect(ignored).toBeGreaterThanOrEqual(0);
    } catch (error) {
      expect((error as Error).message).toMatch(/^(the body is not|an event has no usable)/);
    }
  }));

test("webhook bodies, rightly signed, through the function", () =>
  forAll(2_000, anyOf(EVENT).map(asText), async (body) => {
    const { answer, thrown } = await stage.receive(body);
    expect(thrown).toBeUndefined();
    expect([202, 400]).toContain(JSON.parse(answer).statusCode);
    expect(answer.length).toBeLessThan(300);
    expect(stage.stored()).toEqual([]); // It is about a source that the workflow does not take.
  }));

test("signatures", () =>
  forAll(20_000, fc.tuple(anySignature, anyOf(EVENT).map(asText)), ([signature, body]) => {
    const bytes = Buffer.from(body);
    const right = createHmac("sha256", "secret").update(bytes).digest("hex");
    const isRight = signature.trim().toLowerCase() === right;
    expect(isSignedByHrflow(signature, bytes, "secret")).toBe(isRight);
    expect(isSignedByHrflow(right, bytes, "secret")).toBe(true);
    expect(isSignedByHrflow(right, bytes, "")).toBe(false);
  }));

const anySignature = fc.oneof(
  text,
  fc.stringMatching(/^[0-9a-fA-F]{63,65}$/),
  fc.tuple(fc.base64String(), fc.base64String()).map((parts) => parts.join(".")),
  json.map(
    (value) =>
      `${Buffer.from(asText(value)).toString("base64")}.${Buffer.from(asText(value)).toString("base64url")}`,
  ),
);

/** What is public by another list than the guard's own. */
const PRIVATE = { 4: new BlockList(), 6: new BlockList() };
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["192.0.2.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  PRIVATE[4].addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 8],
  ["64:ff9b::", 96],
  ["100::", 64],
  ["2001::", 32],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE[6].addSubnet(network, prefix, "ipv6");

const anyHost = fc.oneof(
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.ipV4().map((address) => `[::ffff:${address}]`),
  fc.ipV4().map((address) => `[64:ff9b::${address}]`),
  fc
    .constantFrom("10", "127", "169.254", "172.16", "192.168")
    .chain((start) => fc.nat(255).map((end) => `${start}.${end}`)),
  fc.nat(2 ** 32 - 1).map(String),
  fc.nat(2 ** 32 - 1).map((number) => `0x${number.toString(16)}`),
  fc.domain(),
  text,
);
const anyUrl = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom("https://", "http://", "https:", "//", "https:\\\\", "ftp://", "blob:https://"),
        fc.constantFrom("", "", "", "user@", "a:b@"),
        anyHost,
        fc.constantFrom("", "", "", ":443", ":80", ":9001", "."),
        fc.constantFrom("/", "/cv.pdf", "", "?a=b"),
      )
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.webUrl() },
  { weight: 1, arbitrary: text },
);

test("addresses of CVs: what is let through is https, on its port, and public", () =>
  forAll(15_000, anyUrl, (address) => {
    const url = URL.parse(address);
    if (url === null || refuseUrl(url, []) !== undefined) return;
    expect([url.protocol, url.port, url.username, url.password]).toEqual(["https:", "", "", ""]);
    const literal = literalAddress(url);
    if (literal === undefined) {
      expect(isIP(url.hostname)).toBe(0);
    } else if (refuseAddress(literal.address) === undefined) {
      const isPrivate =
        literal.family === 6
          ? PRIVATE[6].check(literal.address, "ipv6")
          : PRIVATE[4].check(literal.address, "ipv4");
      expect(isPrivate).toBe(false);
    }
  }));

test("names and bytes of files", () =>
  forAll(
    5_000,
    fc.tuple(text, text, fc.uint8Array({ maxLength: 64 })),
    ([original_file_name, extension, bytes]) => {
      const attachment = {
        type: "resume",
        alt: null,
        file_size: null,
        file_name: null,
        original_file_name,
        extension,
        public_url: "x",
      };
      const { fileName, contentType } = describeFile(attachment, bytes);
      expect(fileName.length).toBeLessThanOrEqual(150);
      expect(fileName).not.toMatch(/[/\\"<>:|?*\p{Cc}\p{Bidi_Control}]|^\.|^$/u);
      expect(contentType).toMatch(/^[\w-]+\/[\w.-]+$/);
    },
  ));

test.each(connectors.map((connector) => [connector.label, connector] as const))(
  "profiles of HrFlow, on their way to %s",
  (_, connector) => {
    const action = actions.find(({ name }) => name === `push_profile_to_${connector.name}`);
    if (!action) throw new Error("every connector has this action");
    const checked = checkWorkflow(exampleOf(action));
    if (checked.direction !== "push") throw new Error("it is a push");
    const workflow = { ...checked, connector };
    return forAll(5_000, anyOf(PROFILE), async (answer) => {
      const profile = v.safeParse(profileSchema, answer);
      if (!profile.success) return;
      const item = await prepareItem(workflow, profile.output).catch((error) => {
        expect(error).toBeInstanceOf(PermanentError);
        expect(error).toMatchObject({ reason: "format_failure" });
        expect(error.message.length).toBeLessThan(2_000);
      });
      if (item) expect(v.is(connector.push.candidate, item.candidate)).toBe(true);
    });
  },
);

test("whatever a format returns is a candidate, or a format_failure", () =>
  forAll(
    5_000,
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    async (returned) => {
      for (const { push } of connectors) {
        const schema: v.GenericSchema = push.candidate;
        const formatting = applyFormat(PROFILE, () => returned, schema);
        await formatting.then(
          (candidate) => JSON.stringify(candidate),
          (error) => {
            expect(error).toBeInstanceOf(PermanentError);
            expect(error).toMatchObject({ reason: "format_failure" });
          },
        );
      }
    },
  ));

test("changes to profiles of HrFlow", () =>
  forAll(5_000, fc.tuple(anyOf(PROFILE), anyOf(PERSON)), ([current, edit]) => {
    if (!isObject(current) || !isObject(edit)) return;
    const merged = mergeProfile(current, edit, undefined);
    if (merged) expect(Object.keys(merged)).toEqual(expect.arrayContaining(Object.keys(current)));
  }));

const ROW = {
  applicant: "a",
  vacancy: "V",
  column: "C",
  vacancy_id: 1,
  hired: false,
  firstname: "Ada",
  email: "a@example.com",
  updated_at: "31/12/25",
};
test("rows of Flatchr, on their way to HrFlow", () =>
  forAll(8_000, anyOf(ROW), (element) => {
    if (typeof element !== "object" || element === null)
      return expect(() => toRow(element)).toThrow("not as documented");
    const row = toRow(element);
    expect(row.changedOn ?? "2025-12-31").toMatch(/^\d{4}-\d\d-\d\d$/);
    const profile = toProfile({ id: null, ...row.fields });
    return expect(Object.keys(profile).every((key) => ["info", "tags"].includes(key))).toBe(true);
  }));

const ANSWER = {
  id: "1",
  email: "a@example.com",
  tags: ["a"],
  location: { city: "b" },
  web: { linkedin: "c" },
  education: [{ institution: "d" }],
  attributes: { email: "e", tags: ["f"] },
  content: [{ id: "1" }],
};
test("answers of the systems of applicants", () =>
  forAll(8_000, anyOf(ANSWER), (answer) => {
    const wanted = {
      firstName: "Ada",
      lastName: "Exemple",
      email: "a@example.com",
      tags: ["a", "b"],
      web: { skype: "x" },
    };
    v.safeParse(teamtailorSchemas.resourceSchema, answer);
    v.safeParse(smartrecruitersSchemas.searchAnswer, answer);
    v.safeParse(smartrecruitersSchemas.attachmentsAnswer, answer);
    v.safeParse(smartrecruitersSchemas.errorAnswer, answer);
    const candidate = v.safeParse(smartrecruitersSchemas.candidateAnswer, answer);
    if (!candidate.success) return;
    changedDetails(wanted, candidate.output);
    completedTags(wanted, candidate.output);
    outdatedLists(wanted, candidate.output);
  }));

const MESSAGE = { workflow_id: "acme-teamtailor", source_key: KEY, profile_key: KEY };
test("messages, as they are read", () =>
  forAll(8_000, anyOf(MESSAGE).map(asText), (body) => {
    const read = readMessage({ body } as Parameters<typeof readMessage>[0]);
    if (read) expect(read.workflow_id + read.source_key + read.profile_key).toMatch(/^[\w-]{3,190}$/);
  }));

const BATCH = 10;
test("messages, through the functions: each is given up, or comes back", async () => {
  const body = fc.oneof(text, anyOf({ ...MESSAGE, workflow_id: "other" }).map(asText));
  const batches = fc.array(body, { minLength: BATCH, maxLength: BATCH });
  const count = 60;
  await forAll(count, batches, async (bodies) => {
    for (const action of ["push_profile_to_flatchr", "update_profiles_in_hrflow_from_flatchr"] as const) {
      const { answer, thrown } = await stage.deliver(action, bodies.map(toRecord));
      expect(thrown).toBeUndefined();
      expect(Object.keys(JSON.parse(answer))).toEqual(["batchItemFailures"]);
    }
    expect(stage.calls()).toEqual([]);
  });
  inputs += count * (BATCH - 1);
});

function toRecord(body: string, index: number) {
  const attributes = {
    MessageGroupId: `${index}`,
    ApproximateReceiveCount: "1",
    SentTimestamp: `${Date.now()}`,
  };
  return { body, messageId: `${index}`, receiptHandle: "none", eventSource: "aws:sqs", attributes };
}

const BY_HAND = {
  workflow_id: "acme-teamtailor",
  pull_parameters: { source_key: KEY, profile_key: KEY },
  push_parameters: { sourced: true },
  logics: ["keepAll"],
  format: "keepAll",
  persist: false,
};
test.each([
  ["a run", BY_HAND],
  [
    "a run in the words of 2021",
    {
      workflow_id: "acme-teamtailor",
      profile: { key: KEY, source: { key: KEY } },
      sourced: true,
      auth: { secret: "x" },
      origin_parameters: { source_key: KEY },
    },
  ],
  [
    "a whole workflow",
    {
      ...BY_HAND,
      action: "push_profile_to_teamtailor",
      hrflow_auth: { secret: "hrflow/acme" },
      connector_auth: { secret: "teamtailor/acme" },
    },
  ],
  [
    "a run of an update",
    {
      workflow_id: "acme-update",
      pull_parameters: { email: "a@example.com", start: "01/31/25" },
      persist: false,
    },
  ],
  [
    "a tool",
    {
      workflow_id: "acme-teamtailor",
      explain: { source_key: KEY, profile_key: KEY },
      runs: 3,
      check: true,
      dead_letters: "list",
      erase: { source_key: KEY, profile_key: KEY },
    },
  ],
])("events by hand: %s", (_, base) =>
  forAll(700, anyOf(base), async (event) => {
    const user = {
      workflows: [
        stage.workflow("push_profile_to_teamtailor"),
        stage.workflow("update_profiles_in_hrflow_from_flatchr"),
      ],
      functions: { keepAll: () => true },
    };
    const [teamtailor] = connectors.filter(({ name }) => name === "teamtailor");
    if (teamtailor === undefined) throw new Error("there is one");
    const context = { functionName: "push", getRemainingTimeInMillis: () => 60_000 } as Context;
    for (const handler of [pushFunction(teamtailor, user, nowhere), updateFunction(flatchr, user, nowhere)]) {
      const answer = (await handler(event, context)) as object;
      expect(JSON.stringify(answer).length).toBeLessThan(20_000);
      expect(answer).toEqual(expect.objectContaining({ action: expect.any(String) }));
    }
  }),
);

test("events by hand, as their names are translated", () =>
  forAll(
    5_000,
    fc.tuple(anyOf(BY_HAND), fc.constantFrom("push" as const, "update" as const)),
    ([event, direction]) => {
      if (!isObject(event)) return;
      try {
        withTodaysNames(event, direction, "id");
      } catch (error) {
        expect(error).toBeInstanceOf(WorkflowError);
        expect((error as Error).message.length).toBeLessThan(3_000);
      }
    },
  ));

test("declared workflows", () =>
  forAll(
    5_000,
    anyOf({
      ...BY_HAND,
      action: "push_profile_to_teamtailor",
      hrflow_auth: { secret: "a" },
      connector_auth: { secret: "b" },
    }),
    (workflow) => {
      try {
        checkWorkflow(workflow);
      } catch (error) {
        expect(error).toBeInstanceOf(WorkflowError);
        expect((error as Error).message.length).toBeLessThan(3_000);
      }
    },
  ));

test("messages of errors, as they are cleaned", () =>
  forAll(1_000, fc.tuple(text, text, json), ([said, quoted, data]) => {
    const clean = scrub(`${said} ${quoted} ${asText(data)}`, quoted, data);
    expect(clean.length).toBeLessThanOrEqual(301);
    expect(clean).not.toMatch(/[\n\r\0]/);
  }));

test("(there were a hundred thousand of them)", () => {
  process.stdout.write(`attacks: ${inputs} generated inputs, seed ${seed}\n`);
  expect(inputs).toBeGreaterThanOrEqual(100_000);
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
