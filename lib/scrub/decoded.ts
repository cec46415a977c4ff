/** Texts as they were before somebody encoded them: for JSON, a URL or HTML, in base64 or hexadecimal; or misread them. Pure. */

/** JSON within JSON within a URL. */
const MAXIMUM_ROUNDS = 4;
const BACKSLASHED = /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi;
const PERCENTS = /(?:%[0-9a-f]{2})+/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** Bytes of UTF-8 that were read as Latin-1: "Ã©" for "é". */
const MISREAD = /[\xc2-\xf4][\x80-\xbf]+/g;
/** No shorter one says anything. */
const RUN = /[\w+/-]{6,}={0,2}/g;

/** A text without the escapes of JSON, URLs and HTML. */
export function decoded(text: string): string {
  let plain = text;
  for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
    const next = plain
      .replace(BACKSLASHED, (_, unit?: string, byte?: string, sign = "") => {
        const code = unit ?? byte;
        if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
        return /[nrtbfv]/.test(sign) ? " " : sign;
      })
      .replace(PERCENTS, unescapePercents)
      .replace(MISREAD, (bytes) => {
        const sign = Buffer.from(bytes, "latin1").toString();
        return sign.includes("\ufffd") ? bytes : sign;
      })
      .replace(ENTITY, (entity, decimal?: string, hexadecimal?: string, name = "") => {
        if (decimal === undefined && hexadecimal === undefined) return ENTITIES[name.toLowerCase()] ?? entity;
        const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
        return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
      });
    if (next === plain) return plain;
    plain = next;
  }
  return plain;
}

/** The runs of letters and digits in a text that are base64 or hexadecimal of a readable text, and that text. */
export function decodedRuns(text: string): { start: number; end: number; meaning: string }[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: run, index }) =>
    (["base64", "hex"] as const).flatMap((encoding) => {
      if (encoding === "hex" && !/^[0-9a-f]+$/i.test(run)) return [];
      const meaning = Buffer.from(run, encoding).toString();
      return isReadable(meaning)
        ? [{ start: index, end: index + run.length, meaning: meaning.normalize() }]
        : [];
    }),
  );
}

function unescapePercents(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/** What was cut may end in the middle of a character; a text has blanks among its control characters and no others. */
function isReadable(text: string): boolean {
  const whole = text.replace(/\ufffd{1,3}$/, "");
  return text !== "" && !/\ufffd|(?!\s)\p{Cc}/u.test(whole);
}
