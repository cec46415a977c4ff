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
/** More of them are not shown, hidden or not. */
const MAXIMUM_RUNS = 200;
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
  const { values, fields } = textsIn(data);
  const index = indexOf(values, fields);
  const plain = decoded(text).normalize();
  const encoded = decodedRuns(plain).filter(({ meaning }) => quotesIn(meaning, values, index).length > 0);
  const hidden = [
    ...quotesIn(plain, values, index),
    ...encoded,
    ...[...plain.matchAll(E_MAIL), ...plain.matchAll(PHONE)].map(toRange),
  ];
  const clean = withDots(plain, hidden)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (clean.length <= MAXIMUM_CHARACTERS) return clean;
  return `${clean.slice(0, MAXIMUM_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** From where in a text to where. */
interface Range {
  start: number;
  end: number;
}

/** The text with "…" in place of each range, and of ranges that overlap or touch. */
function withDots(text: string, ranges: Range[]): string {
  let clean = "";
  let end = 0;
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    if (range.start > end || (end === 0 && range.start === 0)) clean += `${text.slice(end, range.start)}…`;
    end = Math.max(end, range.end);
  }
  return clean + text.slice(end);
}

/** Where a text quotes values. */
function quotesIn(text: string, values: readonly string[], index: Index): Range[] {
  return [...wholeValues(text, values), ...longRuns(text, values), ...words(text, index)];
}

function wholeValues(text: string, values: readonly string[]): Range[] {
  // What does not stand in it at all needs no expression of its own, which takes a hundred times as long.
  const folded = foldCase(text);
  const quotable = values.filter((value) => folded.includes(foldCase(value)));
  return quotable.flatMap((value) => {
    const whole = new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(value)}(?![\\p{L}\\p{N}])`, "giu");
    return [...text.matchAll(whole)].map(toRange);
  });
}

/**
 * The same for two texts if an expression with the flags `iu` takes one for the other. Both steps are needed: "K" (a sign of
 * its own for Kelvin) has a small letter in common with "k", "ſ" a capital with "s".
 */
export function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}

/** Long runs that stand in a value as well. */
function longRuns(text: string, values: readonly string[]): Range[] {
  const runs = [...text.matchAll(RUN)].slice(0, MAXIMUM_RUNS);
  return runs.filter(([run]) => values.some((value) => value.includes(run))).map(toRange);
}

/** Words of names, words that were cut, and words in a row, whatever stands between them. */
function words(text: string, { quotations, names, all }: Index): Range[] {
  const found = [...text.matchAll(WORD)].map((match) => ({
    word: match[0].toLowerCase(),
    ...toRange(match),
  }));
  const single = found.filter(({ word, start, end }) => {
    const isCut = CUT.test(text.slice(Math.max(0, start - 3), start)) || CUT.test(text.slice(end, end + 3));
    return names.has(word) || (isCut && isPartOf(word, all));
  });
  const rows = found.flatMap(({ start }, position) =>
    Array.from({ length: WORDS_OF_A_QUOTATION - 1 }, (_, more) => {
      const row = found.slice(position, position + more + 2);
      return { start, end: row.at(-1)?.end ?? 0, row: row.map(({ word }) => word).join(" ") };
    }).filter(({ row }) => quotations.has(row)),
  );
  return [...single, ...rows];
}

function toRange({ 0: text, index }: RegExpExecArray): Range {
  return { start: index, end: index + text.length };
}

type Index = ReturnType<typeof indexOf>;

/** What words are looked up in. */
function indexOf(values: readonly string[], fields: ReadonlySet<string>) {
  const quotations = new Set<string>();
  const names = new Set<string>();
  const all = new Set<string>();
  for (const value of values) {
    if (value.length > MAXIMUM_CHARACTERS_WITH_WORDS) continue;
    const own = value.toLowerCase().match(WORD) ?? [];
    for (const word of own) all.add(word);
    const isAddress = /@|:\/\//.test(value);
    if (own.length <= WORDS_OF_A_NAME && !isAddress) {
      for (const word of own) {
        // What a field is called must be said: "email is invalid".
        if (word.length >= LETTERS_OF_A_NAME && !fields.has(word)) names.add(word);
      }
    }
    const length = Math.min(WORDS_OF_A_QUOTATION, own.length);
    if (length < 2) continue;
    for (let start = 0; start + length <= own.length; start += 1) {
      quotations.add(own.slice(start, start + length).join(" "));
    }
  }
  return { quotations, names, all };
}

function isPartOf(part: string, words: ReadonlySet<string>): boolean {
  if (part.length < LETTERS_OF_A_NAME) return false;
  return words.values().some((word) => word.startsWith(part) || word.endsWith(part));
}

/** All texts in `data`, and the words by which its fields are called. */
function textsIn(data: unknown): { values: string[]; fields: Set<string> } {
  const values = new Set<string>();
  const fields = new Set<string>();
  const left = [data];
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part === "string" && part.trim().length > 1) values.add(part.trim().normalize());
    if (typeof part !== "object" || part === null) continue;
    for (const [field, value] of Object.entries(part)) {
      if (!Array.isArray(part)) for (const word of field.toLowerCase().match(WORD) ?? []) fields.add(word);
      left.push(value);
    }
  }
  return { values: [...values], fields };
}
