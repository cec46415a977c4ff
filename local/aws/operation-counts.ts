import type { IncomingMessage } from "node:http";

/** How often each operation of an AWS service was called, by its name in the API. */
export type OperationCounts = Map<string, number>;

/** Counts a request of the AWS JSON protocol, which names its operation in a header: `DynamoDB_20120810.PutItem`. */
export function countOperations(counts: OperationCounts, request: IncomingMessage): string {
  const operation = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
  counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return operation;
}
