import * as v from "valibot";
import type { Identity, SourceRow } from "../../connector.ts";
import { PermanentError, VendorError } from "../../errors.ts";
import { known } from "../../known.ts";
import type { FlatchrApi, MovedApplicant } from "./api.ts";
import { seal, unseal } from "./cv-place.ts";
import type { Directory } from "./source-directory.ts";

/** What a CV is asked for by. */
export interface CvPlace {
  key: string;
  extension: string;
}

/** As a candidate's answer has it; absent when there is no CV. */
const placeSchema = v.object({
  aws: v.object({ key: v.pipe(v.string(), v.nonEmpty()), extension: v.pipe(v.string(), v.nonEmpty()) }),
});

/** As an identity has it. */
const storedPlaceSchema = v.object({
  sealed_key: v.string(),
  extension: v.string(),
  vacancy: v.string(),
  applicant: v.string(),
});

/** Asks Flatchr who its applicants are: only the answer to a move tells. */
export function createIdentifier(api: FlatchrApi, directory: Directory, apiKey: string) {
  let isColumnRequired = false;

  /**
   * A move to nowhere cannot undo what a person does at this moment, unlike one to the column where the row was. It has
   * worked for years, though the documentation requires a column.
   */
  async function move(vacancy: string, applicant: string, row?: SourceRow): Promise<MovedApplicant> {
    if (!isColumnRequired) {
      try {
        return await api.moveApplicant(vacancy, applicant);
      } catch (error) {
        const status = error instanceof VendorError ? error.status : undefined;
        if (status === undefined || ![400, 422, 500].includes(status)) throw error;
      }
    }
    const moved = await api.moveApplicant(vacancy, applicant, await columnIdOf(vacancy, applicant, row));
    isColumnRequired = true;
    return moved;
  }

  /** The column where the applicant is now: the row may be old, and the move would put it back. */
  async function columnIdOf(vacancy: string, applicant: string, row?: SourceRow): Promise<number> {
    const email = textOf(row?.fields.email);
    const lastname = email === "" ? textOf(row?.fields.lastname) : "";
    const rows = await api.searchApplicants(known({ email, lastname, vacancy }));
    const title = rows.find((found) => found.applicant === applicant)?.column.trim();
    if (!title) throw notIdentified("Flatchr does not say in which column it is");
    const columns = (await directory.columns()).filter((column) => column.title.trim() === title);
    const [column] = columns;
    if (column !== undefined && columns.length === 1) return column.id;
    throw notIdentified(
      `Flatchr has ${columns.length} columns of the title "${title}", and must be told exactly one. Give columns different titles`,
    );
  }

  async function ask(vacancy: string, applicant: string, row?: SourceRow): Promise<MovedApplicant> {
    try {
      return await move(vacancy, applicant, row);
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (error.status === 404)
        throw notIdentified("the applicant or its vacancy is gone from Flatchr", error);
      // The search has worked with the same key.
      if (error.status === 403)
        throw notIdentified("Flatchr does not permit this API key to ask (403)", error);
      throw error;
    }
  }

  return {
    async identify(row: SourceRow): Promise<Identity> {
      const applicant = textOf(row.fields.applicant);
      if (applicant === "") throw notIdentified("its row names no applicant");
      const number = textOf(row.fields.vacancy_id);
      const vacancy = await directory.findVacancy(number);
      if (vacancy === undefined) {
        throw notIdentified(
          `Flatchr lists no vacancy ${number}. Open it again, or leave its candidates out by a filter`,
        );
      }
      const { candidate } = await ask(vacancy, applicant, row);
      const candidateId =
        candidate?.id || candidate?.consent.find(({ candidate_id }) => candidate_id)?.candidate_id;
      if (!candidateId) throw notIdentified("Flatchr's answer names no candidate");
      const place = placeOf(candidate);
      const cv = place && {
        sealed_key: seal(place.key, apiKey),
        extension: place.extension,
        vacancy,
        applicant,
      };
      return { candidateId, cv };
    },

    /** Where a CV lies. When the API key has been replaced since, Flatchr is asked once more. */
    async findCv({ cv }: Identity): Promise<CvPlace> {
      const { sealed_key, extension, vacancy, applicant } = v.parse(storedPlaceSchema, cv);
      const key = unseal(sealed_key, apiKey);
      if (key !== undefined) return { key, extension };
      const place = placeOf((await ask(vacancy, applicant)).candidate);
      if (place !== undefined) return place;
      throw new PermanentError("read_failure", "The candidate has no CV in Flatchr any more");
    },
  };
}

function placeOf(candidate: MovedApplicant["candidate"]): CvPlace | undefined {
  const result = v.safeParse(placeSchema, candidate);
  return result.success ? result.output.aws : undefined;
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value).trim();
}

function notIdentified(why: string, cause?: unknown): PermanentError {
  return new PermanentError("read_failure", `The candidate's id cannot be read: ${why}`, { cause });
}
