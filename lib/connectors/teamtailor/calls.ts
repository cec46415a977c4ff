import type { ApiCall } from "../../connector.ts";

const DOCUMENTATION = "https://docs.teamtailor.com";

export const pushCalls: readonly ApiCall[] = [
  {
    method: "GET",
    path: "/candidates",
    does: "looks for the candidate, by e-mail",
    see: `${DOCUMENTATION}/#1e591a5a-99cc-4d17-aaeb-7744dde0dbb2`,
  },
  {
    method: "POST",
    path: "/candidates",
    does: "creates the candidate; its CV is an address that Teamtailor fetches",
    see: `${DOCUMENTATION}/#8c5ab123-1a53-4e3b-959f-e3d6d6224d71`,
  },
  {
    method: "GET",
    path: "/candidates/{id}",
    does: "reads what the candidate is today",
    see: `${DOCUMENTATION}/#1e591a5a-99cc-4d17-aaeb-7744dde0dbb2`,
  },
  {
    method: "PATCH",
    path: "/candidates/{id}",
    does: "changes what differs",
    see: `${DOCUMENTATION}/#28b9f6cb-72f0-45fa-8f3c-a2004b54e609`,
  },
  {
    method: "GET",
    path: "/company",
    does: "tells whether the key works: only for a check",
    see: `${DOCUMENTATION}/#company`,
  },
];
