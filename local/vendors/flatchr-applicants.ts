import { toIso, toVacancy } from "./flatchr-company.ts";
import { signatureOf } from "./flatchr-files.ts";
import { refusal } from "./flatchr-settings.ts";
import {
  columnsOf,
  companyOf,
  encryptedId,
  type FlatchrApplicant,
  type FlatchrCandidate,
  type FlatchrState,
  type FlatchrVacancy,
} from "./flatchr-state.ts";
import { isRecord } from "./record.ts";
import type { Route, SimulatedAnswer, SimulatedRequest } from "./simulator.ts";

const PATTERN = "/company/:companyId/vacancy/:vacancyId/applicant/:applicantId";

/** One applicant: moving, which is the only way to read a candidate's id and CV key, and archiving. */
export function applicantRoutes(state: FlatchrState): Route[] {
  return [
    {
      // https://developers.flatchr.io/docs/QuickStart/Candidats/Deplacer_candidat
      method: "PUT",
      pattern: PATTERN,
      handle: (request) => {
        const { applicant, candidate, vacancy } = findApplicant(state, request);
        const moved = move(state, applicant, request.body.length === 0 ? {} : request.json());
        return moveAnswer(state, request, { applicant: moved, candidate, vacancy });
      },
    },
    {
      // https://developers.flatchr.io/docs/QuickStart/Candidats/Archiver_candidat
      method: "DELETE",
      pattern: PATTERN,
      handle: (request) => {
        const { applicant, candidate, vacancy } = findApplicant(state, request);
        const archived = { ...applicant, status: 0, updatedAt: state.settings.now() };
        state.applicants.set(applicant.id, archived);
        state.writes.archived += 1;
        const body = {
          ...toApplicant(archived, toCandidate(state, request, candidate)),
          vacancy: toVacancy(vacancy, companyOf(state, vacancy.companyId).numericId),
          datas: [],
        };
        return { status: 200, changed: true, body };
      },
    },
  ];
}

interface Found {
  applicant: FlatchrApplicant;
  candidate: FlatchrCandidate;
  vacancy: FlatchrVacancy;
}

function findApplicant(state: FlatchrState, { parameters }: SimulatedRequest): Found {
  const company = companyOf(state, parameters.companyId);
  const vacancy = state.vacancies.get(parameters.vacancyId ?? "");
  if (!vacancy || vacancy.isClosed || vacancy.companyId !== company.id)
    throw refusal(state.settings, 404, "Vacancy not found");
  const applicant = state.applicants.get(parameters.applicantId ?? "");
  const candidate = state.candidates.get(applicant?.candidateId ?? "");
  if (!applicant || !candidate || applicant.vacancyId !== vacancy.id)
    throw refusal(state.settings, 404, "Applicant not found");
  return { applicant, candidate, vacancy };
}

function move(state: FlatchrState, applicant: FlatchrApplicant, body: unknown): FlatchrApplicant {
  const { settings } = state;
  const columnId = isRecord(body) ? body.column_id : undefined;
  if (columnId === undefined && settings.moveWithoutColumn === "refuse")
    throw refusal(settings, 400, '"column_id" is required');
  if (columnId !== undefined && !Number.isInteger(columnId))
    throw refusal(settings, 400, '"column_id" must be an integer');
  const columns = columnsOf(state, applicant.companyId);
  if (columnId !== undefined && columns.every(({ id }) => id !== columnId))
    throw refusal(settings, 404, "Column not found");

  const nextColumnId = Number(columnId ?? applicant.columnId);
  if (nextColumnId === applicant.columnId) state.writes.touched += 1;
  else state.writes.moved += 1;
  const updatedAt = settings.moveUpdatesDate ? settings.now() : applicant.updatedAt;
  const moved = { ...applicant, columnId: nextColumnId, updatedAt };
  state.applicants.set(applicant.id, moved);
  return moved;
}

function moveAnswer(state: FlatchrState, request: SimulatedRequest, found: Found): SimulatedAnswer {
  const { applicant, candidate, vacancy } = found;
  const title = state.columns.get(String(applicant.columnId))?.title ?? "";
  const isTitled = state.settings.namesAfterMove === "titles";
  const body = {
    ...toApplicant(applicant, toCandidate(state, request, candidate)),
    column: isTitled ? title : {},
    vacancy: isTitled ? vacancy.title : {},
    applies: applicant.applies.map((apply) => ({
      id: apply.id,
      created_at: toIso(apply.createdAt),
      vacancy_id: applicant.vacancyId,
      offerer_id: encryptedId("offerer", apply.offererId),
      import: false,
    })),
  };
  return { status: 200, changed: true, body };
}

function toApplicant(applicant: FlatchrApplicant, candidate: ReturnType<typeof toCandidate>) {
  return {
    id: applicant.id,
    vacancy_id: applicant.vacancyId,
    column_id: applicant.columnId,
    score: applicant.score,
    comment: applicant.comment,
    created_at: Math.floor(applicant.createdAt / 1000),
    updated_at: Math.floor(applicant.updatedAt / 1000),
    status: applicant.status,
    view: true,
    anonym: false,
    external_id: applicant.externalId,
    candidate,
    foreigner: false,
  };
}

function toCandidate(state: FlatchrState, { origin }: SimulatedRequest, candidate: FlatchrCandidate) {
  const { id, email, firstname, lastname, urls, createdAt, phone, cv, cvLink } = candidate;
  const isList = state.settings.consent === "list";
  const consent = isList ? [{ candidate_id: id, status: true, created_at: toIso(createdAt) }] : true;
  const file = cv && `${new URL(origin).host}/storage/${encodeURIComponent(cv.key)}.${cv.extension}`;
  return {
    id,
    email,
    firstname,
    lastname,
    urls,
    created_at: toIso(createdAt),
    phone,
    consent,
    ...(file ? { cv: `http://${file}` } : {}),
    ...(cvLink && !cv ? { cv: cvLink } : {}),
    // Signed for a day, and without a scheme.
    ...(cv ? { aws: { ...cv, signature: `${file}?X-Amz-Signature=${signatureOf(cv.key)}` } } : {}),
  };
}
