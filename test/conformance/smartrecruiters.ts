/** SmartRecruiters for the suite that every connector passes. */
import {
  type SimulatedSmartrecruiters,
  type SmartrecruitersOptions,
  startSmartrecruiters,
} from "../../local/vendors/smartrecruiters.ts";
import type { Bench } from "./conformance.ts";
import { hash } from "./hash.ts";

const CREATE = "POST /jobs/:jobId/candidates";
const SEARCH = "GET /candidates";
const ATTACH = "POST /candidates/:id/attachments";

export function smartrecruitersBench(
  options: SmartrecruitersOptions = {},
  isThorough = false,
): Bench<SimulatedSmartrecruiters> {
  return {
    isThorough,
    create: CREATE,
    find: SEARCH,
    callsOfCreate: [{ route: SEARCH }, { route: CREATE }, { route: ATTACH }],
    callsOfChange: [
      { route: "GET /candidates/:id" },
      { route: "PATCH /candidates/:id" },
      { route: "PUT /candidates/:id/tags" },
      { route: "GET /candidates/:id/attachments" },
      { route: "GET /candidates/:id/attachments/:attachmentId" },
      { route: ATTACH },
    ],
    takesTags: true,
    takesNewCv: true,
    cvsAfterChange: ([first, second]) => (options.secondResume === "add" ? [first, second] : [second]),
    realUrls: { SMARTRECRUITERS_BASE_URL: "https://api.smartrecruiters.com" },
    errorBody: (message) => ({ message, errors: [] }),

    async start() {
      const simulator = await startSmartrecruiters({
        rateLimit: false,
        concurrency: false,
        processingInMs: 0,
        ...options,
      });
      const { settings, addCandidate, editCandidate, deleteCandidate } = simulator;
      const job = simulator.addJob();
      return {
        simulator,
        variables: { SMARTRECRUITERS_BASE_URL: simulator.url },
        parameters: { job_id: job.id },
        secretOf: (key) => ({ auth: key }),
        acceptKey: (key) => simulator.acceptKeys([key]),
        candidates: async () =>
          simulator.candidates().map((candidate) => {
            const { firstName, lastName, email, phoneNumber, ...details } = candidate.details;
            const resumes = simulator.attachments().filter(({ candidateId }) => candidateId === candidate.id);
            return {
              id: candidate.id,
              firstName,
              lastName,
              email,
              phone: phoneNumber ?? null,
              details: { ...details, assignments: candidate.assignments },
              cvs: resumes.map(({ base64 }) => hash(Buffer.from(base64, "base64"))),
            };
          }),
        add: (person) => {
          addCandidate(person, job.id);
        },
        editByRecruiter: (id) => {
          const { details } = simulator.candidates().find((one) => one.id === id) ?? {};
          editCandidate(id, {
            tags: ["Shortlist", "senior"],
            web: { ...details?.web, skype: "fair" },
            education: [{ institution: "Mines", degree: "Engineer" }],
          });
        },
        remove: deleteCandidate,
        setSearchLag: (milliseconds) => {
          settings.searchLagInMs = milliseconds;
        },
      };
    },
  };
}
