import { isDeepStrictEqual } from "node:util";
import type { Route, SimulatedAnswer } from "./simulator.ts";
import {
  type CandidateInput,
  readCandidateInput,
  type TeamtailorAttributeSettings,
} from "./teamtailor-attributes.ts";
import { apiError, notFound, validationError } from "./teamtailor-errors.ts";
import { candidateResource } from "./teamtailor-resources.ts";
import type { CandidateAttributes, TeamtailorCandidate, TeamtailorState } from "./teamtailor-state.ts";

export interface TeamtailorCandidateSettings extends TeamtailorAttributeSettings {
  /** Whether an e-mail may be used again, and whether "A@x" is "a@x". */
  emailUniqueness: "insensitive" | "sensitive" | "none";
  /** The status when `merge` found a candidate. */
  mergeStatus: 200 | 201;
  /** Whether the tags of a PATCH or a merge take the place of those there are. */
  tagsOnUpdate: "replace" | "add";
  /** Whether the CV is fetched before the answer, and refused when it cannot be, or after it. */
  resumeFetch: "sync" | "async";
  /** The status when the id of the body is not that of the address. */
  idMismatchStatus: 409 | 400;
  /** The vendor's clock, in milliseconds since 1970. */
  now(): number;
}

export interface CandidateRouteContext {
  state: TeamtailorState;
  settings: TeamtailorCandidateSettings;
  /** For work that goes on after the answer. */
  later(work: () => Promise<void>): void;
}

/** "Candidates" of https://docs.teamtailor.com, written. */
export function candidateWriteRoutes({ state, settings, later }: CandidateRouteContext): Route[] {
  async function write(
    candidate: TeamtailorCandidate | undefined,
    input: CandidateInput,
    status: number,
    origin: string,
  ): Promise<SimulatedAnswer> {
    const resume = await fetchBeforeAnswer(candidate?.id ?? "new", input.resume);
    // Checked only now: while the CV was fetched another request may have taken the e-mail.
    const current = candidate && (state.candidate(candidate.id) ?? candidate);
    const attributes = merged(current?.attributes, input.attributes);
    checkEmail(attributes, current?.id);
    const base = current ?? state.create(attributes);
    const next: TeamtailorCandidate = {
      ...base,
      attributes: { ...base.attributes, ...attributes },
      relationships: { ...base.relationships, ...input.relationships },
      resume: resume ?? base.resume,
      hasConsent: base.hasConsent || input.hasConsent,
      wasWelcomed: base.wasWelcomed || input.isWelcomed,
    };
    const changed = !current || !isDeepStrictEqual(next, base);
    if (changed && current) next.updatedAtInMs = settings.now();
    state.save(next);
    const url = input.resume;
    if (url !== undefined && settings.resumeFetch === "async") later(() => fetchAfterAnswer(base.id, url));
    return {
      status,
      body: { data: candidateResource(next, origin, settings.now()) },
      changed: changed || url !== undefined,
    };
  }

  async function fetchBeforeAnswer(candidateId: string, url: string | undefined) {
    if (url === undefined || settings.resumeFetch === "async") return undefined;
    const file = await state.fetchFile(candidateId, url);
    if (!file) throw validationError("resume", "could not be downloaded");
    return file;
  }

  async function fetchAfterAnswer(candidateId: string, url: string): Promise<void> {
    const resume = await state.fetchFile(candidateId, url);
    const candidate = state.candidate(candidateId);
    if (resume && candidate) state.save({ ...candidate, resume });
  }

  function merged(
    before: CandidateAttributes | undefined,
    changes: Partial<CandidateAttributes>,
  ): Partial<CandidateAttributes> {
    const tags = changes.tags;
    if (!before || !tags || settings.tagsOnUpdate === "replace") return { ...before, ...changes };
    return { ...before, ...changes, tags: [...new Set([...before.tags, ...tags])] };
  }

  function checkEmail({ email, sourced }: Partial<CandidateAttributes>, ownId: string | undefined): void {
    if (!email) {
      if (!sourced) throw validationError("email", "can't be blank");
      return;
    }
    const holder = findByEmail(email);
    if (holder && holder.id !== ownId) throw validationError("email", "has already been taken");
  }

  function findByEmail(email: string): TeamtailorCandidate | undefined {
    if (settings.emailUniqueness === "none") return undefined;
    const fold = (text: string) => (settings.emailUniqueness === "sensitive" ? text : text.toLowerCase());
    const wanted = fold(email);
    return state.candidates().find(({ attributes }) => fold(attributes.email ?? "") === wanted);
  }

  return [
    {
      method: "POST",
      pattern: "/candidates",
      handle: (request) => {
        const input = readCandidateInput(request, settings);
        const { email } = input.attributes;
        const existing = input.merge && email ? findByEmail(email) : undefined;
        return write(existing, input, existing ? settings.mergeStatus : 201, request.origin);
      },
    },
    {
      method: "PATCH",
      pattern: "/candidates/:id",
      handle: (request) => {
        const id = request.parameters.id ?? "";
        const candidate = state.candidate(id);
        if (!candidate) throw notFound(id);
        const input = readCandidateInput(request, settings);
        if (input.id !== id) {
          const detail = `The id in the document (${input.id ?? "none"}) is not the id of the address (${id}).`;
          throw apiError(settings.idMismatchStatus, "Key not included in URL", detail);
        }
        return write(candidate, input, 200, request.origin);
      },
    },
  ];
}
