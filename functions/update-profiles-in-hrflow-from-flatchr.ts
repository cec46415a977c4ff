/** A schedule, an event by hand, or a run to go on with → Flatchr's candidates into HrFlow. */
import flatchr from "../lib/connectors/flatchr/index.ts";
import { updateFunction } from "../lib/lambda/update-function.ts";
import * as functions from "../workflows/functions.ts";
import workflows from "../workflows/index.ts";

export const handler = updateFunction(flatchr, { workflows, functions });
