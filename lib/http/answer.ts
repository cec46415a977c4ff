/** What a vendor's answer holds: its body, whatever that is, and what its headers say of the rate limit. */

const MAXIMUM_ANSWER_IN_BYTES = 20_000_000;

/** What a vendor permits one credential in its period, and how much of that is left for all workers together. */
export interface Allowance {
  requests: number;
  remaining: number;
}

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
 * The limit, and what is left of it, as far as the vendor tells.
 *
 * @see `X-Rate-Limit-*` of Teamtailor, `X-RateLimit-*` of SmartRecruiters
 */
export function readAllowance(headers: Headers): Allowance | undefined {
  const numberIn = (...names: string[]) =>
    Number(names.map((name) => headers.get(name)).find(Boolean) ?? "NaN");
  const remaining = numberIn("x-ratelimit-remaining", "x-rate-limit-remaining");
  const requests = numberIn("x-ratelimit-limit", "x-rate-limit-limit");
  return remaining >= 0 && requests > 0 ? { requests, remaining } : undefined;
}
