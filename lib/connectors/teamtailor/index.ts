import type { Connector } from "../../connector.ts";
import { pushCalls } from "./calls.ts";
import { check } from "./check.ts";
import { connect } from "./client.ts";
import { toCandidate } from "./mapping.ts";
import {
  authSchema,
  candidateSchema,
  parametersSchema,
  type TeamtailorAuth,
  type TeamtailorCandidate,
  type TeamtailorParameters,
} from "./schema.ts";

/** Teamtailor. @see https://docs.teamtailor.com/ */
export default {
  name: "teamtailor" as const,
  label: "Teamtailor",
  auth: authSchema,
  push: {
    parameters: parametersSchema,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "url",
    budgetInSeconds: 60,
    settleInSeconds: 60,
    connect,
    check,
  },
} satisfies Connector<TeamtailorAuth, TeamtailorParameters, TeamtailorCandidate>;
