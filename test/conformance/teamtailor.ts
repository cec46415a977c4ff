/** Teamtailor for the suite that every connector passes. */
import {
  type SimulatedTeamtailor,
  startTeamtailor,
  type TeamtailorOptions,
} from "../../local/vendors/teamtailor.ts";
import type { Bench } from "./conformance.ts";

export function teamtailorBench(
  options: TeamtailorOptions = {},
  isThorough = false,
): Bench<SimulatedTeamtailor> {
  return {
    isThorough,
    create: "POST /candidates",
    find: "GET /candidates",
    callsOfCreate: [{ route: "GET /candidates" }, { route: "POST /candidates" }],
    callsOfChange: [{ route: "GET /candidates/:id" }, { route: "PATCH /candidates/:id" }],
    takesTags: true,
    takesNewCv: true,
    cvsAfterChange: ([, second]) => [second],
    realUrls: { TEAMTAILOR_BASE_URL: "https://api.teamtailor.com/v1" },
    errorBody: (message) => ({ errors: [{ title: message, detail: message }] }),

    async start() {
      const simulator = await startTeamtailor({ rateLimit: false, ...options });
      const { settings, addCandidate, editCandidate, deleteCandidate } = simulator;
      return {
        simulator,
        variables: { TEAMTAILOR_BASE_URL: simulator.url },
        parameters: {},
        secretOf: (key) => ({ auth: key }),
        acceptKey: (token) => simulator.acceptKeys([{ token, scope: "admin", access: "read_write" }]),
        async candidates() {
          await simulator.settled();
          return simulator.candidates().map(({ id, attributes, resume }) => {
            const { "first-name": firstName, "last-name": lastName, email, phone, ...details } = attributes;
            return { id, firstName, lastName, email, phone, details, cvs: resume ? [resume.sha256] : [] };
          });
        },
        add: ({ firstName, lastName, email }) => {
          addCandidate({ "first-name": firstName, "last-name": lastName, email });
        },
        editByRecruiter: (id) => {
          const tags = ["shortlist", "senior"];
          editCandidate(id, { tags, pitch: "Met at a fair", "referring-url": "https://fair.example" });
        },
        remove: deleteCandidate,
        setSearchLag: (milliseconds) => {
          settings.searchLagInMs = milliseconds;
        },
      };
    },
  };
}
