import { onTestFinished } from "vitest";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
  type TeamtailorOptions,
} from "../../local/vendors/teamtailor.ts";

export async function start(options: TeamtailorOptions = {}): Promise<SimulatedTeamtailor> {
  const teamtailor = await startTeamtailor(options);
  onTestFinished(() => teamtailor.stop());
  return teamtailor;
}

interface Resource {
  id: string;
  attributes: Record<string, unknown>;
}

interface Answer {
  status: number;
  headers: Headers;
  /** The body, as whichever of its two forms the test expects. */
  body: {
    data: Resource;
    errors: Record<string, unknown>[];
    meta: unknown;
    links: Record<string, string>;
  };
  list: Resource[];
}

const HEADERS = {
  authorization: `Token token=${DEFAULT_TEAMTAILOR_KEY.token}`,
  "x-api-version": "20240404",
  "content-type": "application/vnd.api+json",
};

export async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, { ...init, headers: { ...HEADERS, ...init.headers } });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json");
  const body = (isJson ? JSON.parse(text) : text) as Answer["body"];
  return { status: answer.status, headers: answer.headers, body, list: body.data as unknown as Resource[] };
}

export function create(teamtailor: SimulatedTeamtailor, attributes: Record<string, unknown>) {
  const body = JSON.stringify({ data: { type: "candidates", attributes } });
  return call(`${teamtailor.url}/candidates`, { method: "POST", body });
}

export function update(teamtailor: SimulatedTeamtailor, id: string, attributes: object, bodyId = id) {
  const body = JSON.stringify({ data: { id: bodyId, type: "candidates", attributes } });
  return call(`${teamtailor.url}/candidates/${id}`, { method: "PATCH", body });
}

export const find = (teamtailor: SimulatedTeamtailor, email: string) =>
  call(`${teamtailor.url}/candidates?filter[email]=${encodeURIComponent(email)}`);
