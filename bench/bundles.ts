/** The bundles as they are deployed, and beside them bundles with the same AWS clients that do nothing. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageCopy, unpack } from "../test/infra/package-copy.ts";
import type { Figure } from "./figure.ts";

const RECEIVER = "receive-hrflow-webhook";
const RECEIVER_GOAL_IN_KIBIBYTES = 400;
const OTHERS_GOAL_IN_KIBIBYTES = 450;

/** One function's bundle. */
export interface Bundle {
  name: string;
  /** Of the function. */
  url: string;
  /** Of a module with the same AWS clients and an empty handler, built with the same options. */
  emptyUrl: string;
  bytes: number;
}

const FUNCTIONS = [
  RECEIVER,
  "push-profile-to-flatchr",
  "push-profile-to-smartrecruiters",
  "push-profile-to-teamtailor",
  "update-profiles-in-hrflow-from-flatchr",
];

/** The workflows that the bench runs: one for each action, so that an event is for one workflow. */
const WORKFLOWS = `
const auth = { hrflow_auth: { secret: "hrflow/bench" } };
export default [
  { workflow_id: "bench-teamtailor", action: "push_profile_to_teamtailor", ...auth, connector_auth: { secret: "teamtailor/bench" } },
];
`;

const CREDENTIALS = `credentials: fromEnv(), maxAttempts: 4, requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 }`;

/** What a function with these clients cannot do without. It keeps the commands that the real one sends. */
const emptyFunction = (hasTable: boolean) => `
import { fromEnv } from "@aws-sdk/credential-provider-env";
import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { SQSClient, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
${hasTable ? 'import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";' : ""}
const settings = { ${CREDENTIALS} };
export const clients = [new SecretsManagerClient(settings), new SQSClient(settings)${hasTable ? ", new DynamoDBClient(settings)" : ""}];
export const commands = [GetSecretValueCommand, SendMessageBatchCommand${hasTable ? ", GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand" : ""}];
export const handler = async () => ({});
`;

/** Packages both; some twenty seconds. */
export async function buildBundles(): Promise<{ bundles: Bundle[]; remove(): void }> {
  const real = await packageCopy({ "workflows/index.ts": WORKFLOWS });
  const empty = await packageCopy(
    Object.fromEntries(FUNCTIONS.map((name) => [`functions/${name}.ts`, emptyFunction(name !== RECEIVER)])),
  );
  const [directory, emptyDirectory] = [unpack(real), unpack(empty)];
  const bundles = FUNCTIONS.map((name) => {
    const path = join(directory, `${name}.mjs`);
    return {
      name,
      url: pathToFileURL(path).href,
      emptyUrl: pathToFileURL(join(emptyDirectory, `${name}.mjs`)).href,
      bytes: statSync(path).size,
    };
  });
  return {
    bundles,
    remove() {
      real.remove();
      empty.remove();
    },
  };
}

/** How large each is. */
export function sizeFigures(bundles: readonly Bundle[]): Figure[] {
  return bundles.map(({ name, bytes }) => ({
    what: `size of ${name}`,
    measured: `${bytes} bytes`,
    floor: "—",
    values: [bytes / 1024],
    unit: "KiB" as const,
    goal: { atMost: name === RECEIVER ? RECEIVER_GOAL_IN_KIBIBYTES : OTHERS_GOAL_IN_KIBIBYTES },
  }));
}
