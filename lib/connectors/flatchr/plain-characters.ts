const REPLACEMENTS: [characters: RegExp, plain: string][] = [
  [/[\u2018-\u201b]/g, "'"],
  [/[\u201c-\u201f]/g, '"'],
  [/[\u2013\u2014]/g, "-"],
  [/\u2026/g, "..."],
  // Bullets; the last two are those of Word's symbol fonts.
  [/[\u2022\u2023\u25aa\u25cf\u25e6\uf0a7\uf0b7]/g, "-"],
];

/**
 * Replaces what text processors put for quotes, dashes and bullets, in every text of `value`: Flatchr does not support
 * such characters and asks its clients to clean them.
 *
 * @see https://developers.flatchr.io/docs/getting_started "Format"
 */
export function toPlainCharacters<T>(value: T): T {
  return toPlain(value) as T;
}

function toPlain(value: unknown): unknown {
  if (typeof value === "string") {
    return REPLACEMENTS.reduce((text, [characters, plain]) => text.replace(characters, plain), value);
  }
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toPlain(part)]));
}
