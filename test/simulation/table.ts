/**
 * A table in memory that takes the SDK's commands, as far as Relay sends them: a thousand histories make too many calls
 * for a server. That it answers as one does is shown by histories that are played on both.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";

type Item = Record<string, AttributeValue>;
type Values = Record<string, AttributeValue>;

export type Table = ReturnType<typeof createTable>;

export function createTable() {
  const items = new Map<string, Item>();
  const nameOf = ({ pk, sk }: Item = {}) => `${pk?.S}\n${sk?.S}`;

  function answer(command: object): object {
    if (command instanceof GetItemCommand) {
      const Item = items.get(nameOf(command.input.Key));
      return Item ? { Item } : {};
    }
    if (command instanceof BatchGetItemCommand) {
      const Responses: Record<string, Item[]> = {};
      for (const [table, { Keys = [] }] of Object.entries(command.input.RequestItems ?? {}))
        Responses[table] = Keys.map((key) => items.get(nameOf(key))).filter((item) => item !== undefined);
      return { Responses };
    }
    if (command instanceof QueryCommand) {
      const wanted = command.input.ExpressionAttributeValues?.[":pk"]?.S;
      const found = [...items.values()].filter(({ pk }) => pk?.S === wanted);
      return { Items: found.sort((one, other) => (String(one.sk?.S) < String(other.sk?.S) ? -1 : 1)) };
    }
    if (command instanceof PutItemCommand) {
      items.set(nameOf(command.input.Item), { ...command.input.Item });
      return {};
    }
    if (command instanceof DeleteItemCommand) {
      const { Key, ConditionExpression, ExpressionAttributeValues: values = {} } = command.input;
      if (!holds(ConditionExpression, items.get(nameOf(Key)) ?? {}, values)) throw conditionFailed();
      items.delete(nameOf(Key));
      return {};
    }
    if (command instanceof UpdateItemCommand) {
      const { Key = {}, ExpressionAttributeValues: values = {}, ReturnValues } = command.input;
      const before = items.get(nameOf(Key));
      if (!holds(command.input.ConditionExpression, before ?? {}, values)) throw conditionFailed();
      const after = change(command.input.UpdateExpression ?? "", { ...before, ...Key }, values);
      items.set(nameOf(Key), after);
      const Attributes = ReturnValues === "ALL_OLD" ? before : after;
      return Attributes ? { Attributes } : {};
    }
    throw new Error(`no such command here: ${command.constructor.name}`);
  }
  return {
    /** Takes a command of the SDK. Nobody changes what lies in an answer: it is the item itself. */
    answer,
    send: async (command: object): Promise<object> => structuredClone(answer(command)),
  };
}

function conditionFailed(): Error {
  return new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
}

/** `a = :a AND b < :b OR attribute_not_exists(c)` */
function holds(condition: string | undefined, item: Item, values: Values): boolean {
  if (condition === undefined) return true;
  return condition
    .split(" OR ")
    .some((either) => either.split(" AND ").every((term) => isTrue(term, item, values)));
}

function isTrue(term: string, item: Item, values: Values): boolean {
  const [, absent] = /^attribute_not_exists\((\w+)\)$/.exec(term) ?? [];
  if (absent !== undefined) return item[absent] === undefined;
  const [, name = "", operator, value = ""] = /^(\w+) (=|<|>=) (:\w+)$/.exec(term) ?? [];
  const one = plain(item[name]);
  const other = plain(values[value]);
  if (one === undefined || other === undefined || typeof one !== typeof other) return false;
  if (operator === "=") return one === other;
  if (operator === "<") return one < other;
  if (operator === ">=") return one >= other;
  throw new Error(`no such condition here: ${term}`);
}

/** `SET a = :a, b = :b + :c REMOVE d, e` */
function change(expression: string, item: Item, values: Values): Item {
  const [, set, remove] = /^SET (.+?)(?: REMOVE (.+))?$/.exec(expression) ?? [];
  if (set === undefined) throw new Error(`no such update here: ${expression}`);
  const operandOf = (operand: string) =>
    (operand.startsWith(":") ? values[operand] : item[operand]) ?? { N: "0" };
  const changed = { ...item };
  for (const assignment of set.split(", ")) {
    const [name = "", value = ""] = assignment.split(" = ");
    const [first = "", second] = value.split(" + ");
    changed[name] =
      second === undefined
        ? operandOf(first)
        : { N: String(Number(operandOf(first).N) + Number(operandOf(second).N)) };
  }
  for (const name of remove?.split(", ") ?? []) delete changed[name];
  return changed;
}

function plain(value: AttributeValue | undefined): string | number | undefined {
  return value?.N === undefined ? value?.S : Number(value.N);
}
