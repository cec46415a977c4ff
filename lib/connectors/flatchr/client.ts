import { type Access, CandidateExistsError, type CandidateStore, type Cv } from "../../connector.ts";
import { TemporaryError, VendorError } from "../../errors.ts";
import { createFlatchrApi } from "./api.ts";
import { createApplicantFinder } from "./applicants.ts";
import { readCandidateId, writeCandidateId } from "./candidate-id.ts";
import { enrich } from "./enrichment.ts";
import { toPlainCharacters } from "./plain-characters.ts";
import type { FlatchrAuth, FlatchrCandidate, FlatchrParameters } from "./schema.ts";

/** Opens Flatchr for one push. */
export function connect({
  auth,
  parameters,
  environment,
  signal,
}: Access<FlatchrAuth, FlatchrParameters>): CandidateStore<FlatchrCandidate> {
  const api = createFlatchrApi(auth, companyOf(auth, parameters), environment, signal);
  const applicants = createApplicantFinder(api, parameters.vacancy);
  let cvOfCreate: Cv | undefined;

  return {
    identity: ({ email }) => email.toLowerCase(),

    /** By e-mail and vacancy: the same person on another vacancy is another application, and names are shared. */
    async find({ email }) {
      const [applicant, ...others] = await applicants.findOnVacancy(email);
      if (applicant === undefined) return { outcome: "not_found" };
      const times = `${others.length + 1} times on the vacancy`;
      const note = `Flatchr has this e-mail ${times}: the oldest was taken. Archive the others there`;
      const candidateId = writeCandidateId({ vacancy: parameters.vacancy, applicant });
      return { outcome: "found", candidateId, notes: others.length > 0 ? [note] : [] };
    },

    async create({ enrichment: _, resume, resume_text, ...fields }, cv) {
      const vacancy = await applicants.getVacancy();
      const document = resume === undefined ? toDocument(cv, resume_text ?? fields.email) : undefined;
      try {
        await api.createCandidate({
          ...fields,
          vacancy: vacancy.slug || vacancy.id,
          type: document ? "document" : "link",
          resume: document ?? resume,
        });
      } catch (error) {
        if (isDuplicate(error)) throw new CandidateExistsError(error.message, { cause: error });
        throw error;
      }
      cvOfCreate = cv;
      const hasNoCv = resume === undefined && cv === undefined;
      return {
        notes: hasNoCv ? ["Flatchr requires a CV: in its place stands what HrFlow knows, as text"] : [],
      };
    },

    /** Flatchr's API changes nothing of a candidate, its names and phone included: it only takes an enrichment. */
    async update(candidateId, { email, enrichment = {} }, cv) {
      const place = readCandidateId(candidateId);
      // The workflow has another vacancy now. There it is another application: the engine begins anew.
      if (place.vacancy !== parameters.vacancy) return { outcome: "gone" };

      const isListed = await applicants.isListed(place.applicant, email);
      const isEnriched = Object.keys(enrichment).length > 0;
      const isAsked = !isListed || (isEnriched && place.candidate === undefined);
      const identity = isAsked ? await applicants.identify(place.applicant) : { candidateIds: [] };
      if (identity.isUnknown && !isListed) return { outcome: "gone" };

      const candidateIds = [place.candidate, ...identity.candidateIds].filter((id) => id !== undefined);
      const enriched = isEnriched ? await enrich(api, [...candidateIds, email], enrichment) : undefined;
      const candidate = candidateIds.find((id) => id === enriched?.reference) ?? candidateIds[0];
      const isCvNew = cv !== undefined && cv !== cvOfCreate;
      return {
        outcome: enriched?.reference === undefined ? "unchanged" : "updated",
        candidateId: writeCandidateId({ ...place, candidate }),
        notes: [...(enriched?.notes ?? []), ...(isCvNew ? [aboutCv(identity.hasCv)] : [])],
      };
    },
  };
}

/** @throws TemporaryError when neither the parameters nor the secret name it */
export function companyOf(auth: FlatchrAuth, parameters: FlatchrParameters): string {
  const company = parameters.company ?? auth.company_id;
  if (company !== undefined) return company;
  throw new TemporaryError(
    "credential_failure",
    "Flatchr needs the company's key. Put company_id into the secret, or company into push_parameters",
  );
}

/** A document as Flatchr takes it: the CV, or the text, with the mark that says that it is UTF-8. */
function toDocument(cv: Cv | undefined, text: string) {
  const { bytes, fileName, contentType } = cv ?? {
    bytes: Buffer.from(`\ufeff${text}`),
    fileName: "profile.txt",
    contentType: "text/plain",
  };
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return { data, fileName: toPlainCharacters(fileName), contentType };
}

/** What Flatchr does with a second application of the same e-mail is not documented. */
function isDuplicate(error: unknown): error is VendorError {
  return (
    error instanceof VendorError &&
    (error.status === 409 || (error.isRefused && error.says(/already|duplicate|déjà|doublon/i)))
  );
}

function aboutCv(hasCv: boolean | undefined): string {
  const rule = "Flatchr takes a CV only when it creates a candidate";
  if (hasCv === undefined) return `${rule}: a new one has to be added there`;
  return hasCv
    ? `${rule}: it keeps the one that it has`
    : `${rule}: it has none, which has to be added there`;
}
