/** The receiver: verifies a webhook of HrFlow, and stores one message for each workflow and profile it is about. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { ConnectorTerms } from "./connector.ts";
import type { ReceiverEnvironment } from "./environment.ts";
import { asRelayError } from "./errors.ts";
import { webhookAuthSchema } from "./hrflow/schema.ts";
import { type ProfileEvent, readWebhookBody } from "./hrflow/webhook-event.ts";
import { findSignature, isSignedByHrflow } from "./hrflow/webhook-signature.ts";
import { logAbout } from "./observability/log.ts";
import { logFailure } from "./observability/observed.ts";
import { enqueue, type PushMessage } from "./queue.ts";
import { MalformedSecretError, MissingSecretError } from "./secrets/secrets.ts";
import type { CheckedPushWorkflow } from "./workflow/check.ts";
import { takesSource, type Workflows } from "./workflow/workflow.ts";

/** A larger body is refused. A webhook with a whole profile and its text has some 100 kB. */
export const MAXIMUM_BODY_IN_BYTES = 1024 * 1024;

/** The answer to a webhook. */
export interface WebhookAnswer {
  status: 202 | 400 | 401 | 404 | 413 | 415 | 503;
  body: { stored: number; ignored: number } | { error: string };
}

/** Takes one request to `POST /webhooks/{name}`. Never throws: what cannot be stored is answered with 503. */
export async function receiveWebhook(
  request: APIGatewayProxyEventV2,
  workflows: Pick<Workflows, "byWebhook">,
  environment: ReceiverEnvironment,
): Promise<WebhookAnswer> {
  const name = request.pathParameters?.name ?? "";
  const known = workflows.byWebhook.get(name);
  const { log, metrics } = logAbout({ webhook: known ? name : undefined }, environment);
  const answer = known
    ? await receive(request, known, { ...environment, log }).catch((error) => {
        logFailure(error, log);
        return NOT_STORED;
      })
    : refusal(404, "no workflow listens to this webhook name");

  const { status, body } = answer;
  const webhook = known ? name : "(unknown)";
  if ("error" in body) {
    log.warn("webhook refused", { status, reason: body.error });
    metrics.add("webhooks_refused", 1, { webhook, status: `${status}` });
  } else {
    log.info("webhook received", { status, ...body });
    metrics.add("webhooks_received", 1, { webhook });
    metrics.add("messages_stored", body.stored, { webhook });
  }
  return answer;
}

const NOT_STORED = refusal(503, "the event could not be stored: try again");

async function receive(
  request: APIGatewayProxyEventV2,
  workflows: readonly CheckedPushWorkflow<ConnectorTerms>[],
  environment: ReceiverEnvironment,
): Promise<WebhookAnswer> {
  const text = request.body ?? "";
  if (text.length > MAXIMUM_BODY_IN_BYTES * 1.4) return refusal(413, "the body is larger than 1 MiB");
  const body = Buffer.from(text, request.isBase64Encoded ? "base64" : "utf8");
  if (body.length > MAXIMUM_BODY_IN_BYTES) return refusal(413, "the body is larger than 1 MiB");
  const headers = request.headers ?? {}; // An event by hand may lack them.
  const contentType = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (contentType !== "application/json") return refusal(415, "the content type must be application/json");

  const signature = findSignature(headers);
  if (signature === undefined) return refusal(401, "the signature header HTTP-HRFLOW-SIGNATURE is missing");
  try {
    // Workflows that share a webhook share the secret, so the first one's is everyone's.
    const secret = workflows[0]?.hrflow_auth.secret ?? "";
    if (!(await isGenuine(signature, body, secret, environment)))
      return refusal(401, "the signature is not valid");
  } catch (error) {
    environment.log.error("webhook secret not usable", {
      detail: asRelayError(error, "credential_failure").message,
    });
    // Without a secret nobody can be let in; that Secrets Manager does not answer is no fault of the sender.
    return error instanceof MissingSecretError || error instanceof MalformedSecretError
      ? refusal(401, "no webhook secret is configured")
      : refusal(503, "the signature cannot be checked now: try again");
  }

  let read: ReturnType<typeof readWebhookBody>;
  try {
    read = readWebhookBody(body);
  } catch (error) {
    return refusal(400, error instanceof Error ? error.message : "malformed");
  }

  const messages = route(read.events, workflows);
  try {
    await Promise.all([...messages].map(([action, ofAction]) => enqueue(action, ofAction, environment)));
  } catch (error) {
    environment.log.error("webhook not stored", { detail: asRelayError(error, "state_failure").message });
    return NOT_STORED;
  }
  const stored = [...messages.values()].flat().length;
  const unrouted = read.events.filter(
    (event) => !workflows.some((workflow) => takesSource(workflow, event.sourceKey)),
  );
  return { status: 202, body: { stored, ignored: read.ignored + unrouted.length } };
}

function refusal(status: WebhookAnswer["status"], error: string): WebhookAnswer {
  return { status, body: { error } };
}

/** Checks the signature; when it fails, once more with the secret as it is now, and as it was before a rotation. */
async function isGenuine(
  signature: string,
  body: Buffer,
  secret: string,
  { secrets }: ReceiverEnvironment,
): Promise<boolean> {
  const isSignedWithAny = (auth: { webhook_secret: string[] } | undefined) =>
    auth?.webhook_secret.some((webhookSecret) => isSignedByHrflow(signature, body, webhookSecret)) ?? false;

  try {
    if (isSignedWithAny(await secrets.read(secret, webhookAuthSchema))) return true;
  } catch (error) {
    if (!(error instanceof MalformedSecretError)) throw error; // It may have been mended since it was read.
  }
  await secrets.refresh(secret);
  return (
    isSignedWithAny(await secrets.read(secret, webhookAuthSchema)) ||
    isSignedWithAny(await secrets.readPrevious(secret, webhookAuthSchema))
  );
}

/** One message for each workflow and profile, by action. */
function route(
  events: readonly ProfileEvent[],
  workflows: readonly CheckedPushWorkflow<ConnectorTerms>[],
): Map<string, PushMessage[]> {
  const messages = new Map<string, PushMessage>();
  for (const { type, sourceKey, profileKey } of events) {
    for (const workflow of workflows.filter((candidate) => takesSource(candidate, sourceKey))) {
      const message = {
        workflow_id: workflow.workflow_id,
        source_key: sourceKey,
        profile_key: profileKey,
        event_type: type,
      };
      messages.set(`${message.workflow_id} ${sourceKey} ${profileKey}`, message);
    }
  }
  const actionOf = new Map(workflows.map(({ workflow_id, action }) => [workflow_id, action]));
  return Map.groupBy(messages.values(), ({ workflow_id }) => actionOf.get(workflow_id) ?? "");
}
