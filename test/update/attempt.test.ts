/** One candidate within a run: what the answer names of it, what is tried again, and when many failures end the run. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

const WRITE = { route: "PUT /profile/indexing" };
const tableWrites = () =>
  [...scene.environment.tableOperations.keys()].filter(
    (name) => !["GetItem", "BatchGetItem", "Query"].includes(name),
  );

describe("the answer names", () => {
  test("of a candidate that was written its row, its id, and no notes where there are none", async () => {
    const { applicantId, candidateId } = scene.add("Ada");
    expect((await scene.run()).items).toStrictEqual([
      { key: applicantId, outcome: "updated", candidate_id: candidateId },
    ]);
  });

  test("of a candidate whose CV could not be had that it is so", async () => {
    const { applicantId, candidateId } = scene.add("Ada", { cv: true });
    scene.flatchr.failNext(
      { route: "GET /company/:companyId/files/expire" },
      { kind: "status", status: 404 },
      9,
    );
    expect((await scene.run()).items).toEqual([
      {
        key: applicantId,
        outcome: "updated",
        candidate_id: candidateId,
        notes: ["the CV could not be had from the ATS: the profile has none"],
      },
    ]);
  });

  test("of a candidate that a dry run does not know no id, and no field that is not there", async () => {
    const { applicantId } = scene.add("Ada");
    const [item] = (await scene.run({ persist: false })).items;
    expect(item).toStrictEqual({
      key: applicantId,
      outcome: "updated",
      notes: ["the candidate's id is not known yet, and a dry run does not ask"],
      preview: expect.objectContaining({ info: expect.objectContaining({ first_name: "Ada" }) }),
    });
  });

  test("of a candidate that failed why, as the log does", async () => {
    const { applicantId } = scene.add("Ada", { inHrflow: false });
    const { items, reason } = await scene.run();
    expect(reason).toBe("write_failure");
    expect(items).toMatchObject([{ key: applicantId, outcome: "failed", reason: "write_failure" }]);
    const said = scene.environment.logged.map((line) => JSON.parse(line));
    expect(said.filter(({ message }) => message === "candidate failed")).toMatchObject([
      {
        level: "WARN",
        row_id: applicantId,
        outcome: "failed",
        reason: "write_failure",
        detail: items[0]?.detail,
      },
    ]);
  });
});

test("a run in which all fail is fatal for the reason of the first", async () => {
  scene.add("Ada");
  const throwing = () => {
    throw new Error("no");
  };
  expect(await scene.run({ logics: [throwing] })).toMatchObject({
    status: "fatal",
    reason: "logics_failure",
  });
});

test("a dry run remembers nobody who failed", async () => {
  scene.add("Ada");
  const answer = await scene.run({ persist: false, format: () => undefined });
  expect(answer).toMatchObject({ status: "fatal", reason: "format_failure" });
  expect(tableWrites()).toEqual([]);
});

describe("a failure", () => {
  test("that is nobody's own is tried three times, and no more", async () => {
    scene.add("Ada");
    scene.hrflow.failNext(WRITE, { kind: "status", status: 503 }, 3);
    expect((await scene.run()).status).toBe("fatal");
    expect(scene.hrflow.calls.filter(({ method }) => method === "PUT")).toHaveLength(3);
  });

  test("to read its CV is tried again, too", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    scene.flatchr.failNext(
      { route: "GET /company/:companyId/files/expire" },
      { kind: "html", status: 200 },
      1,
    );
    expect((await scene.run()).status).toBe("success");
    expect(scene.profileOf(candidateId)?.attachments).not.toEqual([]);
  });

  test("that is the candidate's own is not tried again", async () => {
    scene.add("Ada");
    scene.hrflow.failNext(WRITE, { kind: "status", status: 422 }, 1);
    expect((await scene.run()).status).toBe("fatal");
    expect(scene.hrflow.calls.filter(({ method }) => method === "PUT")).toHaveLength(1);
  });

  test("after a CV was parsed is tried again whatever it is: the next run would not know what was there", async () => {
    const { candidateId } = scene.add("Ada", { cv: true });
    scene.hrflow.failNext(WRITE, { kind: "status", status: 422 }, 1);
    expect((await scene.run()).status).toBe("success");
    expect(scene.profileOf(candidateId)?.info.summary).toBe("Foreign to Flatchr");
  });

  test.each([
    ["as long as HrFlow asks for", "2", 2_000],
    ["half a minute at most", "90", 30_000],
    ["our own second where HrFlow asks for less", "0", 1_000],
  ])("is waited for %s", async (_, seconds, milliseconds) => {
    scene.add("Ada");
    const busy = { kind: "status", status: 429, headers: { "retry-after": seconds } } as const;
    scene.hrflow.failNext(WRITE, busy, 1);
    const waited: number[] = [];
    scene.environment.sleep = async (time) => {
      waited.push(time);
    };
    expect((await scene.run()).status).toBe("success");
    expect(waited).toContain(milliseconds);
    expect(Math.max(...waited)).toBe(milliseconds);
  });
});

describe("of temporary failures in a row", () => {
  const run = async (people: number, changes: object = {}) => {
    for (let index = 0; index < people; index += 1) scene.add(`Person${index}`);
    scene.hrflow.failNext({}, { kind: "status", status: 503 }, Number.POSITIVE_INFINITY);
    return scene.run(changes);
  };

  test("twenty-four are as many failures", async () => {
    const answer = await run(24);
    expect(answer).toMatchObject({ status: "fatal", reason: "write_failure" });
    expect(answer.message).toMatch(/^24 of 24 failed/);
  });

  test("twenty-five end the run", async () => {
    const answer = await run(25);
    expect(answer.status).toBe("fatal");
    expect(answer.message).toMatch(/^25 candidates in a row failed: HrFlow GET .*503/);
  });

  test.each([
    ["that is the candidate's own", () => expect.fail("no")],
    ["that is no failure", () => null],
  ])("one %s begins the count anew", async (_, logic) => {
    let seen = 0;
    const everyTenth = () => (++seen % 10 === 0 ? logic() : true);
    const answer = await run(32, { logics: [everyTenth] });
    expect(answer.message).toMatch(/ of 32 failed/);
  });
});
