import { isRecord } from "./record.ts";
import type { Route } from "./simulator.ts";
import { isHttpUrl, readResource, relatedId } from "./teamtailor-attributes.ts";
import { validationError } from "./teamtailor-errors.ts";
import type { TeamtailorState } from "./teamtailor-state.ts";

export interface TeamtailorAdditionSettings {
  /** Whether the same candidate may apply to the same job twice. */
  secondApplication: "create" | "refuse";
}

/** "Uploads" and "Job applications" of https://docs.teamtailor.com */
export function additionRoutes(state: TeamtailorState, settings: TeamtailorAdditionSettings): Route[] {
  return [
    {
      method: "POST",
      pattern: "/uploads",
      handle: async (request) => {
        const data = readResource(request, "uploads");
        const attributes = isRecord(data.attributes) ? data.attributes : {};
        const { url, "file-name": fileName = "upload" } = attributes;
        if (!isHttpUrl(url)) throw validationError("url", "is invalid");
        const candidate = state.candidate(relatedId(data, "candidate", "candidates") ?? "");
        if (!candidate) throw validationError("candidate", "can't be blank");
        const file = await state.fetchFile(candidate.id, url);
        const current = state.candidate(candidate.id) ?? candidate;
        const uploads = [...current.uploads, { fileName: String(fileName), file }];
        state.save({ ...current, uploads });
        const id = `${candidate.id}-${uploads.length}`;
        const body = {
          data: { id, type: "uploads", attributes: { url, "file-name": fileName, internal: false } },
        };
        return { status: 201, body, changed: true };
      },
    },
    {
      method: "POST",
      pattern: "/job-applications",
      handle: (request) => {
        const data = readResource(request, "job-applications");
        const candidateId = relatedId(data, "candidate", "candidates");
        const jobId = relatedId(data, "job", "jobs");
        if (!candidateId || !state.candidate(candidateId))
          throw validationError("candidate", "can't be blank");
        if (!jobId) throw validationError("job", "can't be blank");
        const isSecond = state
          .applications()
          .some((one) => one.candidateId === candidateId && one.jobId === jobId);
        if (isSecond && settings.secondApplication === "refuse")
          throw validationError("candidate", "has already been taken");
        const { id } = state.apply(candidateId, jobId);
        const body = { data: { id, type: "job-applications", attributes: data.attributes ?? {} } };
        return { status: 201, body, changed: true };
      },
    },
  ];
}
