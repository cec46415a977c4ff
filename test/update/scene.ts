/** What the tests of update runs share: a Flatchr, an HrFlow, an environment, and runs of a workflow. */
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import type { RunAnswer } from "../../lib/run/answer.ts";
import { type Continuation, runUpdate } from "../../lib/update/run.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import { DEFAULT_FLATCHR_KEY, type SimulatedFlatchr, startFlatchr } from "../../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

const LONG_ENOUGH = () => 600_000;

export interface UpdateScene {
  flatchr: SimulatedFlatchr;
  hrflow: SimulatedHrflow;
  environment: TestEnvironment;
  sourceKey: string;
  vacancyId: string;
  /** Adds a candidate to Flatchr, and its profile to HrFlow unless told otherwise. */
  add(
    name: string,
    options?: { inHrflow?: boolean; cv?: boolean },
  ): { applicantId: string; candidateId: string };
  /** The profile of that reference in HrFlow, as it is now. */
  profileOf(reference: string): ReturnType<SimulatedHrflow["profiles"]>[number] | undefined;
  /** The workflow as it is declared, with changes. */
  workflow(changes?: object): object;
  run(changes?: object, timeLeft?: () => number, continued?: Continuation): Promise<RunAnswer>;
  runOn(changes: object, timeLeft: () => number, continued?: Continuation): ReturnType<typeof runUpdate>;
  stop(): Promise<void>;
}

/** A logic at which a run stands, with its lease, until it is let go. */
export function holdUp() {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const logic = async () => {
    reached.resolve();
    await released.promise;
    return true;
  };
  return { logic, reached: reached.promise, letGo: released.resolve };
}

export async function startUpdateScene(
  workflowsBeside: (vacancyId: string) => object[] = () => [],
): Promise<UpdateScene> {
  const flatchr = await startFlatchr({ fileIntervalInMs: 0 });
  const hrflow = await startHrflow({ updatedAt: "strictly_increasing" });
  const sourceKey = hrflow.addSource({ sync_parsing: true }).key;
  const vacancyId = flatchr.addVacancy({ title: "Data Engineer " }).id;
  const environment = await startTestEnvironment(
    {
      "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
      "flatchr/acme": { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId },
    },
    {
      HRFLOW_BASE_URL: hrflow.url,
      FLATCHR_API_BASE_URL: flatchr.apiUrl,
      FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
      CV_ALLOWED_ORIGINS: `${new URL(flatchr.apiUrl).origin},${new URL(hrflow.url).origin}`,
    },
  );
  // Whoever waits in the code lets the clock of the code pass, and no time of ours.
  environment.sleep = async (milliseconds) => environment.pass(milliseconds / 1000);
  const workflow = (changes: object = {}) => ({
    workflow_id: "acme-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth: { secret: "hrflow/acme" },
    connector_auth: { secret: "flatchr/acme" },
    push_parameters: { source_key: sourceKey },
    incremental: true,
    ...changes,
  });
  const runOn: UpdateScene["runOn"] = (changes, timeLeft, continued) => {
    const workflows = checkWorkflows([workflow(changes), ...workflowsBeside(vacancyId)], [flatchrConnector]);
    const checked = workflows.runnable.get("acme-update");
    if (checked?.direction !== "update") throw new Error("it is an update");
    return runUpdate(checked, workflows, continued, timeLeft, environment);
  };

  return {
    flatchr,
    hrflow,
    environment,
    sourceKey,
    vacancyId,
    add(name, { inHrflow = true, cv = false } = {}) {
      const email = `${name.toLowerCase()}@example.com`;
      const { candidate, applicant } = flatchr.addCandidate(
        {
          firstname: name,
          lastname: "Example",
          email,
          phone: "+33 6 12 34 56 78",
          ...(cv && {
            cv: { bytes: Buffer.from("%PDF-1.4 a CV"), fileName: "cv.pdf", contentType: "application/pdf" },
          }),
        },
        { vacancyId },
      );
      if (inHrflow) {
        hrflow.putProfile({
          source_key: sourceKey,
          reference: candidate.id,
          info: { first_name: "Before", last_name: "Update", email, summary: "Foreign to Flatchr" },
          tags: [{ name: "foreign", value: "kept" }],
          experiences: [{ title: "Engineer", company: "ACME" }],
        });
      }
      return { applicantId: applicant.id, candidateId: candidate.id };
    },
    profileOf: (reference) => hrflow.profiles().find((profile) => profile.reference === reference),
    workflow,
    run: async (changes = {}, timeLeft = LONG_ENOUGH, continued) =>
      (await runOn(changes, timeLeft, continued)).answer,
    runOn,
    async stop() {
      await environment.stop();
      await flatchr.stop();
      await hrflow.stop();
    },
  };
}
