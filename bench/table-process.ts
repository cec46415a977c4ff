/** A DynamoDB in a process of its own, so that what it takes of the processor holds up neither vendors nor function. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startDynamoDb } from "../local/aws/dynamodb.ts";

/** Where it listens. */
interface TableAddress {
  endpoint: string;
  tableName: string;
}

/** Starts one. */
export async function startTableProcess(): Promise<TableAddress & { stop(): void }> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [address] = (await once(child, "message")) as [TableAddress];
  return { ...address, stop: () => child.kill() };
}

if (import.meta.main) {
  const { endpoint, tableName } = await startDynamoDb(undefined);
  process.send?.({ endpoint, tableName } satisfies TableAddress);
  process.once("disconnect", () => process.exit(0));
}
