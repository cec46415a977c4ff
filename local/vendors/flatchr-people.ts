import {
  changeCandidate,
  createApplicant,
  createCandidate,
  type FlatchrApplicantInput,
  type FlatchrCandidateInput,
  type GeneratedCandidates,
  generateCandidates,
} from "./flatchr-candidates.ts";
import { type FlatchrApplicant, type FlatchrState, required } from "./flatchr-state.ts";

/** What recruiters do with candidates and applicants by hand, and what tests look at. */
export function handsOnPeople(state: FlatchrState) {
  const { settings, vacancies, candidates, applicants } = state;
  const openVacancies = () => vacancies.values().filter(({ isClosed }) => !isClosed);
  const updateApplicant = (applicantId: string, changes: Partial<FlatchrApplicant>) => {
    applicants.set(applicantId, { ...required(applicants.get(applicantId), applicantId), ...changes });
  };
  return {
    addCandidate: (
      input: Partial<FlatchrCandidateInput> = {},
      { vacancyId, ...applicantInput }: FlatchrApplicantInput & { vacancyId?: string } = {},
    ) => {
      const vacancy = required(vacancyId ? vacancies.get(vacancyId) : openVacancies()[0], vacancyId ?? "any");
      const number = candidates.size + 1;
      const email = `camille.durand.${number}@example.com`;
      const candidate = createCandidate(state, { firstname: "Camille", lastname: "Durand", email, ...input });
      return { candidate, applicant: createApplicant(state, candidate, vacancy, applicantInput) };
    },
    addApplicant: (candidateId: string, vacancyId: string, input: FlatchrApplicantInput = {}) => {
      const candidate = required(candidates.get(candidateId), candidateId);
      return createApplicant(state, candidate, required(vacancies.get(vacancyId), vacancyId), input);
    },
    editCandidate: (
      candidateId: string,
      changes: Partial<FlatchrCandidateInput>,
      updatedAt: number = settings.now(),
    ) => {
      const changed = changeCandidate(state, required(candidates.get(candidateId), candidateId), changes);
      for (const applicant of applicants.values())
        if (applicant.candidateId === candidateId) updateApplicant(applicant.id, { updatedAt });
      return changed;
    },
    moveApplicant: (applicantId: string, columnId: number, updatedAt: number = settings.now()) => {
      updateApplicant(applicantId, { columnId, updatedAt });
    },
    removeApplicant: (applicantId: string) => {
      applicants.delete(applicantId);
    },
    generateCandidates: (count: number, options: Partial<GeneratedCandidates> = {}) => {
      const from = settings.now() - 365 * 86_400_000;
      generateCandidates(state, count, { vacancies: openVacancies(), withCvEvery: 0, from, ...options });
    },
    candidates: candidates.values,
    applicants: applicants.values,
    file: state.files.get,
    enrichments: state.enrichments.values,
    duplicates: () => {
      const active = applicants.values().filter(({ status }) => status === 1);
      const groups = Map.groupBy(active, ({ vacancyId, candidateId }) => {
        const { email, id } = required(candidates.get(candidateId), candidateId);
        return `${vacancyId} ${email?.toLowerCase() ?? id}`;
      });
      return [...groups.values()].filter((group) => group.length > 1);
    },
  };
}
