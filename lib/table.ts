/** The calls to Relay's one DynamoDB table, in plain objects, with errors that say which call failed. */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Environment } from "./environment.ts";
import { TemporaryError } from "./errors.ts";

/** The key of an item; see docs/state.md for what lies under which. */
export interface ItemKey {
  pk: string;
  sk: string;
}
export type Item = Record<string, unknown>;
type World = Pick<Environment, "dynamodb" | "settings">;

/** The condition of a write does not hold. */
export class ConditionFailedError extends Error {
  override name = "ConditionFailedError";
}

const MARSHALL = { removeUndefinedValues: true };
/** DynamoDB's limit for one BatchGetItem. */
export const MAXIMUM_BATCH = 100;

/** Reads an item as it is now; an empty object when there is none. */
export async function getItem(key: ItemKey, { dynamodb, settings }: World): Promise<Item> {
  const command = new GetItemCommand({
    TableName: settings.tableName,
    Key: marshall(key),
    ConsistentRead: true,
  });
  const { Item } = await callTable("GetItem", () => dynamodb.send(command));
  return Item ? unmarshall(Item) : {};
}

/** Reads up to 100 items, by `pk`; those that are not there are left out. */
export async function getItems(
  keys: readonly ItemKey[],
  { dynamodb, settings }: World,
): Promise<Map<string, Item>> {
  const found = new Map<string, Item>();
  let Keys = keys.map((key) => marshall(key));
  while (Keys.length > 0) {
    const RequestItems = { [settings.tableName]: { Keys, ConsistentRead: true } };
    const answer = await callTable("BatchGetItem", () =>
      dynamodb.send(new BatchGetItemCommand({ RequestItems })),
    );
    for (const item of answer.Responses?.[settings.tableName] ?? []) {
      const plain = unmarshall(item);
      found.set(plain.pk, plain);
    }
    Keys = answer.UnprocessedKeys?.[settings.tableName]?.Keys ?? [];
  }
  return found;
}

/** Reads all items under one `pk`, in the order of their `sk` or, `newestFirst`, against it; `pageSize` at a time. */
export async function* queryItems(
  pk: string,
  { dynamodb, settings }: World,
  { newestFirst = false, pageSize }: { newestFirst?: boolean; pageSize?: number } = {},
): AsyncGenerator<Item> {
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const command = new QueryCommand({
      TableName: settings.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: marshall({ ":pk": pk }),
      ConsistentRead: true,
      ScanIndexForward: !newestFirst,
      ...(pageSize !== undefined && { Limit: pageSize }),
      ...(ExclusiveStartKey && { ExclusiveStartKey }),
    });
    const answer = await callTable("Query", () => dynamodb.send(command));
    for (const item of answer.Items ?? []) yield unmarshall(item);
    ExclusiveStartKey = answer.LastEvaluatedKey as Record<string, never> | undefined;
  } while (ExclusiveStartKey);
}

export async function putItem(key: ItemKey, fields: Item, { dynamodb, settings }: World): Promise<void> {
  const Item = marshall({ ...key, ...fields }, MARSHALL);
  await callTable("PutItem", () =>
    dynamodb.send(new PutItemCommand({ TableName: settings.tableName, Item })),
  );
}

/** @throws ConditionFailedError when the condition does not hold */
export async function deleteItem(
  key: ItemKey,
  { dynamodb, settings }: World,
  { condition, values = {} }: { condition?: string; values?: Item } = {},
): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: settings.tableName,
    Key: marshall(key),
    ...(condition !== undefined && {
      ConditionExpression: condition,
      ExpressionAttributeValues: marshall(values),
    }),
  });
  await callTable("DeleteItem", () => dynamodb.send(command));
}

/** What an update changes: fields set, fields removed, under a condition with its `:values`. */
export interface ItemUpdate {
  set: Item;
  remove?: readonly string[];
  condition?: string;
  values?: Item;
}

/**
 * Changes an item, or creates it.
 *
 * @returns the item as it was before
 * @throws ConditionFailedError when the condition does not hold
 */
export async function updateItem(
  key: ItemKey,
  update: ItemUpdate,
  { dynamodb, settings }: World,
): Promise<Item> {
  const set = Object.entries(update.set).filter(([, value]) => value !== undefined);
  const assignments = set.map(([field]) => `${field} = :set_${field}`).join(", ");
  const remove = update.remove?.length ? ` REMOVE ${update.remove.join(", ")}` : "";
  const command = new UpdateItemCommand({
    TableName: settings.tableName,
    Key: marshall(key),
    UpdateExpression: `SET ${assignments}${remove}`,
    ExpressionAttributeValues: marshall(
      { ...Object.fromEntries(set.map(([field, value]) => [`:set_${field}`, value])), ...update.values },
      MARSHALL,
    ),
    ReturnValues: "ALL_OLD",
    ...(update.condition !== undefined && { ConditionExpression: update.condition }),
  });
  const { Attributes } = await callTable("UpdateItem", () => dynamodb.send(command));
  return Attributes ? unmarshall(Attributes) : {};
}

async function callTable<Output>(operation: string, call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException)
      throw new ConditionFailedError(operation, { cause: error });
    const problem = error instanceof Error ? error.name : "failed";
    throw new TemporaryError("state_failure", `DynamoDB ${operation}: ${problem}`, { cause: error });
  }
}
