/** What the tests of runs by hand share: all vendors simulated, a workflow of each action, and functions to invoke. */
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import type { HandAnswer } from "../../lib/by-hand/by-hand.ts";
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { pushFunction } from "../../lib/lambda/push-function.ts";
import { updateFunction } from "../../lib/lambda/update-function.ts";
import { DEFAULT_FLATCHR_KEY, startFlatchr } from "../../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY, startHrflow } from "../../local/vendors/hrflow.ts";
import { DEFAULT_SMARTRECRUITERS_KEY, startSmartrecruiters } from "../../local/vendors/smartrecruiters.ts";
import { DEFAULT_TEAMTAILOR_KEY, startTeamtailor } from "../../local/vendors/teamtailor.ts";
import { startTestEnvironment } from "../environment.ts";

export const TEAMTAILOR = "push_profile_to_teamtailor";
export const FLATCHR = "push_profile_to_flatchr";
export const SMARTRECRUITERS = "push_profile_to_smartrecruiters";
export const UPDATE = "update_profiles_in_hrflow_from_flatchr";
/** Personal data of everybody in these tests holds this, so that a leak shows. */
export const MARK = "Zyxwvut";

export type OperatorScene = Awaited<ReturnType<typeof startOperatorScene>>;

export async function startOperatorScene(functions: Readonly<Record<string, unknown>> = {}) {
  const hrflow = await startHrflow({ updatedAt: "strictly_increasing" });
  const teamtailor = await startTeamtailor({ rateLimit: false });
  const flatchr = await startFlatchr({ fileIntervalInMs: 0 });
  const smartrecruiters = await startSmartrecruiters({ rateLimit: false, concurrency: false });
  const sourceKey = hrflow.addSource({ name: "Careers site", sync_parsing: true }).key;
  const vacancy = flatchr.addVacancy({ title: "Technician" });
  const job = smartrecruiters.addJob({ title: "Engineer" });
  const secrets = {
    "hrflow/acme": { ...DEFAULT_HRFLOW_KEY, webhook_secret: "webhook-secret" },
    "teamtailor/acme": { auth: DEFAULT_TEAMTAILOR_KEY.token },
    "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId },
    "smartrecruiters/acme": { auth: DEFAULT_SMARTRECRUITERS_KEY },
  };
  const environment = await startTestEnvironment(secrets, {
    HRFLOW_BASE_URL: hrflow.url,
    TEAMTAILOR_BASE_URL: teamtailor.url,
    FLATCHR_API_BASE_URL: flatchr.apiUrl,
    FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
    SMARTRECRUITERS_BASE_URL: smartrecruiters.url,
    CV_ALLOWED_ORIGINS: [hrflow.url, flatchr.apiUrl].map((url) => new URL(url).origin).join(),
  });
  // Whoever waits in the code lets the clock of the code pass, and no time of ours.
  environment.sleep = async (milliseconds) => environment.pass(milliseconds / 1000);
  const hrflow_auth = { secret: "hrflow/acme" };
  const push = (name: string, push_parameters: object) => ({
    workflow_id: `acme-${name}`,
    action: `push_profile_to_${name}`,
    hrflow_auth,
    connector_auth: { secret: `${name}/acme` },
    push_parameters,
  });
  const workflows: Record<string, object> = {
    [TEAMTAILOR]: push("teamtailor", {}),
    [FLATCHR]: push("flatchr", { vacancy: vacancy.slug }),
    [SMARTRECRUITERS]: push("smartrecruiters", { job_id: job.id }),
    [UPDATE]: {
      workflow_id: "acme-update",
      action: UPDATE,
      hrflow_auth,
      connector_auth: { secret: "flatchr/acme" },
      push_parameters: { source_key: sourceKey },
      incremental: true,
    },
  };

  /** Invokes the function of an action, as the Lambda console does; `changes` are made to its declared workflow. */
  async function invoke<Answer = HandAnswer>(
    action: string,
    event: unknown,
    changes: object = {},
    timeLeft = () => 180_000,
  ): Promise<Answer> {
    const list = Object.values({ ...workflows, [action]: { ...workflows[action], ...changes } });
    const user = { workflows: list, functions };
    const connector = connectors.find(({ name }) => action === `push_profile_to_${name}`);
    const handler = connector
      ? pushFunction(connector, user, environment)
      : updateFunction(flatchrConnector, user, environment);
    const context = { functionName: action, getRemainingTimeInMillis: timeLeft } as Context;
    return (await handler(event, context)) as Answer;
  }

  let people = 0;
  return {
    hrflow,
    teamtailor,
    flatchr,
    smartrecruiters,
    environment,
    sourceKey,
    vacancy,
    job,
    secrets,
    invoke,
    /** As it is declared. */
    workflow: (action: string): object => workflows[action] ?? {},
    /** A profile of a new person in HrFlow; its key. */
    addProfile(): string {
      people += 1;
      const info = { first_name: MARK, last_name: "Exemple", email: `${MARK}-${people}@example.com` };
      return hrflow.putProfile({ source_key: sourceKey, info: { ...info, phone: "+33 6 39 98 12 34" } }).key;
    },
    /** A new person in Flatchr, whom HrFlow knows unless told otherwise. */
    addCandidate({ inHrflow = true, ...fields }: { inHrflow?: boolean; firstname?: string } = {}) {
      people += 1;
      const email = `${MARK}-${people}@example.com`.toLowerCase();
      const person = { firstname: MARK, lastname: "Exemple", email, ...fields };
      const { candidate, applicant } = flatchr.addCandidate(person, { vacancyId: vacancy.id });
      if (inHrflow) hrflow.putProfile({ source_key: sourceKey, reference: candidate.id, info: { email } });
      return { rowId: applicant.id, candidateId: candidate.id, email };
    },
    /** All that the table and the dead-letter queues hold, as text. */
    async everythingKept(): Promise<string> {
      const { dynamodb, settings, inspectQueue } = environment;
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: settings.tableName }));
      const queues = [TEAMTAILOR, FLATCHR, SMARTRECRUITERS].map((action) =>
        inspectQueue(`${action.replaceAll("_", "-")}-dead-letters.fifo`),
      );
      return JSON.stringify([Items, queues]);
    },
    stop: () =>
      Promise.all([environment, hrflow, teamtailor, flatchr, smartrecruiters].map((one) => one.stop())),
  };
}
