import { decoded, decodedRuns } from "./decoded.ts";

/** Bounded, so that a long text without blanks does not cost the square of its length. `%40`: as in an address. */
const E_MAIL = /[^\s"'<>@,;:]{1,64}(?:@|%40)[^\s"'<>@,;:]{1,255}/gi;
const PHONE = /\+?\d[\d\s().-]{7,}\d/g;
const MAXIMUM_CHARACTERS = 300;
/** Cleaning takes time for each character; a message of such a length is no message. */
const MAXIMUM_CHARACTERS_TO_CLEAN = 20_000;
/** Of a longer value (the file of a CV, above all) only long runs are looked for, not words. */
const MAXIMUM_CHARACTERS_WITH_WORDS = 200_000;

const WORD = /[\p{L}\p{N}]+/gu;
/** So many words in a row, or all of a value that has fewer, are a quotation. */
const WORDS_OF_A_QUOTATION = 3;
/** A value of so few words is a name, and each of its longer words is known by itself. */
const WORDS_OF_A_NAME = 6;
const LETTERS_OF_A_NAME = 4;
/** A part of an address, of a key, of an encoded file. */
const RUN = /[^\s"'<>…]{12,}(?<!\.)/g;
/** A word before or after it may be the rest of one that was cut. */
const CUT = /…|\.{3}/;

/**
 * Cleans a text that others wrote (a vendor's error, the message of a user's function) of personal data, so that it
 * may stand in a log: what occurs in `data`, in whole, in part or encoded, and whatever looks like an e-mail address or a
 * phone number.
 */
export function scrub(text: string, ...data: unknown[]): string {
  // Not cut: the rest of what was cut in two would not be recognised.
  if (text.length > MAXIMUM_CHARACTERS_TO_CLEAN) return `a message of ${text.length} characters`;
  const values = stringsIn(data);
  const plain = decoded(text).normalize();
  let clean = withoutParts(withoutValues(plain, values), values);
  for (const { run, meaning } of decodedRuns(clean)) {
    if (withoutParts(withoutValues(meaning, values), values) !== meaning) clean = clean.replaceAll(run, "…");
  }
  clean = clean.replace(E_MAIL, "…").replace(PHONE, "…");
  clean = clean.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (clean.length <= MAXIMUM_CHARACTERS) return clean;
  return `${clean.slice(0, MAXIMUM_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Without the values that stand in it whole. */
function withoutValues(text: string, values: readonly string[]): string {
  // What is longer than the text cannot stand in it.
  const quotable = values.filter((value) => value.length <= text.length);
  let clean = text;
  for (const value of quotable.sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(
      new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(value)}(?![\\p{L}\\p{N}])`, "giu"),
      "…",
    );
  }
  return clean;
}

/** Without what was taken out of values: words in a row, whatever stands between them; a name's words; long runs; cut words. */
function withoutParts(text: string, values: readonly string[]): string {
  const { quotations, names, words } = indexOf(values);
  const unrun = text.replace(RUN, (run) => (values.some((value) => value.includes(run)) ? "…" : run));
  const found = [...unrun.matchAll(WORD)].map(({ 0: word, index }) => {
    return { word: word.toLowerCase(), start: index, end: index + word.length };
  });
  const isQuoted = found.map(({ word, start, end }) => {
    const isCut = CUT.test(unrun.slice(start - 3, start)) || CUT.test(unrun.slice(end, end + 3));
    return names.has(word) || (isCut && isPartOf(word, words));
  });
  for (const position of found.keys()) {
    for (let length = 1; length <= WORDS_OF_A_QUOTATION; length += 1) {
      const row = found.slice(position, position + length).map(({ word }) => word);
      if (quotations.has(row.join(" "))) isQuoted.fill(true, position, position + length);
    }
  }
  let clean = "";
  let end = 0;
  for (const [position, word] of found.entries()) {
    if (!isQuoted[position]) continue;
    if (!(isQuoted[position - 1] ?? false)) clean += `${unrun.slice(end, word.start)}…`;
    end = word.end;
  }
  return clean + unrun.slice(end);
}

/** What withoutParts looks for. */
function indexOf(values: readonly string[]) {
  const quotations = new Set<string>();
  const names = new Set<string>();
  const words = new Set<string>();
  for (const value of values) {
    if (value.length > MAXIMUM_CHARACTERS_WITH_WORDS) continue;
    const own = value.toLowerCase().match(WORD) ?? [];
    for (const word of own) words.add(word);
    const isAddress = /@|:\/\//.test(value);
    if (own.length <= WORDS_OF_A_NAME && !isAddress) {
      for (const word of own) if (word.length >= LETTERS_OF_A_NAME) names.add(word);
    }
    const length = Math.min(WORDS_OF_A_QUOTATION, own.length);
    if (length < 2) continue;
    for (let start = 0; start + length <= own.length; start += 1) {
      quotations.add(own.slice(start, start + length).join(" "));
    }
  }
  return { quotations, names, words };
}

function isPartOf(part: string, words: ReadonlySet<string>): boolean {
  if (part.length < LETTERS_OF_A_NAME) return false;
  return words.values().some((word) => word.startsWith(part) || word.endsWith(part));
}

function stringsIn(data: unknown): string[] {
  const found = new Set<string>();
  const left = [data];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part === "string" && part.trim().length > 1) found.add(part.trim().normalize());
    else if (typeof part === "object" && part !== null) left.push(...Object.values(part));
  }
  return [...found];
}
