/** What file a CV is: its type from its bytes, its name from the attachment. Pure. */
import type { Attachment } from "../hrflow/schema.ts";

const MAXIMUM_NAME_IN_CHARACTERS = 150;
const UNKNOWN_CONTENT_TYPE = "application/octet-stream";

/** The types of file that HrFlow parses, and plain text. */
const CONTENT_TYPES = new Map([
  ["pdf", "application/pdf"],
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["bmp", "image/bmp"],
  ["doc", "application/msword"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"],
  ["odt", "application/vnd.oasis.opendocument.text"],
  ["odp", "application/vnd.oasis.opendocument.presentation"],
  ["ppt", "application/vnd.ms-powerpoint"],
  ["pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
  ["rtf", "application/rtf"],
  ["msg", "application/vnd.ms-outlook"],
  ["txt", "text/plain"],
]);

/** What opens a file, at its first byte. */
const SIGNATURES = {
  png: "\x89PNG\r\n\x1a\n",
  jpg: "\xff\xd8\xff",
  rtf: "{\\rtf",
  zip: "PK\x03\x04",
  /** The container of Microsoft's older formats. */
  compoundFile: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
};
/** A PDF may have other bytes before it, and readers look for it so far. */
const PDF_STARTS_WITHIN_BYTES = 1024;

/**
 * Name and content type of a CV. The name is the one under which the candidate sent it, with the extension that fits.
 *
 * @param bytes empty when the file was not downloaded
 */
export function describeFile(
  attachment: Attachment,
  bytes: Uint8Array,
): { fileName: string; contentType: string } {
  const names = [attachment.original_file_name, attachment.file_name].map((name) => cleanName(name ?? ""));
  const name = names.find((candidate) => candidate !== "") ?? "cv";
  const extension = chooseExtension(attachment, name, bytes);
  return {
    fileName: withExtension(name, extension),
    contentType: CONTENT_TYPES.get(extension) ?? UNKNOWN_CONTENT_TYPE,
  };
}

/** Whether a server said something (HTML, XML, JSON) instead of sending a document. */
export function isErrorPage(bytes: Uint8Array): boolean {
  const start = latin1(bytes.subarray(0, 200));
  return detectExtension(bytes) === undefined && /^(ï»¿|ÿþ|þÿ)?[\s\0]*[<{]/.test(start);
}

function chooseExtension(attachment: Attachment, name: string, bytes: Uint8Array): string {
  const declared = normalize(attachment.extension ?? "");
  const detected = detectExtension(bytes);
  if (detected === "docx" && declared === "dotx") return declared; // Alike but for one compressed word.
  if (detected !== undefined) return detected;
  if (declared !== "") return declared;
  const path = URL.parse(attachment.public_url)?.pathname ?? "";
  return [name, path].map(extensionOf).find((extension) => CONTENT_TYPES.has(extension)) ?? "";
}

/** The type that the bytes themselves show. */
function detectExtension(bytes: Uint8Array): string | undefined {
  const start = latin1(bytes.subarray(0, PDF_STARTS_WITHIN_BYTES));
  if (start.startsWith(SIGNATURES.png)) return "png";
  if (start.startsWith(SIGNATURES.jpg)) return "jpg";
  if (start.startsWith(SIGNATURES.rtf)) return "rtf";
  if (/^BM.{4}\0{4}/s.test(start)) return "bmp";
  if (start.startsWith(SIGNATURES.zip)) return detectZipped(bytes, start);
  if (start.startsWith(SIGNATURES.compoundFile)) return detectInCompoundFile(bytes);
  if (start.includes("%PDF-")) return "pdf";
  return undefined;
}

/** Names of entries are not compressed; those of the document itself come before those of a document inside it. */
function detectZipped(bytes: Uint8Array, start: string): string | undefined {
  const openDocument = /mimetypeapplication\/vnd\.oasis\.opendocument\.(text|presentation)/.exec(start)?.[1];
  if (openDocument !== undefined) return openDocument === "text" ? "odt" : "odp";
  return earliest(bytes, 0, "latin1", [
    ["word/", "docx"],
    ["ppt/", "pptx"],
  ]);
}

/**
 * The same with the names of streams, which stand in the directory.
 *
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb (2.2 the header, 2.6 the directory)
 */
function detectInCompoundFile(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength < 512) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sectorSize = 2 ** header.getUint16(30, true);
  const directory = (header.getUint32(48, true) + 1) * sectorSize;
  return earliest(bytes, directory, "utf16le", [
    ["WordDocument", "doc"],
    ["PowerPoint Document", "ppt"],
    ["__nameid_version1.0", "msg"],
    ["__substg1.0_", "msg"],
    ["__properties_version1.0", "msg"],
  ]);
}

/** The extension whose mark comes first in the file. */
function earliest(
  bytes: Uint8Array,
  from: number,
  encoding: "latin1" | "utf16le",
  marks: [mark: string, extension: string][],
): string | undefined {
  const file = asBuffer(bytes);
  return marks
    .map(([mark, extension]) => ({ extension, position: file.indexOf(Buffer.from(mark, encoding), from) }))
    .filter(({ position }) => position >= 0)
    .sort((a, b) => a.position - b.position)[0]?.extension;
}

/** Without folders, without what a file system or a header could take for something else. */
function cleanName(name: string): string {
  const ownName = name.split(/[/\\]/).findLast((part) => part.trim() !== "") ?? "";
  return ownName
    .toWellFormed()
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "") // A reversed "fdp.exe" reads "exe.pdf".
    .replace(/["<>:|?*]/g, "_")
    .replace(/^[. ]+|[. ]+$/g, "");
}

function withExtension(name: string, extension: string): string {
  const written = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? "";
  const own = extensionOf(name);
  const isExtension = own !== "" && (own === extension || CONTENT_TYPES.has(own));
  const stem = isExtension ? name.slice(0, -written.length) : name;
  const ending =
    isExtension && (own === extension || extension === "") ? written : extension && `.${extension}`;
  // A pair of surrogates is not cut in two.
  const cut = stem.slice(0, MAXIMUM_NAME_IN_CHARACTERS - ending.length).replace(/[\ud800-\udbff]$/, "");
  return cut.trimEnd() + ending;
}

function extensionOf(name: string): string {
  return normalize(/\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? "");
}

/** `.PDF`, `pdf` → `pdf`; what cannot be an extension → nothing. */
function normalize(extension: string): string {
  const letters = /^\.?([a-z0-9]{1,5})$/.exec(extension.trim().toLowerCase())?.[1] ?? "";
  return letters === "jpeg" ? "jpg" : letters;
}

function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("latin1");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
