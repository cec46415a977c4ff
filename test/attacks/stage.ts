/** What attacks are made on: every function with its real environment, one workflow of each action, all vendors simulated. */
import { createHmac } from "node:crypto";
import type { Context, SQSBatchResponse } from "aws-lambda";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import { FLATCHR, SMARTRECRUITERS, startOperatorScene, TEAMTAILOR, UPDATE } from "../operator/scene.ts";
import { webhookRequest } from "../receive/receiver.ts";

export const ACTIONS = [TEAMTAILOR, FLATCHR, SMARTRECRUITERS, UPDATE] as const;
export type Action = (typeof ACTIONS)[number];
const WEBHOOK_SECRET = "webhook-secret";

/** How one attack ended. */
export interface Ended {
  /** What the function answered, as JSON. */
  answer: string;
  /** Undefined when it answered; what it threw otherwise. */
  thrown: Error | undefined;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(
  functions: Readonly<Record<string, unknown>> = { keepAll: () => true, SETTING: 42 },
) {
  const scene = await startOperatorScene(functions);
  const { environment } = scene;
  const declared = ACTIONS.map(scene.workflow);
  const [teamtailor, ...others] = declared;
  const ofOneSource = { ...teamtailor, pull_parameters: { source_keys: [scene.sourceKey] } };
  const receive = webhookFunction([ofOneSource, ...others], environment);
  const pristine = prototypesAsText();

  async function ending(work: Promise<unknown>): Promise<Ended> {
    try {
      return { answer: JSON.stringify((await work) ?? null), thrown: undefined };
    } catch (error) {
      return { answer: "", thrown: error as Error };
    }
  }

  return {
    ...scene,
    /** Sends a body, rightly signed, to the webhook of Teamtailor's workflow, which takes one source. */
    async receive(body: string | Buffer, changes: object = {}): Promise<Ended> {
      const bytes = Buffer.from(body);
      const signature = createHmac("sha256", WEBHOOK_SECRET).update(bytes).digest("hex");
      const request = webhookRequest("", { name: "acme-teamtailor", signature });
      // As API Gateway sends it: text as it is, anything else in base64.
      const isText = bytes.equals(Buffer.from(bytes.toString()));
      const content = { body: bytes.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
      const event = { ...request, ...content };
      return ending(receive({ ...event, ...changes } as typeof request, CONTEXT));
    },
    /** Any event at all to the receiver. */
    receiveEvent: (event: unknown): Promise<Ended> =>
      ending(receive(event as Parameters<typeof receive>[0], CONTEXT)),
    invokeWith: (action: Action, event: unknown): Promise<Ended> => ending(scene.invoke(action, event)),
    /** A batch as SQS hands it over, with messages as they are. */
    deliver: (action: Action, records: object[]): Promise<Ended> =>
      ending(
        scene.invoke<SQSBatchResponse>(
          action,
          { Records: records },
          action === TEAMTAILOR ? { pull_parameters: { source_keys: [scene.sourceKey] } } : {},
        ),
      ),
    /** Every call that changed something anywhere, and every call at all. */
    calls() {
      const { hrflow, teamtailor, flatchr, smartrecruiters } = scene;
      return [hrflow, teamtailor, flatchr, smartrecruiters].flatMap(({ calls }) => calls);
    },
    stored: () =>
      ACTIONS.flatMap((action) => environment.inspectQueue(`${action.replaceAll("_", "-")}.fifo`)),
    deadLetters: (action: Action) =>
      environment.inspectQueue(`${action.replaceAll("_", "-")}-dead-letters.fifo`).map(({ body }) => body),
    /** Whether somebody has put something into what every object inherits. */
    isPolluted: () => prototypesAsText() !== pristine,
  };
}

const CONTEXT = { functionName: "attacked", getRemainingTimeInMillis: () => 180_000 } as Context;

export function prototypesAsText(): string {
  return [
    Object.prototype,
    Array.prototype,
    Function.prototype,
    String.prototype,
    Number.prototype,
    Map.prototype,
  ]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join("|");
}
