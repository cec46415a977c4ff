import type { Route, SimulatedAnswer, SimulatedRequest } from "./simulator.ts";
import { candidateOf, requireOnJob } from "./smartrecruiters-candidates.ts";
import { jobOf } from "./smartrecruiters-creation.ts";
import { refusal } from "./smartrecruiters-errors.ts";
import type { SmartrecruitersSettings } from "./smartrecruiters-settings.ts";
import type {
  SmartrecruitersAttachment,
  SmartrecruitersCandidate,
  SmartrecruitersState,
} from "./smartrecruiters-state.ts";

const TYPES = ["GENERIC_FILE", "RESUME", "COVER_LETTER"];

/** A candidate's files: https://developers.smartrecruiters.com/reference/candidatesattachmentsadd-1 */
export function attachmentRoutes(state: SmartrecruitersState, settings: SmartrecruitersSettings): Route[] {
  return [
    {
      method: "POST",
      pattern: "/candidates/:id/attachments",
      handle: (request) => attach(state, settings, request, candidateOf(state, settings, request), null),
    },
    {
      method: "POST",
      pattern: "/candidates/:id/jobs/:jobId/attachments",
      handle: (request) => {
        const candidate = candidateOf(state, settings, request);
        const { id: jobId } = jobOf(state, settings, request);
        requireOnJob(settings, candidate, jobId);
        return attach(state, settings, request, candidate, jobId);
      },
    },
    {
      method: "GET",
      pattern: "/candidates/:id/attachments",
      handle: (request) => {
        const { id } = candidateOf(state, settings, request);
        const own = state.attachments().filter(({ candidateId }) => candidateId === id);
        const content = own.map((attachment) => toAttachment(attachment, request.origin));
        return { status: 200, body: { totalFound: content.length, content } };
      },
    },
    {
      method: "GET",
      pattern: "/candidates/:id/attachments/:attachmentId",
      handle: (request) => {
        const { id } = candidateOf(state, settings, request);
        const attachment = state.attachment(request.parameters.attachmentId ?? "");
        if (attachment?.candidateId !== id) throw refusal(settings, 404, "Attachment not found");
        const headers = { "content-type": attachment.contentType };
        return { status: 200, headers, body: Buffer.from(attachment.base64, "base64") };
      },
    },
    {
      method: "DELETE",
      pattern: "/candidates/attachments/:attachmentId",
      handle: ({ parameters }) => {
        if (!state.removeAttachment(parameters.attachmentId ?? ""))
          throw refusal(settings, 404, "Attachment not found");
        return { status: 204, changed: true };
      },
    },
  ];
}

async function attach(
  state: SmartrecruitersState,
  settings: SmartrecruitersSettings,
  request: SimulatedRequest,
  candidate: SmartrecruitersCandidate,
  jobId: string | null,
): Promise<SimulatedAnswer> {
  const form = await request.form();
  const type = form.get("attachmentType") ?? "GENERIC_FILE";
  if (typeof type !== "string" || !TYPES.includes(type))
    throw refusal(settings, 400, `attachmentType must be one of ${TYPES.join(", ")}`);
  const file = form.get("file");
  // Text without a file name is a field, not a file: what a client sends that forgets the name.
  if (!(file instanceof File) || file.size === 0) throw refusal(settings, 400, "file is required");
  if (file.size > settings.attachmentMaximumBytes)
    throw refusal(settings, settings.attachmentTooLargeStatus, "The file is too large");

  if (type === "RESUME" && settings.secondResume === "replace") removeResumes(state, candidate.id);
  const attachment = state.attach({
    candidateId: candidate.id,
    jobId,
    type,
    name: file.name,
    contentType: file.type || "application/octet-stream",
    size: file.size,
    base64: Buffer.from(await file.arrayBuffer()).toString("base64"),
  });
  const body = toAttachment(attachment, request.origin);
  return { status: settings.attachmentStatus, changed: true, body };
}

function removeResumes(state: SmartrecruitersState, candidateId: string): void {
  for (const attachment of state.attachments())
    if (attachment.candidateId === candidateId && attachment.type === "RESUME")
      state.removeAttachment(attachment.id);
}

function toAttachment(attachment: SmartrecruitersAttachment, origin: string) {
  const { id, candidateId, name, type, contentType } = attachment;
  const url = `${origin}/candidates/${candidateId}/attachments/${id}`;
  return { id, name, type, contentType, actions: { download: { url, method: "GET" } } };
}
