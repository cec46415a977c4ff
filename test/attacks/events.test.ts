/** Events of the scheduler and by hand that nobody should send: refused in words, without a call, a write or an echo of a credential. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TEAMTAILOR, UPDATE } from "../operator/scene.ts";
import { ACTIONS, type Action, openStage, type Stage } from "./stage.ts";

const RAW = "ask_raw_credential_0123456789";
const PROFILE = { source_key: "source", profile_key: "profile" };
const ODD_NAMES = [
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "default",
  "then",
  "SETTING",
  "",
  " ",
  "keepAll ",
  "../functions",
  "process.exit",
  "() => true",
  "eval",
  "a".repeat(1_000_000),
];
const ODD_IDS = [
  ...ODD_NAMES,
  "ACME-TEAMTAILOR",
  "acme-teamtailor\n",
  "acme-teamtailor#",
  "acme/teamtailor",
  "acme%2dteamtailor",
  "ａcme-teamtailor",
  "\ud800",
  "\0",
  "arn:aws:lambda:eu-west-1:1:function:x",
];
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
};
const own = (text: string): object => JSON.parse(text);

/** Whatever the function, nothing is run for these. */
function refusedBy(action: Action): [string, unknown][] {
  const id = action === UPDATE ? "acme-update" : action.replace("push_profile_to_", "acme-");
  const declared = (changes: object) => ({ workflow_id: id, ...changes });
  const inline = (changes: object) => ({ workflow_id: "inline", action, ...changes });
  return [
    ...ODD_IDS.map((name): [string, unknown] => [
      `the id ${JSON.stringify(name).slice(0, 30)}`,
      { workflow_id: name },
    ]),
    ...[1, true, null, [], {}, ["acme"], { $eq: "acme" }].map((odd): [string, unknown] => [
      `the id ${JSON.stringify(odd)}`,
      { workflow_id: odd },
    ]),
    ...ODD_NAMES.map((name): [string, unknown] => [
      `the format ${name.slice(0, 30)}`,
      declared({ format: name }),
    ]),
    ...ODD_NAMES.map((name): [string, unknown] => [
      `the logic ${name.slice(0, 30)}`,
      declared({ logics: [name] }),
    ]),
    ...ODD_NAMES.map((name): [string, unknown] => [
      `the callback ${name.slice(0, 30)}`,
      declared({ callback: name }),
    ]),
    ["a format that is an object", declared({ format: { name: "keepAll" } })],
    ["logics that are an object", declared({ logics: { 0: "keepAll", length: 1 } })],
    ["a key more", declared({ extra: 1 })],
    ["a key of the scheduler's own", declared({ "detail-type": "Scheduled Event", source: "aws.scheduler" })],
    ["a schedule", declared({ schedule: "rate(1 minute)" })],
    ["another action", declared({ action: ACTIONS.find((other) => other !== action) })],
    ["an unknown action", inline({ action: "delete_everything" })],
    ["the action __proto__", inline({ action: "__proto__" })],
    ["raw credentials of HrFlow", inline({ hrflow_auth: { api_secret: RAW, api_user: "a@example.com" } })],
    [
      "raw credentials of the ATS",
      inline({ hrflow_auth: { secret: "hrflow/acme" }, connector_auth: { auth: RAW } }),
    ],
    ["a raw credential as a text", inline({ hrflow_auth: { secret: "hrflow/acme" }, connector_auth: RAW })],
    [
      "a raw credential beside a secret's name",
      inline({ hrflow_auth: { secret: "hrflow/acme", api_secret: RAW } }),
    ],
    ["a raw credential in today's parameters", declared({ push_parameters: { auth: RAW } })],
    ["a raw credential in an old group", declared({ target_parameters: { auth: RAW } })],
    ["a raw credential alone", declared({ api_key: RAW })],
    ["credentials of another tenant, by name", declared({ hrflow_auth: { secret: "hrflow/other" } })],
    ["scopes of 2021", declared({ global_scope: { keepAll: "() => true" } })],
    ["a base URL", declared({ HRFLOW_BASE_URL: "https://attacker.example" })],
    ["a base URL of Flatchr", declared({ env_base_url: "https://attacker.example" })],
    ["persist as a text", declared({ persist: "false" })],
    ["persist as a number", declared({ persist: 0 })],
    ["parameters that are a text", declared({ pull_parameters: "source_key=a" })],
    ["parameters that are a list", declared({ pull_parameters: [PROFILE] })],
    ["a filter that is mistyped", declared({ pull_parameters: { emial: "ada@example.com" } })],
    [
      "a filter called __proto__",
      declared({ pull_parameters: { ...own('{"__proto__":{"email":"a"}}'), emial: 1 } }),
    ],
    ["an object of 10,000 levels", declared({ pull_parameters: nested(10_000) })],
    [
      "100,000 keys",
      declared(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 1]))),
    ],
    ["a key of a million letters", declared({ ["k".repeat(1_000_000)]: 1 })],
    ["all behind __proto__", own(`{"__proto__":{"workflow_id":"${id}"}}`)],
    ["nothing but a list", [{ workflow_id: id }]],
    ["a text of JSON", JSON.stringify({ workflow_id: id })],
    ["an HTTP request", { rawPath: "/", body: JSON.stringify({ workflow_id: id }), isBase64Encoded: false }],
    ["an event of EventBridge", { version: "0", "detail-type": "x", detail: { workflow_id: id } }],
    ["erase without a person", { erase: true }],
    ["erase of everybody", { erase: "*" }],
    ["erase of an empty id", { erase: { candidate: "" } }],
    ["erase of a path", { erase: { source_key: "..", profile_key: "a/b" } }],
    [
      "erase for a foreign workflow",
      { workflow_id: "foreign workflow", erase: { ...PROFILE, candidate: "1" } },
    ],
    ["explain of a list", { workflow_id: id, explain: [PROFILE] }],
    ["explain with a key more", { workflow_id: id, explain: { ...PROFILE, candidate: "1", all: true } }],
    ["runs without end", { workflow_id: id, runs: 1e9 }],
    ["runs below zero", { workflow_id: id, runs: -1 }],
    ["runs that are no number", { workflow_id: id, runs: "1; drop" }],
    ["dead letters to be deleted", { dead_letters: "delete" }],
    ["dead letters of the name of a property", { dead_letters: "constructor" }],
    ["dead letters with a key more", { dead_letters: "redrive", queue: "https://attacker.example" }],
    ["check that is a text", { workflow_id: id, check: "true" }],
    ["check of an unknown workflow", { workflow_id: "unknown", check: true }],
    ["two tools at once", { workflow_id: id, runs: true, erase: PROFILE }],
  ];
}

let stage: Stage;
let events = 0;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(() => {
  stage.environment.logged.length = 0;
  stage.environment.tableOperations.clear();
});
afterAll(async () => {
  await stage.stop();
  process.stdout.write(`attacks: ${events} events\n`);
});

describe.each(ACTIONS)("%s refuses", (action) => {
  test.each(refusedBy(action))("%s", async (_, event) => {
    events += 1;
    const { answer, thrown } = await stage.invokeWith(action, event);
    expect(thrown).toBeUndefined();
    expect(JSON.parse(answer)).toMatchObject({
      status: "fatal",
      reason: expect.stringMatching(/^(bad|workflow)_/),
    });
    expect(answer.length).toBeLessThan(5_000);
    expect(stage.calls()).toEqual([]);
    expect(stage.stored()).toEqual([]);
    const written = [...stage.environment.tableOperations.keys()].filter(
      (name) => !/^(Get|Query|BatchGet)/.test(name),
    );
    expect(written).toEqual([]);
    expect(answer + stage.environment.logged.join()).not.toContain(RAW);
    expect(stage.isPolluted()).toBe(false);
  });
});

describe("an id that would be the path of another call makes no call at all", () => {
  const DOTS = [".", ".."];
  test.each(DOTS)("the vacancy %s of an update", async (vacancy) => {
    events += 1;
    stage.addCandidate();
    const before = stage.flatchr.calls.length;
    await stage.invokeWith(UPDATE, { workflow_id: "acme-update", pull_parameters: { vacancy } });
    expect(pathsOf(before)).toEqual([]);
  });

  test.each([...DOTS, "../..", "a/../b", "a?b", "a#b", "a%2e%2e"])(
    "the company %s of a push to Flatchr",
    async (company) => {
      events += 1;
      const profile_key = stage.addProfile();
      const before = stage.flatchr.calls.length;
      await stage.invokeWith("push_profile_to_flatchr", {
        workflow_id: "acme-flatchr",
        pull_parameters: { source_key: stage.sourceKey, profile_key },
        push_parameters: { company },
      });
      expect(pathsOf(before)).toEqual([]);
    },
  );

  /** The paths of calls to Flatchr that are none of the documentation's. */
  function pathsOf(before: number): string[] {
    return stage.flatchr.calls
      .slice(before)
      .filter(({ route }) => route.endsWith("unknown"))
      .map(({ method, path }) => `${method} ${path}`);
  }

  test("an id that Teamtailor itself gives", async () => {
    events += 1;
    const profile_key = stage.addProfile();
    const email = stage.hrflow.profile(profile_key)?.info.email;
    const data = [{ id: "..", attributes: { email } }];
    stage.teamtailor.failNext({ route: "GET /candidates" }, { kind: "status", status: 200, body: { data } });
    const before = stage.teamtailor.calls.length;
    const { answer } = await stage.invokeWith(TEAMTAILOR, {
      workflow_id: "acme-teamtailor",
      pull_parameters: { source_key: stage.sourceKey, profile_key },
    });
    expect(JSON.parse(answer)).toMatchObject({ status: "fatal", reason: "bad_target_parameters" });
    expect(stage.teamtailor.calls.slice(before).map(({ route }) => route)).toEqual(["GET /candidates"]);
  });
});
