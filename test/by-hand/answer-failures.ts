/** Runs that fail, for answers.test.ts. */
import { updateItem } from "../../lib/table.ts";
import { MARK } from "../operator/scene.ts";
import { type Case, READ } from "./answer-cases.ts";

export const failed: Case[] = [
  {
    when: "HrFlow does not have the profile",
    reason: "read_failure",
    status: "fatal",
    events: { read_failure: 1 },
    says: /^HrFlow has no such profile in this source\. /,
    next: /Run it again once that is mended; "check": true tells/,
    provoke: (play) =>
      play.push({ pull_parameters: { source_key: play.scene.sourceKey, profile_key: "nobody" } }),
  },
  {
    when: "a logic throws",
    reason: "logics_failure",
    status: "fatal",
    events: { ...READ, logics_failure: 1 },
    says: /^logics\[0\] \(fail\) threw Error: nothing to be done for …\. /,
    next: /Mend the function in workflows\/functions\.ts; "persist": false previews what it keeps/,
    provoke: (play) => play.push({ logics: ["fail"] }),
  },
  {
    when: "a format throws",
    reason: "format_failure",
    status: "fatal",
    events: { ...READ, format_failure: 1 },
    says: /^format \(fail\) threw Error: nothing to be done for …\. /,
    next: /Mend the function in workflows\/functions\.ts; "persist": false previews what it makes/,
    provoke: (play) => play.push({ format: "fail" }),
  },
  {
    when: "a format returns nothing",
    reason: "format_failure",
    status: "fatal",
    events: { ...READ, format_failure: 1 },
    says: /^format returned nothing\. /,
    next: /Mend the function in workflows\/functions\.ts; "persist": false previews what it makes/,
    provoke: (play) => play.push({ format: "nothing" }),
  },
  {
    when: "the ATS refuses the candidate, in words that quote the person",
    reason: "write_failure",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^Teamtailor POST http.*\/candidates: 422 /,
    next: /Run it again once that is mended: what was written already is not written twice/,
    provoke: (play) => {
      const body = { errors: [{ detail: `${MARK}-1@example.com is not welcome, ${MARK} Exemple` }] };
      play.scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "status", status: 422, body });
      return play.push();
    },
  },
  {
    when: "the callback throws",
    reason: "callback_failure",
    status: "success_with_failures",
    events: { ...READ, write_success: 1, callback_executed: 1, callback_failure: 1 },
    says: /^all was written, and the callback failed\. /,
    next: /What the run wrote stays as it is: mend the callback/,
    provoke: (play) => play.push({ callback: "failToTell" }),
  },
  {
    when: "one of two candidates is not in HrFlow",
    reason: "write_failure",
    status: "success_with_failures",
    events: { read_success: 2, write_success: 1, write_failure: 1 },
    says: /^1 of 2 failed, one of them: HrFlow has no profile with the reference .*create_missing: true creates it\. /,
    next: /what was written already is not written twice/,
    provoke: (play) => {
      play.scene.addCandidate();
      play.scene.addCandidate({ inHrflow: false });
      return play.update();
    },
  },
  {
    when: "the cursor cannot be saved",
    reason: "cursor_failure",
    status: "fatal",
    events: { ...READ, write_success: 1 },
    says: /^the cursor could not be saved: DynamoDB PutItem: Error\. /,
    next: /a run goes on from the last cursor that was saved, so that nobody is skipped/,
    provoke: (play) => {
      play.scene.addCandidate();
      play.breakTable("PutItemCommand", "cursor#");
      return play.update();
    },
  },
  {
    when: "an answer to a create was lost, and nothing can be looked for",
    reason: "create_outcome_unknown",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^Teamtailor gave no answer to a create, and the candidate has no e-mail .* is there\. /,
    next: /the same e-mail address\. In either case erase the profile then, with "workflow_id" .* and run it again/,
    async provoke(play) {
      play.key = play.scene.hrflow.putProfile({
        source_key: play.scene.sourceKey,
        info: { first_name: MARK },
      }).key;
      play.scene.teamtailor.failNext({ route: "POST /candidates" }, { kind: "reset", when: "after" });
      await play.push({ push_parameters: { sourced: true } });
      play.scene.environment.pass(61);
      return play.push({ push_parameters: { sourced: true } });
    },
  },
  {
    when: "the ATS refuses the credential",
    reason: "credential_failure",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^Teamtailor GET .*: 401 .*Put a valid credential into the secret teamtailor\/acme\. /,
    next: /Run it again once the secret is mended: "check": true tells whether it is/,
    provoke: (play) => {
      play.scene.teamtailor.acceptKeys([]);
      return play.push();
    },
  },
  {
    when: "the table does not answer",
    reason: "state_failure",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^DynamoDB UpdateItem: Error\. /,
    next: /Run it again: nothing is lost\. Should it come back, look at the stack's table/,
    provoke: (play) => {
      play.breakTable("UpdateItemCommand");
      return play.push();
    },
  },
  {
    when: "another push of the profile is at work",
    reason: "already_running",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^another push of this profile is at work\. /,
    next: /"explain" and "runs" tell what became of it/,
    async provoke(play) {
      const link = { pk: `link#acme-teamtailor#${play.scene.sourceKey}#${play.key}`, sk: "link" };
      const lease_expires_at = play.scene.environment.now() + 60_000;
      await updateItem(link, { set: { lease_owner: "other", lease_expires_at } }, play.scene.environment);
      return play.push();
    },
  },
  {
    when: "something happens that nobody expected",
    reason: "unexpected_failure",
    status: "fatal",
    events: { ...READ, write_failure: 1 },
    says: /^unexpected RangeError\. /,
    next: /Run it again; should it come back, the function's log has more under the run_id/,
    provoke: (play) => {
      const baseUrl = () => {
        throw new RangeError(`${MARK} is out of range`);
      };
      play.scene.environment.settings = { ...play.scene.environment.settings, baseUrl };
      return play.push();
    },
  },
];
