/** The bundles as they are deployed, and beside them bundles with the same AWS clients that do nothing. */
import { readFileSync, statSync } from "node:fs";
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
  /** Of a module with the same AWS clients and an empty handler, the clients as they come. */
  emptyUrl: string;
  /** The same, with as little of the clients as in the function's bundle. */
  leastUrl: string;
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

/** What a function with these clients cannot do without. It keeps the commands that the real one sends. */
const emptyFunction = (hasTable: boolean, credentials: string) => `
${credentials}
import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { SQSClient, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
${hasTable ? 'import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";' : ""}
export const clients = [new SecretsManagerClient(settings), new SQSClient(settings)${hasTable ? ", new DynamoDBClient(settings)" : ""}];
export const commands = [GetSecretValueCommand, SendMessageBatchCommand${hasTable ? ", GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand" : ""}];
export const handler = async () => ({});
`;
/** The part of serverless.yml that leaves things out of the bundles. */
const LEFT_OUT = /^ {4}alias:$[\s\S]*?^$/m;
const AS_THEY_COME = "const settings = {};";
const AS_LITTLE = `import { fromEnv } from "@aws-sdk/credential-provider-env"; const settings = { credentials: fromEnv() };`;

/** Packages all; some thirty seconds. */
export async function buildBundles(): Promise<{ bundles: Bundle[]; remove(): void }> {
  const configuration = readFileSync(new URL("../serverless.yml", import.meta.url), "utf8");
  const stock = configuration.replace(LEFT_OUT, "\n");
  if (stock === configuration) throw new Error("serverless.yml says nowhere what is left out of the bundles");
  const empty = (credentials: string) =>
    Object.fromEntries(
      FUNCTIONS.map((name) => [`functions/${name}.ts`, emptyFunction(name !== RECEIVER, credentials)]),
    );
  const packages = [
    await packageCopy({ "workflows/index.ts": WORKFLOWS }),
    await packageCopy({ ...empty(AS_THEY_COME), "serverless.yml": stock }),
    await packageCopy(empty(AS_LITTLE)),
  ];
  const [directory = "", emptyDirectory = "", leastDirectory = ""] = packages.map(unpack);
  const urlIn = (folder: string, name: string) => pathToFileURL(join(folder, `${name}.mjs`)).href;
  const bundles = FUNCTIONS.map((name) => ({
    name,
    url: urlIn(directory, name),
    emptyUrl: urlIn(emptyDirectory, name),
    leastUrl: urlIn(leastDirectory, name),
    bytes: statSync(join(directory, `${name}.mjs`)).size,
  }));
  return {
    bundles,
    remove() {
      for (const one of packages) one.remove();
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
