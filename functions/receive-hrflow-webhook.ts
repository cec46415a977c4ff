/** `POST /webhooks/{name}` → verify, route, enqueue. */
import { webhookFunction } from "../lib/lambda/webhook-function.ts";
import workflows from "../workflows/index.ts";

export const handler = webhookFunction(workflows);
