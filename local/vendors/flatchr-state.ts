import { createHash } from "node:crypto";
import type { Collection, Storage } from "./collection.ts";
import { type FlatchrSettings, refusal } from "./flatchr-settings.ts";

export interface FlatchrCompany {
  id: string;
  numericId: number;
  slug: string;
  name: string;
  isClosed: boolean;
}

export interface FlatchrVacancy {
  /** Encrypted: what the search filters by and the move takes. */
  id: string;
  /** The plain number: what rows of the search have, as `vacancy_id`. */
  numericId: number;
  /** What a creation takes. */
  slug: string;
  title: string;
  companyId: string;
  isClosed: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface FlatchrColumn {
  id: number;
  title: string;
  companyId: string;
  position: number;
  hired: boolean;
  /** Gone from the list of columns, while applicants that were in it still show its title. */
  isRemoved: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface FlatchrCv {
  key: string;
  /** Without a dot. */
  extension: string;
}

export interface FlatchrCandidate {
  id: string;
  firstname: string;
  lastname: string;
  email: string | null;
  phone: string | null;
  urls: Record<string, string>;
  createdAt: number;
  cv: FlatchrCv | null;
  /** The address of the CV, when it came as a link. */
  cvLink: string | null;
}

/** A candidate on one vacancy. */
export interface FlatchrApplicant {
  id: string;
  candidateId: string;
  vacancyId: string;
  companyId: string;
  columnId: number;
  /** 0 archived, 1 active. */
  status: number;
  score: number;
  comment: string;
  externalId: string | null;
  source: string;
  createdAt: number;
  updatedAt: number;
  /** When the search begins to find it. */
  visibleAt: number;
  applies: { id: string; createdAt: number; offererId: number }[];
}

/** What is stored at a candidate by the enrichment call: the last value for each application and name. */
export interface FlatchrEnrichment {
  candidateId: string;
  app_name: string | null;
  name: string | null;
  type: string | null;
  value: Record<string, unknown>;
  /** How often it was sent. */
  times: number;
}

export interface FlatchrFile {
  base64: string;
  contentType: string;
  fileName: string;
}

/** How often calls had an effect. `moved` counts moves to another column, which users see; `touched` those to the same. */
export interface FlatchrWrites {
  created: number;
  merged: number;
  moved: number;
  touched: number;
  enriched: number;
  archived: number;
}

export interface FlatchrState {
  settings: FlatchrSettings;
  keys: Set<string>;
  companies: Collection<FlatchrCompany>;
  vacancies: Collection<FlatchrVacancy>;
  columns: Collection<FlatchrColumn>;
  candidates: Collection<FlatchrCandidate>;
  applicants: Collection<FlatchrApplicant>;
  /** By key. */
  files: Collection<FlatchrFile>;
  enrichments: Collection<FlatchrEnrichment>;
  writes: FlatchrWrites;
  nextNumber(name: string): number;
}

export function createFlatchrState(
  storage: Storage,
  settings: FlatchrSettings,
  keys: string[],
): FlatchrState {
  return {
    settings,
    keys: new Set(keys),
    companies: storage.collection("companies"),
    vacancies: storage.collection("vacancies"),
    columns: storage.collection("columns"),
    candidates: storage.collection("candidates"),
    applicants: storage.collection("applicants"),
    files: storage.collection("files"),
    enrichments: storage.collection("enrichments"),
    writes: { created: 0, merged: 0, moved: 0, touched: 0, enriched: 0, archived: 0 },
    nextNumber: storage.nextNumber,
  };
}

/** An id as Flatchr shows it, 16 letters and digits; the same for the same number. */
export function encryptedId(kind: string, number: number): string {
  const hash = createHash("sha256").update(`${kind} ${number}`).digest("base64");
  return hash.replace(/[^a-zA-Z0-9]/g, "").slice(0, 16);
}

/** The company of a path, as long as it exists and has not been closed. */
export function companyOf(state: FlatchrState, companyId: string | undefined): FlatchrCompany {
  const { settings } = state;
  const company = state.companies.get(companyId ?? "");
  if (!company) throw refusal(settings, settings.unknownCompanyStatus, "Company not found");
  if (company.isClosed) throw refusal(settings, settings.closedCompanyStatus, "Company is closed");
  return company;
}

export function columnsOf(state: FlatchrState, companyId: string): FlatchrColumn[] {
  return state.columns.values().filter((column) => column.companyId === companyId && !column.isRemoved);
}

export function isSameText(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase();
}

/** For what a test names by hand: a mistake there is an error of the test, not an answer. */
export function required<T>(item: T | undefined, id: string | number): T {
  if (item === undefined) throw new Error(`Nothing has the id ${id}`);
  return item;
}
