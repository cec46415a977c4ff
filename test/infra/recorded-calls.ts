/** Which rights a function's calls of AWS need: recorded from the SDK's clients, as `dynamodb:GetItem link#*`. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { TestEnvironment } from "../environment.ts";
import { at, everythingIn } from "./template.ts";

export interface RecordedCalls {
  /** Whatever is called in the course of `run` is this function's. One at a time. */
  as<T>(functionName: string, run: () => Promise<T>): Promise<T>;
  /** Sorted, each once. */
  of(functionName: string): string[];
}

/** IAM names what is done, and not whether it is done to many at once. */
const BATCHES: Record<string, string> = {
  SendMessageBatch: "SendMessage",
  DeleteMessageBatch: "DeleteMessage",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
};

export function recordCalls(environment: TestEnvironment): RecordedCalls {
  const needed = new Map<string, Set<string>>();
  let caller: string | undefined;
  const note = (right: string) => {
    if (caller !== undefined) needed.set(caller, (needed.get(caller) ?? new Set()).add(right));
  };

  (environment.dynamodb as DynamoDBClient).middlewareStack.add((next, context) => async (call) => {
    for (const kind of kindsOfKeys(call.input)) note(`dynamodb:${operationOf(context)} ${kind}`);
    return next(call);
  });
  (environment.sqs as SQSClient).middlewareStack.add((next, context) => async (call) => {
    const operation = operationOf(context);
    const queue = String(at(call.input, "QueueUrl")).split("/").at(-1);
    note(`sqs:${BATCHES[operation] ?? operation} ${queue}`);
    return next(call);
  });
  const { read, refresh } = environment.secrets;
  Object.assign(environment.secrets, {
    read: (...parameters: Parameters<typeof read>) => {
      note(`secretsmanager:GetSecretValue ${parameters[0]}`);
      return read(...parameters);
    },
    refresh: (name: string) => {
      note(`secretsmanager:GetSecretValue ${name}`);
      return refresh(name);
    },
  });

  return {
    async as(functionName, run) {
      caller = functionName;
      try {
        return await run();
      } finally {
        caller = undefined;
      }
    },
    of: (functionName) => [...(needed.get(functionName) ?? [])].sort(),
  };
}

function operationOf(context: object): string {
  return String(at(context, "commandName")).replace(/Command$/, "");
}

/** Of the partition keys in a call: `link#acme#…` → `link#*`. */
function kindsOfKeys(input: unknown): Set<string> {
  const kinds = [...everythingIn(input)].flatMap((value) => {
    const key = at(value, "pk.S") ?? at(value, ":pk.S");
    const [kind] = /^[a-z]+#/.exec(String(key)) ?? [];
    return kind === undefined ? [] : [`${kind}*`];
  });
  // A call whose key is not seen here would be a right that nobody has compared.
  return new Set(kinds.length > 0 ? kinds : ["(no key)"]);
}
