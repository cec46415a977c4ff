/** Every call of an update from Flatchr, under every fault. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import flatchr from "../../lib/connectors/flatchr/index.ts";
import { updateCalls } from "../../lib/hrflow/calls.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { MARK } from "../conformance/scene.ts";
import { type CallOfCheck, CONTEXT, checkUnderFault, expectTold, type Invoke } from "./check.ts";
import { EXPECTED } from "./expected.ts";
import { type CallFault, FAULTS } from "./faults.ts";
import { createTable, lineOf } from "./table.ts";
import {
  type CallOfUpdate,
  type SeenUpdate,
  startUpdateStage,
  type UpdateStage,
  updateUnderFault,
  updateWorkflow,
} from "./update.ts";

const rows: CallOfUpdate[] = [
  { call: { method: "GET", path: "/company/{companyId}/vacancies" }, kind: "naming the rows" },
  { call: { method: "GET", path: "/company/{companyId}/columns" }, kind: "naming the rows" },
  { call: { method: "POST", path: "/company/{companyId}/search/applicants" }, kind: "reading the rows" },
  {
    call: { method: "PUT", path: "/company/{companyId}/vacancy/{vacancyId}/applicant/{applicantId}" },
    kind: "asking who it is",
    says: {
      "403": /^The candidate's id cannot be read: Flatchr does not permit this API key to ask \(403\)$/,
      "404": /^The candidate's id cannot be read: the applicant or its vacancy is gone from Flatchr$/,
    },
  },
  { call: { method: "GET", path: "/company/{companyId}/files/expire" }, kind: "fetching the CV" },
  { call: { method: "GET", path: "/profile/indexing" }, isHrflow: true, kind: "reading the profile" },
  { call: { method: "POST", path: "/profile/parsing/file" }, isHrflow: true, kind: "parsing the CV" },
  { call: { method: "PUT", path: "/profile/indexing" }, isHrflow: true, kind: "change after a CV" },
  { call: { method: "POST", path: "/profile/indexing" }, isHrflow: true, kind: "creation" },
];
const checks: CallOfCheck[] = [
  { call: { method: "GET", path: "/auth" }, isHrflow: true },
  { call: { method: "GET", path: "/source" }, isHrflow: true },
];

const table = createTable();
let stage: UpdateStage;
beforeAll(async () => {
  stage = await startUpdateStage();
});
afterAll(async () => {
  await stage?.stop();
  table.print("update_profiles_in_hrflow_from_flatchr");
});

test("no call of the lists is left out", () => {
  const seen = [...rows, ...checks].map(({ call }) => `${call.method} ${call.path}`);
  const listed = [...updateCalls, ...flatchr.pull.calls].map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(seen)].sort()).toEqual([...new Set(listed)].sort());
});

describe.each(rows.map((row) => ({ line: lineOf(row.call), row })))("$line meets", ({ line, row }) => {
  test.each(FAULTS)("$name: $means", async (fault) => {
    const seen = await updateUnderFault(stage, row, fault);
    table.note(line, fault.name, seen.ending);
    expect(seen.hasMet).toBe(true);
    expect(seen.ending).toBe(EXPECTED.update.get(row.kind)?.get(fault.name));
    expectClear(seen, row, fault);
  });
});

describe.each(checks.map((row) => ({ line: lineOf(row.call, "check"), row })))("$line meets", (one) => {
  const { line, row } = one;
  test.each(FAULTS)("$name: $means", async (fault) => {
    const workflow = updateWorkflow(stage, "faults-update");
    const event = { workflow_id: workflow.workflow_id, check: true };
    const invoke: Invoke = (given, planted) =>
      updateFunction(flatchr, { workflows: [workflow], functions: {} }, planted)(given, CONTEXT);
    const plan = { simulator: stage.hrflow, call: row.call, fault };
    const seen = await checkUnderFault(stage.environment, plan, event, invoke);
    table.note(line, fault.name, seen.ending);
    expect(seen.hasMet).toBe(true);
    expect(seen.ending).toBe("told");
    expectTold(seen.answer, "HrFlow", row.call.method, fault.says);
  });
});

test("in all this, nothing of a person and no credential was said", () => {
  const said = [...stage.environment.logged, ...stage.environment.measured].join("\n");
  expect(said.length).toBeGreaterThan(0);
  expect(said.toLowerCase()).not.toContain(MARK);
});

/** Who, which call, what happened; of a key, which secret to mend. */
function expectClear(
  { answers }: SeenUpdate,
  { call, isHrflow, says }: CallOfUpdate,
  fault: CallFault,
): void {
  const [first] = answers;
  if (first?.status === "success") return;
  const failed = first?.items.filter(({ outcome }) => outcome === "failed") ?? [];
  // One candidate met the fault: the other is none the worse for it.
  expect(failed.length).toBeLessThanOrEqual(1);
  const said = failed[0]?.detail ?? first?.message ?? "";
  const special = says?.[fault.name];
  expect(said).toMatch(special ?? fault.says);
  if (special !== undefined) return;
  expect(said).toMatch(new RegExp(`\\b${isHrflow ? "HrFlow" : "Flatchr"} ${call.method} http[^ ?]+: `));
  if (first?.reason !== "credential_failure") return;
  expect(said).toContain(`Put a valid credential into the secret ${isHrflow ? "hrflow" : "flatchr"}/faults`);
}
