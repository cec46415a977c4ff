/** Values that nobody expects, and valid ones in which something was changed. */
import fc from "fast-check";

const NASTY_TEXTS = [
  "",
  " ",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "..",
  "../..",
  "a/b",
  "a%2fb",
  "a?b#c",
  "\0",
  "\u2028",
  "\ud800",
  "\udfff\ud800",
  "\ufeff",
  "\u202e",
  "İ",
  "ﬁ",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "%",
  "%e0%a4%a",
  "\\u12",
  "&#99999999;",
  "$1 $& $`",
  "(((((",
  "[a-",
  "1e999",
  "-0",
  "NaN",
  "true",
  "null",
  "today",
  "1969-12-31T23:59:59",
  "0000-00-00",
  "2024-02-30",
  "<script>",
  "{{x}}",
  "ada@example.com",
  "@",
  "+33 6 39 98 00 00",
  "https://cv.example/cv.pdf",
  "http://169.254.169.254/",
  "file:///etc/passwd",
  "x".repeat(5_000),
];

export const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 2, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

const scalar = fc.oneof(
  text,
  fc.constantFrom<unknown>(null, true, false, 0, -0, 1, -1, 1e21, 5e-324, Number.MAX_VALUE, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value, with the keys that hurt among its keys. */
export const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** What one finds at a path of a value: every part of it, the whole too. */
type Path = (string | number)[];

/** A value in which up to three parts were replaced, left out, or put into a list. */
export function changed(base: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), how: fc.constantFrom("replace", "remove", "wrap"), by: json });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let value: unknown = structuredClone(base);
    for (const { at, how, by } of changes) {
      const paths = pathsIn(value);
      value = withChange(value, paths[at % paths.length] ?? [], (part) => {
        if (how === "wrap") return [part];
        return how === "remove" ? undefined : by;
      });
    }
    return value;
  });
}

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsIn(part, [...path, key]))];
}

function withChange(value: unknown, [key, ...rest]: Path, change: (part: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((part, index) => (String(index) === key ? withChange(part, rest, change) : part));
  }
  const entries = Object.entries(value as object);
  return Object.fromEntries(
    entries.map(([name, part]) => [name, name === key ? withChange(part, rest, change) : part]),
  );
}
