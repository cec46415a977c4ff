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
    { level: "ERROR", message: "callback failed", secret: "x" },
    "error in push-profile-to-teamtailor: callback failed",
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
