import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scrub } from "../../lib/scrub/scrub.ts";

const person = {
  info: { first_name: "Élodie", last_name: "Lefèvre-d'Aubigné", phone: "+33612345678" },
  tags: [{ name: "senior", value: null }],
};

test("a text without personal data stays as it is", () => {
  const text = "email has already been taken; current version is: 20240904";
  expect(scrub(text, person)).toBe(text);
});

describe("whatever occurs in the data is taken out", () => {
  test.each([
    ["a name", "Élodie is unknown", "… is unknown"],
    ["in other case", "ÉLODIE and élodie", "… and …"],
    ["in parts and in whole", "Élodie Lefèvre-d'Aubigné", "… …"],
    ["in quotes", '"Élodie" or (Élodie)', '"…" or (…)'],
    ["between signs", "name=Élodie&tag=senior", "name=…&tag=…"],
    ["joined by a low line", "élodie_senior", "…_…"],
    ["with its accent as a sign of its own", "E\u0301lodie is unknown", "… is unknown"],
  ])("%s", (_, text, expected) => {
    expect(scrub(text, person)).toBe(expected);
  });

  test("longer texts first, so that nothing is left of them", () => {
    expect(scrub("Jean-Luc Martin", ["Jean", "Jean-Luc Martin", "Luc"])).toBe("…");
  });

  test("also from several objects, lists and depths", () => {
    expect(scrub("a key, a name, a city", "key", { deep: [{ list: ["name"] }] }, ["city"])).toBe(
      "a …, a …, a …",
    );
  });

  test("as it is, where it has signs that mean something in a pattern", () => {
    expect(scrub("the (C++) [x].* $1 team", { name: "(C++) [x].* $1" })).toBe("the … team");
  });

  test("also a CV of 15,000 characters", () => {
    const text = "Ingénieure données. ".repeat(750);
    expect(scrub(`cannot read: ${text}`, { text })).toBe("cannot read: …");
  });

  test("but not within other words", () => {
    expect(scrub("candidate and Adam", { first_name: "da", last_name: "Ada" })).toBe("candidate and Adam");
  });

  test("and single letters are no data", () => {
    expect(scrub("a b c", { middle_name: "b" })).toBe("a b c");
  });

  test.each([[undefined], [null], [42], [true], [{}], [[]], [{ a: null }]])("of %j nothing", (data) => {
    expect(scrub("text 42", data)).toBe("text 42");
  });
});

describe("what looks like an e-mail address is taken out, whoever's it is", () => {
  test.each([
    ["ada@example.com is taken", "… is taken"],
    ["<ada.lovelace+cv@mail.example.co.uk>", "<…>"],
    ["mailto:ada@example.com", "mailto:…"],
    ['{"email":"ada@example.com"}', '{"email":"…"}'],
    ["ada@example.com,bob@example.com;eve@example.com", "…,…;…"],
    ["élodie@exämple.fr, 花子@例え.jp", "…, …"],
    ["/candidates?filter[email]=ada%40example.com", "…"],
    ["ada@localhost", "…"],
  ])("%s", (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });
});

describe("what looks like a phone number is taken out", () => {
  test.each([
    "+33612345678",
    "+33 6 12 34 56 78",
    "06.12.34.56.78",
    "06-12-34-56-78",
    "0049 (0)30 1234567",
    "1 (555) 010-9999",
    "612345678",
  ])("%s", (phone) => {
    expect(scrub(`call ${phone} now`)).toBe("call … now");
  });

  test.each(["status 422", "20240904", "30 of 120", "10 s", "v1.2.3"])("and not %s", (text) => {
    expect(scrub(text)).toBe(text);
  });
});

describe("the result is one line that a log and a queue can take", () => {
  test("line breaks, tabs and control characters become one blank", () => {
    expect(scrub(" one\r\n\ttwo\u0000\u0007three \u001b[31m ")).toBe("one two three [31m");
  });

  test("it has at most 300 characters, and says when there was more", () => {
    expect(scrub("word ".repeat(60).trim())).toHaveLength(299);
    expect(scrub("word ".repeat(61))).toBe(`${"word ".repeat(60)}…`);
  });

  test("no sign is cut in two", () => {
    expect(scrub(`x${"😀".repeat(200)}`)).toBe(`x${"😀".repeat(149)}…`);
  });

  test("of a text that is no message it says only how long it was", () => {
    expect(scrub(`Élodie ${"x".repeat(20_000)}`, person)).toBe("a message of 20007 characters");
  });
});

test("whatever the text around it, no word of the data is left", () => {
  const names = ["Ada", "Lovelace", "ada@example.com", "+44 20 7946 0018", "12 St. James's Square"];
  const around = fc.array(
    fc.oneof(fc.constantFrom(...names), fc.constantFrom(" ", ", ", ": ", '"', "(", "|", "=")),
  );
  fc.assert(
    fc.property(around, (parts) => {
      const clean = scrub(parts.join(" "), names);
      for (const name of names) expect(clean).not.toContain(name);
    }),
    { numRuns: 500, seed: 1 },
  );
});

describe("a quotation is known in part, and however it is written", () => {
  const profile = {
    email: "ada@example.com",
    name: "Ada Lovelace",
    text: "Known for\nthe first programs",
    tags: ["good e-mail"],
  };
  test.each([
    ["three words of a text", 'near "the first programs"', 'near "…"'],
    ["escaped as JSON", 'got {"text":"Known for\\nthe first programs"}', 'got {"text":"…"}'],
    ["escaped for a URL", "q=Ada%20Lovelace&r=1", "q=…&r=1"],
    ["in base64", `data ${Buffer.from("Ada Lovelace").toString("base64")}`, "data …"],
    ["in hexadecimal", `data ${Buffer.from("Ada Lovelace").toString("hex")}`, "data …"],
    ["one word of a name", "LOVELACE is unknown", "… is unknown"],
    ["cut short", "starts with Lovela…", "starts with ……"],
    ["but what a field is called stays", "email is invalid", "email is invalid"],
    ["and a text in base64 that is nobody's", "etag SGVsbG8gd29ybGQ=", "etag SGVsbG8gd29ybGQ="],
  ])("%s", (_, text, expected) => {
    expect(scrub(text, profile)).toBe(expected);
  });
});
