/** Every call of a push to Flatchr, under every fault. */
import flatchr from "../../lib/connectors/flatchr/index.ts";
import type { SimulatedFlatchr } from "../../local/vendors/flatchr.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { NEXT_PHONE } from "../conformance/scene.ts";
import { afterAChange, type CallOfPush, type PushStage } from "./push-stage.ts";
import { testPushUnderFaults } from "./push-suite.ts";

type Stage = PushStage<SimulatedFlatchr>;

const SEARCH = { method: "POST", path: "/company/{companyId}/search/applicants" } as const;
const MOVE = {
  method: "PUT",
  path: "/company/{companyId}/vacancy/{vacancyId}/applicant/{applicantId}",
} as const;
const ENRICHMENT = { method: "POST", path: "/company/{companyId}/search/candidate" } as const;

/** An account in which a move wants the column named, or one in which it does not. */
function withMoves(moveWithoutColumn: "accept" | "refuse") {
  return ({ account, addProfile }: Stage) => {
    account.simulator.settings.moveWithoutColumn = moveWithoutColumn;
    return addProfile();
  };
}
const columnRequired = { arrange: withMoves("refuse") };
const columnNotRequired = { arrange: withMoves("accept") };

const atsCalls: CallOfPush<SimulatedFlatchr>[] = [
  { call: { method: "GET", path: "/company/{companyId}/vacancies" }, kind: "look-up" },
  { call: SEARCH, kind: "look-up" },
  {
    call: { method: "POST", path: "/vacancy/candidate/json" },
    kind: "creation without an answer",
    // Whatever it answered, the candidate is looked for, and it is not there.
    says: { "page<": /^Flatchr has created the candidate, but does not find it yet$/ },
  },
  { call: SEARCH, when: "of the one just created", before: 1, kind: "look-up after a creation" },
  {
    call: { method: "GET", path: "/company/{companyId}/columns" },
    kind: "asking in which column",
    ...columnRequired,
  },
  { call: MOVE, when: "with the column", before: 1, kind: "asking with the column", ...columnRequired },
  { call: MOVE, kind: "asking who it is", ...columnNotRequired },
  { call: ENRICHMENT, kind: "enrichment" },
  {
    call: ENRICHMENT,
    when: "of a change",
    kind: "enrichment",
    arrange: afterAChange,
    phone: NEXT_PHONE,
  },
];

testPushUnderFaults(flatchr, flatchrBench(), { isPaced: false, atsCalls, checkCalls: [] });
