/** Flatchr for the suite that every connector passes. */
import { type FlatchrOptions, type SimulatedFlatchr, startFlatchr } from "../../local/vendors/flatchr.ts";
import type { FlatchrApplicant } from "../../local/vendors/flatchr-state.ts";
import type { Bench, SeenCandidate } from "./conformance.ts";
import { hash } from "./hash.ts";

const VACANCIES = "GET /company/:companyId/vacancies";
const SEARCH = "POST /company/:companyId/search/applicants";
const CREATION = "POST /vacancy/candidate/json";
const MOVE = "PUT /company/:companyId/vacancy/:vacancyId/applicant/:applicantId";
const ENRICHMENT = "POST /company/:companyId/search/candidate";

export function flatchrBench(options: FlatchrOptions = {}, isThorough = false): Bench<SimulatedFlatchr> {
  return {
    isThorough,
    create: CREATION,
    find: SEARCH,
    callsOfCreate: [
      { route: VACANCIES },
      { route: SEARCH },
      { route: CREATION },
      { route: SEARCH, before: 1 },
      { route: MOVE },
      { route: ENRICHMENT },
    ],
    callsOfChange: [{ route: SEARCH }, { route: ENRICHMENT }],
    takesTags: false,
    takesNewCv: false,
    cvsAfterChange: ([first]) => [first],
    realUrls: {
      FLATCHR_API_BASE_URL: "https://api.flatchr.io",
      FLATCHR_CAREERS_BASE_URL: "https://careers.flatchr.io",
    },
    errorBody: (message) => ({ message }),

    async start() {
      const simulator = await startFlatchr(options);
      const { settings, addCandidate, editCandidate, moveApplicant, removeApplicant } = simulator;
      const vacancy = simulator.addVacancy({ title: "Technicien H/F" });
      const applicantOf = (id: string) => simulator.applicants().find((applicant) => applicant.id === id);
      return {
        simulator,
        variables: {
          FLATCHR_API_BASE_URL: simulator.apiUrl,
          FLATCHR_CAREERS_BASE_URL: simulator.careersUrl,
        },
        parameters: { vacancy: vacancy.slug },
        secretOf: (key) => ({ api_key: key, company_id: simulator.companyId }),
        acceptKey: (key) => simulator.acceptKeys([key]),
        candidates: async () => simulator.applicants().map((applicant) => seen(simulator, applicant)),
        add: ({ firstName, lastName, email }) => {
          addCandidate({ firstname: firstName, lastname: lastName, email });
        },
        editByRecruiter: (id) => {
          moveApplicant(id, simulator.columns()[2]?.id ?? 0);
          editCandidate(applicantOf(id)?.candidateId ?? "", { urls: { other: "https://fair.example" } });
        },
        remove: removeApplicant,
        setSearchLag: (milliseconds) => {
          settings.searchLagInMs = milliseconds;
        },
      };
    },
  };
}

/** A person on the vacancy. A change of the phone number arrives in the enrichment: nothing else can be changed. */
function seen(simulator: SimulatedFlatchr, { id, candidateId, columnId }: FlatchrApplicant): SeenCandidate {
  const candidate = simulator.candidates().find((one) => one.id === candidateId);
  if (candidate === undefined) throw new Error("an applicant is a candidate");
  const { firstname: firstName, lastname: lastName, email, urls, cv } = candidate;
  const file = cv && simulator.file(cv.key);
  const [enrichment] = simulator.enrichments().filter((one) => one.candidateId === candidateId);
  const [phone] = (enrichment?.value.phone ?? []) as { dialNumber: string }[];
  return {
    id,
    firstName,
    lastName,
    email,
    phone: phone?.dialNumber ?? candidate.phone,
    details: { urls, columnId },
    // A text that stands in for a CV is none.
    cvs: file && file.fileName !== "profile.txt" ? [hash(Buffer.from(file.base64, "base64"))] : [],
  };
}
