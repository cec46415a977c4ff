import type { ApiCall } from "../../connector.ts";

const DOCUMENTATION = "https://developers.flatchr.io/docs";
const LIST_VACANCIES: ApiCall = {
  method: "GET",
  path: "/company/{companyId}/vacancies",
  does: "tells which vacancy a slug or a number means",
  see: `${DOCUMENTATION}/QuickStart/Annonces/Recuperer_l_ensemble_de_vos_annonces`,
};
const SEARCH_APPLICANTS: ApiCall = {
  method: "POST",
  path: "/company/{companyId}/search/applicants",
  does: "reads the applicants that match; changes nothing, although it is a POST",
  see: `${DOCUMENTATION}/QuickStart/Candidats/Recuperer_un_candidat`,
};
const LIST_COLUMNS: ApiCall = {
  method: "GET",
  path: "/company/{companyId}/columns",
  does: "tells the ids and titles of columns",
  see: `${DOCUMENTATION}/Schemas/Referentiels/columns`,
};
const MOVE_APPLICANT: ApiCall = {
  method: "PUT",
  path: "/company/{companyId}/vacancy/{vacancyId}/applicant/{applicantId}",
  does: "leaves the applicant in its column: the only call that tells the candidate's id",
  see: `${DOCUMENTATION}/QuickStart/Candidats/Deplacer_un_candidat`,
};

export const pushCalls: readonly ApiCall[] = [
  LIST_VACANCIES,
  SEARCH_APPLICANTS,
  {
    method: "POST",
    path: "/vacancy/candidate/json",
    does: "creates the candidate, with its CV, on the vacancy; at careers.flatchr.io",
    see: `${DOCUMENTATION}/QuickStart/Candidats/Creer_un_candidat`,
  },
  { ...LIST_COLUMNS, does: "tells the applicant's column, where a move wants it named", seldom: true },
  MOVE_APPLICANT,
  {
    method: "POST",
    path: "/company/{companyId}/search/candidate",
    does: "adds what is known to the candidate's sheet, where the account has the option CVthèque Premium",
    see: `${DOCUMENTATION}/QuickStart/Candidats/Meta_informations_candidat`,
  },
];

export const pullCalls: readonly ApiCall[] = [
  LIST_VACANCIES,
  LIST_COLUMNS,
  SEARCH_APPLICANTS,
  { ...MOVE_APPLICANT, does: `${MOVE_APPLICANT.does}; once in a candidate's life, never in a dry run` },
  {
    method: "GET",
    path: "/company/{companyId}/files/expire",
    does: "downloads the CV, at most once a second",
    see: `${DOCUMENTATION}/QuickStart/Candidats/Recuperer_CV`,
  },
];
