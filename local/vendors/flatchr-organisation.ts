import { toSlug } from "./flatchr-candidates.ts";
import {
  columnsOf,
  encryptedId,
  type FlatchrColumn,
  type FlatchrCompany,
  type FlatchrState,
  type FlatchrVacancy,
  required,
} from "./flatchr-state.ts";

export const DEFAULT_COMPANY_ID = "G6KzqPnNLyp31m0l";

/** A company with four columns, the last of them for those who are hired. */
export function addFirstCompany(state: FlatchrState): void {
  const { addColumn } = handsOnOrganisation(state);
  const company = {
    id: DEFAULT_COMPANY_ID,
    numericId: 99,
    slug: "example",
    name: "Example",
    isClosed: false,
  };
  state.companies.set(company.id, company);
  for (const title of ["Nouveaux", "Entretien RH", "Entretien technique"]) addColumn(title);
  addColumn("Recruté", { hired: true });
}

/** What the people of a company do with it, its vacancies and its columns by hand. */
export function handsOnOrganisation(state: FlatchrState) {
  const { settings, companies, vacancies, columns } = state;
  return {
    addCompany: (name = "Another company"): FlatchrCompany => {
      const numericId = 100 + state.nextNumber("company");
      const id = encryptedId("company", numericId);
      const company = { id, numericId, slug: toSlug(name), name, isClosed: false };
      companies.set(id, company);
      return company;
    },
    closeCompany: (companyId: string) => {
      companies.set(companyId, { ...required(companies.get(companyId), companyId), isClosed: true });
    },
    addVacancy: (input: Partial<FlatchrVacancy> = {}): FlatchrVacancy => {
      const numericId = 2_400 + state.nextNumber("vacancy");
      const id = encryptedId("vacancy", numericId);
      const title = input.title ?? `Technicien ${numericId} H/F`;
      const vacancy = {
        id,
        numericId,
        slug: `${id.toLowerCase()}-${toSlug(title)}`,
        title,
        companyId: DEFAULT_COMPANY_ID,
        isClosed: false,
        createdAt: settings.now(),
        updatedAt: settings.now(),
        ...input,
      };
      vacancies.set(vacancy.id, vacancy);
      return vacancy;
    },
    closeVacancy: (vacancyId: string) => {
      vacancies.set(vacancyId, { ...required(vacancies.get(vacancyId), vacancyId), isClosed: true });
    },
    addColumn: (title: string, input: Partial<FlatchrColumn> = {}): FlatchrColumn => {
      const number = state.nextNumber("column");
      const column = {
        id: 13_132 + number,
        title,
        companyId: DEFAULT_COMPANY_ID,
        position: number,
        hired: false,
        isRemoved: false,
        createdAt: settings.now(),
        updatedAt: settings.now(),
        ...input,
      };
      columns.set(String(column.id), column);
      return column;
    },
    columns: (companyId: string = DEFAULT_COMPANY_ID) => columnsOf(state, companyId),
    renameColumn: (columnId: number, title: string) => {
      const column = required(columns.get(String(columnId)), columnId);
      columns.set(String(columnId), { ...column, title, updatedAt: settings.now() });
    },
    removeColumn: (columnId: number) => {
      const column = required(columns.get(String(columnId)), columnId);
      columns.set(String(columnId), { ...column, isRemoved: true });
    },
  };
}
