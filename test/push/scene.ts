/** What the tests of pushes share: an HrFlow, a Teamtailor, an environment, a workflow, and messages about profiles. */
import { expect } from "vitest";
import type { CandidateStore } from "../../lib/connector.ts";
import teamtailorConnector from "../../lib/connectors/teamtailor/index.ts";
import { enqueue } from "../../lib/queue.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { DEFAULT_HRFLOW_KEY, type SimulatedHrflow, startHrflow } from "../../local/vendors/hrflow.ts";
import {
  DEFAULT_TEAMTAILOR_KEY,
  type SimulatedTeamtailor,
  startTeamtailor,
} from "../../local/vendors/teamtailor.ts";
import { startTestEnvironment, type TestEnvironment } from "../environment.ts";

export const WORKFLOW = {
  workflow_id: "acme-teamtailor",
  action: "push_profile_to_teamtailor",
  hrflow_auth: { secret: "hrflow/acme" },
  connector_auth: { secret: "teamtailor/acme" },
};
const SECRETS = {
  "hrflow/acme": { ...DEFAULT_HRFLOW_KEY },
  "teamtailor/acme": { auth: DEFAULT_TEAMTAILOR_KEY.token },
};

export interface PushScene {
  hrflow: SimulatedHrflow;
  teamtailor: SimulatedTeamtailor;
  environment: TestEnvironment;
  sourceKey: string;
  /** Adds a profile to HrFlow, with an e-mail of its own. */
  addProfile(info?: object): ReturnType<SimulatedHrflow["putProfile"]>;
  /** Stores messages about these profiles, as the receiver does. */
  store(...profileKeys: string[]): Promise<void>;
  /** From now on, Teamtailor answers so many calls with 503. */
  outage(times?: number): void;
  stop(): Promise<void>;
}

/** @param variables environment variables of the function, beside those that every scene has */
export async function startPushScene(variables: Record<string, string> = {}): Promise<PushScene> {
  const hrflow = await startHrflow();
  const teamtailor = await startTeamtailor({ rateLimit: false });
  const sourceKey = hrflow.addSource({}).key;
  const environment = await startTestEnvironment(SECRETS, {
    HRFLOW_BASE_URL: hrflow.url,
    TEAMTAILOR_BASE_URL: teamtailor.url,
    CV_ALLOWED_ORIGINS: new URL(hrflow.url).origin,
    ...variables,
  });
  let people = 0;
  return {
    hrflow,
    teamtailor,
    environment,
    sourceKey,
    addProfile(info = {}) {
      people += 1;
      const own = { last_name: `Example ${people}`, email: `person-${people}@example.com` };
      const ada = { first_name: "Ada", phone: "+33612345678", ...own };
      return hrflow.putProfile({ source_key: sourceKey, info: { ...ada, ...info } });
    },
    async store(...profileKeys) {
      const { workflow_id, action } = WORKFLOW;
      const messages = profileKeys.map((profile_key) => ({
        workflow_id,
        source_key: sourceKey,
        profile_key,
      }));
      await enqueue(action, messages, environment);
    },
    outage(times = Number.POSITIVE_INFINITY) {
      teamtailor.failNext({}, { kind: "status", status: 503 }, times);
    },
    async stop() {
      await Promise.all([environment.stop(), hrflow.stop(), teamtailor.stop()]);
    },
  };
}

/** @param changed what the store of the workflow does otherwise than Teamtailor's */
export function workflowWith(changed: Partial<CandidateStore<object>> = {}) {
  const checked = checkWorkflow(WORKFLOW);
  if (checked.direction !== "push") return expect.fail("it is a push");
  const push: typeof teamtailorConnector.push = {
    ...teamtailorConnector.push,
    connect: (access) => ({ ...teamtailorConnector.push.connect(access), ...changed }),
  };
  return { ...checked, connector: { ...teamtailorConnector, push } };
}
