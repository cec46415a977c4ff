import {
  changeCandidate,
  createApplicant,
  createCandidate,
  type FlatchrCandidateInput,
} from "./flatchr-candidates.ts";
import { type FlatchrCreation, validateCreation } from "./flatchr-creation.ts";
import { refusal } from "./flatchr-settings.ts";
import {
  companyOf,
  type FlatchrApplicant,
  type FlatchrCandidate,
  type FlatchrState,
  type FlatchrVacancy,
  isSameText,
} from "./flatchr-state.ts";
import type { Route, SimulatedAnswer } from "./simulator.ts";

/** In place of https://careers.flatchr.io, the second root of Flatchr's API. */
export const CAREERS_BASE_PATH = "/careers";

/** Creating a candidate: https://developers.flatchr.io/docs/QuickStart/Candidats/Creer_un_candidat */
export function careersRoutes(state: FlatchrState): Route[] {
  return [
    {
      method: "POST",
      pattern: "/vacancy/candidate/json",
      basePath: CAREERS_BASE_PATH,
      handle: (request) => {
        const creation = validateCreation(state.settings, request.json());
        return create(state, creation, vacancyFor(state, creation));
      },
    },
    {
      // The same request without an effect.
      method: "POST",
      pattern: "/vacancy/candidate/test",
      basePath: CAREERS_BASE_PATH,
      write: false,
      handle: (request) => {
        vacancyFor(state, validateCreation(state.settings, request.json()));
        return { status: 200, body: { status: 200, response: "ok" } };
      },
    },
  ];
}

function vacancyFor(state: FlatchrState, { token, vacancy: name }: FlatchrCreation): FlatchrVacancy {
  const { settings } = state;
  if (!state.keys.has(token)) throw refusal(settings, 401, "Invalid token");
  const takesIds = settings.createVacancy === "slug_or_id";
  const vacancy = state.vacancies
    .values()
    .find(({ slug, id, numericId }) => slug === name || (takesIds && [id, String(numericId)].includes(name)));
  if (!vacancy || vacancy.isClosed) throw refusal(settings, 404, "Vacancy not found");
  companyOf(state, vacancy.companyId);
  return vacancy;
}

function create(state: FlatchrState, creation: FlatchrCreation, vacancy: FlatchrVacancy): SimulatedAnswer {
  const { settings } = state;
  const known = applicantsOf(state, creation.email, vacancy.companyId);
  const onVacancy = known.find(({ vacancyId }) => vacancyId === vacancy.id);
  if (onVacancy && settings.duplicates === "refuse")
    throw refusal(settings, 409, "Applicant already exists on this vacancy");
  const shared = settings.duplicates === "merge" ? known[0] : undefined;
  const candidate = shared
    ? changeCandidate(state, candidateOf(state, shared), toInput(creation))
    : createCandidate(state, toInput(creation));

  if (onVacancy && settings.duplicates === "merge") {
    const applicant = applyAgain(state, onVacancy, creation.offerer_id);
    return created(state, candidate, applicant);
  }
  const applicant = createApplicant(state, candidate, vacancy, {
    comment: creation.comment ?? "",
    createdAt: settings.now(),
    visibleAt: settings.now() + settings.searchLagInMs,
    ...(creation.offerer_id === undefined ? {} : { offererId: creation.offerer_id }),
  });
  state.writes.created += 1;
  return created(state, candidate, applicant);
}

function applicantsOf(state: FlatchrState, email: string | undefined, companyId: string): FlatchrApplicant[] {
  if (email === undefined) return [];
  return state.applicants
    .values()
    .filter((applicant) => applicant.companyId === companyId && applicant.status === 1)
    .filter((applicant) => isSameText(candidateOf(state, applicant).email, email));
}

function candidateOf(state: FlatchrState, { candidateId }: FlatchrApplicant): FlatchrCandidate {
  const candidate = state.candidates.get(candidateId);
  if (!candidate) throw new Error(`No candidate has the id ${candidateId}`);
  return candidate;
}

function toInput(creation: FlatchrCreation): FlatchrCandidateInput {
  const { firstname, lastname, email, phone, urls, resume } = creation;
  return {
    firstname,
    lastname,
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(urls === undefined ? {} : { urls }),
    ...("link" in resume ? { cvLink: resume.link } : { cv: resume }),
  };
}

/** One applicant can hold several applies. */
function applyAgain(state: FlatchrState, applicant: FlatchrApplicant, offererId = 98): FlatchrApplicant {
  const createdAt = state.settings.now();
  const apply = { id: `${applicant.id}${applicant.applies.length}`, createdAt, offererId };
  const changed = { ...applicant, updatedAt: createdAt, applies: [...applicant.applies, apply] };
  state.applicants.set(applicant.id, changed);
  state.writes.merged += 1;
  return changed;
}

function created(
  state: FlatchrState,
  candidate: FlatchrCandidate,
  applicant: FlatchrApplicant,
): SimulatedAnswer {
  const { createStatus: status, createAnswer } = state.settings;
  const response = "applicant created";
  switch (createAnswer) {
    case "documented":
      return { status, changed: true, body: { status, response } };
    case "envelope":
      return { status, changed: true, body: { statusCode: status, message: response } };
    case "with_ids": {
      const ids = { applicant: applicant.id, candidate: candidate.id };
      return { status, changed: true, body: { status, response, ...ids } };
    }
    case "text":
      return { status, changed: true, body: response, headers: { "content-type": "text/plain" } };
    case "empty":
      return { status, changed: true };
  }
}
