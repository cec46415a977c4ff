import type { ApiCall } from "../../connector.ts";

const DOCUMENTATION = "https://developers.smartrecruiters.com/reference";

export const pushCalls: readonly ApiCall[] = [
  {
    method: "GET",
    path: "/candidates",
    does: "looks for the candidate, by e-mail",
    see: `${DOCUMENTATION}/candidatesall-1`,
  },
  {
    method: "GET",
    path: "/candidates/{id}",
    does: "reads what the candidate is today",
    see: `${DOCUMENTATION}/candidatesget-1`,
  },
  {
    method: "POST",
    path: "/jobs/{jobId}/candidates",
    does: "creates the candidate on the job, or assigns the one that is there",
    see: `${DOCUMENTATION}/candidatesaddtojob-1`,
  },
  {
    method: "PATCH",
    path: "/candidates/{id}",
    does: "changes personal details",
    see: `${DOCUMENTATION}/candidatesupdate-1`,
  },
  {
    method: "PUT",
    path: "/candidates/{id}/tags",
    does: "sets the tags: those that were there, and the new ones",
    see: `${DOCUMENTATION}/candidatestagsreplace-1`,
  },
  {
    method: "GET",
    path: "/candidates/{id}/attachments",
    does: "lists the candidate's files, where the CV may be among them",
    see: `${DOCUMENTATION}/candidatesattachmentslist-1`,
    seldom: true,
  },
  {
    method: "POST",
    path: "/candidates/{id}/attachments",
    does: "adds the CV",
    see: `${DOCUMENTATION}/candidatesattachmentsadd-1`,
  },
  {
    method: "GET",
    path: "/candidates/{id}/attachments/{attachmentId}",
    does: "tells whether a file that is there is this CV",
    see: `${DOCUMENTATION}/candidatesattachmentsget-1`,
    seldom: true,
  },
  {
    method: "PUT",
    path: "/candidates/{id}/jobs/{jobId}/status",
    does: "restores the status on the job, where an assignment has changed it",
    see: `${DOCUMENTATION}/candidatesstatusupdate-1`,
    seldom: true,
  },
  {
    method: "DELETE",
    path: "/candidates/{id}",
    does: "removes an empty candidate that a create of this run has left behind",
    see: `${DOCUMENTATION}/candidatesdelete-1`,
    seldom: true,
  },
  {
    method: "GET",
    path: "/jobs/{jobId}",
    does: "tells whether the job is there: only for a check",
    see: `${DOCUMENTATION}/jobsget-1`,
  },
];
