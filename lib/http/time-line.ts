/** The time line in DynamoDB on which all workers that share a rate limit take slots. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";

/** What a time line needs of the environment. */
export interface TimeLineNeeds {
  dynamodb: Pick<DynamoDBClient, "send">;
  settings: { tableName: string };
  now(): number;
}

/** Which time line, and how it begins. */
export interface TimeLine {
  /** What the limit is counted for. No secret. */
  bucket: string;
  /** When its last slot is so long past, the line is begun anew. */
  idleAfterInMilliseconds: number;
  /** A line that is begun has its first slot so much later than now. */
  beginsInMilliseconds: number;
  /** No slot begins sooner than this from now: who takes it still has to learn of it. */
  leadInMilliseconds: number;
}

/** The item is of no use when it is so old; DynamoDB deletes it. */
const FORGOTTEN_AFTER_IN_SECONDS = 3600;

const timeLineSchema = v.object({ next_at: v.number() });

/**
 * Takes `milliseconds` of the time line, which nobody else has then.
 *
 * @returns when they begin, milliseconds since 1970
 */
export async function takeSlots(
  line: TimeLine,
  milliseconds: number,
  { dynamodb, settings, now: clock }: TimeLineNeeds,
): Promise<number> {
  for (;;) {
    const now = clock();
    const soonest = now + line.leadInMilliseconds;
    const idleSince = now - line.idleAfterInMilliseconds;
    const append = {
      set: "next_at = next_at + :taken",
      condition: "next_at >= :soonest",
      values: { ":soonest": soonest },
    };
    const goOn = {
      set: "next_at = :soonest + :taken",
      condition: "next_at < :soonest AND next_at >= :idle",
      values: { ":soonest": soonest, ":idle": idleSince },
    };
    const begin = {
      set: "next_at = :begin + :taken",
      condition: "attribute_not_exists(next_at) OR next_at < :idle",
      values: { ":idle": idleSince, ":begin": Math.max(soonest, now + line.beginsInMilliseconds) },
    };
    for (const { set, condition, values } of [append, goOn, begin]) {
      try {
        const { Attributes } = await dynamodb.send(
          new UpdateItemCommand({
            TableName: settings.tableName,
            Key: marshall({ pk: `rate#${line.bucket}`, sk: "rate" }),
            UpdateExpression: `SET ${set}, expires_at = :expires`,
            ConditionExpression: condition,
            ExpressionAttributeValues: marshall({
              ...values,
              ":taken": milliseconds,
              ":expires": Math.ceil(now / 1000) + FORGOTTEN_AFTER_IN_SECONDS,
            }),
            ReturnValues: "UPDATED_NEW",
          }),
        );
        return v.parse(timeLineSchema, unmarshall(Attributes ?? {})).next_at - milliseconds;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
}
