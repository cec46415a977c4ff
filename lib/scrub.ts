const E_MAIL = /[^\s"'<>@,;:]+@[^\s"'<>@,;:]+/g;
const PHONE = /\+?\d[\d\s().-]{7,}\d/g;
const MAXIMUM_CHARACTERS = 300;

/**
 * Cleans a text that others wrote (a vendor's error, the message of a user's function) of personal data, so that it
 * may stand in a log: every string that occurs in `data`, and whatever looks like an e-mail address or a phone number.
 */
export function scrub(text: string, ...data: unknown[]): string {
  let clean = text;
  for (const value of stringsIn(data).sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(
      new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(value)}(?![\\p{L}\\p{N}])`, "giu"),
      "…",
    );
  }
  clean = clean.replace(E_MAIL, "…").replace(PHONE, "…").replace(/\s+/g, " ").trim();
  return clean.length > MAXIMUM_CHARACTERS ? `${clean.slice(0, MAXIMUM_CHARACTERS)}…` : clean;
}

function stringsIn(value: unknown): string[] {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part === "string" && part.trim().length > 1) {
      found.add(part.trim());
    } else if (typeof part === "object" && part !== null) {
      for (const child of Object.values(part)) visit(child);
    }
  };
  visit(value);
  return [...found];
}
