/** All vendors, workflows of every action, people made of canaries; and everything that Relay says or stores is kept, to be searched. */
import { inspect } from "node:util";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Environment } from "../../lib/environment.ts";
import { webhookFunction } from "../../lib/lambda/webhook-function.ts";
import { signWebhook } from "../../local/vendors/hrflow-webhook.ts";
import { FLATCHR, SMARTRECRUITERS, startOperatorScene, TEAMTAILOR, UPDATE } from "../operator/scene.ts";
import { webhookRequest } from "../receive/receiver.ts";
import {
  CANDIDATE,
  CANDIDATE_IN_HRFLOW,
  CV_BYTES,
  FILE_NAME,
  NEXT,
  PERSON,
  SECRETS,
  WEBHOOK,
} from "./canaries.ts";
import { findCanaries } from "./find.ts";
import { startVendorProxy } from "./proxy.ts";

export const PUSHES = [TEAMTAILOR, FLATCHR, SMARTRECRUITERS] as const;
export const ACTIONS = [...PUSHES, UPDATE] as const;
export type Action = (typeof ACTIONS)[number];

/** Where something was said. */
export type Place =
  | "log"
  | "metrics"
  | "console"
  | "answers"
  | "thrown errors"
  | "calls of SQS"
  | "calls of DynamoDB"
  | "queues"
  | "table"
  | "callbacks";

export type WatchedScene = Awaited<ReturnType<typeof openWatchedScene>>;

export async function openWatchedScene(functions: Readonly<Record<string, unknown>> = {}) {
  const scene = await startOperatorScene(functions);
  const proxy = await startVendorProxy();
  const said = new Map<Place, string[]>();
  const say = (place: Place, what: unknown) => {
    const text = typeof what === "string" ? what : `${JSON.stringify(what)} ${inspect(what, { depth: 20 })}`;
    const texts = said.get(place) ?? [];
    texts.push(text);
    said.set(place, texts);
  };

  useSecretsOfCanaries(scene);
  const { environment } = scene;
  const { settings } = environment;
  environment.settings = {
    ...settings,
    baseUrl: (name, real) => proxy.through(settings.baseUrl(name, real)),
  };
  // What is stored for a moment only has left the process as well.
  environment.sqs = watched(environment.sqs, (input) => say("calls of SQS", input));
  environment.dynamodb = watched(environment.dynamodb, (input) => say("calls of DynamoDB", input));
  const restoreConsole = watchConsole((words) => say("console", words));

  const addCv = (key: string, bytes = CV_BYTES) =>
    scene.hrflow.addAttachment(key, {
      type: "resume",
      extension: ".pdf",
      fileName: FILE_NAME,
      bytes,
    });

  return {
    ...scene,
    environment,
    proxy,
    say,
    /** The texts that were searched. */
    searched: new Set<string>(),
    /** Without the proxy in between. */
    useVendorsDirectly: () => {
      environment.settings = settings;
    },
    /** A profile of canaries; each has an e-mail of its own, as people have. */
    addPerson(reference?: string): string {
      const email = `${scene.hrflow.profiles().length}.${PERSON.info.email}`;
      const input = { ...PERSON, info: { ...PERSON.info, email }, source_key: scene.sourceKey };
      const { key } = scene.hrflow.putProfile({ ...input, ...(reference && { reference }) });
      addCv(key);
      return key;
    },
    /** Changes it so that an update is made. */
    changePerson(key: string): void {
      const tags = [...PERSON.tags, NEXT.tag];
      scene.hrflow.editProfile(key, { info: { phone: NEXT.phone, summary: NEXT.summary }, tags });
      addCv(key, NEXT.cv);
    },
    addCandidateOfCanaries({ inHrflow = true, hasCv = true } = {}) {
      const { source, cv, cvName, ...person } = CANDIDATE;
      const file = { bytes: cv, fileName: cvName, contentType: "application/pdf" };
      const email = `${scene.hrflow.profiles().length}.${person.email}`;
      const { candidate, applicant } = scene.flatchr.addCandidate(
        { ...person, email, ...(hasCv && { cv: file }) },
        { vacancyId: scene.vacancy.id, source },
      );
      if (inHrflow) {
        const known = { ...CANDIDATE_IN_HRFLOW, source_key: scene.sourceKey, reference: candidate.id };
        scene.hrflow.putProfile(known);
      }
      return { rowId: applicant.id, candidateId: candidate.id };
    },
    /** Invokes a function; its answer is searched but for the preview of a dry run, which is meant for who asked. */
    async invoke<Answer = unknown>(
      action: Action,
      event: unknown,
      changes: object = {},
      timeLeft?: () => number,
    ): Promise<Answer | undefined> {
      try {
        const answer = await scene.invoke<Answer>(action, event, changes, timeLeft);
        say("answers", withoutPreviews(answer));
        return answer;
      } catch (error) {
        say("thrown errors", everythingOf(error));
        return undefined;
      }
    },
    /** A webhook that carries a whole profile of canaries. */
    async receive(key: string, body?: string): Promise<void> {
      const profile = { ...scene.hrflow.profile(key), ...PERSON, key, source: { key: scene.sourceKey } };
      const event = { type: "profile.parsing.success", ...WEBHOOK, profile };
      const content = body ?? JSON.stringify(event);
      const request = webhookRequest(content, {
        name: "acme-teamtailor",
        signature: signWebhook(content, SECRETS.hrflow.webhook_secret, "body_hex"),
        headers: { "x-note": WEBHOOK.header, "user-agent": WEBHOOK.header },
      });
      const handler = webhookFunction(ACTIONS.map(scene.workflow), environment);
      try {
        const context = { functionName: "receive" } as Parameters<typeof handler>[1];
        say("answers", await handler(request, context));
      } catch (error) {
        say("thrown errors", everythingOf(error));
      }
    },
    /** All that was said since the scene was opened, with what now lies in the table and the queues. */
    async everything(): Promise<Map<Place, string[]>> {
      const { dynamodb, sqs, logged, measured, settings: named, inspectQueue } = environment;
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: named.tableName }));
      const queued: unknown[] = [];
      for (const action of ACTIONS) {
        queued.push(inspectQueue(`${action.replaceAll("_", "-")}.fifo`));
        const receive = new ReceiveMessageCommand({
          QueueUrl: named.deadLetterQueueUrl(action),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          VisibilityTimeout: 0,
        });
        queued.push(
          inspectQueue(`${action.replaceAll("_", "-")}-dead-letters.fifo`),
          await sqs.send(receive),
        );
      }
      const texts = (items: unknown[]) => items.map((item) => JSON.stringify(item));
      return new Map<Place, string[]>([
        ...said,
        ["log", logged],
        ["metrics", measured],
        ["table", texts(Items)],
        ["queues", texts(queued)],
      ]);
    },
    async stop() {
      restoreConsole();
      await Promise.all([scene.stop(), proxy.stop()]);
    },
  };
}

/** Where canaries are found that no look before this one has found, with the beginning of the text. */
export async function leaksOf(scene: WatchedScene): Promise<string[]> {
  const everything = await scene.everything();
  return [...everything].flatMap(([place, texts]) =>
    texts.flatMap((text) => {
      if (scene.searched.has(text)) return [];
      scene.searched.add(text);
      const found = findCanaries(text);
      return found.length > 0 ? [`${place}: ${found.join(", ")} in ${text.slice(0, 600)}`] : [];
    }),
  );
}

function useSecretsOfCanaries(scene: Awaited<ReturnType<typeof startOperatorScene>>): void {
  const { hrflow, teamtailor, flatchr, smartrecruiters, environment } = scene;
  const { api_secret, api_user } = SECRETS.hrflow;
  hrflow.acceptKeys([{ api_secret, api_user, permission: "all" }]);
  teamtailor.acceptKeys([{ token: SECRETS.teamtailor, scope: "admin", access: "read_write" }]);
  flatchr.acceptKeys([SECRETS.flatchr]);
  smartrecruiters.acceptKeys([SECRETS.smartrecruiters]);
  environment.rotateSecret("hrflow/acme", SECRETS.hrflow);
  environment.rotateSecret("teamtailor/acme", { auth: SECRETS.teamtailor });
  environment.rotateSecret("flatchr/acme", { api_key: SECRETS.flatchr, company_id: flatchr.companyId });
  environment.rotateSecret("smartrecruiters/acme", { auth: SECRETS.smartrecruiters });
}

function watched<Client extends Environment["sqs"] | Environment["dynamodb"]>(
  client: Client,
  see: (input: unknown) => void,
): Client {
  const send = client.send as (command: { input: unknown }) => Promise<unknown>;
  return {
    ...client,
    send: (command: { input: unknown }) => {
      see(command.input);
      return send.call(client, command);
    },
  } as Client;
}

function watchConsole(see: (words: unknown) => void): () => void {
  const methods = ["debug", "info", "log", "warn", "error", "trace"] as const;
  const originals = methods.map((method) => [method, console[method]] as const);
  for (const method of methods) console[method] = (...words: unknown[]) => see(words);
  return () => {
    for (const [method, original] of originals) console[method] = original;
  };
}

/** As Lambda logs what is thrown: message, stack, cause, fields. */
function everythingOf(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}

function withoutPreviews(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer ?? null, (name, value) => (name === "preview" ? "…" : value)));
}
