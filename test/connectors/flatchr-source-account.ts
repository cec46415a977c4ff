/** A simulated Flatchr, and its candidates as a run reads them. */

import * as v from "valibot";
import { onTestFinished } from "vitest";
import type { SourceRow } from "../../lib/connector.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import type { Environment } from "../../lib/environment.ts";
import { DEFAULT_FLATCHR_KEY, type FlatchrOptions, startFlatchr } from "../../local/vendors/flatchr.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

export const SEARCH = "POST /company/:companyId/search/applicants";
export const MOVE = "PUT /company/:companyId/vacancy/:vacancyId/applicant/:applicantId";
export const COLUMNS = "GET /company/:companyId/columns";
export const VACANCIES = "GET /company/:companyId/vacancies";
export const FILES = "GET /company/:companyId/files/expire";

/** A company with one vacancy and no candidate. */
export async function startAccount(options: FlatchrOptions = {}) {
  const flatchr = await startFlatchr(options);
  const world: TestEnvironment = await startTestEnvironment(
    {},
    { FLATCHR_API_BASE_URL: flatchr.apiUrl, CV_ALLOWED_ORIGINS: new URL(flatchr.apiUrl).origin },
  );
  onTestFinished(async () => {
    await Promise.all([flatchr.stop(), world.stop()]);
  });
  const vacancy = flatchr.addVacancy({ title: "Technicien H/F " });
  const bodies: unknown[] = [];
  const environment: Environment = {
    ...world,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (request.method !== "GET") bodies.push(await request.clone().json());
      return globalThis.fetch(request);
    },
  };

  /** A new run: nothing is remembered from the one before. */
  function open(parameters: object = {}, secret: object = {}, changes: Partial<Environment> = {}) {
    const { auth, pull } = flatchrConnector;
    return pull.connect({
      auth: v.parse(auth, { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId, ...secret }),
      parameters: v.parse(pull.parameters, parameters),
      environment: { ...environment, ...changes },
      signal: AbortSignal.timeout(50_000),
    });
  }

  async function list(parameters: object = {}, changedSince?: string): Promise<SourceRow[]> {
    return collect(open(parameters).list(changedSince));
  }

  /** The e-mails before the @, of those whom a run with these filters reads. */
  async function namesOf(parameters: object = {}, changedSince?: string): Promise<unknown[]> {
    const rows = await list(parameters, changedSince);
    return rows.map(({ fields }) => String(fields.email).replace(/@.*/, "")).sort();
  }

  /** The only row of the account. */
  async function onlyRow(): Promise<SourceRow> {
    const [row, ...others] = await list();
    if (row === undefined || others.length > 0) throw new Error(`${others.length + 1} rows`);
    return row;
  }

  const callsTo = (route: string) => flatchr.calls.filter((call) => call.route === route);
  return { flatchr, vacancy, open, list, namesOf, onlyRow, bodies, callsTo, environment, world };
}

/** `Array.fromAsync`, which the types of Node 24's language version do not have yet. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
