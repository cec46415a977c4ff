/** What HrFlow's webhook sends. It is taken as a notification: only the keys are read. */
import * as v from "valibot";
import { keySchema } from "./schema.ts";

const eventSchema = v.object({
  /** Kept in messages and logs: a name, which cannot hold personal data, nor characters that SQS refuses. */
  type: v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/)),
  profile: v.optional(v.unknown()),
});
const profileSchema = v.object({ key: keySchema, source: v.object({ key: keySchema }) });
/** One object is documented today, "an array of payloads" was once. */
const bodySchema = v.union([
  v.pipe(
    eventSchema,
    v.transform((event) => [event]),
  ),
  v.pipe(v.array(eventSchema), v.nonEmpty()),
]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** A profile that was parsed or changed. */
export interface ProfileEvent {
  type: string;
  sourceKey: string;
  profileKey: string;
}

/**
 * Reads a webhook's body.
 *
 * @returns the events about profiles that can be read, and how many others there were: of jobs and other objects, of
 *   failures (`*.error`: "cannot be retrieved"), or without a profile
 * @throws Error that says what is wrong with the body
 */
export function readWebhookBody(body: Buffer): { events: ProfileEvent[]; ignored: number } {
  let json: unknown;
  try {
    json = JSON.parse(UTF8.decode(body));
  } catch {
    throw new Error("the body is not JSON");
  }
  const result = v.safeParse(bodySchema, json);
  if (!result.success)
    throw new Error("the body is not an event of HrFlow: { type, origin, message, profile }");

  const events: ProfileEvent[] = [];
  for (const { type, profile } of result.output) {
    if (!isAboutReadableProfile(type) || profile === undefined || profile === null) continue;
    const keys = v.safeParse(profileSchema, profile);
    if (!keys.success) throw new Error("an event has no usable profile.key and profile.source.key");
    events.push({ type, profileKey: keys.output.key, sourceKey: keys.output.source.key });
  }
  return { events, ignored: result.output.length - events.length };
}

/**
 * `profile.parsing.success`, `profile.storing.update`, `profile.indexing.success` … and whatever HrFlow adds: a push
 * that was not needed costs one comparison, one that was left out loses a profile. One page of the documentation writes
 * `parsing.profile.success`.
 *
 * @see https://developers.hrflow.ai/docs/connectors-webhook
 */
function isAboutReadableProfile(type: string): boolean {
  const parts = type.split(".");
  return (parts[0] === "profile" || parts[1] === "profile") && parts.at(-1) !== "error";
}
