import { createHash } from "node:crypto";
import type { Storage } from "./collection.ts";

/** What a client may say of a candidate, by the vendor's names, and what is kept of it. */
export interface CandidateAttributes {
  "first-name": string | null;
  "last-name": string | null;
  email: string | null;
  phone: string | null;
  pitch: string | null;
  sourced: boolean;
  tags: string[];
  unsubscribed: boolean;
  "linkedin-url": string | null;
  "linkedin-uid": string | null;
  "facebook-id": string | null;
  picture: string | null;
  "referring-url": string | null;
  internal: boolean;
  connected: boolean;
  "resume-summary": string | null;
}

export interface TeamtailorCandidate {
  id: string;
  attributes: CandidateAttributes;
  relationships: Record<string, unknown>;
  createdAtInMs: number;
  updatedAtInMs: number;
  /** The CV that was fetched last. */
  resume: FetchedFile | null;
  uploads: { fileName: string; file: FetchedFile | null }[];
  /** Set by `set-consent-expiration`, which asserts that the person consented. */
  hasConsent: boolean;
  wasWelcomed: boolean;
}

export interface FetchedFile {
  url: string;
  size: number;
  sha256: string;
}

export interface FileFetch {
  candidateId: string;
  url: string;
  /** The status that the address answered with, or why it did not. */
  outcome: number | string;
}

/** What of the world the account depends on. */
export interface TeamtailorWorld {
  fetch: typeof globalThis.fetch;
  now(): number;
}

export type TeamtailorState = ReturnType<typeof createTeamtailorState>;

const NO_ATTRIBUTES: CandidateAttributes = {
  "first-name": null,
  "last-name": null,
  email: null,
  phone: null,
  pitch: null,
  sourced: false,
  tags: [],
  unsubscribed: false,
  "linkedin-url": null,
  "linkedin-uid": null,
  "facebook-id": null,
  picture: null,
  "referring-url": null,
  internal: false,
  connected: false,
  "resume-summary": null,
};

/** The candidates of one Teamtailor account. */
export function createTeamtailorState(storage: Storage, world: TeamtailorWorld) {
  const candidates = storage.collection<TeamtailorCandidate>("candidates");
  const applications = storage.collection<{ id: string; candidateId: string; jobId: string }>("applications");
  const fetches: FileFetch[] = [];

  return {
    candidates: () => candidates.values(),
    candidate: (id: string) => candidates.get(id),
    save: (candidate: TeamtailorCandidate) => candidates.set(candidate.id, candidate),
    remove: (id: string): void => {
      candidates.delete(id);
    },
    create: (attributes: Partial<CandidateAttributes>): TeamtailorCandidate => {
      const now = world.now();
      const candidate: TeamtailorCandidate = {
        id: String(storage.nextNumber("candidate")),
        attributes: { ...structuredClone(NO_ATTRIBUTES), ...attributes },
        relationships: {},
        createdAtInMs: now,
        updatedAtInMs: now,
        resume: null,
        uploads: [],
        hasConsent: false,
        wasWelcomed: false,
      };
      candidates.set(candidate.id, candidate);
      return candidate;
    },
    applications: () => applications.values(),
    apply: (candidateId: string, jobId: string) => {
      const application = { id: String(storage.nextNumber("application")), candidateId, jobId };
      applications.set(application.id, application);
      return application;
    },
    fetches,
    /** Fetches a file as the vendor does, from an address that must be open to it; null when it could not. */
    fetchFile: async (candidateId: string, url: string): Promise<FetchedFile | null> => {
      try {
        const answer = await world.fetch(url, { signal: AbortSignal.timeout(5_000) });
        const bytes = new Uint8Array(await answer.arrayBuffer());
        fetches.push({ candidateId, url, outcome: answer.status });
        if (!answer.ok) return null;
        return { url, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
      } catch (error) {
        fetches.push({ candidateId, url, outcome: String(error) });
        return null;
      }
    },
  };
}
