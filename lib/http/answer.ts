/** What a vendor's answer holds: its body, whatever that is, and what its headers say of the rate limit. */

/** A vendor that says that less than this share of its limit is left is called in turn with all other workers. */
const SHARE_LEFT_UNDER_PRESSURE = 0.4;
const MAXIMUM_ANSWER_IN_BYTES = 20_000_000;

/** Thrown by `read` when an answer came whole, but is not what it should be. The message goes on after "200 but". */
export class UnreadableAnswerError extends Error {
  override name = "UnreadableAnswerError";
}

/** The text of an answer. @throws UnreadableAnswerError when it is too long to be held */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAXIMUM_ANSWER_IN_BYTES) throw new UnreadableAnswerError("the answer is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stands in the place of JSON. */
export function describeForeignBody(text: string): string {
  if (text.trim() === "") return "an empty answer";
  return /^\s*</.test(text) ? "an HTML page instead of JSON" : "no valid JSON";
}

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * The limit and what is left of it, when the vendor says that this is little.
 *
 * @see `X-Rate-Limit-*` of Teamtailor, `X-RateLimit-*` of SmartRecruiters
 */
export function readScarcity(headers: Headers): { requests: number; remaining: number } | undefined {
  const remaining = Number(
    headers.get("x-ratelimit-remaining") ?? headers.get("x-rate-limit-remaining") ?? "NaN",
  );
  const requests = Number(headers.get("x-ratelimit-limit") ?? headers.get("x-rate-limit-limit") ?? "NaN");
  return remaining < requests * SHARE_LEFT_UNDER_PRESSURE ? { requests, remaining } : undefined;
}
