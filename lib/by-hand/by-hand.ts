/** What a person asks a function by hand, from the Lambda console or `aws lambda invoke`: a run, or one of an operator's tools. */
import * as v from "valibot";
import { asRelayError, type Reason } from "../errors.ts";
import { type HelpAnswer, help, isHelpWanted } from "../operator/help.ts";
import { answerOperation, isOperation, type OperationAnswer } from "../operator/operations.ts";
import { noEvents, type RunAnswer } from "../run/answer.ts";
import { sayFailure } from "../run/next-step.ts";
import { WorkflowError } from "../workflow/check.ts";
import { workflowOf } from "./event-workflow.ts";
import type { HandOperated } from "./operated.ts";

/** What a function answers a person. What is wrong with an event is answered as a run that was refused. */
export type HandAnswer = RunAnswer | HelpAnswer | OperationAnswer;

/**
 * Answers an event by hand: what is wrong with it stands in the answer.
 *
 * @throws what a run throws, so that Lambda tries a scheduled one again
 */
export async function runByHand(event: unknown, operated: HandOperated): Promise<HandAnswer> {
  if (isHelpWanted(event)) return help(operated);
  try {
    if (isOperation(event)) return await answered(event, operated);
    const isAsDeclared = typeof event === "object" && event !== null && Object.keys(event).length === 1;
    return await operated.run(workflowOf(event, operated), isAsDeclared);
  } catch (error) {
    if (error instanceof WorkflowError) return refusal(error.reason, error.message, event, operated);
    throw error;
  }
}

/** The answer of an operator's tool, or why it has none. */
async function answered(event: object, operated: HandOperated): Promise<HandAnswer> {
  try {
    return await answerOperation(event, operated);
  } catch (error) {
    if (error instanceof WorkflowError) throw error;
    const { reason, message } = asRelayError(error, "read_failure");
    return refusal(reason, message, event, operated);
  }
}

function refusal(reason: Reason, problem: string, event: unknown, operated: HandOperated): RunAnswer {
  const { action, environment } = operated;
  const id = v.safeParse(v.looseObject({ workflow_id: v.string() }), event);
  const answer: RunAnswer = {
    run_id: environment.randomId(),
    workflow_id: id.success ? id.output.workflow_id.slice(0, 64) : "",
    action,
    status: "fatal",
    reason,
    message: sayFailure(reason, problem),
    events: noEvents(),
    items: [],
    cursor: null,
    started_at: new Date(environment.now()).toISOString(),
    duration_ms: 0,
  };
  environment.log.warn("run refused", { run_id: answer.run_id, action, reason });
  return answer;
}
