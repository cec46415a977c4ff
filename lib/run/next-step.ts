/** What a person does after a failure: said in every answer that is not a success. */
import type { Reason } from "../errors.ts";

const TAKES = "{} tells what this function takes";

const NEXT_STEPS: Readonly<Record<Exclude<Reason, "none">, string>> = {
  workflow_id_not_found:
    "{} lists the workflows that this function runs; a new one is there once it is deployed",
  bad_action_parameters: `Nothing was done: mend the event, or the workflow where it is declared. ${TAKES}`,
  bad_origin_parameters: `Nothing was read: mend the event, or the workflow where it is declared. ${TAKES}`,
  bad_target_parameters: `Nothing was written: mend the event, or the workflow where it is declared. ${TAKES}`,
  origin_does_not_support_incremental: "Nothing was done: leave incremental and read_mode out",
  event_parsing_failure: "Put the message back only if its body is mended: as it is, it fails again",
  read_failure: 'Run it again once that is mended; "check": true tells whether all that is named is there',
  logics_failure: 'Mend the function in workflows/functions.ts; "persist": false previews what it keeps',
  format_failure: 'Mend the function in workflows/functions.ts; "persist": false previews what it makes',
  write_failure: "Run it again once that is mended: what was written already is not written twice",
  callback_failure: "What the run wrote stays as it is: mend the callback; the log has what it threw",
  cursor_failure:
    "Run it again: a run goes on from the last cursor that was saved, so that nobody is skipped",
  create_outcome_unknown:
    'Where the candidate is there, give first it and then the profile the same e-mail address. In either case erase the profile then, with "workflow_id" (without it all workflows forget the profile), and run it again',
  credential_failure: 'Run it again once the secret is mended: "check": true tells whether it is',
  state_failure:
    "Run it again: nothing is lost. Should it come back, look at the stack's table and queues in AWS",
  already_running: '"explain" and "runs" tell what became of it; if need be, run it again in some minutes',
  unexpected_failure: "Run it again; should it come back, the function's log has more under the run_id",
};

const MAXIMUM_CHARACTERS = 3_000;

/** What is to be done after a failure for this reason; undefined for a reason that is none of ours. */
export function nextStep(reason: string): string | undefined {
  return Object.hasOwn(NEXT_STEPS, reason) ? NEXT_STEPS[reason as keyof typeof NEXT_STEPS] : undefined;
}

/** What went wrong, and what to do. */
export function sayFailure(reason: Reason, problem: string): string {
  const bounded = problem.slice(0, MAXIMUM_CHARACTERS).replace(/[\s.]+$/, "");
  return [bounded, nextStep(reason)].filter((part) => part !== undefined).join(". ");
}
