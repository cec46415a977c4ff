import { Refusal, type Route, type SimulatedRequest } from "./simulator.ts";
import { apiError, notFound } from "./teamtailor-errors.ts";
import { candidateResource } from "./teamtailor-resources.ts";
import type { TeamtailorCandidate, TeamtailorState } from "./teamtailor-state.ts";

export interface TeamtailorReadSettings {
  /** Whether `filter[email]` finds "A@x" when asked for "a@x". */
  emailFilter: "sensitive" | "insensitive" | "ignored";
  /** `page[size]` over 30 is answered with 30, or refused. */
  pageSizeOverLimit: "clamp" | "refuse";
  /** For how long a new candidate is not yet found by a filter. */
  searchLagInMs: number;
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

const PAGE_SIZE = 10;
const PAGE_SIZE_LIMIT = 30;

/** "Candidates" and "Company" of https://docs.teamtailor.com, read. */
export function readRoutes(state: TeamtailorState, settings: TeamtailorReadSettings): Route[] {
  return [
    {
      method: "GET",
      pattern: "/candidates",
      handle: (request) => {
        const found = state.candidates().filter(matching(request.query, settings));
        if (request.query.get("sort") === "-id") found.reverse();
        return { status: 200, body: page(request, found, settings) };
      },
    },
    {
      method: "GET",
      pattern: "/candidates/:id",
      handle: ({ parameters, origin }) => {
        const candidate = state.candidate(parameters.id ?? "");
        if (!candidate) throw notFound(parameters.id ?? "");
        return { status: 200, body: { data: candidateResource(candidate, origin, settings.now()) } };
      },
    },
    {
      method: "GET",
      pattern: "/company",
      handle: ({ origin }) => {
        const attributes = { name: "Example company", locale: "en", website: "https://www.example.com" };
        const links = { self: `${origin}/v1/company` };
        return { status: 200, body: { data: { id: "1", type: "companies", links, attributes } } };
      },
    },
  ];
}

function matching(
  query: URLSearchParams,
  settings: TeamtailorReadSettings,
): (candidate: TeamtailorCandidate) => boolean {
  const conditions: ((candidate: TeamtailorCandidate) => boolean)[] = [];
  for (const [name, value] of query) {
    if (!name.startsWith("filter[")) continue;
    const time = Date.parse(value);
    if (name === "filter[email]") {
      if (settings.emailFilter === "ignored") continue;
      conditions.push(
        settings.emailFilter === "sensitive"
          ? ({ attributes }) => attributes.email === value
          : ({ attributes }) => attributes.email?.toLowerCase() === value.toLowerCase(),
      );
    } else if (name === "filter[connected]") {
      conditions.push(({ attributes }) => String(attributes.connected) === value);
    } else if (name === "filter[created-at][from]") conditions.push((one) => one.createdAtInMs >= time);
    else if (name === "filter[created-at][to]") conditions.push((one) => one.createdAtInMs <= time);
    else if (name === "filter[updated-at][from]") conditions.push((one) => one.updatedAtInMs >= time);
    else if (name === "filter[updated-at][to]") conditions.push((one) => one.updatedAtInMs <= time);
    else throw apiError(400, "Filter not allowed", `${name} is not allowed.`, "102");
  }
  if (conditions.length > 0)
    conditions.push(({ createdAtInMs }) => createdAtInMs + settings.searchLagInMs <= settings.now());
  return (candidate) => conditions.every((isMet) => isMet(candidate));
}

/** `page[number]` counts from 1. The links keep every other parameter, and are to be followed as they are. */
function page(request: SimulatedRequest, found: TeamtailorCandidate[], settings: TeamtailorReadSettings) {
  const number = positive(request.query, "page[number]", 1);
  const asked = positive(request.query, "page[size]", PAGE_SIZE);
  if (asked > PAGE_SIZE_LIMIT && settings.pageSizeOverLimit === "refuse")
    throw apiError(400, "Page size too large", `${asked} exceeds the maximum of ${PAGE_SIZE_LIMIT}.`, "116");
  const size = Math.min(asked, PAGE_SIZE_LIMIT);
  const pageCount = Math.max(1, Math.ceil(found.length / size));
  const link = (target: number) => {
    const query = new URLSearchParams(request.query);
    query.set("page[number]", String(target));
    query.set("page[size]", String(size));
    return `${request.origin}${request.path}?${query}`;
  };
  return {
    data: found
      .slice((number - 1) * size, number * size)
      .map((one) => candidateResource(one, request.origin, settings.now())),
    meta: { "record-count": found.length, "page-count": pageCount },
    links: {
      first: link(1),
      ...(number > 1 ? { prev: link(number - 1) } : {}),
      ...(number < pageCount ? { next: link(number + 1) } : {}),
      last: link(pageCount),
    },
  };
}

function positive(query: URLSearchParams, name: string, fallback: number): number {
  const value = Number(query.get(name) ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  throw apiError(400, "Invalid page value", `${query.get(name)} is not a valid value for ${name}.`, "118");
}

/** The address of a CV that was read back, while it is valid. */
export function resumeRoute(state: TeamtailorState, { now }: TeamtailorReadSettings): Route {
  return {
    method: "GET",
    basePath: "",
    pattern: "/resumes/:file",
    handle: ({ parameters, query }) => {
      const candidate = state.candidate((parameters.file ?? "").replace(/\.pdf$/, ""));
      const isExpired = now() > Number(query.get("expires"));
      if (!candidate?.resume || isExpired) throw new Refusal({ status: 403, body: "" });
      const headers = { "content-type": "application/pdf" };
      return { status: 200, headers, body: `%PDF-1.4 ${candidate.resume.sha256}` };
    },
  };
}
