/** `{}` and `{ "help": true }`: what a function takes. */

import { functionNames, workflowIds } from "../by-hand/event-workflow.ts";
import type { HandOperated } from "../by-hand/operated.ts";

/** What the function takes. */
export interface HelpAnswer {
  help: string;
  action: string;
  workflows: string[];
  functions: string[];
  /** Runs. */
  examples: object[];
  /** The operator's tools: what each does, and events that ask for it. */
  tools: { does: string; examples: object[] }[];
}

export function isHelpWanted(event: unknown): boolean {
  if (typeof event !== "object" || event === null) return false;
  return Object.keys(event).length === 0 || ("help" in event && event.help === true);
}

export function help(operated: HandOperated): HelpAnswer {
  const { action, functions, direction } = operated;
  const { says, parameters } = operated.help;
  const ids = workflowIds(operated);
  const [workflow_id = "my-workflow"] = ids;
  const credentials = { hrflow_auth: { secret: "…" }, connector_auth: { secret: "…" } };
  const person = direction === "push" ? { source_key: "…", profile_key: "…" } : { candidate: "…" };
  const whom = direction === "push" ? "a profile" : "a candidate, by the id of its row";
  return {
    help: `${says} A declared workflow with parameters laid over it, or a whole workflow inline.`,
    action,
    workflows: ids,
    functions: functionNames(functions),
    examples: [
      { workflow_id, ...parameters },
      { workflow_id, ...parameters, persist: false },
      { workflow_id: "inline", action, ...credentials, ...parameters },
    ],
    tools: [
      {
        does: "says whether each credential works, and whether what the workflow names is there; changes nothing",
        examples: [{ workflow_id, check: true }],
      },
      {
        does: "lists the last runs, the newest first",
        examples: [
          { workflow_id, runs: true },
          { workflow_id, runs: 5 },
        ],
      },
      {
        does: `says what Relay knows of ${whom}, what it did, and what comes next`,
        examples: [{ workflow_id, explain: person }],
      },
      {
        does: `removes what Relay keeps of ${whom}: for one workflow, or for all; persist: false says what would be removed`,
        examples: [{ erase: person, persist: false }, { erase: person }, { workflow_id, erase: person }],
      },
      {
        does: "lists the dead letters of this function with their reasons, or puts them back into its queue: all, or some by reason, workflow_id and limit; persist: false says what would be put back",
        examples: [
          { dead_letters: "list" },
          { dead_letters: "redrive", persist: false },
          { dead_letters: "redrive", reason: "write_failure", limit: 100 },
        ],
      },
    ],
  };
}
