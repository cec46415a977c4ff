/**
 * Where a CV lies in Flatchr. The key of a file ends with the candidate's name, and what Relay stores may hold none: it
 * is stored encrypted, under a key that comes from the API key.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_IN_BYTES = 12;
const TAG_IN_BYTES = 16;

/** The same text is the same every time. */
export function seal(text: string, apiKey: string): string {
  const nonce = createHmac("sha256", deriveKey(apiKey, "nonce"))
    .update(text)
    .digest()
    .subarray(0, NONCE_IN_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(apiKey, "encryption"), nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
    "base64url",
  );
}

/** Undefined when it was sealed under another API key: one is valid for a year. */
export function unseal(sealed: string, apiKey: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  try {
    const nonce = bytes.subarray(0, NONCE_IN_BYTES);
    const decipher = createDecipheriv(ALGORITHM, deriveKey(apiKey, "encryption"), nonce);
    decipher.setAuthTag(bytes.subarray(-TAG_IN_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_IN_BYTES, -TAG_IN_BYTES));
    return Buffer.concat([text, decipher.final()]).toString();
  } catch {
    return undefined;
  }
}

function deriveKey(apiKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", apiKey, "", `flatchr cv ${purpose}`, 32));
}
