import type { Connector } from "../../connector.ts";
import { pushCalls } from "./calls.ts";
import { check } from "./check.ts";
import { connect } from "./client.ts";
import { toCandidate } from "./mapping.ts";
import {
  authSchema,
  candidateSchema,
  type SmartrecruitersAuth,
  type SmartrecruitersCandidate,
  type SmartrecruitersParameters,
  terms,
} from "./schema.ts";

/** SmartRecruiters. @see https://developers.smartrecruiters.com/reference */
export default {
  ...terms,
  label: "SmartRecruiters",
  auth: authSchema,
  push: {
    ...terms.push,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "file",
    /** SmartRecruiters may take 128 seconds for one write; what is left is for the calls before it. */
    budgetInSeconds: 150,
    connect,
    check,
  },
} satisfies Connector<SmartrecruitersAuth, SmartrecruitersParameters, SmartrecruitersCandidate>;
