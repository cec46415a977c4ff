import { expect, test } from "vitest";
import { narrate } from "../../local/narrator.ts";

/** What a person reads of this log entry, without the time. */
function told(entry: object | string): string | undefined {
  const line = typeof entry === "string" ? entry : JSON.stringify(entry);
  return narrate({ functionName: "push-profile-to-teamtailor", requestId: "r", line })?.slice(
    "00:00:00  ".length,
  );
}

const about = {
  workflow_id: "acme",
  action: "push_profile_to_teamtailor",
  profile_key: "5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4",
};

const run = {
  workflow_id: "acme-update",
  action: "update_profiles_in_hrflow_from_flatchr",
  message: "run finished",
};
const events = {
  write_success: 2,
  write_unchanged: 5,
  logics_discard: 1,
  read_failure: 1,
  logics_failure: 0,
  format_failure: 1,
  write_failure: 1,
};

test.each([
  [
    { message: "webhook received", webhook: "acme", status: 202, stored: 1, ignored: 0 },
    "webhook acme: accepted, 1 to push, 0 ignored",
  ],
  [
    { level: "WARN", message: "webhook refused", status: 404, reason: "no workflow listens" },
    "webhook of an unknown name: refused with 404, no workflow listens",
  ],
  [
    {
      ...about,
      message: "profile pushed",
      outcome: "created",
      candidate_id: "17",
      notes: ["the CV has expired"],
    },
    "acme: profile 5d2a14c7…: created Teamtailor candidate 17 (the CV has expired)",
  ],
  [
    { ...about, message: "profile pushed", outcome: "unchanged", candidate_id: "17" },
    "acme: profile 5d2a14c7…: unchanged, nothing was written (Teamtailor candidate 17)",
  ],
  [
    { ...about, message: "profile pushed", outcome: "discarded" },
    "acme: profile 5d2a14c7…: discarded, nothing was written",
  ],
  [
    {
      ...about,
      level: "WARN",
      message: "profile will be tried again",
      reason: "write_failure",
      detail: "Teamtailor POST /candidates answered 503",
      attempt: 3,
      next_attempt_in_seconds: 900,
    },
    "acme: profile 5d2a14c7…: not pushed yet, write_failure (Teamtailor POST /candidates answered 503); attempt 3, the next in 15 min",
  ],
  [
    { ...about, level: "ERROR", message: "profile dead-lettered", reason: "create_outcome_unknown" },
    "acme: profile 5d2a14c7…: given up, create_outcome_unknown; it is in the dead-letter queue",
  ],
  [
    { ...about, message: "profile previewed", outcome: "created" },
    "acme: profile 5d2a14c7…: dry run, nothing was written; it would be created in Teamtailor",
  ],
  [
    { ...run, status: "success_with_failures", events, cursor: "2026-11-22", is_cut_off: false },
    "acme-update: run finished, 2 written, 5 unchanged, 1 discarded, 3 failed; cursor 2026-11-22",
  ],
  [
    { ...run, status: "success", events: { write_success: 1 }, cursor: null, is_cut_off: true },
    "acme-update: run cut off, it goes on, 1 written, 0 unchanged, 0 failed",
  ],
  [
    { ...run, status: "success", events: { write_success: 1 }, cursor: "2026-11-22", is_dry_run: true },
    "acme-update: run finished, dry run, nothing was written: 1 would be written, 0 unchanged, 0 failed",
  ],
  [
    { level: "WARN", message: "run refused", action: run.action, reason: "bad_target_parameters" },
    "update_profiles_in_hrflow_from_flatchr: run by hand refused, bad_target_parameters; its answer says what is wrong",
  ],
  [
    { ...run, status: "fatal", reason: "already_running", detail: "another run is at work", events: {} },
    "acme-update: run failed, already_running (another run is at work)",
  ],
  [
    {
      ...run,
      level: "WARN",
      message: "candidate failed",
      row_id: "hyX3cryxLSej95S5",
      reason: "write_failure",
      detail: "HrFlow has no profile",
    },
    "acme-update: candidate hyX3cryxLSej95S5 failed, write_failure (HrFlow has no profile)",
  ],
  [
    {
      ...run,
      level: "WARN",
      message: "run will be tried again",
      reason: "read_failure",
      next_attempt_in_seconds: 30,
    },
    "update_profiles_in_hrflow_from_flatchr: run not done yet, read_failure; the next attempt in 30 s",
  ],
  [
    { ...run, level: "ERROR", message: "run dead-lettered", reason: "workflow_id_not_found" },
    "update_profiles_in_hrflow_from_flatchr: run given up, workflow_id_not_found; it is in the dead-letter queue",
  ],
  [
    { ...about, level: "ERROR", message: "callback failed", detail: "TypeError: fetch failed" },
    "acme: callback failed, TypeError: fetch failed; what was written stays",
  ],
  [
    { level: "ERROR", message: "something is wrong", secret: "x" },
    "error in push-profile-to-teamtailor: something is wrong",
  ],
  [{ level: "INFO", message: "something else" }, undefined],
  ["not JSON", undefined],
  ["[1]", undefined],
])("%j is told as %j", (entry, expected) => {
  expect(told(entry)).toBe(expected);
});

test("nothing in a log line can give commands to the terminal, or flood it", () => {
  const line = told({ level: "ERROR", message: `a\u001b[2Jb\nc${"x".repeat(1000)}` }) ?? "";
  expect(line).toMatch(/: a \[2Jb cx+…$/);
  expect(line.length).toBeLessThan(400);
});
