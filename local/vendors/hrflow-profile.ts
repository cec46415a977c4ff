import { createHash } from "node:crypto";

/** The profile as HrFlow's profile indexing API answers it, in the order of its fields. */
export interface HrflowProfile {
  source_key: string;
  id: number;
  key: string;
  reference: string | null;
  consent_algorithmic: { owner: Record<string, boolean>; controller: Record<string, boolean> };
  source: { key: string; name: string; type: string; subtype: string; environment: string };
  archive: unknown;
  archived_at: string | null;
  updated_at: string;
  created_at: string;
  info: HrflowInfo;
  text_language: string | null;
  text: string | null;
  experiences_duration: number;
  educations_duration: number;
  experiences: HrflowExperience[];
  educations: HrflowEducation[];
  attachments: HrflowAttachment[];
  skills: HrflowSkill[];
  languages: HrflowEntity[];
  certifications: HrflowEntity[];
  courses: HrflowEntity[];
  tasks: HrflowEntity[];
  interests: HrflowEntity[];
  labels: unknown[];
  tags: HrflowEntity[];
  metadatas: HrflowEntity[];
}

export interface HrflowInfo {
  full_name: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  driving_license: string | null;
  date_birth: string | null;
  location: HrflowLocation;
  urls: { type: string; url: string | null | [] }[];
  picture: string | null;
  gender: string | null;
  summary: string | null;
}

export interface HrflowLocation {
  text: string | null;
  lat: number | null;
  lng: number | null;
  gmaps: string | null;
  /** An empty array, or null, when nothing is known. */
  fields: Record<string, string | null> | [] | null;
}

export interface HrflowEntity {
  name: string;
  value: unknown;
}

export interface HrflowSkill extends HrflowEntity {
  type: "hard" | "soft" | null;
}

interface HrflowPeriod {
  key: string;
  title: string | null;
  description: string | null;
  location: HrflowLocation;
  date_start: string | null;
  date_end: string | null;
  skills: HrflowSkill[];
  certifications: HrflowEntity[];
  courses: HrflowEntity[];
  tasks: HrflowEntity[];
}

export interface HrflowExperience extends HrflowPeriod {
  company: string | null;
}

export interface HrflowEducation extends HrflowPeriod {
  school: string | null;
}

export interface HrflowAttachment {
  type: string;
  alt: string;
  file_size: number;
  file_name: string;
  original_file_name: string;
  extension: string;
  public_url: string;
  updated_at: string;
  created_at: string;
}

/** As much of a profile as one cares to say; the rest is completed as HrFlow completes it. */
export type ProfileInput = Partial<Omit<HrflowProfile, "info" | "experiences" | "educations">> & {
  info?: Partial<Omit<HrflowInfo, "location">> & { location?: Partial<HrflowLocation> };
  experiences?: (Partial<Omit<HrflowExperience, "location">> & { location?: Partial<HrflowLocation> })[];
  educations?: (Partial<Omit<HrflowEducation, "location">> & { location?: Partial<HrflowLocation> })[];
};

/** What the server gives a profile, whatever the client says. */
export type ServerFields = Pick<
  HrflowProfile,
  | "source_key"
  | "id"
  | "key"
  | "source"
  | "archive"
  | "archived_at"
  | "updated_at"
  | "created_at"
  | "attachments"
>;

const consents = () => ({
  parsing: true,
  revealing: true,
  embedding: true,
  searching: true,
  scoring: true,
  reasoning: true,
});

/** The whole profile: every field is there, empty where nothing is known. */
export function completeProfile(input: ProfileInput, server: ServerFields): HrflowProfile {
  return {
    source_key: server.source_key,
    id: server.id,
    key: server.key,
    reference: input.reference ?? null,
    consent_algorithmic: input.consent_algorithmic ?? { owner: consents(), controller: consents() },
    source: server.source,
    archive: server.archive,
    archived_at: server.archived_at,
    updated_at: server.updated_at,
    created_at: server.created_at,
    info: completeInfo(input.info ?? {}),
    text_language: input.text_language ?? null,
    text: input.text ?? null,
    experiences_duration: input.experiences_duration ?? 0,
    educations_duration: input.educations_duration ?? 0,
    experiences: (input.experiences ?? []).map((experience, index) => ({
      ...completePeriod(experience, `${server.key} experience ${index}`),
      company: experience.company ?? null,
    })),
    educations: (input.educations ?? []).map((education, index) => ({
      ...completePeriod(education, `${server.key} education ${index}`),
      school: education.school ?? null,
    })),
    attachments: server.attachments,
    skills: input.skills ?? [],
    languages: input.languages ?? [],
    certifications: input.certifications ?? [],
    courses: input.courses ?? [],
    tasks: input.tasks ?? [],
    interests: input.interests ?? [],
    labels: input.labels ?? [],
    tags: input.tags ?? [],
    metadatas: input.metadatas ?? [],
  };
}

function completeInfo(info: NonNullable<ProfileInput["info"]>): HrflowInfo {
  const fullName = [info.first_name, info.last_name].filter(Boolean).join(" ");
  return {
    full_name: info.full_name ?? (fullName || null),
    first_name: info.first_name ?? null,
    last_name: info.last_name ?? null,
    email: info.email ?? null,
    phone: info.phone ?? null,
    driving_license: info.driving_license ?? null,
    date_birth: info.date_birth ?? null,
    location: completeLocation(info.location),
    urls: info.urls ?? [],
    picture: info.picture ?? null,
    gender: info.gender ?? null,
    summary: info.summary ?? null,
  };
}

type PeriodInput = Partial<Omit<HrflowPeriod, "location">> & { location?: Partial<HrflowLocation> };

function completePeriod(period: PeriodInput, seed: string): HrflowPeriod {
  return {
    key: period.key ?? hexKey(seed),
    title: period.title ?? null,
    description: period.description ?? null,
    location: completeLocation(period.location),
    date_start: period.date_start ?? null,
    date_end: period.date_end ?? null,
    skills: period.skills ?? [],
    certifications: period.certifications ?? [],
    courses: period.courses ?? [],
    tasks: period.tasks ?? [],
  };
}

function completeLocation(location: Partial<HrflowLocation> = {}): HrflowLocation {
  return {
    text: location.text ?? null,
    lat: location.lat ?? null,
    lng: location.lng ?? null,
    gmaps: location.gmaps ?? null,
    fields: location.fields ?? [],
  };
}

/** A key as HrFlow's objects have it: 40 hexadecimal digits, the same for the same seed. */
export function hexKey(seed: string): string {
  return createHash("sha1").update(seed).digest("hex");
}

/** "2023-06-20T15:25:07+0000": whole seconds, and the offset without a colon. */
export function toHrflowDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "+0000");
}
