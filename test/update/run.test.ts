/** A run as a whole: when it calls its callback, what it says at its end, and what it counts where it ends early. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unpaced } from "../../lib/http/pace.ts";
import { noEvents } from "../../lib/run/answer.ts";
import { leaseWorkflow } from "../../lib/update/lease.ts";
import { startUpdateScene, type UpdateScene } from "./scene.ts";

let scene: UpdateScene;
beforeEach(async () => {
  scene = await startUpdateScene();
});
afterEach(() => scene.stop());

describe("the callback", () => {
  const called = async (changes: object, timeLeft?: () => number) => {
    let times = 0;
    const callback = () => {
      times += 1;
    };
    await scene.run({ ...changes, callback }, timeLeft);
    return times;
  };

  test("is called once, at the end of a run, with what became of it", async () => {
    const seen: unknown[] = [];
    scene.add("Ada");
    const answer = await scene.run({ callback: (run: unknown) => seen.push(run) });
    expect(seen).toMatchObject([{ workflow_id: "acme-update", events: { write_success: 1 } }]);
    expect(answer.events.callback_executed).toBe(1);
  });

  test("is called where one of several failed", async () => {
    scene.add("Ada");
    scene.add("Grace", { inHrflow: false });
    expect(await called({})).toBe(1);
  });

  test("is not called by a dry run, by one that is cut off, or by one in which all failed", async () => {
    scene.add("Grace", { inHrflow: false });
    expect(await called({ persist: false, format: () => ({}) })).toBe(0);
    expect(await called({})).toBe(0);
    scene.add("Ada");
    let looks = 0;
    expect(await called({}, () => (looks++ < 3 ? 600_000 : 0))).toBe(0);
  });

  test("is not called by a run that ends early, though nobody failed in it", async () => {
    scene.add("Ada");
    await leaseWorkflow("acme-update", "another-run", scene.environment);
    expect(await called({})).toBe(0);
  });
});

describe("at the end", () => {
  test("the log says what the answer says, but nobody's items", async () => {
    scene.add("Ada");
    scene.add("Grace", { inHrflow: false });
    const now = Date.now();
    scene.environment.now = () => now;
    const started_at = new Date(now - 3_600_000).toISOString();
    const continued = {
      run_id: "run-1",
      started_at,
      events: { ...noEvents(), read_success: 5, write_unchanged: 5 },
    };
    const answer = await scene.run({}, undefined, continued);
    expect(answer).toMatchObject({ run_id: "run-1", started_at, duration_ms: 3_600_000 });
    const lines = scene.environment.logged.map((line) => JSON.parse(line));
    const [said, ...more] = lines.filter(({ message }) => message === "run finished");
    expect(more).toEqual([]);
    expect(said).toMatchObject({
      level: "INFO",
      run_id: "run-1",
      workflow_id: "acme-update",
      action: "update_profiles_in_hrflow_from_flatchr",
      status: "success_with_failures",
      reason: "write_failure",
      detail: answer.message,
      events: { read_success: 7, write_success: 1, write_unchanged: 5, write_failure: 1 },
      items_named: 2,
      cursor: answer.cursor,
      started_at,
      duration_ms: 3_600_000,
      is_cut_off: false,
      is_dry_run: false,
      vendor_calls: expect.any(Object),
    });
    expect(said).not.toHaveProperty("items");
  });

  test("a run that went well says no detail, and a dry run that it was one", async () => {
    scene.add("Ada");
    await scene.run({ persist: false });
    const said = scene.environment.logged.map((line) => JSON.parse(line)).at(-1);
    expect(said).toMatchObject({ message: "run finished", is_dry_run: true, status: "success" });
    expect(said).not.toHaveProperty("detail");
  });
});

describe("a run that ends early", () => {
  test("counts the list that failed, where it saw nobody", async () => {
    scene.add("Ada");
    scene.flatchr.failNext({}, { kind: "status", status: 503 }, 99);
    expect((await scene.run()).events).toMatchObject({ read_failure: 1, read_success: 0 });
  });

  test("counts no list beside the candidates that could not be read", async () => {
    for (let index = 0; index < 40; index += 1) scene.add(`Person${index}`, { cv: true });
    scene.environment.pacer = unpaced; // Flatchr gives a file a second.
    const route = "GET /company/:companyId/files/expire";
    scene.flatchr.failNext({ route }, { kind: "html", status: 200 }, Number.POSITIVE_INFINITY);
    const { events, items, reason } = await scene.run();
    expect(reason).toBe("read_failure");
    expect(items.length).toBeGreaterThanOrEqual(25);
    expect(events).toEqual({ ...noEvents(), read_failure: items.length });
  });

  test("that finds HrFlow down ends soon, and leaves the cursor where it is", async () => {
    for (let index = 0; index < 60; index += 1) scene.add(`Person${index}`);
    scene.hrflow.failNext({}, { kind: "status", status: 503 }, Number.POSITIVE_INFINITY);
    const answer = await scene.run();
    expect(answer).toMatchObject({ status: "fatal", cursor: null });
    expect(scene.hrflow.calls.length).toBeLessThan(200);
    scene.hrflow.recover();
    expect((await scene.run()).events).toMatchObject({ write_success: 60 });
  });

  test("whose search fails is fatal, clear, and moves nothing", async () => {
    scene.flatchr.failNext(
      { route: "POST /company/:companyId/search/applicants" },
      { kind: "html", status: 200 },
    );
    const answer = await scene.run();
    expect(answer).toMatchObject({
      status: "fatal",
      reason: "read_failure",
      cursor: null,
      events: { read_failure: 1 },
    });
    expect(answer.message).toContain("Flatchr POST");
  });

  test("because another one is at work has counted nothing", async () => {
    await leaseWorkflow("acme-update", "another-run", scene.environment);
    expect(await scene.run()).toMatchObject({ reason: "already_running", events: noEvents() });
  });
});
