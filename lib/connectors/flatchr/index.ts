import type { Connector } from "../../connector.ts";
import { pullCalls, pushCalls } from "./calls.ts";
import { checkPush, checkSource } from "./check.ts";
import { connect } from "./client.ts";
import { toCandidate } from "./mapping.ts";
import {
  authSchema,
  candidateSchema,
  type FlatchrAuth,
  type FlatchrCandidate,
  type FlatchrParameters,
  type FlatchrPullParameters,
  type FlatchrSourceCandidate,
  parametersSchema,
  pullParametersSchema,
  sourceCandidateSchema,
} from "./schema.ts";
import { openSource } from "./source.ts";
import { toProfile } from "./source-mapping.ts";

/** Flatchr. @see https://developers.flatchr.io/docs/getting_started */
export default {
  name: "flatchr" as const,
  label: "Flatchr",
  auth: authSchema,
  push: {
    parameters: parametersSchema,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "file",
    budgetInSeconds: 60,
    // How soon the search knows a new candidate is not documented. It was used right after a create for years, so
    // seconds are enough; a minute also lets a create end that was still under way when its answer was lost.
    settleInSeconds: 60,
    connect,
    check: checkPush,
  },
  pull: {
    parameters: pullParametersSchema,
    candidate: sourceCandidateSchema,
    toProfile,
    calls: pullCalls,
    connect: openSource,
    check: checkSource,
  },
} satisfies Connector<
  FlatchrAuth,
  FlatchrParameters,
  FlatchrCandidate,
  FlatchrPullParameters,
  FlatchrSourceCandidate
>;
