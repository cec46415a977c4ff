/** Every right that a function's calls need is granted, and no other: each function does all that it can, for real. */
import type { Context, SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pushFunctions } from "../../infra/functions.ts";
import {
  FLATCHR,
  type OperatorScene,
  SMARTRECRUITERS,
  startOperatorScene,
  TEAMTAILOR,
  UPDATE,
} from "../operator/scene.ts";
import { queueWorkerOf } from "../push/queue-worker.ts";
import { receiver, webhookRequest } from "../receive/receiver.ts";
import { type Package, packageCopy } from "./package-copy.ts";
import { type RecordedCalls, recordCalls } from "./recorded-calls.ts";
import { at, ofType, referredTo, statementsOf, type TemplateResource } from "./template.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const PUSHES = [TEAMTAILOR, FLATCHR, SMARTRECRUITERS];
const RECEIVER = "receive_hrflow_webhook";
/** After this answer calls take slots in the table. */
const SCARCE = { "retry-after": "1", "x-ratelimit-limit": "50", "x-ratelimit-remaining": "0" };
const CV = { bytes: Buffer.from("%PDF-1.4 a CV"), fileName: "cv.pdf", contentType: "application/pdf" };
const ALWAYS = Number.POSITIVE_INFINITY;

let built: Package;
let scene: OperatorScene;
let recorded: RecordedCalls;

beforeAll(async () => {
  scene = await startOperatorScene();
  recorded = recordCalls(scene.environment);
  const workflows = [...PUSHES, UPDATE].map((action) => scene.workflow(action));
  built = await packageCopy({ "workflows/index.ts": `export default ${JSON.stringify(workflows)};` });
});
afterAll(async () => {
  built?.remove();
  await scene?.stop();
});

const idOf = (action: string) => String(at(scene.workflow(action), "workflow_id"));
const byHand = (action: string, event: object, changes?: object, timeLeft?: () => number) =>
  recorded.as(action, () => scene.invoke(action, event, changes, timeLeft));

/** The function behind its queue. What the queue's poller calls is not the function's. */
function queueOf(action: string, changes: object = {}) {
  const handler = (event: { Records: SQSRecord[] }, _: Context) => byHand(action, event, changes);
  return queueWorkerOf(action, handler, scene.environment);
}

async function useTools(action: string, subject: object) {
  const workflow_id = idOf(action);
  await byHand(action, { workflow_id, check: true });
  await byHand(action, { workflow_id, runs: true });
  await byHand(action, { workflow_id, explain: subject });
  await queueOf(action).send("none of ours");
  await queueOf(action).work();
  await byHand(action, { dead_letters: "list" });
  await byHand(action, { dead_letters: "redrive" });
  await queueOf(action).work();
  await byHand(action, { erase: subject, persist: false });
  await byHand(action, { erase: subject });
}

async function push(action: string) {
  const vendor =
    { [TEAMTAILOR]: scene.teamtailor, [FLATCHR]: scene.flatchr }[action] ?? scene.smartrecruiters;
  const queue = queueOf(action);
  const workflow_id = idOf(action);
  const subject = { source_key: scene.sourceKey, profile_key: scene.addProfile() };
  const attempts = [
    () => {},
    () => scene.hrflow.editProfile(subject.profile_key, { info: { first_name: "Grace" } }),
    () => vendor.failNext({}, { kind: "status", status: 429, headers: SCARCE }),
    () => vendor.failNext({}, { kind: "status", status: 503 }, ALWAYS),
  ];
  for (const [index, prepare] of attempts.entries()) {
    prepare();
    if (index > 1) scene.hrflow.editProfile(subject.profile_key, { info: { first_name: `Grace ${index}` } });
    await queue.send({ workflow_id, ...subject }, `${index}`);
    await queue.work();
  }
  vendor.recover();
  await byHand(action, { workflow_id, pull_parameters: subject, persist: false });
  await byHand(action, { workflow_id, pull_parameters: subject });
  const refused = queueOf(action, { format: () => undefined });
  await refused.send(
    { workflow_id, source_key: scene.sourceKey, profile_key: scene.addProfile() },
    "refused",
  );
  await refused.work();
  return subject;
}

/** @returns the id of a row of which everything is kept that an update keeps */
async function update(): Promise<string> {
  const workflow_id = idOf(UPDATE);
  const run = () => byHand(UPDATE, { workflow_id });
  const queue = queueOf(UPDATE);
  const known = scene.addCandidate();
  scene.flatchr.editCandidate(known.candidateId, { cv: CV });
  const unknown = scene.addCandidate({ inHrflow: false });
  await run();

  // What it wrote comes back by HrFlow's webhook, and again after a change of HrFlow's own.
  const profile = scene.hrflow.profiles().find(({ reference }) => reference === known.candidateId);
  const pull_parameters = { source_key: scene.sourceKey, profile_key: profile?.key };
  await byHand(FLATCHR, { workflow_id: idOf(FLATCHR), pull_parameters });
  scene.hrflow.editProfile(profile?.key ?? "", { info: { first_name: "Grace" } });
  await byHand(FLATCHR, { workflow_id: idOf(FLATCHR), pull_parameters });

  scene.hrflow.putProfile({ source_key: scene.sourceKey, reference: unknown.candidateId, info: {} });
  scene.addCandidate({ inHrflow: false });
  await run();

  for (let count = 0; count < 25; count += 1) scene.addCandidate();
  let looks = 18;
  await byHand(UPDATE, { workflow_id }, {}, () => (looks-- > 0 ? 600_000 : 0)); // It is cut off,
  scene.flatchr.failNext({}, { kind: "status", status: 503 }, ALWAYS);
  await queue.handBack((await queue.receive()).slice(0, 1));
  await queue.work(); // cannot go on yet,
  scene.flatchr.recover();
  return unknown.rowId;
}

test("all that functions do with AWS is done", async () => {
  for (const action of PUSHES) {
    const workflow = scene.workflow(action);
    const receive = receiver([workflow], scene.environment);
    const profile = { key: scene.addProfile(), source: { key: scene.sourceKey } };
    const event = { type: "profile.parsing.success", origin: "api", message: "", profile };
    const request = webhookRequest(event, { name: idOf(action), secret: "webhook-secret" });
    expect(await recorded.as(RECEIVER, () => receive(request))).toMatchObject({ status: 202 });
    await queueOf(action).work();
  }

  const subjects = new Map<string, object>();
  for (const action of PUSHES) subjects.set(action, await push(action));
  subjects.set(UPDATE, { candidate: await update() });
  for (const [action, subject] of subjects) await useTools(action, subject);
});

describe.each([RECEIVER, ...PUSHES, UPDATE])("%s", (action) => {
  test("is granted what it needs, and no more", () => {
    const needed = [...recorded.of(action), ...neededByAws(action)];
    // The webhooks of any workflow come to the one receiver: also of a connector that no workflow here pushes to.
    if (action === RECEIVER) needed.push(...pushFunctions.map(({ name }) => `sqs:SendMessage ${name}.fifo`));
    // Every client of a vendor may keep a rate limit. That Flatchr has none for a push is no reason for a role of its own.
    if (action === FLATCHR) needed.push("dynamodb:UpdateItem rate#*");
    expect(granted(action)).toEqual([...new Set(needed)].sort());
  });
});

/**
 * What AWS does in the function's name: it writes the log, polls the queue, and keeps scheduled runs that failed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#configuring-sqs-as-an-event-source
 */
function neededByAws(action: string): string[] {
  const name = action.replaceAll("_", "-");
  const log = `/aws/lambda/hrflow-relay-dev-${name}`;
  const logging = [`logs:CreateLogStream ${log}`, `logs:PutLogEvents ${log}`];
  if (action === RECEIVER) return logging;
  const polling = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"].map(
    (right) => `sqs:${right} ${name}.fifo`,
  );
  return [...logging, ...polling, ...(action === UPDATE ? [`sqs:SendMessage ${name}-missed-runs`] : [])];
}

/** What the function's role allows, in the words of the record. */
function granted(action: string): string[] {
  const name = action.replaceAll("_", "-");
  const deployed = ofType(built.template, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.Handler === `functions/${name}.handler`,
  );
  const role = referredTo(at(deployed, "Properties.Role"), built.template) as TemplateResource;
  const rights = statementsOf(role).flatMap((statement) => {
    const keys = at(statement, "Condition.ForAllValues:StringLike.dynamodb:LeadingKeys") as
      | string[]
      | undefined;
    const resources = [at(statement, "Resource")].flat();
    return (at(statement, "Action") as string[]).flatMap((right) =>
      resources.flatMap((resource) => (keys ?? [nameOf(resource)]).map((target) => `${right} ${target}`)),
    );
  });
  return [...new Set(rights)].sort();
}

function nameOf(resource: unknown): string {
  const secret = /:secret:(.+)-\?{6}$/.exec(String(at(resource, "Fn::Sub")))?.[1];
  const properties = referredTo(resource, built.template)?.Properties;
  const queue = String(at(properties?.QueueName, "Fn::Sub")).replace(`\${AWS::StackName}-`, "");
  return secret ?? String(properties?.LogGroupName ?? queue);
}
