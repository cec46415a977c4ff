/** What the benches of update runs share: vendors with many candidates, a table that knows them, and runs. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { UPDATE_NODE_OPTIONS } from "../infra/functions.ts";
import { toProfile, toSourceCandidate } from "../lib/connectors/flatchr/source-mapping.ts";
import { toRow } from "../lib/connectors/flatchr/source-rows.ts";
import { fingerprint } from "../lib/fingerprint.ts";
import { checkWorkflows } from "../lib/workflow/workflow.ts";
import { startDynamoDb } from "../local/aws/dynamodb.ts";
import { startSecretsManager } from "../local/aws/secrets-manager.ts";
import { awsEnvironment } from "../local/functions.ts";
import { DEFAULT_FLATCHR_KEY, startFlatchr } from "../local/vendors/flatchr.ts";
import { DEFAULT_HRFLOW_KEY, startHrflow } from "../local/vendors/hrflow.ts";
import type { Report, Work } from "./update-worker.ts";

export type UpdateScene = Awaited<ReturnType<typeof startUpdateScene>>;

const ITEMS_PER_WRITE = 25;

export async function startUpdateScene(candidates: number) {
  const flatchr = await startFlatchr();
  const hrflow = await startHrflow();
  const sourceKey = hrflow.addSource({ sync_parsing: true }).key;
  const [dynamodb, secretsManager] = await Promise.all([
    startDynamoDb(undefined),
    startSecretsManager(undefined),
  ]);
  secretsManager.put("hrflow/bench", { ...DEFAULT_HRFLOW_KEY });
  secretsManager.put("flatchr/bench", { api_key: DEFAULT_FLATCHR_KEY, company_id: flatchr.companyId });
  flatchr.addVacancy({ title: "Data Engineer" });
  flatchr.addVacancy({ title: "Chef de projet" });
  flatchr.generateCandidates(candidates);
  const workflow = {
    workflow_id: "bench-update",
    action: "update_profiles_in_hrflow_from_flatchr",
    hrflow_auth: { secret: "hrflow/bench" },
    connector_auth: { secret: "flatchr/bench" },
    push_parameters: { source_key: sourceKey },
    incremental: true,
  };
  const variables = {
    ...process.env,
    ...awsEnvironment(
      {
        sqs: dynamodb.endpoint, // No message is sent.
        dynamodb: dynamodb.endpoint,
        secretsManager: secretsManager.endpoint,
        tableName: dynamodb.tableName,
      },
      new Map(),
    ),
    HRFLOW_BASE_URL: hrflow.url,
    FLATCHR_API_BASE_URL: flatchr.apiUrl,
    FLATCHR_CAREERS_BASE_URL: flatchr.careersUrl,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  };

  return {
    flatchr,
    hrflow,

    /** Profiles that are as they were before any run. */
    putProfiles(): void {
      for (const { id, email } of flatchr.candidates())
        hrflow.putProfile({ source_key: sourceKey, reference: id, info: { email, summary: "Foreign" } });
    },

    /** Leaves the table as a first run would have left it: with a fingerprint of each candidate. */
    async fillTable(): Promise<void> {
      const candidateIds = new Map(flatchr.applicants().map(({ id, candidateId }) => [id, candidateId]));
      const checked = checkWorkflows([workflow]).byId.get(workflow.workflow_id);
      if (checked?.direction !== "update") throw new Error("it is an update");
      const { push_parameters } = checked;
      const answer = await fetch(`${flatchr.apiUrl}/company/${flatchr.companyId}/search/applicants`, {
        method: "POST",
        headers: { authorization: `Bearer ${DEFAULT_FLATCHR_KEY}` },
      });
      const rows = ((await answer.json()) as unknown[]).map(toRow);
      for (let start = 0; start < rows.length; start += ITEMS_PER_WRITE) {
        const requests = rows.slice(start, start + ITEMS_PER_WRITE).map((row) => {
          const candidateId = candidateIds.get(row.id) ?? "";
          const edit = toProfile(toSourceCandidate(row, { candidateId, cv: undefined }));
          const item = {
            pk: `candidate#${workflow.workflow_id}#${row.id}`,
            sk: "candidate",
            candidate_id: candidateId,
            fingerprint: fingerprint({ edit, push_parameters }),
          };
          return { PutRequest: { Item: marshall(item) } };
        });
        await dynamodb.client.send(
          new BatchWriteItemCommand({ RequestItems: { [dynamodb.tableName]: requests } }),
        );
      }
    },

    /** Runs in one process of their own. */
    async run({
      repetitions = 1,
      isFloorWanted = false,
      tableLatencyInMs,
    }: Partial<Omit<Work, "workflow">> = {}): Promise<Report[]> {
      const work: Work = { workflow, repetitions, isFloorWanted, tableLatencyInMs };
      const worker = fork(new URL("update-worker.ts", import.meta.url), [JSON.stringify(work)], {
        env: { ...variables, NODE_OPTIONS: UPDATE_NODE_OPTIONS }, // as it is deployed
        stdio: ["ignore", "ignore", "inherit", "ipc"], // Metrics and logs go to standard output.
      });
      const [reports] = (await once(worker, "message")) as [Report[]];
      return reports;
    },

    calls: () => flatchr.calls.length + hrflow.calls.length,

    async stop(): Promise<void> {
      await Promise.all([flatchr.stop(), hrflow.stop(), dynamodb.stop(), secretsManager.stop()]);
    },
  };
}
