import type { Connector } from "../../connector.ts";
import { pushCalls } from "./calls.ts";
import { check } from "./check.ts";
import { connect } from "./client.ts";
import { toCandidate } from "./mapping.ts";
import {
  authSchema,
  candidateSchema,
  type TeamtailorAuth,
  type TeamtailorCandidate,
  type TeamtailorParameters,
  terms,
} from "./schema.ts";

/** Teamtailor. @see https://docs.teamtailor.com/ */
export default {
  ...terms,
  label: "Teamtailor",
  auth: authSchema,
  push: {
    ...terms.push,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "url",
    budgetInSeconds: 60,
    connect,
    check,
  },
} satisfies Connector<TeamtailorAuth, TeamtailorParameters, TeamtailorCandidate>;
