import { isText } from "./flatchr-creation.ts";
import { refusal } from "./flatchr-settings.ts";
import {
  columnsOf,
  companyOf,
  type FlatchrCandidate,
  type FlatchrColumn,
  type FlatchrEnrichment,
  type FlatchrState,
  type FlatchrVacancy,
  isSameText,
} from "./flatchr-state.ts";
import { isRecord } from "./record.ts";
import type { Route, SimulatedAnswer } from "./simulator.ts";

/** What a company has beside its applicants: columns, vacancies, and what is kept at its candidates. */
export function companyRoutes(state: FlatchrState): Route[] {
  return [
    {
      // https://developers.flatchr.io/docs/Schemas/Referentiels/columns
      method: "GET",
      pattern: "/company/:companyId/columns",
      handle: ({ parameters }) => {
        const { id } = companyOf(state, parameters.companyId);
        return { status: 200, body: columnsOf(state, id).map(toColumn) };
      },
    },
    {
      // https://developers.flatchr.io/docs/QuickStart/Annonces/Recuperer_les_annonces
      method: "GET",
      pattern: "/company/:companyId/vacancies",
      handle: ({ parameters, query }) => {
        const company = companyOf(state, parameters.companyId);
        const isClosed = query.get("status") === "0";
        const vacancies = state.vacancies
          .values()
          .filter((vacancy) => vacancy.companyId === company.id && vacancy.isClosed === isClosed);
        const body = vacancies.map((vacancy) => toVacancy(vacancy, company.numericId, query.get("fields")));
        return { status: 200, body };
      },
    },
    {
      method: "GET",
      pattern: "/vacancy/:vacancyId",
      handle: ({ parameters, query }) => {
        const vacancy = state.vacancies.get(parameters.vacancyId ?? "");
        if (!vacancy || vacancy.isClosed) throw refusal(state.settings, 404, "Vacancy not found");
        const company = companyOf(state, vacancy.companyId);
        return { status: 200, body: toVacancy(vacancy, company.numericId, query.get("fields")) };
      },
    },
    {
      // https://developers.flatchr.io/docs/QuickStart/Candidats/Meta_informations_candidat
      method: "POST",
      pattern: "/company/:companyId/search/candidate",
      handle: (request) => {
        companyOf(state, request.parameters.companyId);
        return enrich(state, request.json());
      },
    },
  ];
}

function toColumn(column: FlatchrColumn) {
  return {
    id: column.id,
    title: column.title,
    company_id: column.companyId,
    position: column.position,
    created_at: toIso(column.createdAt),
    updated_at: toIso(column.updatedAt),
    visible: true,
    hired: column.hired,
  };
}

export function toVacancy(vacancy: FlatchrVacancy, companyNumber: number, fields: string | null = null) {
  const asked = fields?.split(",") ?? [];
  return {
    id: vacancy.id,
    vacancy_id: vacancy.numericId,
    slug: vacancy.slug,
    reference: vacancy.title,
    title: vacancy.title,
    description: "",
    mission: "<p>Vos missions</p>",
    profile: "<p>Votre profil</p>",
    experience: 2,
    salary: "0",
    salary_max: null,
    status: vacancy.isClosed ? 0 : 1,
    language: "fr_FR",
    contract_type_id: 1,
    education_level_id: 6,
    activity_id: 23,
    channel_id: 5,
    metier_id: 14,
    company_id: companyNumber,
    mensuality: "y",
    apply_url: null,
    currency: "EUR",
    created_at: toIso(vacancy.createdAt),
    updated_at: toIso(vacancy.updatedAt),
    start_date: null,
    end_date: null,
    driver_license: false,
    remote: "notime",
    handicap: false,
    partial: false,
    kanban: true,
    meta_title: null,
    meta_description: null,
    meta_tags: null,
    options: null,
    slug_mail: vacancy.slug.slice(0, 6),
    video_url: null,
    worker_status: null,
    skills: null,
    ...(asked.includes("tags") ? { tags: [] } : {}),
    ...(asked.includes("items") ? { items: [] } : {}),
    ...(asked.includes("address") ? { address: ADDRESS } : {}),
  };
}

const ADDRESS = {
  locality: "Paris",
  location_lat: "48.8566",
  location_lng: "2.3522",
  postal_code: "75001",
  route: "Rue de Rivoli",
  street_number: "1",
  administrative_area_level_1: "Île-de-France",
  administrative_area_level_2: "Paris",
  formatted_address: "1 Rue de Rivoli, 75001 Paris, France",
  country: "France",
};

export function toIso(time: number): string {
  return new Date(time).toISOString();
}

function enrich(state: FlatchrState, body: unknown): SimulatedAnswer {
  const { settings } = state;
  if (settings.enrichment === "forbidden")
    throw refusal(settings, 403, "This feature needs the option CVthèque Premium");
  if (settings.enrichment === "not_found") throw refusal(settings, 404, "Not Found");
  if (!isRecord(body)) throw refusal(settings, 400, "Invalid request payload input");
  const { reference, value } = body;
  if (!isText(reference)) throw refusal(settings, 400, '"reference" is required');
  if (!isRecord(value)) throw refusal(settings, 400, '"value" must be an object');
  const [app_name, name, type] = ["app_name", "name", "type"].map((field) => {
    const text = body[field] ?? null;
    if (text !== null && !isText(text)) throw refusal(settings, 400, `"${field}" must be a string`);
    return text;
  }) as [string | null, string | null, string | null];

  const candidate = candidateFor(state, reference);
  if (!candidate) throw refusal(settings, 404, "Candidate not found");
  const key = JSON.stringify([candidate.id, app_name, name]);
  const times = (state.enrichments.get(key)?.times ?? 0) + 1;
  const enrichment: FlatchrEnrichment = { candidateId: candidate.id, app_name, name, type, value, times };
  state.enrichments.set(key, enrichment);
  state.writes.enriched += 1;
  const action = times === 1 ? "created" : "updated";
  const message = { resource_type: "attribute", action };
  return { status: 200, changed: true, body: { statusCode: 200, message } };
}

function candidateFor(state: FlatchrState, reference: string): FlatchrCandidate | undefined {
  const { enrichmentReference } = state.settings;
  const byId = enrichmentReference === "email" ? undefined : state.candidates.get(reference);
  if (byId || enrichmentReference === "candidate_id") return byId;
  return state.candidates.values().find(({ email }) => isSameText(email, reference));
}
