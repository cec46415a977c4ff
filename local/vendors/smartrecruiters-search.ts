import type { Route } from "./simulator.ts";
import { toCandidate } from "./smartrecruiters-answers.ts";
import { refusal } from "./smartrecruiters-errors.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";
import type { SmartrecruitersCandidate, SmartrecruitersState } from "./smartrecruiters-state.ts";

const DEFAULT_LIMIT = 10;
const MAXIMUM_LIMIT = 100;

/**
 * Searching candidates: https://developers.smartrecruiters.com/reference/candidatesall-1
 * By keyword over what is known of them: there is no filter for an exact e-mail address.
 */
export function searchRoutes(state: SmartrecruitersState, settings: SmartrecruitersSettings): Route[] {
  return [
    {
      method: "GET",
      pattern: "/candidates",
      handle: ({ query, origin }) => {
        const limit = Number(query.get("limit") ?? DEFAULT_LIMIT);
        if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT)
          throw refusal(settings, 400, `limit must be between 1 and ${MAXIMUM_LIMIT}`);
        const isMet = toCondition(query);
        const now = settings.now();
        const found = state
          .candidates()
          .filter((candidate) => candidate.searchableFromInMs <= now && isMet(candidate));
        const start = startOf(settings, found, query.get("pageId"));
        const page = found.slice(start, start + limit);
        const last = start + limit < found.length ? page.at(-1) : undefined;
        const content = page.map((candidate) => toCandidate(state, candidate, origin));
        const next = last ? { nextPageId: toPageId(last) } : lastPage(settings);
        return { status: 200, body: { limit, ...next, totalFound: found.length, content } };
      },
    },
  ];
}

function toCondition(query: URLSearchParams): (candidate: SmartrecruitersCandidate) => boolean {
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const jobIds = query.getAll("jobId");
  const statuses = query.getAll("status");
  const tags = query.getAll("tag").map((tag) => tag.toLowerCase());
  const updatedAfterInMs = Date.parse(query.get("updatedAfter") ?? "1970-01-01");
  return ({ details, assignments, updatedAtInMs }) => {
    const { firstName, lastName, email } = details;
    const text = `${firstName} ${lastName} ${email}`.toLowerCase();
    const ownTags = details.tags?.map((tag) => tag.toLowerCase()) ?? [];
    return (
      words.every((word) => text.includes(word)) &&
      (jobIds.length === 0 || assignments.some(({ jobId }) => jobIds.includes(jobId))) &&
      (statuses.length === 0 || assignments.some(({ status }) => statuses.includes(status))) &&
      (tags.length === 0 || tags.some((tag) => ownTags.includes(tag))) &&
      updatedAtInMs >= updatedAfterInMs
    );
  };
}

function toPageId({ id }: SmartrecruitersCandidate): string {
  return Buffer.from(`after ${id}`).toString("base64url");
}

function startOf(
  settings: SmartrecruitersSettings,
  found: SmartrecruitersCandidate[],
  pageId: string | null,
): number {
  if (pageId === null) return 0;
  const index = found.findIndex((candidate) => toPageId(candidate) === pageId);
  if (index < 0) throw refusal(settings, 400, "pageId is not valid");
  return index + 1;
}

function lastPage({ lastPageId }: SmartrecruitersSettings): { nextPageId?: string | null } {
  if (lastPageId === "omit") return {};
  return { nextPageId: lastPageId === "empty" ? "" : null };
}
