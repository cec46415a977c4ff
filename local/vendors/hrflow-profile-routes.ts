import { isDeepStrictEqual } from "node:util";
import type { HrflowProfile, ProfileInput } from "./hrflow-profile.ts";
import type { HrflowSource } from "./hrflow-source.ts";
import type { HrflowState } from "./hrflow-state.ts";
import { problemOfProfile } from "./hrflow-validation.ts";
import { isRecord } from "./record.ts";
import { Refusal, type Route, type SimulatedAnswer, type SimulatedRequest } from "./simulator.ts";

export interface HrflowRouteSettings {
  /** HTTP status of "Unable to find object"; 200 says it only in the body, with code 400. */
  notFoundStatus: 400 | 404 | 200;
  /** Whether a PUT without a field empties it or leaves it. */
  putPartial: "wipe" | "keep";
  /** For how long a new profile cannot be read yet. */
  readableAfterInMs: number;
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

export interface HrflowRouteContext {
  state: HrflowState;
  settings: HrflowRouteSettings;
  onEvent(type: string, profileKey: string): void;
}

/** HrFlow's profile indexing: https://developers.hrflow.ai/reference/edit-a-profile and its neighbours. */
export function profileRoutes({ state, settings, onEvent }: HrflowRouteContext): Route[] {
  const find = (source: unknown, by: ProfileIdentity): HrflowProfile => {
    const { key: sourceKey } = requireSource(state, source);
    if (!by.key && !by.reference && !by.email)
      throw refusal(400, "Invalid parameters. key or reference is required");
    const profile = lookUp(state, sourceKey, by);
    if (profile) return profile;
    const status = settings.notFoundStatus;
    throw refusal(
      status === 404 ? 404 : 400,
      "Invalid parameters. Unable to find object: profile",
      status === 200 ? 200 : undefined,
    );
  };
  const findQueried = ({ query }: SimulatedRequest) =>
    find(query.get("source_key"), {
      key: query.get("key"),
      reference: query.get("reference"),
      email: query.get("email") ?? query.get("profile_email"),
    });

  return [
    {
      method: "GET",
      pattern: "/profile/indexing",
      handle: (request) => envelope(200, "Profile details", state.present(findQueried(request))),
    },
    {
      method: "GET",
      pattern: "/profile/indexing/attachments",
      handle: (request) =>
        envelope(200, "Profile attachment list", state.present(findQueried(request)).attachments),
    },
    {
      method: "POST",
      pattern: "/profile/indexing",
      handle: (request) => {
        const { source_key, id: _id, updated_at: _updatedAt, ...input } = requireProfile(request);
        const source = requireSource(state, source_key);
        refuseUsedReference(state, source.key, input.reference ?? null);
        const profile = state.create(source, input, settings.now() + settings.readableAfterInMs);
        onEvent("profile.storing.success", profile.key);
        return { ...envelope(201, "Profile created", profile), changed: true };
      },
    },
    {
      method: "PUT",
      pattern: "/profile/indexing",
      handle: (request) => {
        const { source_key, ...input } = requireProfile(request);
        const before = find(source_key, { key: input.key, reference: input.reference });
        if (input.reference && input.reference !== before.reference) {
          refuseUsedReference(state, before.source_key, input.reference);
        }
        const write = settings.putPartial === "wipe" ? state.replace : state.keepAndReplace;
        const after = write(before.key, input);
        onEvent("profile.storing.update", after.key);
        const changed = !isDeepStrictEqual(after, { ...state.present(before), updated_at: after.updated_at });
        return { ...envelope(200, "Profile edited", after), changed };
      },
    },
    {
      method: "PATCH",
      pattern: "/profile/indexing/archive",
      handle: (request) => {
        const { source_key, key, reference, profile_email, is_archive } = requireRecord(request);
        const profile = find(source_key, { key, reference, email: profile_email });
        if (is_archive === 0 || is_archive === false) state.unarchive(profile.key);
        else state.archive(profile.key);
        return { ...envelope(200, "Profile archived", { key: profile.key }), changed: true };
      },
    },
  ];
}

interface ProfileIdentity {
  key?: unknown;
  reference?: unknown;
  email?: unknown;
}

function lookUp(
  state: HrflowState,
  sourceKey: string,
  { key, reference, email }: ProfileIdentity,
): HrflowProfile | undefined {
  if (!key && !reference)
    return state.readable().find((one) => one.source_key === sourceKey && one.info.email === email);
  const found = state.readableByKey(
    key ? String(key) : (state.keyOfReference(sourceKey, String(reference)) ?? ""),
  );
  return found?.source_key === sourceKey ? found : undefined;
}

/** HrFlow repeats the HTTP status as `code`; an error has no `data`. */
export function envelope(code: number, message: string, data?: unknown, meta?: unknown): SimulatedAnswer {
  return { status: code, body: { code, message, ...(meta ? { meta } : {}), data } };
}

export function refusal(code: number, message: string, status = code): Refusal {
  return new Refusal({ status, body: { code, message } });
}

export function requireSource(state: HrflowState, key: unknown): HrflowSource {
  const source = typeof key === "string" ? state.source(key) : undefined;
  if (!source) throw refusal(400, "Invalid parameters. Unable to find object: source");
  return source;
}

export function refuseUsedReference(state: HrflowState, sourceKey: string, reference: string | null): void {
  if (reference === null || state.keyOfReference(sourceKey, reference) === undefined) return;
  throw refusal(400, `Cannot create profile with this reference: ${reference}. Already used!`);
}

function requireRecord(request: SimulatedRequest): Record<string, unknown> {
  const body = request.json();
  if (!isRecord(body)) throw refusal(400, "Invalid parameters. The body must be an object");
  return body;
}

function requireProfile(request: SimulatedRequest): ProfileInput {
  const body = requireRecord(request);
  const problem = problemOfProfile(body);
  if (problem) throw refusal(422, `Invalid parameters. ${problem}`);
  return body as ProfileInput;
}
