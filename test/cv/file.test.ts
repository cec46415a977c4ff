import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import { describeFile, isErrorPage } from "../../lib/cv/file.ts";
import { type Attachment, profileSchema } from "../../lib/hrflow/schema.ts";

function attachment(fields: Partial<Attachment>): Attachment {
  const [read] = parse(profileSchema, {
    key: "1",
    attachments: [{ type: "resume", public_url: "https://cv.example/parsing/resume", ...fields }],
  }).attachments;
  if (read === undefined) throw new Error("the attachment was not read");
  return read;
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const NOTHING = bytes("");
const PDF = bytes("%PDF-1.7\n…");

/** A ZIP as far as it counts: each entry's header, with its name and content as they are. */
function zip(...entries: [name: string, content: string][]): Uint8Array {
  const parts = entries.map(([name, content]) => {
    const header = Buffer.alloc(30);
    header.write("PK\x03\x04", "latin1");
    header.writeUInt32LE(content.length, 18);
    header.writeUInt16LE(name.length, 26);
    return Buffer.concat([header, Buffer.from(name + content, "latin1")]);
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** A compound file as far as it counts: header, some content, and the directory with the names of streams. */
function compoundFile(content: string, ...streams: string[]): Uint8Array {
  const header = Buffer.alloc(512);
  header.write("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1");
  header.writeUInt16LE(9, 30); // Sectors of 2⁹ bytes,
  header.writeUInt32LE(1, 48); // and the directory is the second one.
  const sector = Buffer.alloc(512);
  sector.write(content, "utf16le");
  const directory = streams.map((name) => {
    const entry = Buffer.alloc(128);
    entry.write(name, "utf16le");
    return entry;
  });
  return new Uint8Array(Buffer.concat([header, sector, ...directory]));
}

const TYPES_ENTRY: [string, string] = ["[Content_Types].xml", "…"];
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument";
const OOXML = "application/vnd.openxmlformats-officedocument";

describe("the type comes from the bytes, whatever the name says", () => {
  test.each([
    ["pdf", PDF, "application/pdf"],
    ["pdf", bytes("\xef\xbb\xbf\r\njunk %PDF-1.3"), "application/pdf"],
    ["png", bytes("\x89PNG\r\n\x1a\n\0\0"), "image/png"],
    ["jpg", bytes("\xff\xd8\xff\xe0\0\x10JFIF"), "image/jpeg"],
    ["bmp", bytes("BM\x36\x10\0\0\0\0\0\0\x36\0"), "image/bmp"],
    ["rtf", bytes("{\\rtf1\\ansi"), "application/rtf"],
    ["docx", zip(TYPES_ENTRY, ["word/document.xml", "…"]), `${OOXML}.wordprocessingml.document`],
    ["pptx", zip(TYPES_ENTRY, ["ppt/presentation.xml", "…"]), `${OOXML}.presentationml.presentation`],
    ["odt", zip(["mimetype", `${OPEN_DOCUMENT}.text`]), `${OPEN_DOCUMENT}.text`],
    ["odp", zip(["mimetype", `${OPEN_DOCUMENT}.presentation`]), `${OPEN_DOCUMENT}.presentation`],
    ["doc", compoundFile("", "Root Entry", "1Table", "WordDocument"), "application/msword"],
    ["ppt", compoundFile("", "Root Entry", "PowerPoint Document"), "application/vnd.ms-powerpoint"],
    ["msg", compoundFile("", "Root Entry", "__properties_version1.0"), "application/vnd.ms-outlook"],
    ["msg", compoundFile("WordDocument", "Root Entry", "__substg1.0_0037001F"), "application/vnd.ms-outlook"],
    [
      "docx",
      zip(TYPES_ENTRY, ["word/document.xml", "…"], ["word/embeddings/1.pptx", "ppt/"]),
      `${OOXML}.wordprocessingml.document`,
    ],
    [
      "pptx",
      zip(TYPES_ENTRY, ["ppt/presentation.xml", "…"], ["ppt/embeddings/1.docx", "word/"]),
      `${OOXML}.presentationml.presentation`,
    ],
  ])("%s", (extension, file, contentType) => {
    const misnamed = attachment({ original_file_name: "CV.xls", extension: ".xls" });
    expect(describeFile(misnamed, file)).toEqual({ fileName: `CV.xls.${extension}`, contentType });
    const named = attachment({ original_file_name: "CV.txt", extension: ".txt" });
    expect(describeFile(named, file)).toEqual({ fileName: `CV.${extension}`, contentType });
  });

  test("a template differs from a document in a compressed word only: there the name counts", () => {
    const file = zip(TYPES_ENTRY, ["word/document.xml", "…"]);
    expect(describeFile(attachment({ file_name: "cv", extension: "dotx" }), file)).toEqual({
      fileName: "cv.dotx",
      contentType: `${OOXML}.wordprocessingml.template`,
    });
  });

  test.each([
    ["another ZIP", zip(["a.txt", "…"])],
    ["another compound file", compoundFile("", "Root Entry", "Workbook")],
    ["a compound file that is cut off", bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1…")],
    ["a directory beyond the end", compoundFile("", "Root Entry").fill(0xff, 8)],
    ["a text that starts like a picture", bytes("BMW, Munich: five years")],
    ["plain text", bytes("Curriculum vitae")],
    ["no file at hand", NOTHING],
  ])("where they do not show it (%s), what HrFlow knows counts", (_, file) => {
    expect(describeFile(attachment({ file_name: "cv", extension: ".TXT" }), file)).toEqual({
      fileName: "cv.txt",
      contentType: "text/plain",
    });
  });
});

describe("without bytes the type is what HrFlow says, else the name, else the URL", () => {
  test.each([
    [{ extension: ".pdf", file_name: "cv.doc" }, "cv.pdf", "application/pdf"],
    [{ extension: "PDF", file_name: "cv" }, "cv.pdf", "application/pdf"],
    [{ extension: ".jpeg", file_name: "cv" }, "cv.jpg", "image/jpeg"],
    [{ extension: null, file_name: "cv.odt" }, "cv.odt", `${OPEN_DOCUMENT}.text`],
    [
      { file_name: "cv", public_url: "https://cv.example/a/b.docx?x=1.pdf#c.png" },
      "cv.docx",
      `${OOXML}.wordprocessingml.document`,
    ],
    [{ file_name: "cv", public_url: "https://cv.example/download.php" }, "cv", "application/octet-stream"],
    [{ file_name: "cv", extension: ".pages" }, "cv.pages", "application/octet-stream"],
    [{ file_name: "cv", extension: "../../x" }, "cv", "application/octet-stream"],
    [{ file_name: "cv", public_url: "no URL" }, "cv", "application/octet-stream"],
  ])("%o", (fields, fileName, contentType) => {
    expect(describeFile(attachment(fields), NOTHING)).toEqual({ fileName, contentType });
  });
});

describe("the name is the candidate's own, made harmless", () => {
  test.each([
    ["CV Zoé Dupont.pdf", "CV Zoé Dupont.pdf"],
    ["Lebenslauf.PDF", "Lebenslauf.PDF"],
    ["resume", "resume.pdf"],
    ["original", "original.pdf"],
    ["CV J. Dupont", "CV J. Dupont.pdf"],
    ["cv.final.v2", "cv.final.v2.pdf"],
    ["cv.docx", "cv.pdf"],
    ["cv.tar.gz.exe", "cv.tar.gz.exe.pdf"],
    ["履歴書.pdf", "履歴書.pdf"],
    ["سيرة ذاتية.pdf", "سيرة ذاتية.pdf"],
    ["Zoe\u0301.pdf", "Zoé.pdf"],
    ["../../etc/passwd", "passwd.pdf"],
    ["C:\\fakepath\\cv.pdf", "cv.pdf"],
    ["folder/", "folder.pdf"],
    ['a"; filename="b.pdf', "a_; filename=_b.pdf"],
    ["a\r\nX-Evil: 1\r\n\r\nb.pdf", "a X-Evil_ 1 b.pdf"],
    ["a\0b\x7f.pdf", "ab.pdf"],
    ["cv\u202efdp.exe", "cvfdp.exe.pdf"],
    ["CON?<>:|*.pdf", "CON______.pdf"],
    ["  .hidden .pdf ", "hidden.pdf"],
    ["\ud800.pdf", "\ufffd.pdf"],
    ["...", "cv.pdf"],
    ["///", "cv.pdf"],
  ])("%j → %j", (given, fileName) => {
    expect(describeFile(attachment({ original_file_name: given }), PDF).fileName).toBe(fileName);
  });

  test("the original name comes before the stored one, and a stored one before none", () => {
    const both = attachment({ original_file_name: "Ada.pdf", file_name: "resume" });
    expect(describeFile(both, PDF).fileName).toBe("Ada.pdf");
    expect(
      describeFile(attachment({ original_file_name: "\u0007", file_name: "resume" }), PDF).fileName,
    ).toBe("resume.pdf");
    expect(describeFile(attachment({}), PDF).fileName).toBe("cv.pdf");
  });

  test("it has 150 characters at most, keeps its extension and cuts no character in two", () => {
    const long = describeFile(attachment({ file_name: `${"x".repeat(400)}.pdf` }), PDF).fileName;
    expect(long).toBe(`${"x".repeat(146)}.pdf`);
    const astral = describeFile(attachment({ file_name: `x${"😀".repeat(200)}.pdf` }), PDF).fileName;
    expect(astral).toBe(`x${"😀".repeat(72)}.pdf`);
  });
});

describe("an error page is told from a document", () => {
  test.each([
    "<!DOCTYPE html><html>",
    "\xef\xbb\xbf \r\n<html>",
    "\xff\xfe<\0h\0t\0m\0l\0",
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code>',
    '{"message":"Forbidden"}',
  ])("%j is a page", (text) => expect(isErrorPage(bytes(text))).toBe(true));

  test.each(["%PDF-1.4 <html>", "{\\rtf1 <html>", "Curriculum vitae <ada@example.com>", ""])(
    "%j is none",
    (text) => expect(isErrorPage(bytes(text))).toBe(false),
  );
});
