import { type FlatchrSettings, refusal } from "./flatchr-settings.ts";
import {
  companyOf,
  type FlatchrApplicant,
  type FlatchrCandidate,
  type FlatchrState,
  isSameText,
} from "./flatchr-state.ts";
import { isRecord } from "./record.ts";
import type { Route } from "./simulator.ts";

type Found = { applicant: FlatchrApplicant; candidate: FlatchrCandidate };
type Condition = (found: Found) => boolean;

/**
 * Searching applicants: https://developers.flatchr.io/docs/QuickStart/Candidats/Recuperer_un_candidat
 * A bare array of everything that matches, on one page. Filters take MM/DD/YY, rows have DD/MM/YY.
 */
export function searchRoutes(state: FlatchrState): Route[] {
  return [
    {
      method: "POST",
      pattern: "/company/:companyId/search/applicants",
      write: false,
      handle: (request) => {
        const body = request.body.length === 0 ? {} : request.json();
        if (!isRecord(body)) throw refusal(state.settings, 400, "Invalid request payload input");
        const company = companyOf(state, String(body.company ?? request.parameters.companyId));
        const filters = withoutNulls(state.settings, body);
        const conditions = Object.entries(filters).map(([name, value]) => toCondition(state, name, value));
        const isActiveOnly = filters.status === undefined;
        const now = state.settings.now();
        const rows: unknown[] = [];
        for (const applicant of state.applicants.values()) {
          if (applicant.companyId !== company.id || applicant.visibleAt > now) continue;
          if (isActiveOnly && applicant.status !== 1) continue;
          const candidate = state.candidates.get(applicant.candidateId);
          if (candidate && conditions.every((isMet) => isMet({ applicant, candidate })))
            rows.push(toRow(state, applicant, candidate));
        }
        return { status: 200, body: rows };
      },
    },
  ];
}

function withoutNulls(settings: FlatchrSettings, body: Record<string, unknown>): Record<string, unknown> {
  const nulls = Object.keys(body).filter((name) => body[name] === null);
  if (nulls.length > 0 && settings.nullFilters === "refuse")
    throw refusal(settings, 400, `"${nulls[0]}" must be a string`);
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function toCondition(state: FlatchrState, name: string, value: unknown): Condition {
  const { settings } = state;
  switch (name) {
    case "firstname":
    case "lastname":
    case "email": {
      const text = textOf(settings, name, value);
      return ({ candidate }) => isTextMatch(settings, candidate[name], text);
    }
    case "phone": {
      const digits = textOf(settings, name, value).replace(/\D/g, "");
      return ({ candidate }) => candidate.phone?.replace(/\D/g, "") === digits;
    }
    case "column": {
      const title = textOf(settings, name, value);
      return ({ applicant }) => columnOf(state, applicant).title === title;
    }
    case "vacancy": {
      const id = textOf(settings, name, value);
      return ({ applicant }) => applicant.vacancyId === id;
    }
    case "hired": {
      const hired = toHired(settings, value);
      return ({ applicant }) => columnOf(state, applicant).hired === hired;
    }
    case "status":
      return ({ applicant }) => applicant.status === Number(value);
    case "start":
    case "end":
      return dayCondition(settings, name, value, ({ applicant }) => applicant.createdAt);
    case "start_update":
    case "end_update": {
      if (settings.updateFilters === "refuse") throw refusal(settings, 400, `"${name}" is not allowed`);
      if (settings.updateFilters === "ignore") return () => true;
      return dayCondition(settings, name, value, ({ applicant }) => applicant.updatedAt);
    }
    case "company":
      return () => true;
    default:
      if (settings.unknownFilters === "refuse") throw refusal(settings, 400, `"${name}" is not allowed`);
      return () => true;
  }
}

function textOf(settings: FlatchrSettings, name: string, value: unknown): string {
  if (typeof value !== "string") throw refusal(settings, 400, `"${name}" must be a string`);
  return value;
}

function isTextMatch({ textFilters }: FlatchrSettings, value: string | null, text: string): boolean {
  if (textFilters === "equal") return isSameText(value, text);
  return value?.toLowerCase().includes(text.toLowerCase()) ?? false;
}

/** Documented as a boolean, sent as a string by the documented examples. */
function toHired(settings: FlatchrSettings, value: unknown): boolean {
  const { hiredFilter } = settings;
  if (typeof value === "boolean" && hiredFilter !== "string") return value;
  if ((value === "true" || value === "false") && hiredFilter !== "boolean") return value === "true";
  const expected = hiredFilter === "string" ? "a string" : "a boolean";
  throw refusal(settings, 400, `"hired" must be ${expected}`);
}

const MILLISECONDS_PER_DAY = 86_400_000;

function dayCondition(
  settings: FlatchrSettings,
  name: string,
  value: unknown,
  dateOf: (found: Found) => number,
): Condition {
  const dayOf = (time: number) => Math.floor(localTime(settings, time) / MILLISECONDS_PER_DAY);
  const day = Math.floor(parseFilterDate(settings, name, value) / MILLISECONDS_PER_DAY);
  if (name.startsWith("start")) return (found) => dayOf(dateOf(found)) >= day;
  const lastDay = settings.endDay === "include" ? day : day - 1;
  return (found) => dayOf(dateOf(found)) <= lastDay;
}

function parseFilterDate(settings: FlatchrSettings, name: string, value: unknown): number {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(String(value)) ?? [];
  const date = new Date(Date.UTC(2000 + Number(year), Number(month) - 1, Number(day)));
  // A month of 25 is the mistake that the two orders of day and month invite.
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() !== Number(month) - 1)
    throw refusal(settings, 400, `"${name}" must be a date MM/DD/YY`);
  return date.getTime();
}

function toRow(state: FlatchrState, applicant: FlatchrApplicant, candidate: FlatchrCandidate) {
  const vacancy = state.vacancies.get(applicant.vacancyId);
  const column = columnOf(state, applicant);
  return {
    applicant: applicant.id,
    vacancy: vacancy?.title ?? "",
    column: column.title,
    vacancy_id: vacancy?.numericId ?? 0,
    external_id: applicant.externalId ?? "",
    status: applicant.status,
    score: applicant.score,
    hired: column.hired,
    firstname: candidate.firstname,
    lastname: candidate.lastname,
    email: candidate.email,
    phone: candidate.phone,
    created_at: toRowDate(state.settings, applicant.createdAt),
    updated_at: toRowDate(state.settings, applicant.updatedAt),
    source: applicant.source,
  };
}

function columnOf(state: FlatchrState, { columnId }: FlatchrApplicant): { title: string; hired: boolean } {
  return state.columns.get(String(columnId)) ?? { title: "", hired: false };
}

/** "25/12/21". */
function toRowDate(settings: FlatchrSettings, time: number): string {
  const [year = "", month, day] = new Date(localTime(settings, time)).toISOString().slice(0, 10).split("-");
  return `${day}/${month}/${year.slice(2)}`;
}

function localTime({ timeZoneOffsetInMinutes }: FlatchrSettings, time: number): number {
  return time + timeZoneOffsetInMinutes * 60_000;
}
