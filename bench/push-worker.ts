/** Pushes from a queue in a process of its own, so many at once, by the engine as it is but for the pace. */
import { performance } from "node:perf_hooks";
import type { SQSRecord } from "aws-lambda";
import pMap from "p-map";
import teamtailor from "../lib/connectors/teamtailor/index.ts";
import { createEnvironment, type Environment } from "../lib/environment.ts";
import { unpaced } from "../lib/http/pace.ts";
import { pushFromQueue } from "../lib/push/queue.ts";
import { checkWorkflows } from "../lib/workflow/workflow.ts";
import { createTable } from "../test/simulation/table.ts";

/** What the process is to push. */
export interface PushWork {
  sourceKey: string;
  profileKeys: string[];
  pushesPerRound: number;
  concurrency: number;
}

export interface PushReport {
  roundsInMs: number[];
}

const { sourceKey, profileKeys, pushesPerRound, concurrency } = JSON.parse(
  process.argv[2] ?? "{}",
) as PushWork;
const table = createTable();
const environment: Environment = {
  ...createEnvironment(),
  pacer: unpaced,
  dynamodb: { send: (command: object) => table.send(command) } as never,
};
const action = "push_profile_to_teamtailor";
const workflow = {
  workflow_id: "bench-teamtailor",
  action,
  hrflow_auth: { secret: "hrflow/bench" },
  connector_auth: { secret: "teamtailor/bench" },
};
const consumer = {
  action,
  workflows: checkWorkflows([workflow], [teamtailor]),
  environment,
  timeLeft: () => 170_000,
};

function recordOf(profileKey: string): SQSRecord {
  const sentAt = `${Date.now()}`;
  return {
    messageId: profileKey,
    receiptHandle: profileKey,
    body: JSON.stringify({
      workflow_id: workflow.workflow_id,
      source_key: sourceKey,
      profile_key: profileKey,
    }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: sentAt,
      ApproximateFirstReceiveTimestamp: sentAt,
      SenderId: "bench",
      MessageGroupId: profileKey,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:bench",
    awsRegion: "eu-west-1",
  };
}

const roundsInMs: number[] = [];
for (let start = 0; start < profileKeys.length; start += pushesPerRound) {
  const records = profileKeys.slice(start, start + pushesPerRound).map(recordOf);
  const begun = performance.now();
  const push = async (record: SQSRecord) => pushFromQueue({ Records: [record] }, consumer);
  const answers = await pMap(records, push, { concurrency });
  roundsInMs.push(performance.now() - begun);
  const failures = answers.flatMap(({ batchItemFailures }) => batchItemFailures);
  if (failures.length > 0) throw new Error(`${failures.length} pushes of a round failed`);
}
process.send?.({ roundsInMs } satisfies PushReport);
process.disconnect?.();
