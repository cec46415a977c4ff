import type { Access, CandidateSource } from "../../connector.ts";
import { TemporaryError } from "../../errors.ts";
import { createFlatchrApi } from "./api.ts";
import type { FlatchrAuth, FlatchrPullParameters, FlatchrSourceCandidate } from "./schema.ts";
import { fetchCv } from "./source-cv.ts";
import { createDirectory } from "./source-directory.ts";
import { createIdentifier } from "./source-identity.ts";
import { toSourceCandidate } from "./source-mapping.ts";
import { search } from "./source-search.ts";

/** Opens Flatchr for one run that reads it. */
export function openSource({
  auth,
  parameters,
  environment,
  signal,
}: Access<FlatchrAuth, FlatchrPullParameters>): CandidateSource<FlatchrSourceCandidate> {
  const { vacancy } = parameters;
  const api = createFlatchrApi(auth, companyOf(auth), environment, signal);
  const directory = createDirectory(api, vacancy);
  const identifier = createIdentifier(api, directory, auth.api_key);

  return {
    async *list(changedSince) {
      const vacancyId = vacancy === undefined ? undefined : await directory.getVacancy(vacancy);
      yield* await search(api, { ...parameters, vacancy: vacancyId }, changedSince);
    },

    /** In an order of its own: that of Flatchr's answers is not documented. */
    async catalogue() {
      const [columns, vacancies] = await Promise.all([directory.columns(), directory.vacancies()]);
      return {
        columns: columns.map(({ id, title }) => [String(id), title]).sort(byId),
        vacancies: vacancies.map(({ id, vacancy_id, title }) => [id, vacancy_id, title]).sort(byId),
      };
    },

    identify: identifier.identify,
    toCandidate: toSourceCandidate,

    async fetchCv(identity) {
      return fetchCv(api, await identifier.findCv(identity), environment, signal);
    },
  };
}

/** @throws TemporaryError when the secret does not name it */
export function companyOf({ company_id }: FlatchrAuth): string {
  if (company_id !== undefined) return company_id;
  throw new TemporaryError(
    "credential_failure",
    "Flatchr needs the company's key. Put company_id into the secret",
  );
}

function byId([one = ""]: string[], [other = ""]: string[]): number {
  return one < other ? -1 : Number(one > other);
}
