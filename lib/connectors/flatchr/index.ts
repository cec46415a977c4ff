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
  sourceCandidateSchema,
  terms,
} from "./schema.ts";
import { openSource } from "./source.ts";
import { toProfile } from "./source-mapping.ts";

/** Flatchr. @see https://developers.flatchr.io/docs/getting_started */
export default {
  ...terms,
  label: "Flatchr",
  auth: authSchema,
  push: {
    ...terms.push,
    candidate: candidateSchema,
    toCandidate,
    calls: pushCalls,
    cv: "file",
    budgetInSeconds: 60,
    connect,
    check: checkPush,
  },
  pull: {
    ...terms.pull,
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
