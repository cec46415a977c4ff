/** A message of the queue, or an event by hand → a candidate in SmartRecruiters. */
import smartrecruiters from "../lib/connectors/smartrecruiters/index.ts";
import { pushFunction } from "../lib/lambda/push-function.ts";
import * as functions from "../workflows/functions.ts";
import workflows from "../workflows/index.ts";

export const handler = pushFunction(smartrecruiters, { workflows, functions });
