import { hash } from "node:crypto";
import { stringify } from "safe-stable-stringify";

/** A hash of any JSON value that does not depend on the order of keys: what was pushed, without its personal data. */
export function fingerprint(value: unknown): string {
  return hash("sha256", stringify(value) ?? "", "base64url");
}
