/** The ways in which an error may quote what it was sent. */
import { inspect } from "node:util";

const toAscii = (text: string) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const toHtml = (text: string) =>
  text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\u0080-\uffff]/g, (unit) => `&#x${unit.charCodeAt(0).toString(16)};`);

export const QUOTES: Readonly<Record<string, (value: string) => string>> = {
  "as it is": (value) => `'${value}' is not valid`,
  "in lower case": (value) => `unknown: ${value.toLowerCase()}`,
  "in capitals": (value) => `UNKNOWN ${value.toUpperCase()}`,
  "URL-encoded": (value) => `GET /search?q=${encodeURIComponent(value)}`,
  "as a form": (value) => `body: ${new URLSearchParams({ value })}`,
  "as JSON": (value) => `got ${JSON.stringify({ value })}`,
  "as JSON in ASCII": (value) => `got ${toAscii(JSON.stringify([value]))}`,
  "as JSON in JSON": (value) => `got ${JSON.stringify(JSON.stringify({ value }))}`,
  "as Node prints it": (value) => `got ${inspect({ value })}`,
  "as HTML": (value) => `<b>${toHtml(value)}</b> is refused`,
  "in base64": (value) => `data ${Buffer.from(value).toString("base64")} cannot be read`,
  "in URL-safe base64": (value) => `token ${Buffer.from(value).toString("base64url")}`,
  "in hexadecimal": (value) => `bytes ${Buffer.from(value).toString("hex")}`,
  "cut short": (value) => `starts with ${value.slice(0, Math.ceil((value.length * 3) / 4))}…`,
  "without its beginning": (value) => `ends with …${value.slice(Math.floor(value.length / 4))}`,
  "as bytes read wrongly": (value) => `got ${Buffer.from(value).toString("latin1")}`,
  "with its accents as signs of their own": (value) => `got ${value.normalize("NFD")}`,
};
