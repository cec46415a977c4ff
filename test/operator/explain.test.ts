/** `explain` and `runs`: what a person is told of a profile, of a candidate, and of the last runs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExplainAnswer } from "../../lib/operator/explain.ts";
import type { RunsAnswer } from "../../lib/operator/runs.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { updateItem } from "../../lib/table.ts";
import { FLATCHR, MARK, type OperatorScene, startOperatorScene, TEAMTAILOR, UPDATE } from "./scene.ts";

const ID = "acme-teamtailor";
let scene: OperatorScene;
beforeEach(async () => {
  scene = await startOperatorScene();
});
afterEach(() => scene.stop());

const subject = (profile_key: string) => ({ source_key: scene.sourceKey, profile_key });
const push = (profile_key: string, event: object = {}) =>
  scene.invoke<RunAnswer>(TEAMTAILOR, { workflow_id: ID, pull_parameters: subject(profile_key), ...event });
const explain = (profile_key: string, changes: object = {}) =>
  scene.invoke<ExplainAnswer>(TEAMTAILOR, { workflow_id: ID, explain: subject(profile_key) }, changes);
const linkKey = (profile_key: string) => ({
  pk: `link#${ID}#${scene.sourceKey}#${profile_key}`,
  sk: "link",
});

describe("a profile", () => {
  test("that was never pushed: nothing is kept, and the next push looks before it creates", async () => {
    expect(await explain(scene.addProfile())).toMatchObject({
      known: false,
      says: [expect.stringContaining("Nothing is kept of this profile")],
      next: "it looks in Teamtailor for the candidate, updates it when it is there, and creates it when it is not",
      state: {},
      runs: [],
    });
  });

  test("that was pushed: its candidate, its last push, and shortened fingerprints", async () => {
    const key = scene.addProfile();
    const { run_id, items } = await push(key);
    const answer = await explain(key);
    expect(answer).toMatchObject({
      workflow_id: ID,
      action: TEAMTAILOR,
      subject: subject(key),
      known: true,
      says: [
        `The profile is the candidate ${items[0]?.candidate_id} in Teamtailor.`,
        expect.stringMatching(new RegExp(`^The last push ended at .*\\(run ${run_id}\\): created\\.$`)),
      ],
      next: expect.stringContaining("writes only if the profile, its CV or the parameters differ"),
      runs: [{ run_id, status: "success", reason: "none" }],
    });
    expect(answer.state.fingerprint).toHaveLength(8);
    expect(JSON.stringify(answer)).not.toContain(MARK);
  });

  test("that failed twice: how often in a row, why, and what the ATS said", async () => {
    const key = scene.addProfile();
    scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 503 }, 2);
    await push(key);
    scene.environment.pass(3600);
    await push(key);
    const { says, next, state } = await explain(key);
    expect(says[0]).toBe("No candidate of Teamtailor is known for this profile.");
    expect(says[1]).toMatch(/failed, for the 2nd time in a row: write_failure, Teamtailor POST .*: 503/);
    expect(says[2]).toMatch(/^A create was sent at .*, and its outcome is not known\.$/);
    expect(next).toContain("it looks in Teamtailor for what the create has left");
    expect(state).toMatchObject({ attempts: 2, last_outcome: "write_failure" });

    scene.environment.pass(3600);
    await push(key);
    expect((await explain(key)).state).not.toHaveProperty("attempts");
  });

  test("that a push holds, and that a push has left without a word", async () => {
    const key = scene.addProfile();
    const lease_expires_at = scene.environment.now() + 60_000;
    await updateItem(linkKey(key), { set: { lease_owner: "run-1", lease_expires_at } }, scene.environment);
    const held = await explain(key);
    expect(held.says.at(-1)).toMatch(/^The run run-1 is pushing it now, and holds it until/);
    expect(held.next).toBe("it waits until the push that is at work has ended");
    scene.environment.pass(61);
    expect((await explain(key)).says.at(-1)).toMatch(/^The run run-1 ended without a word/);
  });

  test("of a source that the workflow does not push", async () => {
    const answer = await explain(scene.addProfile(), { pull_parameters: { source_keys: ["other"] } });
    expect(answer.next).toContain("the workflow does not push this source");
  });
});

describe("a candidate", () => {
  const run = (event: object = {}) =>
    scene.invoke<RunAnswer>(UPDATE, { workflow_id: "acme-update", ...event });
  const explainRow = (candidate: string) =>
    scene.invoke<ExplainAnswer>(UPDATE, { workflow_id: "acme-update", explain: { candidate } });

  test("that no run has written", async () => {
    expect(await explainRow("nobody")).toMatchObject({
      known: false,
      says: [expect.stringContaining("Nothing is kept of this row")],
      next: expect.stringContaining("asks Flatchr who it is"),
    });
  });

  test("that was written, and one that failed", async () => {
    const written = scene.addCandidate();
    const failed = scene.addCandidate({ inHrflow: false });
    const { run_id } = await run();
    expect(await explainRow(written.rowId)).toMatchObject({
      known: true,
      says: [
        `The row is the candidate ${written.candidateId} of Flatchr, without a CV.`,
        `The run ${run_id} was the last that finished with it.`,
        expect.stringMatching(/^Runs of this workflow have seen everything that changed before \d{4}/),
      ],
      next: expect.stringContaining("writes it only if it has changed"),
      runs: [{ run_id }],
    });
    const answer = await explainRow(failed.rowId);
    expect(answer.says[1]).toMatch(
      new RegExp(`^It failed for the 1st time, in the run ${run_id}: write_failure, HrFlow has no profile`),
    );
    expect(answer.next).toContain("the next run works on it again");
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(MARK, "i"));
  });
});

describe("runs", () => {
  const runs = (event: object = { runs: true }) =>
    scene.invoke<RunsAnswer & RunAnswer>(TEAMTAILOR, { workflow_id: ID, ...event });

  test("are listed newest first, bounded, without personal data, and not those of a dry run", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      ids.unshift((await push(scene.addProfile())).run_id);
      scene.environment.pass(1);
    }
    await push(scene.addProfile(), { persist: false });
    const answer = await runs();
    expect(answer.runs.map(({ run_id }) => run_id)).toEqual(ids);
    expect(answer.runs[0]).toMatchObject({
      action: TEAMTAILOR,
      status: "success",
      reason: "none",
      events: { read_success: 1, write_success: 1 },
      items: [{ outcome: "created", candidate_id: expect.any(String) }],
      started_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(JSON.stringify(answer)).not.toContain(MARK);
    expect((await runs({ runs: 2 })).runs.map(({ run_id }) => run_id)).toEqual(ids.slice(0, 2));
  });

  test("are forgotten after 30 days, whether DynamoDB has deleted them or not", async () => {
    await push(scene.addProfile());
    scene.environment.pass(29 * 24 * 3600);
    expect((await runs()).runs).toHaveLength(1);
    scene.environment.pass(24 * 3600 + 1);
    expect((await runs()).runs).toEqual([]);
  });

  test("of an update are there too, with the items that failed", async () => {
    const { rowId } = scene.addCandidate({ inHrflow: false });
    await scene.invoke(UPDATE, { workflow_id: "acme-update" });
    const answer = await scene.invoke<RunsAnswer>(UPDATE, { workflow_id: "acme-update", runs: true });
    expect(answer.runs).toMatchObject([
      { status: "fatal", items: [{ key: rowId, outcome: "failed", reason: "write_failure" }] },
    ]);
  });

  test("that cannot be remembered are no failure", async () => {
    const { dynamodb } = scene.environment;
    scene.environment.dynamodb = {
      send: ((command: object) =>
        command.constructor.name === "PutItemCommand"
          ? Promise.reject(new Error("down"))
          : dynamodb.send(command as never)) as typeof dynamodb.send,
    };
    expect(await push(scene.addProfile())).toMatchObject({ status: "success" });
    expect((await runs()).runs).toEqual([]);
  });

  test("of a workflow that is unknown are refused, and so is a mistyped event", async () => {
    const unknown = { workflow_id: "acm", runs: true };
    expect(await scene.invoke(TEAMTAILOR, unknown)).toMatchObject({ reason: "workflow_id_not_found" });
    for (const [event, message] of [
      [{ runs: 0 }, "runs must be true, or a number from 1 to 100"],
      [{ runs: true, limit: 1 }, "limit is unknown; known are workflow_id, runs"],
      [{ explain: { profile: "p" } }, "explain.source_key is required"],
      [
        { explain: { ...subject("p"), profile: "p" } },
        "explain.profile is unknown; known are source_key, profile_key",
      ],
    ] as const) {
      expect(await runs(event)).toMatchObject({ status: "fatal", message: expect.stringContaining(message) });
    }
    const wrong = { workflow_id: "acme-update", explain: subject("p") };
    expect(await scene.invoke(UPDATE, wrong)).toMatchObject({
      message: expect.stringContaining("explain.candidate is required"),
    });
    expect(await scene.invoke(FLATCHR, { workflow_id: ID, runs: true })).toMatchObject({
      reason: "workflow_id_not_found",
    });
  });
});
