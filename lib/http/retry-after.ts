/** Longer pauses than this are not obeyed: the event would be forgotten by its queue (visibility is at most 12 h). */
const MAXIMUM_RETRY_AFTER_IN_SECONDS = 6 * 3600;

/**
 * Seconds to wait, from `Retry-After` (seconds or a date) or Teamtailor's `X-Rate-Limit-Reset` (seconds left).
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after") ?? headers.get("x-rate-limit-reset");
  if (value === null || value.trim() === "") return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 0), MAXIMUM_RETRY_AFTER_IN_SECONDS);
}
