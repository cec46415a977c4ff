import { createHash } from "node:crypto";
import type { Storage } from "./collection.ts";

/** What a client may say of a candidate, as far as it is kept. */
export interface SmartrecruitersDetails {
  firstName: string;
  lastName: string;
  email: string;
  phoneNumber?: string;
  location?: Record<string, string | number>;
  web?: Record<string, string>;
  tags?: string[];
  education?: Record<string, unknown>[];
  experience?: Record<string, unknown>[];
  internal?: boolean;
}

export interface SmartrecruitersAssignment {
  jobId: string;
  status: string;
  subStatus?: string;
  startsOn?: string;
  source: string;
}

export interface SmartrecruitersCandidate {
  id: string;
  details: SmartrecruitersDetails;
  /** The first is the primary one; none is the talent pool. */
  assignments: SmartrecruitersAssignment[];
  /** Values of custom fields, by property id. */
  properties: Record<string, unknown>;
  createdAtInMs: number;
  updatedAtInMs: number;
  searchableFromInMs: number;
}

export interface SmartrecruitersJob {
  id: string;
  title: string;
  refNumber: string;
  status: string;
  createdAtInMs: number;
}

export interface SmartrecruitersAttachment {
  id: string;
  candidateId: string;
  /** When it was attached to the candidate on a job. */
  jobId: string | null;
  type: string;
  name: string;
  contentType: string;
  size: number;
  base64: string;
}

export type SmartrecruitersState = ReturnType<typeof createSmartrecruitersState>;

/** The jobs and candidates of one SmartRecruiters company. */
export function createSmartrecruitersState(storage: Storage, clock: { now(): number }) {
  const jobs = storage.collection<SmartrecruitersJob>("jobs");
  const candidates = storage.collection<SmartrecruitersCandidate>("candidates");
  const attachments = storage.collection<SmartrecruitersAttachment>("attachments");
  const nextId = (kind: string) => toUuid(`${kind} ${storage.nextNumber(kind)}`);

  function save(candidate: SmartrecruitersCandidate): SmartrecruitersCandidate {
    const updated = { ...candidate, updatedAtInMs: clock.now() };
    candidates.set(updated.id, updated);
    return updated;
  }

  return {
    candidates: () => candidates.values(),
    candidate: (id: string) => candidates.get(id),
    save,
    remove: (id: string): void => {
      candidates.delete(id);
      for (const attachment of attachments.values())
        if (attachment.candidateId === id) attachments.delete(attachment.id);
    },
    create: (details: SmartrecruitersDetails, searchableFromInMs = 0): SmartrecruitersCandidate => {
      const now = clock.now();
      const dates = { createdAtInMs: now, updatedAtInMs: now, searchableFromInMs };
      const id = nextId("candidate");
      return save({ id, details, assignments: [], properties: {}, ...dates });
    },

    job: (id: string) => jobs.get(id),
    addJob: (input: Partial<SmartrecruitersJob> = {}): SmartrecruitersJob => {
      const id = nextId("job");
      const title = "Data engineer";
      const refNumber = `REF${id.slice(0, 5)}`;
      const job = { id, title, refNumber, status: "SOURCING", createdAtInMs: clock.now(), ...input };
      jobs.set(job.id, job);
      return job;
    },
    removeJob: (id: string): void => {
      jobs.delete(id);
    },

    attachments: () => attachments.values(),
    attachment: (id: string) => attachments.get(id),
    attach: (input: Omit<SmartrecruitersAttachment, "id">): SmartrecruitersAttachment => {
      const attachment = { id: nextId("attachment"), ...input };
      attachments.set(attachment.id, attachment);
      return attachment;
    },
    removeAttachment: (id: string): boolean => attachments.delete(id),
  };
}

function toUuid(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex");
  const version4 = `${hash.slice(0, 12)}4${hash.slice(13, 16)}a${hash.slice(17, 32)}`;
  return version4.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
