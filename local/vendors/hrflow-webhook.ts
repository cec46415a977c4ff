import { createHmac } from "node:crypto";
import type { HrflowProfile } from "./hrflow-profile.ts";

/**
 * How HrFlow signs a webhook is documented in contradicting ways, all HMAC-SHA256 with the webhook's secret:
 *
 * - `body_hex`: hexadecimal HMAC of the raw body (current samples)
 * - `header_hex`: `base64url(hexadecimal HMAC).base64url(payload)`, over the decoded payload (Python SDK)
 * - `header_raw`: `base64(HMAC).base64url(payload)`, over the decoded payload (PHP SDK)
 * - `header_raw_encoded`: `base64(HMAC).base64(payload)`, over the encoded payload (documentation's PHP, Node SDK)
 */
export type SignatureScheme = "body_hex" | "header_hex" | "header_raw" | "header_raw_encoded";

const SIGNATURE_HEADER = "HTTP-HRFLOW-SIGNATURE";

/** The value of the signature header for this body. */
export function signWebhook(body: string, secret: string, scheme: SignatureScheme): string {
  const hmac = (text: string) => createHmac("sha256", secret).update(text, "utf8");
  if (scheme === "body_hex") return hmac(body).digest("hex");
  if (scheme === "header_hex") return `${urlSafeBase64(hmac(body).digest("hex"))}.${urlSafeBase64(body)}`;
  if (scheme === "header_raw") return `${hmac(body).digest("base64")}.${urlSafeBase64(body)}`;
  const encoded = Buffer.from(body, "utf8").toString("base64");
  return `${hmac(encoded).digest("base64")}.${encoded}`;
}

/** Python's `urlsafe_b64encode`, which keeps the padding that Node's "base64url" leaves out. */
function urlSafeBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

export interface WebhookDelivery {
  url: string;
  secret: string;
  scheme?: SignatureScheme;
  /** "profile.parsing.success" unless given. */
  type?: string;
  profile: HrflowProfile;
  /** One event, or a list of one. Both are documented. */
  form?: "object" | "array";
  /** Only the keys, or the whole profile. Which of them is real is unknown. */
  payload?: "stub" | "full";
  /** Sent in place of the true signature; null sends none. */
  signature?: string | null;
}

const MESSAGES: Record<string, string> = {
  "profile.parsing.success": "Profile parsing succeed",
  "profile.storing.success": "Profile storing succeed",
};

/** The body as HrFlow sends it: compact JSON, `type`, `origin`, `message`, `profile` in this order, ASCII only. */
export function webhookBody(delivery: WebhookDelivery): string {
  const { type = "profile.parsing.success", profile, form = "object", payload = "stub" } = delivery;
  const { key, reference, source } = profile;
  const event = {
    type,
    origin: "api",
    message: MESSAGES[type] ?? type,
    profile: payload === "full" ? profile : { key, reference, source: { key: source.key } },
  };
  const body = JSON.stringify(form === "array" ? [event] : event);
  return body.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Sends one signed webhook, as HrFlow's portal is configured to, and returns the receiver's answer. */
export async function sendHrflowWebhook(delivery: WebhookDelivery): Promise<Response> {
  const body = webhookBody(delivery);
  const signature =
    delivery.signature === undefined
      ? signWebhook(body, delivery.secret, delivery.scheme ?? "body_hex")
      : delivery.signature;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (signature !== null) headers[SIGNATURE_HEADER] = signature;
  return fetch(delivery.url, { method: "POST", headers, body });
}
