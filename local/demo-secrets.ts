import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import type { SecretValues } from "./aws/secrets-manager.ts";
import { readSecrets } from "./command-line.ts";
import { DEFAULT_COMPANY_ID } from "./vendors/flatchr-organisation.ts";

/**
 * Credentials that the simulated vendors accept, by the names that the sample workflows use. They are random, so that
 * nobody else can send webhooks to this machine, and kept in the file, if there is one, for the next start.
 */
export function demoSecrets(file: string | undefined): SecretValues {
  if (file !== undefined && existsSync(file)) return readSecrets(file, "remove it, and it is written anew");
  const random = () => randomBytes(16).toString("hex");
  const secrets: SecretValues = {
    "hrflow/demo": { api_secret: `ask_${random()}`, api_user: "relay@example.com", webhook_secret: random() },
    "teamtailor/demo": { auth: random() },
    "flatchr/demo": { api_key: random(), company_id: DEFAULT_COMPANY_ID },
    "smartrecruiters/demo": { auth: random() },
  };
  if (file !== undefined) writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
