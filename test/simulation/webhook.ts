/** A webhook of HrFlow as API Gateway hands it to the receiver. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { HrflowProfile } from "../../local/vendors/hrflow-profile.ts";
import { type SignatureScheme, signWebhook, webhookBody } from "../../local/vendors/hrflow-webhook.ts";
import type { Dice } from "./dice.ts";

/** In any of the forms, and signed in any of the ways, that HrFlow documents. */
export function signedEvent(profile: HrflowProfile, secret: string, dice: Dice): APIGatewayProxyEventV2 {
  const type = dice.pick(["profile.parsing.success", "profile.storing.update", "profile.storing.success"]);
  const form = dice.pick(["object", "array"] as const);
  const payload = dice.pick(["stub", "full"] as const);
  const body = webhookBody({ url: "", secret: "", profile, type, form, payload });
  const scheme: SignatureScheme = dice.pick(["body_hex", "header_hex", "header_raw", "header_raw_encoded"]);
  const headers = {
    "content-type": "application/json",
    "http-hrflow-signature": signWebhook(body, secret, scheme),
  };
  const event = { body, isBase64Encoded: false, headers, pathParameters: { name: "all" } };
  return event as unknown as APIGatewayProxyEventV2;
}
