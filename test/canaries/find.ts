/** Finds canaries in a text, in whatever form they stand there. */
import { CANARIES, type Canary } from "./canaries.ts";

/** So many letters of a mark, at its beginning or its end, are enough to know it by. */
const LETTERS_OF_A_PART = 6;

/** What of this canary is looked for, in which form of the text. */
interface Trace {
  canary: Canary;
  /** Lower case: in the text in lower case. */
  parts: string[];
  /** In the text without what groups digits. */
  digits: string[];
  /** As they are: in the text as it is. */
  encoded: string[];
}

const TRACES: readonly Trace[] = CANARIES.map((canary) => {
  const { mark, value } = canary;
  if (/^\d+$/.test(mark)) return { canary, parts: [], digits: [mark], encoded: encodings(value.slice(-8)) };
  const parts = [mark.slice(0, LETTERS_OF_A_PART), mark.slice(-LETTERS_OF_A_PART)];
  const asWritten = [mark, mark.charAt(0).toUpperCase() + mark.slice(1), mark.toUpperCase()].filter((form) =>
    value.includes(form),
  );
  return { canary, parts, digits: [], encoded: asWritten.flatMap(encodings) };
});

/** Base64 and hexadecimal, wherever in a longer text the value began. */
function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url");
    // The letters at both ends also hold bits of what stands beside the value.
    return whole.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
  return [...base64, bytes.toString("hex")];
}

/** The names of the canaries of which a text has a part. */
export function findCanaries(text: string): string[] {
  const lower = text.toLowerCase();
  const digits = text.replace(/[\s().+-]|%20|%2B/g, "");
  const urlSafe = text.replaceAll("+", "-").replaceAll("/", "_");
  return TRACES.filter(
    (trace) =>
      trace.parts.some((part) => lower.includes(part)) ||
      trace.digits.some((part) => digits.includes(part)) ||
      trace.encoded.some((part) => urlSafe.includes(part)),
  ).map(({ canary }) => canary.what);
}
