/**
 * The parameter names of the documents of 2021 and 2022, as today's names. Pure: an event in, an event out. What a name
 * means today, and whether its value is right, is for the checks that come after.
 */
import { isDeepStrictEqual } from "node:util";
import type { Reason } from "../errors.ts";
import { WorkflowError } from "../workflow/check.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Groups of parameters, and where their members stand today. */
const GROUPS = new Map([
  ["origin_parameters", "pull_parameters."],
  ["target_parameters", "push_parameters."],
  ["action_parameters", ""],
]);
const ACTION_PARAMETERS = ["logics", "format", "read_mode"];

/** Single parameters, and where they stand today. Those of a push stood beside each other. */
const PLACES = new Map([["format_function_name", "format"]]);
const PLACES_IN_A_PUSH = new Map([
  ["vacancy", "push_parameters.vacancy"],
  ["company", "push_parameters.company"],
  ["compagny", "push_parameters.compagny"],
  ["job_id", "push_parameters.job_id"],
  ["sourced", "push_parameters.sourced"],
]);

/** Whose credential it is. */
const CREDENTIALS = new Map<string, "hrflow_auth" | "connector_auth">([
  ["hrflow_client", "hrflow_auth"],
  ["api_secret", "hrflow_auth"],
  ["api_user", "hrflow_auth"],
  ["auth", "connector_auth"],
  ["api_key", "connector_auth"],
  ["company_id", "connector_auth"],
  ["env_base_url", "connector_auth"],
]);
const SCOPES = ["local_scope", "global_scope"];
const READ_MODES = new Map<unknown, boolean>([
  ["sync", false],
  ["incremental", true],
]);

/** One parameter: under which name it came, where it stands today, what it says. */
interface Parameter {
  from: string;
  to: string;
  value: unknown;
}

/** What is null is not given: it must not lift a filter, or a dry run. */
function withoutNulls(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/**
 * Translates the names in an event.
 *
 * @param id of the workflow, for the message
 * @throws WorkflowError for a credential, for what cannot stand in an event, and for two names that contradict each other
 */
export function withTodaysNames(
  event: Fields,
  direction: "push" | "update",
  id: string,
): Record<string, unknown> {
  const translated = new Map<string, unknown>();
  const cameFrom = new Map<string, string>();
  const parameters = Object.entries(withoutNulls(event)).flatMap(([name, value]) =>
    parametersIn(name, value, direction, id),
  );
  const isOfToday = ({ from, to }: Parameter) => from === to;
  const inOrder = [...parameters.filter(isOfToday), ...parameters.filter((one) => !isOfToday(one))];
  for (const { from, to, value } of inOrder) {
    const [first = "", ...rest] = to.split(".");
    const key = rest.join(".");
    const before = key === "" ? translated.get(first) : memberOf(translated.get(first), key);
    if (before !== undefined && !isDeepStrictEqual(before, value)) {
      const other = cameFrom.get(to) ?? to;
      throw new WorkflowError(id, "bad_action_parameters", [
        `${from} and ${other} are the same parameter, and say different things`,
      ]);
    }
    cameFrom.set(to, from);
    if (key === "") translated.set(first, value);
    else translated.set(first, withMember(translated.get(first), key, value));
  }
  return Object.fromEntries(translated);
}

/** Today's parameters in what stands under one name of an event; itself where the name is today's, or unknown. */
function parametersIn(name: string, value: unknown, direction: "push" | "update", id: string): Parameter[] {
  const refuse = (reason: Reason, problem: string): never => {
    throw new WorkflowError(id, reason, [problem]);
  };
  /** A member of an old group, or a parameter that stood alone. */
  const translate = (from: string, key: string, to: string, given: unknown): Parameter => {
    const credential = CREDENTIALS.get(key);
    if (credential === undefined) return { from, to, value: given };
    if (namesASecret(given)) return { from, to: credential, value: given };
    return refuse(
      credential === "hrflow_auth" ? "bad_origin_parameters" : "bad_target_parameters",
      `${from} is a credential, and none may stand in an event. Put it into AWS Secrets Manager; a workflow names that secret, as ${credential}: { secret: "name" }`,
    );
  };

  const place = PLACES.get(name) ?? (direction === "push" ? PLACES_IN_A_PUSH.get(name) : undefined);
  if (place !== undefined) return [{ from: name, to: place, value }];
  if (CREDENTIALS.has(name)) return [translate(name, name, name, value)];
  if (SCOPES.includes(name)) {
    const problem = `${name} cannot stand in an event: functions are looked up in workflows/functions.ts. Export them there, and leave ${name} out`;
    return refuse("bad_action_parameters", problem);
  }
  if (name === "read_mode" && READ_MODES.has(value)) {
    return [{ from: name, to: "incremental", value: READ_MODES.get(value) }];
  }
  if (name === "profile" && direction === "push") {
    const { key, source, ...others } = isFields(value) ? value : {};
    const { key: sourceKey, ...otherOfSource } = isFields(source) ? source : {};
    if (
      key === undefined ||
      sourceKey === undefined ||
      Object.keys({ ...others, ...otherOfSource }).length > 0
    ) {
      return refuse("bad_origin_parameters", "profile must be { key, source: { key } }");
    }
    return [
      { from: "profile.key", to: "pull_parameters.profile_key", value: key },
      { from: "profile.source.key", to: "pull_parameters.source_key", value: sourceKey },
    ];
  }
  const prefix = GROUPS.get(name);
  if (prefix === undefined) return [{ from: name, to: name, value }];
  if (!isFields(value)) return refuse("bad_action_parameters", `${name} must be an object`);
  return Object.entries(withoutNulls(value)).flatMap(([key, member]) => {
    if (prefix === "" && !ACTION_PARAMETERS.includes(key)) {
      const known = ACTION_PARAMETERS.join(", ");
      return refuse("bad_action_parameters", `${name}.${key.slice(0, 64)} is unknown; known are ${known}`);
    }
    if (key === "read_mode" || key === "format" || key === "logics") {
      return parametersIn(key, member, direction, id).map((one) => ({ ...one, from: `${name}.${key}` }));
    }
    return [translate(`${name}.${key.slice(0, 64)}`, key, `${prefix}${key}`, member)];
  });
}

function namesASecret(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 1 && typeof value.secret === "string";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function memberOf(group: unknown, key: string): unknown {
  return isFields(group) && Object.hasOwn(group, key) ? (group[key] ?? undefined) : undefined;
}

/** What is no group stays as it is, for the check to refuse. */
function withMember(group: unknown = {}, key: string, value: unknown): unknown {
  return isFields(group) ? Object.fromEntries([...Object.entries(group), [key, value]]) : group;
}
