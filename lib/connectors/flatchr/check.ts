import type { Access, Finding } from "../../connector.ts";
import { asRelayError, PermanentError } from "../../errors.ts";
import { createFlatchrApi } from "./api.ts";
import { createApplicantFinder } from "./applicants.ts";
import { companyOf } from "./client.ts";
import type { FlatchrAuth, FlatchrParameters, FlatchrPullParameters } from "./schema.ts";
import { companyOf as companyOfSource } from "./source.ts";
import { createDirectory } from "./source-directory.ts";

/** Reads the open vacancies, among which a push looks for its own. */
export async function checkPush({
  auth,
  parameters,
  environment,
  signal,
}: Access<FlatchrAuth, FlatchrParameters>): Promise<Finding[]> {
  const api = createFlatchrApi(auth, companyOf(auth, parameters), environment, signal);
  const vacancies = await api.listVacancies();
  const applicants = createApplicantFinder(
    { ...api, listVacancies: async () => vacancies },
    parameters.vacancy,
  );
  const vacancy = await checkNamed("push_parameters.vacancy", async () => {
    return `the vacancy is open: ${(await applicants.getVacancy()).title.trim()}`;
  });
  return [keyWorks(vacancies.length), vacancy];
}

/** Reads the vacancies and the columns, by which the rows of a run are named. */
export async function checkSource({
  auth,
  parameters,
  environment,
  signal,
}: Access<FlatchrAuth, FlatchrPullParameters>): Promise<Finding[]> {
  const api = createFlatchrApi(auth, companyOfSource(auth), environment, signal);
  const { vacancy, column } = parameters;
  const directory = createDirectory(api, vacancy);
  const [vacancies, columns] = await Promise.all([directory.vacancies(), directory.columns()]);
  const findings = [keyWorks(vacancies.length)];
  if (vacancy !== undefined) {
    const found = checkNamed("pull_parameters.vacancy", async () => {
      const id = await directory.getVacancy(vacancy);
      const open = vacancies.find((one) => one.id === id);
      // An id that Flatchr does not list may still be that of a vacancy whose candidates it tells.
      return open ? `the vacancy is open: ${open.title.trim()}` : "the vacancy is not among the open ones";
    });
    findings.push(await found);
  }
  if (column !== undefined) {
    const titles = columns.map(({ title }) => title.trim());
    const ok = titles.includes(column);
    const known = titles.slice(0, 20).join(", ");
    const message = ok ? "the column is there" : `Flatchr has no column of this title. It has: ${known}`;
    findings.push({ what: "pull_parameters.column", ok, message });
  }
  return findings;
}

function keyWorks(openVacancies: number): Finding {
  const message = `the key works for the company, which has ${openVacancies} open vacancies`;
  return { what: "connector_auth", ok: true, message };
}

async function checkNamed(what: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, message: await find() };
  } catch (error) {
    const failure = asRelayError(error, "read_failure");
    if (failure instanceof PermanentError) return { what, ok: false, message: failure.message };
    throw error;
  }
}
