/** Every call of a push to Teamtailor, under every fault. */
import teamtailor from "../../lib/connectors/teamtailor/index.ts";
import { NEXT_PHONE, SECOND_CV } from "../conformance/scene.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";
import { afterAChange } from "./push-stage.ts";
import { testPushUnderFaults } from "./push-suite.ts";

const changed = { arrange: afterAChange, phone: NEXT_PHONE, cvs: [SECOND_CV] };

testPushUnderFaults(teamtailor, teamtailorBench(), {
  isPaced: true,
  atsCalls: [
    { call: { method: "GET", path: "/candidates" }, kind: "look-up" },
    { call: { method: "POST", path: "/candidates" }, kind: "creation" },
    { call: { method: "GET", path: "/candidates/{id}" }, kind: "reading the candidate", ...changed },
    { call: { method: "PATCH", path: "/candidates/{id}" }, kind: "change", ...changed },
  ],
  checkCalls: [{ call: { method: "GET", path: "/company" } }],
});
