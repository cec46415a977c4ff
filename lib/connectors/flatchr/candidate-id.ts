/** Where a candidate is in Flatchr. */
export interface CandidatePlace {
  /** The vacancy, as `push_parameters` names it. */
  vacancy: string;
  /** The person on this vacancy. */
  applicant: string;
  /** The person, which the search does not tell. */
  candidate?: string | undefined;
}

/** The place as one text: the id by which the engine knows the candidate. */
export function writeCandidateId({ vacancy, applicant, candidate }: CandidatePlace): string {
  const parts = candidate === undefined ? [vacancy, applicant] : [vacancy, applicant, candidate];
  return parts.map(encodeURIComponent).join(":");
}

export function readCandidateId(candidateId: string): CandidatePlace {
  const [vacancy = "", applicant = "", candidate] = candidateId.split(":").map(decodeURIComponent);
  return { vacancy, applicant, candidate };
}
