import type { SQSEvent } from "aws-lambda";

/** Whether an event comes from the function's queue, and not by hand. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function isQueueEvent(event: unknown): event is SQSEvent {
  if (typeof event !== "object" || event === null || !("Records" in event) || !Array.isArray(event.Records))
    return false;
  return event.Records.every((record: unknown) => {
    return (
      typeof record === "object" &&
      record !== null &&
      "eventSource" in record &&
      record.eventSource === "aws:sqs"
    );
  });
}
