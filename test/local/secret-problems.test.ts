import { expect, test } from "vitest";
import { demoSecrets } from "../../local/demo-secrets.ts";
import { secretProblems } from "../../local/secret-problems.ts";

const workflow = {
  workflowId: "acme",
  action: "push_profile_to_teamtailor",
  webhook: "acme",
  sourceKeys: [],
  pullParameters: {},
  pushParameters: {},
  hrflowSecret: "hrflow/demo",
  connectorSecret: "teamtailor/demo",
  schedule: undefined,
  isDryRun: false,
  isCustomised: false,
};
const secrets = demoSecrets(undefined);
const all = () => true;

test("nothing is said of secrets that can work, or whose values are not known here", () => {
  expect(secretProblems([workflow], all, secrets)).toEqual([]);
  expect(secretProblems([workflow], all, {})).toEqual([]);
});

test("a secret that does not exist is named, with the workflow that needs it", () => {
  expect(secretProblems([workflow], (name) => name !== "teamtailor/demo", secrets)).toEqual([
    "acme needs the secret teamtailor/demo, which does not exist: give it in --secrets",
  ]);
});

test("a push without a secret for its webhook is told, an update needs none", () => {
  const given = { ...secrets, "hrflow/demo": { api_secret: "ask_hidden", api_user: "you@example.com" } };
  expect(secretProblems([workflow], all, given)).toEqual([
    expect.stringMatching(/^acme cannot work with the secret hrflow\/demo: .*webhook_secret.*; mend it in/),
  ]);
  const update = {
    ...workflow,
    action: "update_profiles_in_hrflow_from_flatchr",
    connectorSecret: "flatchr/demo",
  };
  expect(secretProblems([update], all, given)).toEqual([]);
});

test("what a secret lacks is named, and nothing of what it has", () => {
  const given = {
    ...secrets,
    "hrflow/demo": { api_secret: "ask_hidden" },
    "teamtailor/demo": { key: "hidden" },
  };
  const problems = secretProblems([workflow], all, given);
  expect(problems).toEqual([
    expect.stringMatching(
      /^acme cannot work with the secret hrflow\/demo: .*api_user is required.*; mend it in/,
    ),
    expect.stringMatching(
      /^acme cannot work with the secret teamtailor\/demo: .*auth is required.*; mend it in/,
    ),
  ]);
  expect(problems.join()).not.toContain("hidden");
});
