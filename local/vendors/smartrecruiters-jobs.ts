import type { Route } from "./simulator.ts";
import { refusal } from "./smartrecruiters-errors.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";
import type { SmartrecruitersState } from "./smartrecruiters-state.ts";

/** One job: https://developers.smartrecruiters.com/reference/jobsget-1 */
export function jobRoutes(state: SmartrecruitersState, settings: SmartrecruitersSettings): Route[] {
  return [
    {
      method: "GET",
      pattern: "/jobs/:jobId",
      handle: ({ parameters }) => {
        const job = state.job(parameters.jobId ?? "");
        if (!job) throw refusal(settings, 404, "Job not found");
        const { id, title, refNumber, status, createdAtInMs } = job;
        return {
          status: 200,
          body: { id, title, refNumber, status, createdOn: new Date(createdAtInMs).toISOString() },
        };
      },
    },
  ];
}
