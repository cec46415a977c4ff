import type { Simulators } from "./simulators.ts";
import type { Simulator } from "./vendors/simulator.ts";
import type { DeclaredWorkflow } from "./workflow-list.ts";

/** What an ATS has of one person: the demonstration believes this, and not what the push says. */
export interface SeenCandidate {
  id: string;
  /** Undefined when it has no CV. */
  cvSizeInBytes: number | undefined;
  /** All that recruiters can see, as text. */
  text: string;
}

/** One ATS, as the demonstration looks at it. */
export interface Witness {
  label: string;
  action: string;
  simulator: Simulator;
  /** Resolves when nothing is under way there. */
  settled(): Promise<void>;
  /** Those with this e-mail address, on the vacancy or job of the workflow. */
  candidatesOf(email: string, workflow: DeclaredWorkflow): SeenCandidate[];
}

export function witnessesOf({ teamtailor, flatchr, smartrecruiters }: Simulators): Witness[] {
  const atOnce = async () => {};
  return [
    {
      label: "Teamtailor",
      action: "push_profile_to_teamtailor",
      simulator: teamtailor,
      settled: teamtailor.settled,
      candidatesOf: (email) =>
        teamtailor
          .candidates()
          .filter(({ attributes }) => isSame(attributes.email, email))
          .map(({ id, attributes, resume }) => ({
            id,
            cvSizeInBytes: resume?.size,
            text: JSON.stringify(attributes),
          })),
    },
    {
      label: "Flatchr",
      action: "push_profile_to_flatchr",
      simulator: flatchr,
      settled: atOnce,
      candidatesOf: (email, { pushParameters }) => {
        const onVacancy = flatchr
          .applicants()
          .filter(({ vacancyId }) => vacancyId === String(pushParameters.vacancy));
        return flatchr
          .candidates()
          .filter((candidate) => isSame(candidate.email, email))
          .filter(({ id }) => onVacancy.some(({ candidateId }) => candidateId === id))
          .map((candidate) => ({
            id: candidate.id,
            cvSizeInBytes: sizeOf(candidate.cv ? flatchr.file(candidate.cv.key)?.base64 : undefined),
            // What is changed after the creation stands in the enrichment: Flatchr lets nothing else be changed.
            text: JSON.stringify([
              candidate,
              flatchr.enrichments().filter(({ candidateId }) => candidateId === candidate.id),
            ]),
          }));
      },
    },
    {
      label: "SmartRecruiters",
      action: "push_profile_to_smartrecruiters",
      simulator: smartrecruiters,
      settled: atOnce,
      candidatesOf: (email, { pushParameters }) =>
        smartrecruiters
          .candidates()
          .filter(({ details }) => isSame(details.email, email))
          .filter(({ assignments }) => assignments.some(({ jobId }) => jobId === pushParameters.job_id))
          .map(({ id, details }) => ({
            id,
            cvSizeInBytes: smartrecruiters
              .attachments()
              .find(({ candidateId, type }) => candidateId === id && type === "RESUME")?.size,
            text: JSON.stringify(details),
          })),
    },
  ];
}

function isSame(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function sizeOf(base64: string | undefined): number | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").length;
}
