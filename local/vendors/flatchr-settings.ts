import { STATUS_CODES } from "node:http";
import { Refusal } from "./simulator.ts";

/** What Flatchr's pages leave open, or what differs between accounts. May be changed while the server runs. */
export interface FlatchrSettings {
  createStatus: 200 | 201;
  /** The documentation has a table, `status` and `response`, and no example. Only `with_ids` gives ids. */
  createAnswer: "documented" | "envelope" | "with_ids" | "text" | "empty";
  /** The slug of a vacancy is documented; the encrypted id and the plain number may be taken as well. */
  createVacancy: "slug" | "slug_or_id";
  /** The documented pattern of names, /[a-zA-Z]/, which refuses names in other scripts. */
  namePattern: "enforce" | "ignore";
  nullFieldsOnCreate: "accept" | "refuse";
  unknownKeysOnCreate: "accept" | "refuse";
  /** The documentation has an object of networks; an array of objects was sent in production. */
  urlsArray: "accept" | "refuse";
  /** Curly quotes, bullets and the like are declared unsupported, without saying what happens to them. */
  exoticCharacters: "accept" | "replace" | "refuse";
  documentMaximumBytes: number;
  /** A creation for an e-mail address that the vacancy has already. `merge` also shares the candidate between vacancies. */
  duplicates: "create" | "merge" | "refuse";
  /** How long a created applicant cannot be found by the search. */
  searchLagInMs: number;
  updateFilters: "apply" | "ignore" | "refuse";
  nullFilters: "accept" | "refuse";
  unknownFilters: "accept" | "refuse";
  hiredFilter: "either" | "boolean" | "string";
  textFilters: "equal" | "contain";
  /** Whether `end` and `end_update` name the last day that is found, or the first that is not. */
  endDay: "include" | "exclude";
  /** Where the days of rows and filters begin, east of Greenwich. */
  timeZoneOffsetInMinutes: number;
  /** Sample answers have an object that is empty, the table says that they are strings. */
  namesAfterMove: "empty_objects" | "titles";
  consent: "boolean" | "list";
  moveWithoutColumn: "accept" | "refuse";
  moveUpdatesDate: boolean;
  file: "bytes" | "redirect";
  /** Documented: one request a second for each company. */
  fileIntervalInMs: number;
  /** The account option "CVthèque Premium"; what an account without it answers is unknown. */
  enrichment: "available" | "forbidden" | "not_found";
  /** The documentation says e-mail; the candidate id was needed in practice. */
  enrichmentReference: "candidate_id" | "email" | "either";
  unknownCompanyStatus: number;
  closedCompanyStatus: number;
  errorForm: "boom" | "status_code" | "message" | "status_and_response" | "text";
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

export const DEFAULT_FLATCHR_SETTINGS: FlatchrSettings = {
  createStatus: 200,
  createAnswer: "documented",
  createVacancy: "slug",
  namePattern: "ignore",
  nullFieldsOnCreate: "refuse",
  unknownKeysOnCreate: "accept",
  urlsArray: "refuse",
  exoticCharacters: "replace",
  documentMaximumBytes: 10_000_000,
  duplicates: "create",
  searchLagInMs: 0,
  updateFilters: "apply",
  nullFilters: "refuse",
  unknownFilters: "accept",
  hiredFilter: "either",
  textFilters: "equal",
  endDay: "include",
  timeZoneOffsetInMinutes: 0,
  namesAfterMove: "empty_objects",
  consent: "boolean",
  moveWithoutColumn: "accept",
  moveUpdatesDate: true,
  file: "bytes",
  fileIntervalInMs: 1000,
  enrichment: "available",
  enrichmentReference: "candidate_id",
  unknownCompanyStatus: 404,
  closedCompanyStatus: 403,
  errorForm: "boom",
  now: Date.now,
};

/** An error as hapi gives it, which Flatchr seems to be built on, or in another form that is as likely. */
export function flatchrErrorBody(settings: FlatchrSettings, status: number, message: string): unknown {
  switch (settings.errorForm) {
    case "boom":
      return { statusCode: status, error: STATUS_CODES[status] ?? "Error", message };
    case "status_code":
      return { statusCode: status, message };
    case "message":
      return { message };
    case "status_and_response":
      return { status, response: message };
    case "text":
      return message;
  }
}

export function refusal(settings: FlatchrSettings, status: number, message: string): Refusal {
  const headers = settings.errorForm === "text" ? { "content-type": "text/plain; charset=utf-8" } : {};
  return new Refusal({ status, headers, body: flatchrErrorBody(settings, status, message) });
}
