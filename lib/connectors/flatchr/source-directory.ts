import { PermanentError, VendorError } from "../../errors.ts";
import type { Column, FlatchrApi, Vacancy } from "./api.ts";

/** The columns and vacancies of a company, each read once for a run. */
export interface Directory {
  columns(): Promise<Column[]>;
  vacancies(): Promise<Vacancy[]>;
  /** The encrypted id of the vacancy that a row names; undefined when Flatchr does not list it. */
  findVacancy(number: string): Promise<string | undefined>;
  /**
   * The encrypted id of the vacancy that a user names.
   *
   * @throws PermanentError when it is named by what the search does not take, and Flatchr does not list it
   */
  getVacancy(name: string): Promise<string>;
}

export function createDirectory(api: FlatchrApi, vacancyOfAllRows: string | undefined): Directory {
  const columns = once(() => api.listColumns());
  const vacancies = once(() => api.listVacancies());
  const closedVacancies = once(listClosedVacancies);

  async function listClosedVacancies(): Promise<Vacancy[]> {
    try {
      return await api.listVacancies("0");
    } catch (error) {
      // This filter is documented without its values.
      if (error instanceof VendorError && error.isRefused) return [];
      throw error;
    }
  }

  async function find(isMeant: (vacancy: Vacancy) => boolean): Promise<string | undefined> {
    const open = (await vacancies()).find(isMeant);
    return (open ?? (await closedVacancies()).find(isMeant))?.id;
  }

  const directory: Directory = {
    columns,
    vacancies,
    async findVacancy(number) {
      // Rows have the number; elsewhere Flatchr has put the encrypted id under the same name.
      const found =
        number === ""
          ? undefined
          : await find(({ vacancy_id, id }) => vacancy_id === number || id === number);
      return found ?? (vacancyOfAllRows && directory.getVacancy(vacancyOfAllRows));
    },
    async getVacancy(name) {
      const found = await find(({ id, slug, vacancy_id }) => [id, slug, vacancy_id].includes(name));
      if (found !== undefined) return found;
      // An encrypted id needs no list; a slug has hyphens, and a number digits.
      if (!/-|^\d+$/.test(name)) return name;
      throw new PermanentError(
        "bad_origin_parameters",
        `Flatchr lists no vacancy "${name}". pull_parameters.vacancy must be the id, the slug or the number of a vacancy of the company`,
      );
    },
  };
  return directory;
}

/** Reads a value when it is first asked for; one that could not be read is read again. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= read().catch((error) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}
