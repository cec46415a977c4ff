import { seededRandom } from "./faults.ts";
import type { ProfileInput } from "./hrflow-profile.ts";
import type { AttachmentInput } from "./hrflow-state.ts";
import { SAMPLE_PLACES, type SamplePlace } from "./sample-people.ts";

export interface SampleProfile {
  profile: ProfileInput;
  /** For `addAttachment`: a CV as PDF, and the file it was made from. */
  files: AttachmentInput[];
}

const SKILLS = ["python", "sql", "négociation", "typescript", "gestion de projet", "C++", "Node.js"];

/**
 * An invented person, the same for the same index: six places in turn, each e-mail once.
 * All have a name, an e-mail and a CV. Every third has a summary, every fourth no phone, every fifth no education.
 */
export function sampleProfile(index: number): SampleProfile {
  const place = pick(SAMPLE_PLACES, index);
  const round = Math.floor(index / SAMPLE_PLACES.length);
  const [firstName, firstLatin] = pick(place.firstNames, round);
  const [lastName, lastLatin] = pick(place.lastNames, Math.floor(round / place.firstNames.length));
  const random = seededRandom(index);
  const digits = String(Math.floor(random() * 1e9)).padStart(9, "0");
  const [lat, lng] = place.coordinates;
  const { text, ...fields } = place.address;
  const years = 1 + Math.floor(random() * 9);
  const profile: ProfileInput = {
    reference: `sample-${index}`,
    info: {
      full_name: place.fullName(firstName, lastName),
      first_name: firstName,
      last_name: lastName,
      email: `${firstLatin}.${lastLatin}.${index}@example.com`,
      phone: index % 4 === 3 ? null : place.phone(digits),
      date_birth: `${1960 + (index % 45)}-03-14T00:00:00+0000`,
      location: { text, lat, lng, fields: { ...fields, text } },
      urls: [{ type: "linkedin", url: `https://www.linkedin.com/in/example-${index}` }],
      gender: pick(["female", "male", "undefined"], index),
      summary: index % 3 === 0 ? place.summary : null,
    },
    text_language: place.language,
    text: `${place.fullName(firstName, lastName)}\n${place.summary}`,
    experiences_duration: years,
    experiences: experiencesOf(place, index, years),
    educations: index % 5 === 4 ? [] : [educationOf(place, years)],
    skills: SKILLS.filter((_, skill) => (index + skill) % 3 === 0).map((name) => ({
      name,
      type: "hard",
      value: null,
    })),
    languages: [{ name: place.language, value: "native" }],
    // The vendor's own pages show words and booleans as values of tags.
    tags: [
      { name: "origin", value: pick(["fair", "referral", "careers site"], index) },
      { name: "remote", value: index % 2 === 0 },
    ],
  };
  const original = pick(ORIGINALS, index);
  const cv = samplePdf(`CV ${firstLatin} ${lastLatin} ${index}`);
  const files: AttachmentInput[] = [
    {
      type: "original",
      extension: original.extension,
      bytes: original.extension === ".pdf" ? cv : original.bytes,
    },
    { type: "resume", extension: ".pdf", bytes: cv },
  ];
  return { profile, files };
}

/** A person of whom next to nothing is known: a name, an e-mail, no file, and empty texts among the empty fields. */
export function sparseProfile(index: number): SampleProfile {
  const email = `sparse.${index}@example.com`;
  const info = { first_name: "Sparse", last_name: `Person ${index}`, email, phone: "", summary: "" };
  const experiences = [{ title: "", company: null, date_start: null, date_end: null }];
  return { profile: { reference: `sparse-${index}`, info, experiences }, files: [] };
}

/** The last one goes on: it has no end, or one of the two ends that stand for today. */
function experiencesOf(place: SamplePlace, index: number, years: number) {
  const start = 2025 - years;
  const location = {
    text: place.address.city,
    fields: { city: place.address.city, country: place.address.country },
  };
  return [
    {
      title: pick(place.titles, index),
      company: pick(place.companies, index),
      description: place.summary,
      location,
      date_start: `${start}-03-01T00:00:00`,
      date_end: pick([null, "today", "1969-12-31T23:59:59"], index),
      skills: [{ name: pick(SKILLS, index), type: "hard" as const, value: null }],
    },
    {
      title: pick(place.titles, index + 1),
      company: pick(place.companies, index + 1),
      location,
      date_start: `${start - 2}-09-15T00:00:00`,
      date_end: `${start}-02-28T00:00:00`,
    },
  ];
}

function educationOf(place: SamplePlace, years: number) {
  return {
    title: place.degree,
    school: place.school,
    location: { text: place.address.city },
    date_start: `${2018 - years}-09-01T00:00:00`,
    date_end: `${2023 - years}-06-30T00:00:00`,
  };
}

/** Files as they are told apart: by their first bytes. */
const ORIGINALS = [
  { extension: ".pdf", bytes: new Uint8Array() },
  { extension: ".docx", bytes: Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(200, 1)]) },
  { extension: ".png", bytes: Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(200, 1)]) },
];

/** A whole PDF of one page with one line, which viewers open. */
export function samplePdf(line: string): Buffer {
  const content = `BT /F1 18 Tf 72 720 Td (${line.replaceAll(/[()\\]/g, "")}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text + table + trailer, "latin1");
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
