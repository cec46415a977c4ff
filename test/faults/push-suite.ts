/** The tests of one push action: every call that it may make, under every fault. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connector } from "../../lib/connector.ts";
import { pushCalls } from "../../lib/hrflow/calls.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import type { Simulator } from "../../local/vendors/simulator.ts";
import type { Bench } from "../conformance/conformance.ts";
import { MARK } from "../conformance/scene.ts";
import { type CallOfCheck, CONTEXT, checkUnderFault, expectTold, type Invoke } from "./check.ts";
import { EXPECTED } from "./expected.ts";
import { type CallFault, FAULTS } from "./faults.ts";
import { expectOneCandidate, pushUnderFault, type SeenPush } from "./push.ts";
import { type CallOfPush, type PushStage, startPushStage } from "./push-stage.ts";
import { createTable, lineOf } from "./table.ts";

/** Of no vendor's list: the address stands in the profile. */
const CV_FILE = "GET /files/{id}";

/** The calls of an ATS. */
interface CallsOfAts<Ats extends Simulator> {
  atsCalls: CallOfPush<Ats>[];
  checkCalls: CallOfCheck[];
  /** Its limit is known, so that a short pause is waited for within the push. */
  isPaced: boolean;
}

/** Declares the tests, and prints at their end what was seen. */
export function testPushUnderFaults<Ats extends Simulator>(
  connector: Connector,
  bench: Bench<Ats>,
  { atsCalls, checkCalls, isPaced: isAtsPaced }: CallsOfAts<Ats>,
): void {
  const { label } = connector;
  const rows: CallOfPush<Ats>[] = [
    {
      call: { method: "GET", path: "/profile/indexing" },
      isHrflow: true,
      kind: "reading the profile",
      says: { "404": /^HrFlow has no such profile in this source$/ },
    },
    {
      call: { method: "GET", path: "/files/{id}" },
      isHrflow: true,
      kind: connector.push.cv === "file" ? "fetching the CV" : "looking whether a CV is there",
    },
    ...atsCalls,
  ];
  const checks: CallOfCheck[] = [
    { call: { method: "GET", path: "/auth" }, isHrflow: true },
    { call: { method: "GET", path: "/source" }, isHrflow: true },
    ...checkCalls,
  ];
  const table = createTable();
  let stage: PushStage<Ats>;
  beforeAll(async () => {
    stage = await startPushStage(connector, bench);
  });
  afterAll(async () => {
    await stage?.stop();
    table.print(`push_profile_to_${connector.name}`);
  });

  test("no call of the lists is left out", () => {
    const seen = [...rows, ...checks].map(({ call }) => `${call.method} ${call.path}`);
    const listed = [...pushCalls, ...connector.push.calls].map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(seen)].filter((call) => call !== CV_FILE).sort()).toEqual([...new Set(listed)].sort());
  });

  describe.each(rows.map((row) => ({ line: lineOf(row.call, row.when), row })))("$line meets", (one) => {
    const { line, row } = one;
    test.each(FAULTS)("$name: $means", async (fault) => {
      const seen = await pushUnderFault(stage, row, fault);
      table.note(line, fault.name, seen.ending);
      expect(seen.hasMet).toBe(true);
      expect(seen.ending).toBe(expectedOf(row, fault));
      expectOneCandidate(seen, row);
      expectLookedBeforeCreated(seen);
      expectClear(seen, row, fault);
    });
  });

  describe.each(checks.map((row) => ({ line: lineOf(row.call, "check"), row })))("$line meets", (one) => {
    const { line, row } = one;
    test.each(FAULTS)("$name: $means", async (fault) => {
      const { environment, hrflow, account, workflow, sourceKey } = stage;
      const simulator = row.isHrflow ? hrflow : account.simulator;
      const event = {
        workflow_id: `faults-${connector.name}`,
        check: true,
        pull_parameters: { source_keys: [sourceKey] },
      };
      const invoke: Invoke = (given, planted) =>
        pushFunction(connector, { workflows: [workflow], functions: {} }, planted)(given, CONTEXT);
      const seen = await checkUnderFault(environment, { simulator, call: row.call, fault }, event, invoke);
      table.note(line, fault.name, seen.ending);
      expect(seen.hasMet).toBe(true);
      const expected = EXPECTED.check.get("check")?.get(fault.name);
      expect(seen.ending).toBe(expected === "wait" && !isPaced(row) ? "told" : expected);
      if (seen.ending === "told")
        expectTold(seen.answer, row.isHrflow ? "HrFlow" : label, row.call.method, fault.says);
    });
  });

  test("in all this, nothing of a person and no credential was said", () => {
    const said = [...stage.environment.logged, ...stage.environment.measured].join("\n");
    expect(said.length).toBeGreaterThan(0);
    expect(said.toLowerCase()).not.toContain(MARK);
  });

  function isPaced({ isHrflow }: { isHrflow?: true }): boolean {
    return isHrflow === undefined && isAtsPaced;
  }

  function expectedOf(row: CallOfPush<Ats>, { name }: CallFault): string | undefined {
    const ending = EXPECTED.push.get(row.kind)?.get(name);
    return ending === "wait" && !isPaced(row) ? "back" : ending;
  }

  function expectLookedBeforeCreated({ attempts }: SeenPush): void {
    for (const { made } of attempts) {
      const created = made.findIndex((call) => isRoute(call, bench.create));
      const looked = made.findIndex((call) => isRoute(call, bench.find));
      if (created >= 0) expect(looked).toBeGreaterThanOrEqual(0);
      if (created >= 0) expect(looked).toBeLessThan(created);
    }
  }

  /** Who, which call, what happened, and what comes next. */
  function expectClear({ attempts, deadLetters }: SeenPush, row: CallOfPush<Ats>, fault: CallFault): void {
    const [first] = attempts;
    if (first === undefined || (first.isDone && deadLetters.length === 0)) return;
    const { message, reason, detail, next_attempt_in_seconds } = first.said;
    const isFile = `${row.call.method} ${row.call.path}` === CV_FILE;
    const special = row.says?.[fault.name];
    expect(detail).toMatch(special ?? (isFile ? saysOfFile(fault) : fault.says));
    if (special === undefined) {
      const who = isFile ? "CV" : row.isHrflow ? "HrFlow" : label;
      expect(detail).toMatch(new RegExp(`\\b${who} ${row.call.method} http[^ ?]+: `));
    }
    if (deadLetters.length > 0) {
      expect(message).toBe("profile dead-lettered");
      expect(deadLetters).toMatchObject([{ reason, detail, attempts: "1" }]);
      return;
    }
    expect(message).toBe("profile will be tried again");
    expect(first.waitsInSeconds).toBeGreaterThan(0);
    expect(next_attempt_in_seconds).toBeGreaterThanOrEqual(first.waitsInSeconds);
    if (reason !== "credential_failure") return;
    const secret = row.isHrflow ? "hrflow/faults" : `${connector.name}/faults`;
    expect(detail).toContain(`Put a valid credential into the secret ${secret}`);
  }
}

/** A download is told in other words: its address may be personal, so only its origin is said. */
function saysOfFile({ name }: CallFault): RegExp {
  if (/^\d/.test(name)) return new RegExp(`: ${name.slice(0, 3)}\\. It is tried again`);
  if (/silent|slow/.test(name)) return /: no whole answer in time\. It is tried again/;
  if (/page/.test(name)) return /: 200 with a page instead of a document\. It is tried again/;
  return /: the connection failed \((ECONN\w+|ENOTFOUND|EAI_AGAIN)\)\. It is tried again/;
}

function isRoute(call: string, route: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+")}$`).test(call);
}
