import { createHmac, timingSafeEqual } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

/** The names under which HrFlow's documents and libraries know the header, lower case. */
const HEADER_NAMES = [
  "http-hrflow-signature",
  "hrflow-signature",
  "x-hrflow-signature",
  "http-riminder-signature",
];

/** The signature of a request, from headers whose names are in lower case. */
export function findSignature(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  return HEADER_NAMES.map((name) => headers[name]).find((value) => value !== undefined && value !== "");
}

/**
 * Whether HrFlow signed these very bytes. HMAC-SHA256 in each of the schemes that HrFlow documents:
 *
 * - `hex`: the digest of the body;
 * - `base64(digest).base64(payload)`: the digest (raw, or as hex text) of the payload in the header, before or after it
 *   was encoded. Only that payload is signed, so it must equal the body.
 *
 * @param body the raw bytes as they were received
 * @see https://developers.hrflow.ai/docs/webhooks
 */
export function isSignedByHrflow(signature: string, body: Buffer, secret: string): boolean {
  if (secret === "") return false;
  const [digestPart = "", payloadPart, ...more] = signature.trim().split(".");
  if (more.length > 0) return false;
  if (payloadPart === undefined) {
    return /^[0-9a-f]{64}$/i.test(digestPart) && isSame(Buffer.from(digestPart, "hex"), digest(body, secret));
  }

  const payload = readBase64(payloadPart);
  const given = readBase64(digestPart);
  if (payload === undefined || given === undefined) return false;
  const expected = digest(payload, secret);
  const isSigned =
    isSame(given, expected) ||
    isSame(given, Buffer.from(expected.toString("hex"))) ||
    isSame(given, digest(Buffer.from(payloadPart), secret));
  return isSigned && isSameContent(payload, body);
}

/** Either alphabet, padded or not. Node alone would skip what is not base64, and read other text than was signed. */
function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  const written = text
    .replace(/={1,2}$/, "")
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  return bytes.toString("base64url") === written ? bytes : undefined;
}

function digest(bytes: Buffer, secret: string): Buffer {
  return createHmac("sha256", secret).update(bytes).digest();
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The payload in the header is ASCII, the body may write the same JSON otherwise. */
function isSameContent(payload: Buffer, body: Buffer): boolean {
  if (payload.equals(body)) return true;
  try {
    return isDeepStrictEqual(JSON.parse(payload.toString()), JSON.parse(body.toString()));
  } catch {
    return false;
  }
}
