/** A message of the queue, or an event by hand → a candidate in Teamtailor. */
import teamtailor from "../lib/connectors/teamtailor/index.ts";
import { pushFunction } from "../lib/lambda/push-function.ts";
import * as functions from "../workflows/functions.ts";
import workflows from "../workflows/index.ts";

export const handler = pushFunction(teamtailor, { workflows, functions });
