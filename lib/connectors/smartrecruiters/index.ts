import type { Connector } from "../../connector.ts";
import { SETTLE_IN_SECONDS } from "./api.ts";
import { pushCalls } from "./calls.ts";
import { check } from "./check.ts";
import { connect } from "./client.ts";
import { toCandidate } from "./mapping.ts";
import {
  authSchema,
  candidateSchema,
  parametersSchema,
  type SmartrecruitersAuth,
  type SmartrecruitersCandidate,
  type SmartrecruitersParameters,
} from "./schema.ts";

/** SmartRecruiters. @see https://developers.smartrecruiters.com/reference */
export default {
  name: "smartrecruiters" as const,
  label: "SmartRecruiters",
  auth: authSchema,
  push: {
    parameters: parametersSchema,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "file",
    /** SmartRecruiters may take 128 seconds for one write; what is left is for the calls before it. */
    budgetInSeconds: 150,
    settleInSeconds: SETTLE_IN_SECONDS,
    connect,
    check,
  },
} satisfies Connector<SmartrecruitersAuth, SmartrecruitersParameters, SmartrecruitersCandidate>;
