import type { HrflowKey } from "./hrflow-access.ts";
import type { HrflowProfile } from "./hrflow-profile.ts";
import { envelope, refusal, requireSource } from "./hrflow-profile-routes.ts";
import type { HrflowState, StoredFile } from "./hrflow-state.ts";
import type { Route, SimulatedAnswer, SimulatedRequest } from "./simulator.ts";

/** HrFlow's key check, sources and stored profiles: https://developers.hrflow.ai/docs/api-authentication */
export function listRoutes(
  state: HrflowState,
  keyOf: (request: SimulatedRequest) => HrflowKey | undefined,
): Route[] {
  return [
    {
      method: "GET",
      pattern: "/auth",
      handle: (request) =>
        envelope(200, "Auth info", {
          team_name: "Example team",
          team_subdomain: "example-team",
          request_origin: null,
          api_key_permission: keyOf(request)?.permission,
        }),
    },
    {
      method: "GET",
      pattern: "/source",
      handle: ({ query }) => envelope(200, "Source info", requireSource(state, query.get("key"))),
    },
    {
      method: "GET",
      pattern: "/sources",
      handle: ({ query }) => {
        const name = query.get("name") ?? "";
        return page(
          query,
          "Source list",
          state.sources().filter((source) => source.name.includes(name)),
        );
      },
    },
    {
      method: "GET",
      pattern: "/storing/profiles",
      handle: ({ query }) => {
        const found = state.readable().filter(matching(query));
        const sortBy = query.get("sort_by") === "updated_at" ? "updated_at" : "created_at";
        const direction = query.get("order_by") === "asc" ? 1 : -1;
        found.sort((one, other) => direction * (one[sortBy] < other[sortBy] ? -1 : 1));
        const isWhole = ["true", "1"].includes((query.get("return_profile") ?? "").toLowerCase());
        return page(
          query,
          "List of profiles",
          found.map((profile) => (isWhole ? state.present(profile) : stub(profile))),
        );
      },
    },
  ];
}

/** Without `return_profile` a listed profile is only its dates, reference and keys. */
function stub({ key, reference, source_key, created_at, updated_at }: HrflowProfile) {
  return { key, reference, source_key, created_at, updated_at };
}

/** Query values that are lists are JSON text: `source_keys=["…"]`. */
function matching(query: URLSearchParams): (profile: HrflowProfile) => boolean {
  const sourceKeys = parseList(query.get("source_keys"));
  const earliest = toTime(query.get("created_at_min")) ?? Number.NEGATIVE_INFINITY;
  const latest = toTime(query.get("created_at_max")) ?? Number.POSITIVE_INFINITY;
  const [name, key, reference] = [query.get("name"), query.get("key"), query.get("reference")];
  return (profile) => {
    const createdAt = toTime(profile.created_at) ?? 0;
    return (
      (!sourceKeys || sourceKeys.includes(profile.source_key)) &&
      (!name || (profile.info.full_name ?? "").includes(name)) &&
      (!key || profile.key === key) &&
      (!reference || profile.reference === reference) &&
      createdAt >= earliest &&
      createdAt <= latest
    );
  };
}

function parseList(json: string | null): unknown[] | undefined {
  if (json === null) return undefined;
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list)) return list;
  } catch {}
  throw refusal(400, "Invalid source fields");
}

/** Parses also the vendor's own dates, whose offset has no colon. */
function toTime(date: string | null): number | undefined {
  if (date === null) return undefined;
  return Date.parse(date.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
}

/** `page` counts from 1, `limit` is 30 unless given. */
function page(query: URLSearchParams, message: string, all: unknown[]): SimulatedAnswer {
  const number = Number(query.get("page") ?? 1);
  const limit = Number(query.get("limit") ?? 30);
  const data = all.slice((number - 1) * limit, number * limit);
  const maxPage = Math.max(1, Math.ceil(all.length / limit));
  return envelope(200, message, data, { page: number, maxPage, count: data.length, total: all.length });
}

export interface HrflowFileSettings {
  /** How a CV is answered; anything but 200 as object storage refuses one that has expired. */
  attachmentStatus: 200 | 403 | 404 | 410;
  /** Where files are redirected to, instead of being answered. */
  attachmentRedirect: string | undefined;
}

/** Attachments lie in object storage, which asks for no key and refuses in XML. */
export function fileRoute(
  settings: HrflowFileSettings,
  fileOf: (id: string) => StoredFile | undefined,
): Route {
  return {
    method: "GET",
    basePath: "",
    pattern: "/files/:id",
    handle: ({ parameters }) => {
      if (settings.attachmentRedirect)
        return { status: 302, headers: { location: settings.attachmentRedirect } };
      const file = fileOf(parameters.id ?? "");
      const status = file ? settings.attachmentStatus : 404;
      if (status === 200 && file) {
        const headers = { "content-type": file.contentType };
        return { status, headers, body: Buffer.from(file.base64, "base64") };
      }
      const code = status === 403 ? "AccessDenied" : "NoSuchKey";
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
      return { status, headers: { "content-type": "application/xml" }, body };
    },
  };
}
