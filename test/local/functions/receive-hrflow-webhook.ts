import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

const sqs = new SQSClient({});

/** A stand-in: puts the body into the queue, or answers the event it was given. */
export async function handler(event: APIGatewayProxyEventV2) {
  if (event.pathParameters?.name !== "queue") return { statusCode: 202, body: JSON.stringify(event) };
  const { group = "group", ...message } = JSON.parse(event.body ?? "{}") as { group?: string };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.PUSH_PROFILE_TO_TEAMTAILOR_QUEUE_URL,
      MessageBody: JSON.stringify(message),
      MessageGroupId: group,
      MessageDeduplicationId: event.requestContext.requestId,
    }),
  );
  return { statusCode: 202, headers: { "x-stored": "1" } };
}
