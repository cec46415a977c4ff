/** What each name of the documents of 2021 and 2022 becomes. */
import { describe, expect, test } from "vitest";
import { withTodaysNames } from "../../lib/by-hand/document-names.ts";

const translate = (event: object, direction: "push" | "update" = "push") =>
  withTodaysNames(event as Record<string, unknown>, direction, "acme");

describe("becomes today's name", () => {
  const SECRET = { secret: "name" };
  test.each<[name: string, event: object, translated: object]>([
    [
      "profile",
      { profile: { key: "p", source: { key: "s" } } },
      { pull_parameters: { profile_key: "p", source_key: "s" } },
    ],
    [
      "origin_parameters",
      { origin_parameters: { source_key: "s", profile_key: "p" } },
      { pull_parameters: { source_key: "s", profile_key: "p" } },
    ],
    [
      "target_parameters",
      { target_parameters: { vacancy: "v", company: "c" } },
      { push_parameters: { vacancy: "v", company: "c" } },
    ],
    [
      "action_parameters",
      { action_parameters: { logics: ["l"], format: "f", read_mode: "sync" } },
      { logics: ["l"], format: "f", incremental: false },
    ],
    ["format_function_name", { format_function_name: "f" }, { format: "f" }],
    ["vacancy", { vacancy: "v" }, { push_parameters: { vacancy: "v" } }],
    ["company", { company: "c" }, { push_parameters: { company: "c" } }],
    ["compagny", { compagny: "c" }, { push_parameters: { compagny: "c" } }],
    ["job_id", { job_id: "j" }, { push_parameters: { job_id: "j" } }],
    ["sourced", { sourced: true }, { push_parameters: { sourced: true } }],
    ["read_mode", { read_mode: "incremental" }, { incremental: true }],
    ["hrflow_client that names a secret", { hrflow_client: SECRET }, { hrflow_auth: SECRET }],
    ["auth that names a secret", { auth: SECRET }, { connector_auth: SECRET }],
    ["auth among target_parameters", { target_parameters: { auth: SECRET } }, { connector_auth: SECRET }],
    [
      "nothing, what is null",
      { vacancy: null, profile: null, target_parameters: { company: null, vacancy: "v" } },
      { push_parameters: { vacancy: "v" } },
    ],
    [
      "both names together",
      { pull_parameters: { source_key: "s" }, profile: { key: "p", source: { key: "s" } } },
      { pull_parameters: { source_key: "s", profile_key: "p" } },
    ],
    [
      "both, whichever comes first",
      { vacancy: "v", push_parameters: { company: "c" } },
      { push_parameters: { vacancy: "v", company: "c" } },
    ],
    ["what it was, when it is unknown", { vacancies: "v" }, { vacancies: "v" }],
    [
      "what it was, beside a group that is none",
      { vacancy: "v", push_parameters: "x" },
      { push_parameters: "x" },
    ],
  ])("%s", (_, event, translated) => {
    expect(translate(event)).toEqual(translated);
  });

  test("only where the document has it: an update has no vacancy at the top", () => {
    expect(translate({ vacancy: "v", profile: "p" }, "update")).toEqual({ vacancy: "v", profile: "p" });
  });

  test("without touching what every object has", () => {
    const event = JSON.parse('{"target_parameters":{"__proto__":{"vacancy":"v"}}}');
    const { push_parameters } = translate(event);
    expect(Object.getPrototypeOf(push_parameters)).toBe(Object.prototype);
    expect(Object.keys(push_parameters as object)).toEqual(["__proto__"]);
  });
});

describe("is refused, with what to do", () => {
  const RAW = "ask_raw";
  const CREDENTIAL = /is a credential, and none may stand in an event. Put it into AWS Secrets Manager/;
  test.each<[name: string, event: object, message: RegExp | string]>([
    ["hrflow_client", { hrflow_client: { api_secret: RAW } }, CREDENTIAL],
    ["api_secret", { api_secret: RAW }, /as hrflow_auth: \{ secret: "name" \}/],
    ["api_user", { api_user: RAW }, CREDENTIAL],
    ["auth", { auth: RAW }, /as connector_auth: \{ secret: "name" \}/],
    ["api_key", { api_key: RAW }, CREDENTIAL],
    ["origin_parameters.api_secret", { origin_parameters: { api_secret: RAW } }, CREDENTIAL],
    ["origin_parameters.api_user", { origin_parameters: { api_user: RAW } }, CREDENTIAL],
    ["target_parameters.auth", { target_parameters: { auth: RAW } }, CREDENTIAL],
    ["a secret with more beside its name", { auth: { secret: "name", value: RAW } }, CREDENTIAL],
    ["local_scope", { local_scope: {} }, "functions are looked up in workflows/functions.ts"],
    ["global_scope", { global_scope: {} }, "functions are looked up in workflows/functions.ts"],
    ["a profile without its source", { profile: { key: "p" } }, "profile must be { key, source: { key } }"],
    [
      "a profile with more than its keys",
      { profile: { key: "p", source: { key: "s" }, info: {} } },
      "profile must be",
    ],
    [
      "an unknown action parameter",
      { action_parameters: { filter: 1 } },
      "action_parameters.filter is unknown; known are logics, format, read_mode",
    ],
    ["a group that is none", { origin_parameters: ["s"] }, "origin_parameters must be an object"],
    [
      "two names that contradict each other",
      { vacancy: "v", push_parameters: { vacancy: "w" } },
      "vacancy and push_parameters.vacancy are the same parameter, and say different things",
    ],
    [
      "two old names that do",
      { vacancy: "v", target_parameters: { vacancy: "w" } },
      "are the same parameter",
    ],
    [
      "read_mode against incremental",
      { read_mode: "incremental", incremental: false },
      "read_mode and incremental are the same",
    ],
  ])("%s", (_, event, message) => {
    expect(() => translate(event)).toThrow(message);
    try {
      translate(event);
    } catch (error) {
      expect(String(error)).not.toContain(RAW);
    }
  });
});
