/** Bounded, so that a long text without blanks does not cost the square of its length. `%40`: as in an address. */
const E_MAIL = /[^\s"'<>@,;:]{1,64}(?:@|%40)[^\s"'<>@,;:]{1,255}/gi;
const PHONE = /\+?\d[\d\s().-]{7,}\d/g;
const MAXIMUM_CHARACTERS = 300;
/** Cleaning takes time for each character; a message of such a length is no message. */
const MAXIMUM_CHARACTERS_TO_CLEAN = 20_000;

/**
 * Cleans a text that others wrote (a vendor's error, the message of a user's function) of personal data, so that it
 * may stand in a log: every string that occurs in `data`, and whatever looks like an e-mail address or a phone number.
 */
export function scrub(text: string, ...data: unknown[]): string {
  // Not cut: the rest of what was cut in two would not be recognised.
  if (text.length > MAXIMUM_CHARACTERS_TO_CLEAN) return `a message of ${text.length} characters`;
  let clean = text.normalize();
  // What is longer than the text (the file of a CV, above all) cannot stand in it.
  const quotable = stringsIn(data).filter((value) => value.length <= text.length);
  for (const value of quotable.sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(
      new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(value)}(?![\\p{L}\\p{N}])`, "giu"),
      "…",
    );
  }
  clean = clean.replace(E_MAIL, "…").replace(PHONE, "…");
  clean = clean.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (clean.length <= MAXIMUM_CHARACTERS) return clean;
  return `${clean.slice(0, MAXIMUM_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
}

function stringsIn(value: unknown): string[] {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part === "string" && part.trim().length > 1) {
      found.add(part.trim().normalize());
    } else if (typeof part === "object" && part !== null) {
      for (const child of Object.values(part)) visit(child);
    }
  };
  visit(value);
  return [...found];
}
