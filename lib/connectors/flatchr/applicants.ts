import { PermanentError, VendorError } from "../../errors.ts";
import type { Applicant, ApplicantFilters, FlatchrApi, MovedApplicant, Vacancy } from "./api.ts";

/** What only Flatchr can say of an applicant, and only when it is asked by a move. */
export interface Identity {
  /** Empty when it cannot be asked: the vacancy is closed, or the key may not move anybody. */
  candidateIds: string[];
  hasCv?: boolean;
  /** Flatchr has no such applicant on the vacancy. */
  isUnknown?: boolean;
}

/**
 * Looks for applicants of one vacancy. What Flatchr has answered once is used for the whole push.
 *
 * @param vacancyName the vacancy's slug, encrypted id or number
 */
export function createApplicantFinder(api: FlatchrApi, vacancyName: string) {
  let vacancies: Promise<Vacancy[]> | undefined;
  /** The column's title of every applicant that a search has told, by applicant id. */
  const columnTitles = new Map<string, string>();

  /** Undefined when it is closed: Flatchr then lists it no more. */
  async function findVacancy(): Promise<Vacancy | undefined> {
    vacancies ??= api.listVacancies();
    return (await vacancies).find(({ slug, id, vacancy_id }) => [slug, id, vacancy_id].includes(vacancyName));
  }

  async function getVacancy(): Promise<Vacancy> {
    const vacancy = await findVacancy();
    if (vacancy !== undefined) return vacancy;
    throw new PermanentError(
      "bad_target_parameters",
      `Flatchr lists no vacancy "${vacancyName}". push_parameters.vacancy must be the slug, the id or the number of an open vacancy of the company`,
    );
  }

  async function search(filters: ApplicantFilters): Promise<Applicant[]> {
    const rows = await api.searchApplicants(filters);
    for (const { applicant, column } of rows) columnTitles.set(applicant, column);
    return rows;
  }

  async function searchByEmail(email: string): Promise<Applicant[]> {
    // Whether the filter minds capitals is not documented, nor whether it finds more than equal texts.
    const spellings = [...new Set([email, email.toLowerCase()])];
    const rows = (await Promise.all(spellings.map((spelling) => search({ email: spelling })))).flat();
    return rows.filter((row) => row.email.trim().toLowerCase() === email.toLowerCase());
  }

  async function searchVacancy(filters: ApplicantFilters): Promise<void> {
    const vacancy = await findVacancy();
    if (vacancy !== undefined) await search({ vacancy: vacancy.id, ...filters });
  }

  /** The column in which an applicant is, when its title leaves no doubt: titles are the users' own texts. */
  async function findColumnId(applicant: string): Promise<number | undefined> {
    const title = columnTitles.get(applicant)?.trim();
    const columns = title ? await api.listColumns() : [];
    const [column, ...others] = columns.filter((candidate) => candidate.title.trim() === title);
    return others.length === 0 ? column?.id : undefined;
  }

  /**
   * Asks by a move to nowhere. Unlike one to the column where the applicant just was, it cannot undo what a person does
   * at this moment; it has worked for years, though the documentation requires a column.
   */
  async function move(vacancy: Vacancy, applicant: string): Promise<MovedApplicant> {
    try {
      return await api.moveApplicant(vacancy.id, applicant);
    } catch (error) {
      const status = error instanceof VendorError ? error.status : undefined;
      const columnId =
        status !== undefined && [400, 422, 500].includes(status) ? await findColumnId(applicant) : undefined;
      if (columnId === undefined) throw error;
      return api.moveApplicant(vacancy.id, applicant, columnId);
    }
  }

  return {
    getVacancy,

    /** The ids of the applicants with this e-mail on the vacancy; first the one to take, the same at every look. */
    async findOnVacancy(email: string): Promise<string[]> {
      const [vacancy, rows] = await Promise.all([getVacancy(), searchByEmail(email)]);
      // Rows have the number; elsewhere Flatchr has put the encrypted id under the same name.
      const names = [vacancy.vacancy_id, vacancy.id].filter((name) => name !== "");
      const onVacancy = rows.filter((row) => names.includes(row.vacancy_id));
      return [...new Set(onVacancy.toSorted(byAge).map(({ applicant }) => applicant))];
    },

    /** Whether a search tells the applicant: by e-mail or, if that was changed, among all of the vacancy. */
    async isListed(applicant: string, email: string): Promise<boolean> {
      const looks = [
        () => searchByEmail(email),
        () => searchVacancy({}),
        // Not documented: where it is refused, or does nothing, archived ones stay unseen.
        () => searchVacancy({ status: 0 }).catch(unlessRefused),
      ];
      for (const look of looks) {
        if (columnTitles.has(applicant)) return true;
        await look();
      }
      return columnTitles.has(applicant);
    },

    /** To be called when a search has worked: a 403 is then about this call, and not about the key. */
    async identify(applicant: string): Promise<Identity> {
      const vacancy = await findVacancy();
      if (vacancy === undefined) return { candidateIds: [] };
      try {
        return toIdentity(await move(vacancy, applicant));
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        if (!error.isRefused && error.status !== 403) throw error;
        return { candidateIds: [], isUnknown: error.status === 404 };
      }
    },
  };
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof VendorError && error.isRefused)) throw error;
}

function toIdentity({ candidate }: MovedApplicant): Identity {
  if (!candidate) return { candidateIds: [] };
  const ids = [candidate.id, ...candidate.consent.map(({ candidate_id }) => candidate_id)];
  return {
    candidateIds: [...new Set(ids)].filter((id) => id !== null && id !== undefined),
    hasCv: Boolean(candidate.cv || candidate.aws),
  };
}

/** Active before archived, then the oldest, which has most of a recruiter's work; then any order that stays. */
function byAge(one: Applicant, other: Applicant): number {
  const [a, b] = [one, other].map(({ status, created_at, applicant }) => {
    const year_month_day = created_at.split("/").reverse().join("");
    return `${status === 0 ? 1 : 0} ${year_month_day} ${applicant}`;
  }) as [string, string];
  return a < b ? -1 : Number(a > b);
}
