/**
 * The stage of a simulation: HrFlow, one ATS, a queue, the functions, and persons. Who plays on it says what the persons do
 * and what goes wrong; the stage sees to it that webhooks are sent, messages handed out, and older writes noticed.
 */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Connector } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import { pushFromQueue } from "../../lib/push/queue.ts";
import { runPushByHand } from "../../lib/push/run.ts";
import { receiveWebhook } from "../../lib/receive.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import { DEFAULT_HRFLOW_KEY, startHrflow } from "../../local/vendors/hrflow.ts";
import type { HrflowProfile } from "../../local/vendors/hrflow-profile.ts";
import type { Asked } from "../../local/vendors/simulator.ts";
import { type AtsName, type SimulatedAts, startAts } from "./ats.ts";
import { createClock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { createFunctions } from "./functions.ts";
import { createPeople, type Person } from "./people.ts";
import { createQueue } from "./queue.ts";
import type { Happening, Trouble, VendorFault, Witness } from "./trouble.ts";
import { signedEvent } from "./webhook.ts";
import { createWorld } from "./world.ts";

/** What a play came to. */
export interface Outcome {
  /** What should not be so; empty when all is well. */
  wrong: string[];
  trace: string[];
  counts: Record<Happening, number>;
  /** Where instances died: "before UpdateItem", "after POST teamtailor". */
  crashPoints: string[];
}

export interface StageOptions {
  ats: AtsName;
  dice: Dice;
  trouble: Trouble;
  /** What goes wrong with a call of a vendor, if anything. */
  faultOf(asked: Asked, ats: SimulatedAts, now: number): VendorFault | undefined;
  workflows: 1 | 2;
  /** So many instances take from the queue at once. */
  consumers: number;
  visibilityTimeoutInSeconds: number;
}

export type Stage = Awaited<ReturnType<typeof setStage>>;

/** A Monday. */
export const START = Date.UTC(2026, 0, 5, 9);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const WEBHOOK_SECRET = "webhook-secret-of-the-simulation";
const KEY = "ats-key-of-the-simulation";

export async function setStage({ ats: name, dice, trouble, ...options }: StageOptions) {
  const clock = createClock(START);
  const lines: [at: number, line: string][] = [];
  const wrong: string[] = [];
  const crashPoints = new Set<string>();
  const counts: Record<Happening, number> = {
    effect: 0,
    crash: 0,
    "vendor fault": 0,
    "AWS fault": 0,
    invocation: 0,
    redelivery: 0,
  };
  const hrflow = await startHrflow({
    origin: "http://hrflow.example",
    now: clock.now,
    notFoundStatus: dice.pick([400, 404, 200]),
    readableAfterInMs: dice.pick([0, 0, 40_000]),
    updatedAt: "strictly_increasing",
  });
  const source = hrflow.addSource();
  const ats = await startAts(name, { clock, dice, fetch: hrflow.fetch });
  const { account } = ats;
  account.acceptKey(KEY);
  const queue = createQueue(clock, options.visibilityTimeoutInSeconds);
  const people = createPeople(hrflow, source.key, clock, dice);

  const declared = [account.parameters, ats.secondParameters]
    .slice(0, options.workflows)
    .map((parameters, index) => ({
      workflow_id: `w${index}`,
      action: `push_profile_to_${name}`,
      webhook: "all",
      hrflow_auth: { secret: "hrflow" },
      connector_auth: { secret: name },
      push_parameters: parameters,
    }));
  const connector = connectors.find((one) => one.name === name) as Connector;
  const workflows = checkWorkflows(declared, [connector]);
  /** Candidates that Relay has made, and whose. */
  const made = new Map<string, Person>();
  let known = new Set<string>();
  const written = new Map<Person, number>();

  const note = (line: string) => lines.push([clock.now(), line]);
  const toTrace = () =>
    lines.map(([at, line]) => `${((at - START - HOUR) / 1000).toFixed(3).padStart(9)} s  ${line}`);
  const witness: Witness = {
    note,
    count: (what) => {
      counts[what] += 1;
    },
    crashed: (point) => crashPoints.add(point),
    wrong: (what) => wrong.push(what),
    performed(vendor, asked, status, changed) {
      if (vendor !== name) return;
      note(`  ${vendor} ${asked.method} ${asked.url.pathname}: ${status}${changed ? ", changed" : ""}`);
      if (!changed) return;
      const text = asked.body.toString();
      const person = people.persons.find(
        ({ index }) => text.includes(`Canari${index}`) || text.includes(`+33639${index}`),
      );
      if (ats.isCreate(asked)) {
        for (const id of ats.ids()) if (!known.has(id) && person !== undefined) made.set(id, person);
        known = new Set(ats.ids());
      }
      const phone = /\+33639\d+/.exec(text)?.[0];
      if (phone === undefined || person === undefined || declared.length > 1) return;
      const version = people.lastVersionOf(person, phone);
      if (version < (written.get(person) ?? 0))
        wrong.push(`an older version of person ${person.index} was written over a newer one`);
      written.set(person, Math.max(version, written.get(person) ?? 0));
    },
  };
  const action = `push_profile_to_${name}`;
  const url = "https://sqs.example/push";
  const world = createWorld({
    clock,
    dice,
    trouble,
    witness,
    vendors: { "hrflow.example": hrflow, [`${name}.example`]: account.simulator },
    faultOf: (asked) => options.faultOf(asked, ats, clock.now()),
    secrets: {
      hrflow: { ...DEFAULT_HRFLOW_KEY, webhook_secret: WEBHOOK_SECRET },
      [name]: account.secretOf(KEY),
    },
    variables: {
      TABLE_NAME: "relay",
      [`${action.toUpperCase()}_QUEUE_URL`]: url,
      [`${action.toUpperCase()}_DEAD_LETTER_QUEUE_URL`]: `${url}.dead`,
      HRFLOW_BASE_URL: hrflow.url,
      CV_ALLOWED_ORIGINS: "http://hrflow.example",
      ...account.variables,
    },
    sqs: queue,
  });

  /** What is not over yet, apart from messages in the queue. */
  let underWay = 0;
  function later(milliseconds: number, what: () => void | Promise<void>): void {
    underWay += 1;
    clock.at(clock.now() + milliseconds, () => {
      void Promise.resolve(what()).finally(() => {
        underWay -= 1;
      });
    });
  }

  const invoke = createFunctions(world, clock, witness);

  function profileOf({ profileKey }: Person): HrflowProfile {
    const profile = hrflow.profile(profileKey);
    if (profile === undefined) throw new Error("nobody deletes profiles here");
    return profile;
  }

  /** HrFlow sends a webhook, and sends it again until it is taken. */
  function announce(person: Person, delay: number): void {
    const event = signedEvent(profileOf(person), WEBHOOK_SECRET, dice);
    later(delay, () => deliver(person, event));
  }

  /** Somebody who does not know the secret sends one. */
  function forge(person: Person, delay: number): void {
    const event = signedEvent(profileOf(person), "guessed", dice);
    later(delay, async () => {
      const answer = await receive(event);
      note(`→ forged webhook about person ${person.index}: ${answer?.status ?? "no answer"}`);
      if (answer?.status === 202) wrong.push("a forged webhook was accepted");
    });
  }

  async function deliver(person: Person, event: APIGatewayProxyEventV2): Promise<void> {
    const answer = await receive(event);
    note(`→ webhook about person ${person.index}: ${answer?.status ?? "no answer"}`);
    if (answer?.status !== 202) later(10_000, () => deliver(person, event));
  }

  function receive(event: APIGatewayProxyEventV2) {
    return invoke("receiver", (environment) => receiveWebhook(event, workflows, environment));
  }

  let byHandTimes = 0;
  /** Somebody starts a run by hand, which may meet a push from the queue. */
  async function pushByHand(person: Person): Promise<void> {
    byHandTimes += 1;
    note(`person ${person.index} is pushed by hand`);
    await invoke("hand", (environment, timeLeft) => {
      const pull_parameters = { source_key: source.key, profile_key: person.profileKey };
      const workflow = checkWorkflow({ ...dice.pick(declared), pull_parameters });
      if (workflow.direction !== "push") throw new Error("it is a push");
      return runPushByHand({ ...workflow, connector }, timeLeft(), environment);
    });
  }

  let taken = 0;
  /** Hands out what is in the queue to instances that are free. */
  function dispatch(): void {
    while (taken < options.consumers) {
      const free = queue.freeGroups();
      const groups = free.filter(() => dice.chance(0.7));
      const records = queue.receive(dice.pick([1, 3, 10]), groups);
      if (records.length === 0) {
        if (free.length > 0) clock.at(clock.now() + 200, () => {}); // What was passed over now is taken then.
        return;
      }
      taken += 1;
      later(dice.below(50), async () => {
        const event = { Records: records };
        note(
          `← ${records.length} of the queue: ${records.map(({ messageId, attributes }) => `${messageId} (${attributes.ApproximateReceiveCount})`).join(", ")}`,
        );
        const response = await invoke("push", (environment, timeLeft) =>
          pushFromQueue(event, { action, workflows, environment, timeLeft }),
        );
        taken -= 1;
        if (response === undefined) return;
        const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        for (const { messageId, receiptHandle } of records) {
          if (failed.has(messageId)) continue;
          if (!world.isCalm() && dice.chance(0.04)) {
            counts.redelivery += 1;
            note(`${messageId} is done, and comes back all the same`);
          } else {
            queue.remove(receiptHandle);
          }
        }
      });
    }
  }

  /** Goes on until nothing is left to do; false when that takes longer than so many hours. */
  async function untilRest(hours: number): Promise<boolean> {
    const limit = clock.now() + hours * HOUR;
    for (;;) {
      dispatch();
      if (underWay === 0 && world.inFlight() === 0 && queue.messages().length === 0) return true;
      if (!(await clock.goOn(limit))) return false;
    }
  }

  return {
    name,
    clock,
    ats,
    queue,
    people,
    world,
    made,
    workflows: options.workflows,
    note,
    wrong,
    later,
    announce,
    forge,
    pushByHand,
    wasPushedByHand: () => byHandTimes > 0,
    untilRest,
    /** A recruiter has added or deleted somebody: that is none of Relay's doing. */
    byHand(act: () => void): void {
      act();
      known = new Set(ats.ids());
    },
    /** @param isTold whether the trace is wanted even if all is well */
    outcome(isTold: boolean): Outcome {
      clock.stopListening();
      return {
        wrong: [...new Set(wrong)],
        trace: isTold || wrong.length > 0 ? toTrace() : [],
        counts,
        crashPoints: [...crashPoints],
      };
    },
  };
}
