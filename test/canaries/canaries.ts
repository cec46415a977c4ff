/** Marked values: invented personal data and credentials, each with a word that stands nowhere else. */
import { seededRandom } from "../../local/vendors/faults.ts";

/** A value that may not leave the process, save to the vendor that it is meant for. */
export interface Canary {
  /** What it is. */
  what: string;
  /** As it stands in a profile, a candidate or a secret. */
  value: string;
  /** The part of it by which it is found. */
  mark: string;
}

const random = seededRandom(7);
const pick = (letters: string) => letters[Math.floor(random() * letters.length)] ?? "";
/** Five syllables, such as `zokuvexabi`. */
const word = () => Array.from({ length: 5 }, () => pick("bdfgkmpvwxz") + pick("aeiou")).join("");
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const canaries: Canary[] = [];

/** Sows a canary; `write` puts its word into a value of this kind. */
function sow(what: string, write: (mark: string) => string = capital): string {
  const mark = word();
  const value = write(mark);
  canaries.push({ what, value, mark });
  return value;
}

/** A phone number is found by its digits, however they are grouped. */
function sowPhone(what: string, value: string): string {
  canaries.push({ what, value, mark: value.replace(/\D/g, "").slice(2) });
  return value;
}

const atExample = (mark: string) => `${capital(mark)}.test@example.com`;
const sentence = (mark: string) => `Known as "${mark}"\nfor years; C++ & é, 100 % \\ ${mark} <b>`;

const firstName = sow("first name", (mark) => `Zoë-${capital(mark)}`);
const lastName = sow("last name", (mark) => `d'${capital(mark)}-Łów`);

/** A profile of HrFlow, as `putProfile` takes it. */
export const PERSON = {
  info: {
    first_name: firstName,
    last_name: lastName,
    full_name: `${firstName} ${lastName} ${sow("full name")}`,
    email: sow("e-mail", atExample),
    phone: sowPhone("phone", "+33 6 39 98 41 27"),
    location: {
      text: sow("address", (mark) => `12 bis, rue ${capital(mark)}`),
      lat: 48.8,
      lng: 2.3,
      fields: {
        city: sow("city"),
        postcode: sow("postcode", (mark) => mark.toUpperCase()),
        road: sow("road", (mark) => `rue de l'${capital(mark)}`),
        state: sow("state"),
        country: sow("country", (mark) => `${capital(mark)}land`),
      },
    },
    urls: [
      {
        type: "linkedin",
        url: sow("network address", (mark) => `https://www.linkedin.com/in/${mark}?a=b&c=d%20e`),
      },
      { type: "website", url: sow("own address", (mark) => `https://${mark}.example.com/é`) },
    ],
    picture: sow("picture", (mark) => `https://pictures.example.com/${mark}.png`),
    summary: sow("summary", sentence),
  },
  text: sow("text of the CV", (mark) => `${sentence(mark)}\n\tand ${mark}\u2028`.repeat(20)),
  experiences: [
    {
      title: sow("title of an experience"),
      company: sow("company", (mark) => `${capital(mark)} & Söhne`),
      description: sow("description of an experience", sentence),
      location: { text: sow("place of an experience") },
      date_start: "2019-03-01T00:00:00",
    },
  ],
  educations: [
    {
      title: sow("degree"),
      school: sow("school", (mark) => `École ${mark}`),
      description: sow("description of an education", sentence),
      location: { text: sow("place of an education") },
    },
  ],
  skills: [{ name: sow("skill"), type: "hard" as const, value: null }],
  languages: [{ name: sow("language"), value: null }],
  certifications: [{ name: sow("certification"), value: null }],
  courses: [{ name: sow("course"), value: null }],
  tasks: [{ name: sow("task"), value: null }],
  interests: [{ name: sow("interest"), value: null }],
  tags: [
    { name: sow("name of a tag"), value: sow("value of a tag") },
    { name: "note", value: sow("note of a recruiter", sentence) },
  ],
  metadatas: [{ name: sow("name of a metadata"), value: sow("value of a metadata") }],
};

/** What a logic adds to a profile: HrFlow does not know it. */
export const ADDED = { nickname: sow("nickname from a logic"), note: sow("note from a logic", sentence) };

export const FILE_NAME = sow("name of a CV", (mark) => `CV ${capital(mark)} (final).pdf`);
export const CV_BYTES = Buffer.from(`%PDF-1.4\n${sow("CV", sentence)}`);
/** The next version of the same person, so that an update is made. */
export const NEXT = {
  phone: sowPhone("next phone", "+33 6 39 98 58 36"),
  summary: sow("next summary", sentence),
  tag: { name: sow("name of the next tag"), value: sow("value of the next tag") },
  cv: Buffer.from(`%PDF-1.4\n${sow("next CV", sentence)}`),
};

/** A candidate of Flatchr. */
export const CANDIDATE = {
  firstname: sow("first name in Flatchr"),
  lastname: sow("last name in Flatchr", (mark) => `O'${capital(mark)}`),
  email: sow("e-mail in Flatchr", atExample),
  phone: sowPhone("phone in Flatchr", "+33 6 39 98 73 92"),
  source: sow("source in Flatchr", (mark) => `from ${capital(mark)}, by mail`),
  cvName: sow("name of a CV in Flatchr", (mark) => `${mark}.pdf`),
  cv: Buffer.from(`%PDF-1.4\n${sow("CV in Flatchr", sentence)}`),
};
/** What HrFlow knows of the same candidate. */
export const CANDIDATE_IN_HRFLOW = {
  info: { first_name: sow("first name before an update"), email: sow("e-mail before an update", atExample) },
  tags: [{ name: "before", value: sow("tag before an update") }],
};

const key = (mark: string) => `${mark}_${mark.toUpperCase()}`;
export const SECRETS = {
  hrflow: {
    api_secret: sow("HrFlow's API key", key),
    api_user: sow("HrFlow's API user", atExample),
    webhook_secret: sow("webhook secret", key),
  },
  teamtailor: sow("Teamtailor's API key", key),
  flatchr: sow("Flatchr's API key", key),
  smartrecruiters: sow("SmartRecruiters' API key", key),
  /** In an event by hand. */
  inEvent: sow("API key in an event", key),
};

/** What a webhook carries besides the keys. */
export const WEBHOOK = {
  message: sow("message of a webhook", sentence),
  origin: sow("origin of a webhook"),
  header: sow("header of a webhook"),
};

/** Filters of a run by hand. */
export const FILTERS = {
  firstname: sow("filter for a first name"),
  email: sow("filter for an e-mail", atExample),
};

/** What an AWS service says when it fails. */
export const SERVICE_ERROR = sow("words of an AWS service", sentence);

export const CANARIES: readonly Canary[] = canaries;
