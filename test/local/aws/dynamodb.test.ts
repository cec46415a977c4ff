import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { startDynamoDb } from "../../../local/aws/dynamodb.ts";

test("a stop waits for what is being written: whoever asked may be gone", async () => {
  const dynamodb = await startDynamoDb(undefined);
  const write = (serial: number) =>
    dynamodb.client.send(
      new UpdateItemCommand({
        TableName: dynamodb.tableName,
        Key: { pk: { S: "one" }, sk: { S: "item" } },
        UpdateExpression: "SET serial = :serial",
        ExpressionAttributeValues: { ":serial": { N: String(serial) } },
      }),
    );
  const writes = Array.from({ length: 50 }, (_, serial) => write(serial).catch(() => "broken off"));
  while (!dynamodb.operations.has("UpdateItem")) await new Promise((resolve) => setImmediate(resolve));
  await dynamodb.stop(); // An error that nobody catches would end this process.
  expect(await Promise.all(writes)).toHaveLength(50);
});
