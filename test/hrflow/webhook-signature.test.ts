import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findSignature, isSignedByHrflow } from "../../lib/hrflow/webhook-signature.ts";

const SECRET = "whsec_test_1234";
const BODY =
  '{"type":"profile.parsing.success","origin":"api","message":"Profile parsing succeed","profile":{"key":"5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4","source":{"key":"2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093"}}}';
const PAYLOAD = Buffer.from(BODY).toString("base64");

/** The worked examples, computed outside of this code: only the digest part, where a payload follows. */
const C = "66eef40d25ab905fc9c4a006b26cb93ad1159081703b9bdeb3f280804c8fed0a";
const A = "NjZlZWY0MGQyNWFiOTA1ZmM5YzRhMDA2YjI2Y2I5M2FkMTE1OTA4MTcwM2I5YmRlYjNmMjgwODA0YzhmZWQwYQ==";
const B = "Zu70DSWrkF/JxKAGsmy5OtEVkIFwO5ves/KAgEyP7Qo=";
const B_ENCODED = "FVUQLAjZIKASe2S89AGVxupK1SqQi3cpdHYgoxg9tXo=";

const isSigned = (signature: string, body: string | Buffer = BODY, secret = SECRET) =>
  isSignedByHrflow(signature, Buffer.from(body), secret);
const digest = (text: string, secret = SECRET) => createHmac("sha256", secret).update(text);
const hex = (text: string, secret = SECRET) => digest(text, secret).digest("hex");
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

/** The header in each of the schemes that carry the payload. */
const WITH_PAYLOAD = {
  "hex digest of the payload (Python)": (payload: string) => `${base64(hex(payload))}.${base64(payload)}`,
  "raw digest of the payload (PHP)": (payload: string) =>
    `${digest(payload).digest("base64")}.${base64(payload)}`,
  "raw digest of the encoded payload (Node)": (payload: string) =>
    `${digest(base64(payload)).digest("base64")}.${base64(payload)}`,
};

describe("accepted is", () => {
  test.each([
    ["C: the hex digest of the body", C],
    ["C in capitals", C.toUpperCase()],
    ["C with blanks around it, as proxies leave them", ` ${C}\t`],
    ["A: the hex digest of the payload, as the Python library writes it", `${A}.${PAYLOAD}`],
    ["B: the raw digest of the payload, as the PHP library writes it", `${B}.${PAYLOAD}`],
    [
      "B': the raw digest of the encoded payload, as the documentation's PHP has it",
      `${B_ENCODED}.${PAYLOAD}`,
    ],
    ["B in the URL-safe alphabet", `${B.replaceAll("/", "_")}.${PAYLOAD}`],
    ["A without padding", `${A.replace(/=+$/, "")}.${PAYLOAD.replace(/=+$/, "")}`],
  ])("%s", (_, signature) => {
    expect(isSigned(signature)).toBe(true);
  });

  test("the documentation's own example: secret 1234, body 4567", () => {
    const signature = "9d101d2bf630748679226b767d2031634c520390ff0e926afc09bc65a05bfdb2";
    expect(isSigned(signature, "4567", "1234")).toBe(true);
  });

  test("a body that is no ASCII, over its bytes", () => {
    expect(isSigned(hex('{"name":"Élodie 李"}'), '{"name":"Élodie 李"}')).toBe(true);
  });

  test("a secret that is no ASCII, as UTF-8", () => {
    expect(isSigned(hex(BODY, "clé🔑"), BODY, "clé🔑")).toBe(true);
  });

  describe.each(Object.entries(WITH_PAYLOAD))("%s, when the body is the same JSON written", (_, sign) => {
    const payload = '{"type":"profile.parsing.success","profile":{"name":"\\u00c9lodie","key":"a1"}}';
    test.each([
      [
        "with its letters as they are",
        '{"type":"profile.parsing.success","profile":{"name":"Élodie","key":"a1"}}',
      ],
      ["in another order", '{"profile":{"key":"a1","name":"\\u00C9lodie"},"type":"profile.parsing.success"}'],
      ["over several lines", JSON.stringify(JSON.parse(payload), null, 2)],
    ])("%s", (_form, body) => {
      expect(isSigned(sign(payload), body)).toBe(true);
    });
  });
});

describe("refused is", () => {
  const OTHER_BODY = BODY.replace("5d2a14c7", "00000000");
  test.each<[string, string, string?, string?]>([
    ["nothing", ""],
    ["a blank", " "],
    ["C without its last digit", C.slice(0, -1)],
    ["C with one digit more", `${C}0`],
    ["C twice", C + C],
    ["C in half", C.slice(0, 32)],
    ["C with one digit changed", C.replace(/a$/, "b")],
    ["C with a letter that is no hex digit", C.replace(/a$/, "g")],
    ["C with a blank inside", `${C.slice(0, 32)} ${C.slice(32)}`],
    ["C with a line break inside", `${C.slice(0, 32)}\n${C.slice(32)}`],
    ["C with a NUL after it", `${C}\0`],
    ["C with a NUL before it", `\0${C}`],
    ["C in full-width digits", C.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d)))],
    ["C in quotes", `"${C}"`],
    ["C with 0x before it", `0x${C}`],
    ["C with the name of the digest before it", `sha256=${C}`],
    ["C with a version before it", `v1,${C}`],
    ["two signatures joined by a comma, as repeated headers are", `${C},${C}`],
    ["C as base64 and nothing else", base64(C)],
    ["the raw digest as base64 and nothing else", B],
    ["the raw digest as Latin-1", digest(BODY).digest().toString("latin1")],
    ["64 zeros", "0".repeat(64)],
    ["the signature of the empty body", hex("")],
    ["the signature of another body", hex(OTHER_BODY)],
    ["C for a body that was changed", C, OTHER_BODY],
    ["C for the empty body", C, ""],
    ["C for a body with a blank after it", C, `${BODY} `],
    ["C for a body with a line break after it", C, `${BODY}\n`],
    ["C for a body with a NUL after it", C, `${BODY}\0`],
    ["C for a body with a byte order mark", C, `\ufeff${BODY}`],
    ["C for the same JSON written differently", C, JSON.stringify(JSON.parse(BODY), null, 1)],
    ["C of another secret", hex(BODY, "whsec_test_1235")],
    ["C of the secret in other case", hex(BODY, SECRET.toUpperCase())],
    ["C of the secret with a blank after it", hex(BODY, `${SECRET} `)],
    ["C of the empty secret", hex(BODY, "")],
    ["C of the empty secret, when the secret is empty", hex(BODY, ""), BODY, ""],
    ["the body's SHA-256 without a secret", createHash("sha256").update(BODY).digest("hex")],
    ["HMAC-SHA1 in hex", createHmac("sha1", SECRET).update(BODY).digest("hex")],
    ["HMAC-SHA512 in hex", createHmac("sha512", SECRET).update(BODY).digest("hex")],
    ["a point", "."],
    ["two points", ".."],
    ["a digest without its payload", `${B}.`],
    ["a payload without its digest", `.${PAYLOAD}`],
    ["digest and payload in the wrong order", `${PAYLOAD}.${B}`],
    ["the hex digest as it is before a payload", `${C}.${PAYLOAD}`],
    ["the hex digest in capitals within base64", `${base64(C.toUpperCase())}.${PAYLOAD}`],
    ["a third part", `${B}.${PAYLOAD}.${B}`],
    ["an empty third part", `${B}.${PAYLOAD}.`],
    ["A without its first letter", `${A.slice(1)}.${PAYLOAD}`],
    ["B cut short", `${B.slice(0, 20)}.${PAYLOAD}`],
    ["B with more after its padding", `${B}AAAA.${PAYLOAD}`],
    ["B with a NUL after it", `${B}\0.${PAYLOAD}`],
    ["B with a blank inside", `${B.slice(0, 9)} ${B.slice(9)}.${PAYLOAD}`],
    ["B in base64 that is not canonical", `${B.replace("Qo=", "Qp=")}.${PAYLOAD}`],
    ["B in other case", `${B.toLowerCase()}.${PAYLOAD}`],
    ["B with a payload that has a letter more", `${B}.{${PAYLOAD}`],
    ["B with a payload that goes on after its padding", `${B}.${PAYLOAD}=AAAA`],
    ["B' over an encoded payload without its padding", `${B_ENCODED}.${PAYLOAD.replace(/=+$/, "")}`],
    ["B with the payload encoded twice", `${B}.${base64(PAYLOAD)}`],
    ["B with the payload as it is", `${B}.${BODY}`],
    [
      "a payload of the secret's owner under another body",
      WITH_PAYLOAD["raw digest of the payload (PHP)"](BODY),
      OTHER_BODY,
    ],
    ["a payload with the same keys and one event more", `${B}.${PAYLOAD}`, `[${BODY},${OTHER_BODY}]`],
    ["a payload of one event, and the event in a list", `${B}.${PAYLOAD}`, `[${BODY}]`],
    ["a payload beside an empty body", `${B}.${PAYLOAD}`, ""],
    ["a payload beside a body with a field more", `${B}.${PAYLOAD}`, BODY.replace(/}$/, ',"more":1}')],
    [
      "a payload beside a body that says number for text",
      WITH_PAYLOAD["hex digest of the payload (Python)"]('{"a":"1"}'),
      '{"a":1}',
    ],
    [
      "a payload that is no JSON, beside another",
      WITH_PAYLOAD["hex digest of the payload (Python)"]("one"),
      "two",
    ],
  ])("%s", (_, signature, body = BODY, secret = SECRET) => {
    expect(isSigned(signature, body, secret)).toBe(false);
  });

  test("what HrFlow signed as a body, turned into a signature of other bytes", () => {
    const signed = '{"type":"ping"}'; // no point in it, so it could be taken for the second part
    const asBytes = Buffer.from(signed, "base64url"); // what a lenient decoder makes of it
    expect(isSigned(`${Buffer.from(hex(signed), "hex").toString("base64")}.${signed}`, asBytes)).toBe(false);
  });

  test("a payload nested so deeply that it cannot be compared", () => {
    const nest = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const sign = WITH_PAYLOAD["hex digest of the payload (Python)"];
    expect(isSigned(sign(nest(100_000)), `${nest(100_000)} `)).toBe(false);
  });
});

describe("the header", () => {
  test.each(["http-hrflow-signature", "hrflow-signature", "x-hrflow-signature", "http-riminder-signature"])(
    "may be named %s",
    (name) => {
      expect(findSignature({ accept: "*/*", [name]: C })).toBe(C);
    },
  );

  test("of today counts before that of former times", () => {
    expect(findSignature({ "http-riminder-signature": B, "http-hrflow-signature": C })).toBe(C);
  });

  test.each([{}, { "http-hrflow-signature": "" }, { "http-hrflow-signature": undefined }, { signature: C }])(
    "is missing in %j",
    (headers) => {
      expect(findSignature(headers)).toBeUndefined();
    },
  );
});
