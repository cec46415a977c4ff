/** Every call of a push to SmartRecruiters, under every fault. */
import smartrecruiters from "../../lib/connectors/smartrecruiters/index.ts";
import type { SimulatedSmartrecruiters } from "../../local/vendors/smartrecruiters.ts";
import { NEXT_PHONE, SECOND_CV } from "../conformance/scene.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { afterAChange, type CallOfPush, type PushStage } from "./push-stage.ts";
import { testPushUnderFaults } from "./push-suite.ts";

const CREATE = { method: "POST", path: "/jobs/{jobId}/candidates" } as const;
const ATTACH = { method: "POST", path: "/candidates/{id}/attachments" } as const;

const changed = { arrange: afterAChange, phone: NEXT_PHONE, cvs: [SECOND_CV] };

/** Somebody whom SmartRecruiters has in its talent pool, and whom the push is to put on the job. */
function inTheTalentPool(statusOnOtherJob: "assign" | "refuse") {
  return ({ account, addProfile }: PushStage<SimulatedSmartrecruiters>) => {
    account.simulator.settings.statusOnOtherJob = statusOnOtherJob;
    const profile = addProfile();
    const { first_name, last_name, email } = profile.info;
    account.simulator.addCandidate({
      firstName: first_name ?? "",
      lastName: last_name ?? "",
      email: email ?? "",
    });
    return profile;
  };
}

const atsCalls: CallOfPush<SimulatedSmartrecruiters>[] = [
  { call: { method: "GET", path: "/candidates" }, kind: "look-up" },
  { call: CREATE, kind: "creation" },
  { call: ATTACH, when: "of a new one", kind: "sending the CV" },
  { call: { method: "GET", path: "/candidates/{id}" }, kind: "reading the candidate", ...changed },
  { call: { method: "PATCH", path: "/candidates/{id}" }, kind: "change without an answer", ...changed },
  { call: { method: "PUT", path: "/candidates/{id}/tags" }, kind: "change without an answer", ...changed },
  { call: { method: "GET", path: "/candidates/{id}/attachments" }, kind: "listing files", ...changed },
  {
    call: { method: "GET", path: "/candidates/{id}/attachments/{attachmentId}" },
    kind: "comparing a file",
    ...changed,
  },
  { call: ATTACH, when: "of a change", kind: "sending the CV", ...changed },
  {
    call: { method: "PUT", path: "/candidates/{id}/jobs/{jobId}/status" },
    kind: "assigning by status",
    arrange: inTheTalentPool("assign"),
  },
  {
    call: CREATE,
    when: "to assign",
    kind: "assigning by creation",
    arrange: inTheTalentPool("refuse"),
  },
  {
    call: { method: "DELETE", path: "/candidates/{id}" },
    kind: "removing a second candidate",
    arrange: inTheTalentPool("refuse"),
  },
];

testPushUnderFaults(smartrecruiters, smartrecruitersBench({ secondResume: "replace" }), {
  isPaced: true,
  atsCalls,
  checkCalls: [{ call: { method: "GET", path: "/jobs/{jobId}" } }],
});
