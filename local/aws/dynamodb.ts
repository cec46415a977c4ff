import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import type { DataDirectory } from "../data-directory.ts";
import { clientSettings } from "./identity.ts";
import { countOperations, type OperationCounts } from "./operation-counts.ts";

const LONGEST_WAIT_IN_MILLISECONDS = 2_000;

export interface LocalDynamoDb {
  endpoint: string;
  client: DynamoDBClient;
  tableName: string;
  /** How often each operation was called since the start, by name ("PutItem"). */
  operations: OperationCounts;
  stop(): Promise<void>;
}

/** A DynamoDB on loopback with Relay's one table, in memory, or in a data directory where it outlives a SIGKILL. */
export async function startDynamoDb(dataDirectory: DataDirectory | undefined): Promise<LocalDynamoDb> {
  const server = dynalite({
    createTableMs: 0,
    ...(dataDirectory ? { path: dataDirectory.path("dynamodb") } : {}),
  });
  const operations: OperationCounts = new Map();
  const [handle] = server.listeners("request") as [
    (request: IncomingMessage, response: ServerResponse) => void,
  ];
  const underWay = new Set<ServerResponse>();
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    countOperations(operations, request);
    trackUntilEnd(request, response, underWay);
    handle(request, response);
    // dynalite throws the error of a request that broke off, as a killed worker leaves it: that would end the process.
    request.removeAllListeners("error");
    request.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient(clientSettings(endpoint));
  const tableName = "hrflow-relay";
  await createTable(client, tableName);
  operations.clear();
  return {
    endpoint,
    client,
    tableName,
    operations,
    stop: async () => {
      client.destroy();
      server.removeAllListeners("request");
      // dynalite throws what it writes when its database is closed: that would end the process, too.
      for (let waited = 0; underWay.size > 0 && waited < LONGEST_WAIT_IN_MILLISECONDS; waited += 10)
        await delay(10);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Keeps a request among those under way until it is answered, whether somebody still waits for that or not. */
function trackUntilEnd(
  request: IncomingMessage,
  response: ServerResponse,
  underWay: Set<ServerResponse>,
): void {
  underWay.add(response);
  const { end } = response;
  response.end = ((...given: Parameters<typeof end>) => {
    underWay.delete(response);
    return end.apply(response, given);
  }) as typeof end;
  request.once("close", () => {
    if (!request.complete) underWay.delete(response); // It broke off before dynalite had all of it.
  });
}

async function createTable(client: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error; // It is there already: kept from an earlier start.
  }
}
