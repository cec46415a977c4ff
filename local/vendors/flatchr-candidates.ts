import { createHash } from "node:crypto";
import { extname } from "node:path";
import {
  columnsOf,
  encryptedId,
  type FlatchrApplicant,
  type FlatchrCandidate,
  type FlatchrState,
  type FlatchrVacancy,
} from "./flatchr-state.ts";

export interface FlatchrCvInput {
  bytes: Uint8Array;
  fileName: string;
  contentType: string;
}

export interface FlatchrCandidateInput {
  firstname: string;
  lastname: string;
  email?: string | null;
  phone?: string | null;
  urls?: Record<string, string>;
  cv?: FlatchrCvInput | null;
  cvLink?: string | null;
  createdAt?: number;
}

export interface FlatchrApplicantInput {
  columnId?: number;
  comment?: string;
  externalId?: string | null;
  source?: string;
  offererId?: number;
  createdAt?: number;
  updatedAt?: number;
  visibleAt?: number;
}

export function createCandidate(state: FlatchrState, input: FlatchrCandidateInput): FlatchrCandidate {
  const { firstname, lastname, email = null, phone = null, urls = {}, cvLink = null } = input;
  const id = encryptedId("candidate", state.nextNumber("candidate"));
  const createdAt = input.createdAt ?? state.settings.now();
  const candidate = { id, firstname, lastname, email, phone, urls, createdAt, cv: null, cvLink };
  const complete = input.cv ? { ...candidate, cv: storeCv(state, candidate, input.cv) } : candidate;
  state.candidates.set(id, complete);
  return complete;
}

/** What is given replaces, what is absent stays; a `cv` of null removes it. */
export function changeCandidate(
  state: FlatchrState,
  candidate: FlatchrCandidate,
  { cv, ...changes }: Partial<FlatchrCandidateInput>,
): FlatchrCandidate {
  const changed: FlatchrCandidate = { ...candidate, ...changes };
  if (cv !== undefined && candidate.cv) state.files.delete(candidate.cv.key);
  if (cv !== undefined) changed.cv = cv && storeCv(state, changed, cv);
  state.candidates.set(candidate.id, changed);
  return changed;
}

export function createApplicant(
  state: FlatchrState,
  candidate: FlatchrCandidate,
  vacancy: FlatchrVacancy,
  input: FlatchrApplicantInput = {},
): FlatchrApplicant {
  const number = state.nextNumber("applicant");
  const createdAt = input.createdAt ?? candidate.createdAt;
  const applicant: FlatchrApplicant = {
    id: encryptedId("applicant", number),
    candidateId: candidate.id,
    vacancyId: vacancy.id,
    companyId: vacancy.companyId,
    columnId: input.columnId ?? columnsOf(state, vacancy.companyId)[0]?.id ?? 0,
    status: 1,
    score: 0,
    comment: input.comment ?? "",
    externalId: input.externalId ?? null,
    source: input.source ?? "Site carrière",
    createdAt,
    updatedAt: input.updatedAt ?? createdAt,
    visibleAt: input.visibleAt ?? 0,
    applies: [{ id: encryptedId("apply", number), createdAt, offererId: input.offererId ?? 98 }],
  };
  state.applicants.set(applicant.id, applicant);
  return applicant;
}

/** The file of a candidate, a small one of its own where none was given, as generated candidates have it. */
export function fileOf(state: FlatchrState, key: string): { bytes: Buffer; contentType: string } {
  const file = state.files.get(key);
  if (file) return { bytes: Buffer.from(file.base64, "base64"), contentType: file.contentType };
  return { bytes: Buffer.from(`%PDF-1.4\n% ${key}\n%%EOF\n`), contentType: "application/pdf" };
}

function storeCv(
  state: FlatchrState,
  candidate: FlatchrCandidate,
  { bytes, fileName, contentType }: FlatchrCvInput,
): FlatchrCandidate["cv"] {
  const key = cvKey(candidate, state.nextNumber("file"));
  state.files.set(key, { base64: Buffer.from(bytes).toString("base64"), contentType, fileName });
  // The documented example sends a file name without extension: the type decides then.
  const extension = extname(fileName).slice(1).toLowerCase() || EXTENSIONS[contentType] || "pdf";
  return { key, extension };
}

const EXTENSIONS: Record<string, string> = {
  "application/pdf": "pdf",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/rtf": "rtf",
  "image/png": "png",
  "image/jpeg": "jpg",
};

/** As in the documentation: "candidates/2022/02/67fb112b-71cf-4acc-a7a4-32c6807a03b9/alexandre-andrieux". */
function cvKey({ id, createdAt, firstname, lastname }: FlatchrCandidate, number: number): string {
  const month = new Date(createdAt).toISOString().slice(0, 7).replace("-", "/");
  const hash = createHash("sha256").update(`${id} ${number}`).digest("hex");
  const uuid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ];
  return `candidates/${month}/${uuid.join("-")}/${toSlug(`${firstname} ${lastname}`) || "cv"}`;
}

export function toSlug(text: string): string {
  const plain = text.normalize("NFD").toLowerCase();
  return plain
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

export interface GeneratedCandidates {
  vacancies: FlatchrVacancy[];
  /** Every n-th candidate has a CV; none when 0. */
  withCvEvery: number;
  /** When the first was created; the others follow at equal distances up to now. */
  from: number;
}

const FIRST_NAMES = ["Élodie", "Jean", "Zoë", "Karim", "Anaïs", "Lukas", "Inès", "Tomás", "Aya", "Björn"];
const LAST_NAMES = ["Martin", "Nguyễn", "O'Neil", "García", "Lefèvre", "Kowalski", "Dupont", "Müller", "Sy"];

/** Invented people, the same for the same numbers; phone numbers are of the range that is kept free for fiction. */
export function generateCandidates(state: FlatchrState, count: number, options: GeneratedCandidates): void {
  const { vacancies, withCvEvery, from } = options;
  const distance = (state.settings.now() - from) / Math.max(1, count);
  for (let index = 0; index < count; index += 1) {
    const firstname = pick(FIRST_NAMES, index);
    const lastname = pick(LAST_NAMES, Math.floor(index / FIRST_NAMES.length));
    const serial = String(state.candidates.size + 1);
    const digits = serial.padStart(4, "0").slice(-4);
    const candidate = createCandidate(state, {
      firstname,
      lastname,
      email: `${toSlug(firstname)}.${toSlug(lastname)}.${serial}@example.com`,
      phone: `+33 6 39 98 ${digits.slice(0, 2)} ${digits.slice(2)}`,
      createdAt: Math.floor(from + index * distance),
    });
    if (withCvEvery > 0 && index % withCvEvery === 0) {
      // The file is made when it is asked for, so that fifty thousand of them take no memory.
      state.candidates.set(candidate.id, {
        ...candidate,
        cv: { key: cvKey(candidate, 0), extension: "pdf" },
      });
    }
    const vacancy = pick(vacancies, index);
    const columns = columnsOf(state, vacancy.companyId);
    createApplicant(state, candidate, vacancy, { columnId: pick(columns, index).id });
  }
}

function pick<T>(list: T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error("Nothing to pick from: add a vacancy and a column first");
  return item;
}
