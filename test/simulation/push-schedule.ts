/**
 * One schedule of push workflows: profiles change, webhooks come (late, twice, out of order), recruiters are at work in the
 * ATS, several instances take from the queue, runs are started by hand; and calls fail and instances die, until the calm.
 */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Connector } from "../../lib/connector.ts";
import { connectors } from "../../lib/connectors/index.ts";
import type { Environment } from "../../lib/environment.ts";
import { pushFromQueue } from "../../lib/push/queue.ts";
import { runPushByHand } from "../../lib/push/run.ts";
import { receiveWebhook } from "../../lib/receive.ts";
import { checkWorkflow } from "../../lib/workflow/check.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import { DEFAULT_HRFLOW_KEY, startHrflow } from "../../local/vendors/hrflow.ts";
import { type SignatureScheme, signWebhook, webhookBody } from "../../local/vendors/hrflow-webhook.ts";
import type { Asked } from "../../local/vendors/simulator.ts";
import { ANY_FAULTS, type AtsName, CREATE_FAULTS, FILE_FAULTS, startAts } from "./ats.ts";
import { createClock } from "./clock.ts";
import { createDice, type Dice } from "./dice.ts";
import { createPeople, type Person } from "./people.ts";
import { wrongAtRest } from "./push-checks.ts";
import { createQueue } from "./queue.ts";
import { createWorld, type Happening, type Instance, type Witness } from "./world.ts";

/** What a schedule came to. */
export interface Played {
  seed: number;
  ats: AtsName;
  /** What should not be so; empty when all is well. */
  wrong: string[];
  trace: string[];
  counts: Record<Happening, number>;
  /** Where instances died: "before UpdateItem", "after POST teamtailor". */
  crashPoints: string[];
}

/** A Monday. */
const START = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RECEIVER_TIMEOUT_IN_SECONDS = 20;
const PUSH_TIMEOUT_IN_SECONDS = 180;
const WEBHOOK_SECRET = "webhook-secret-of-the-simulation";
const KEY = "ats-key-of-the-simulation";

/** @param isTold whether the trace is wanted even if all goes well */
export async function playPush(ats: AtsName, seed: number, isTold = false): Promise<Played> {
  const dice = createDice(seed);
  const stage = await setStage(ats, dice);
  await stage.play();
  return { seed, ats, ...stage.result(isTold) };
}

async function setStage(name: AtsName, dice: Dice) {
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
  const isHard = dice.chance(0.7);
  const trouble = {
    vendors: isHard ? dice.pick([0.05, 0.15, 0.3]) : 0,
    aws: isHard ? dice.pick([0, 0.03, 0.1]) : 0,
    crash: dice.pick([0, 0.15, 0.3, 0.5]),
    calmFrom: START + HOUR + dice.pick([10, 20, 40]) * MINUTE,
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
  const queue = createQueue(clock, dice.chance(0.15) ? 20 : 1080);
  const people = createPeople(hrflow, source.key, clock, dice);

  const declared = [account.parameters, ats.secondParameters]
    .slice(0, dice.pick([1, 1, 1, 2]))
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
    faultsOf: (asked: Asked) => {
      if (ats.isCreate(asked)) return CREATE_FAULTS;
      return asked.url.pathname.startsWith("/files/") ? FILE_FAULTS : ANY_FAULTS;
    },
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

  const pools = { receiver: [] as Instance[], push: [] as Instance[], hand: [] as Instance[] };
  const environments = new Map<Instance, Environment>();
  const atWork = new Set<Instance>();

  /** One invocation on an instance that is free; undefined when it dies. */
  async function invoke<T>(
    pool: keyof typeof pools,
    timeoutInSeconds: number,
    run: (environment: Environment, timeLeft: () => number) => Promise<T>,
  ): Promise<T | undefined> {
    pools[pool] = pools[pool].filter(({ isGone }) => !isGone);
    let instance = pools[pool].find((one) => !atWork.has(one));
    if (instance === undefined) {
      instance = world.newInstance(`${pool} ${environments.size + 1}`);
      pools[pool].push(instance);
      environments.set(instance, world.environmentOf(instance));
    }
    const own = instance;
    const environment = environments.get(own) as Environment;
    atWork.add(own);
    counts.invocation += 1;
    own.invocation = { isGone: false };
    world.threaten(own, pool === "receiver" ? 4 : 20);
    const ends = clock.now() + timeoutInSeconds * 1000;
    const result = await new Promise<T | undefined>((resolve) => {
      own.onDeath = () => resolve(undefined);
      clock.at(
        ends,
        () => {
          if (!atWork.has(own) || isOver) return;
          own.isGone = true;
          note(`✗ ${own.name} has used up its time`);
          resolve(undefined);
        },
        own,
      );
      let isOver = false;
      run(environment, () => ends - clock.now())
        .finally(() => {
          isOver = true;
        })
        .then(resolve, (error: Error) => {
          wrong.push(`${own.name} threw ${error.name}: ${error.message}`);
          resolve(undefined);
        });
    });
    if (!own.isGone) environment.metrics.flush();
    atWork.delete(own);
    own.invocation.isGone = true;
    return result;
  }

  /** HrFlow sends a webhook, and sends it again until it is taken. */
  function announce(person: Person, delay: number): void {
    const profile = hrflow.profile(person.profileKey);
    if (profile === undefined) throw new Error("the profile is there");
    const type = dice.pick(["profile.parsing.success", "profile.storing.update", "profile.storing.success"]);
    const form = dice.pick(["object", "array"] as const);
    const payload = dice.pick(["stub", "full"] as const);
    const body = webhookBody({ url: "", secret: "", profile, type, form, payload });
    const scheme: SignatureScheme = dice.pick(["body_hex", "header_hex", "header_raw", "header_raw_encoded"]);
    const signature = signWebhook(body, WEBHOOK_SECRET, scheme);
    later(delay, () => deliver(person, body, signature));
  }

  async function deliver(person: Person, body: string, signature: string): Promise<void> {
    const event = {
      body,
      isBase64Encoded: false,
      headers: { "content-type": "application/json", "http-hrflow-signature": signature },
      pathParameters: { name: "all" },
    } as unknown as APIGatewayProxyEventV2;
    const answer = await invoke("receiver", RECEIVER_TIMEOUT_IN_SECONDS, (environment) =>
      receiveWebhook(event, workflows, environment),
    );
    note(`→ webhook about person ${person.index}: ${answer?.status ?? "no answer"}`);
    if (answer?.status !== 202) later(10_000, () => deliver(person, body, signature));
  }

  function change(person: Person, kind?: "phone"): void {
    const what = people.change(person, kind);
    note(`person ${person.index} changes in HrFlow: ${what}`);
    announce(person, delayOfWebhook());
    if (dice.chance(0.2)) announce(person, delayOfWebhook());
    if (dice.chance(0.15)) later(dice.below(1_500), () => pushByHand(person));
  }
  const delayOfWebhook = () => (dice.chance(0.2) ? dice.below(5 * MINUTE) : dice.below(2_000));

  /** Somebody starts a run by hand, which may meet a push from the queue. */
  async function pushByHand(person: Person): Promise<void> {
    note(`person ${person.index} is pushed by hand`);
    await invoke("hand", PUSH_TIMEOUT_IN_SECONDS, (environment, timeLeft) => {
      const pull_parameters = { source_key: source.key, profile_key: person.profileKey };
      const workflow = checkWorkflow({ ...dice.pick(declared), pull_parameters });
      if (workflow.direction !== "push") throw new Error("it is a push");
      return runPushByHand({ ...workflow, connector }, timeLeft(), environment);
    });
  }

  const consumers = dice.pick([1, 2, 3]);
  let taken = 0;
  /** Hands out what is in the queue to instances that are free. */
  function dispatch(): void {
    while (taken < consumers) {
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
        const response = await invoke("push", PUSH_TIMEOUT_IN_SECONDS, (environment, timeLeft) =>
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

  async function untilRest(): Promise<boolean> {
    const limit = clock.now() + 24 * HOUR;
    for (;;) {
      dispatch();
      if (underWay === 0 && world.inFlight() === 0 && queue.messages().length === 0) return true;
      if (!(await clock.goOn(limit))) return false;
    }
  }

  /** Recruiters and everybody else. */
  function plan(): { isHandmade: boolean } {
    const persons = Array.from({ length: dice.pick([1, 1, 1, 2]) }, () => people.add(true));
    people.add(false);
    const isHandmade = dice.chance(0.25);
    const [first] = persons;
    if (isHandmade && first !== undefined) {
      const { email } = people.current(first);
      ats.addByHand({ firstName: "Hand", lastName: "Made", email });
      known = new Set(ats.ids());
      note("person 0 is entered by hand");
    }
    const span = 12 * MINUTE;
    const from = HOUR;
    for (const person of persons) {
      later(from + dice.below(2_000), () => announce(person, delayOfWebhook()));
      for (let times = dice.below(3); times > 0; times -= 1)
        later(from + dice.pick([dice.below(5_000), dice.below(span)]), () => change(person));
      if (dice.chance(0.15))
        later(from + dice.pick([dice.below(4_000), dice.below(span)]), () => pushByHand(person));
    }
    return { isHandmade };
  }

  /** A recruiter deletes a candidate, or adds what HrFlow does not know. */
  const deleted = new Set<string>();
  const edited = new Set<string>();
  function planHands(): void {
    if (dice.chance(0.25)) {
      later(HOUR + dice.below(10 * MINUTE), () => {
        const id = dice.pick(ats.ids());
        if (id === undefined) return;
        account.editByRecruiter(id);
        edited.add(id);
        note(`a recruiter edits ${id}`);
      });
    }
    if (dice.chance(0.2)) {
      later(HOUR + dice.below(10 * MINUTE), () => {
        const id = dice.pick(ats.ids());
        if (id === undefined) return;
        account.remove(id);
        deleted.add(id);
        known = new Set(ats.ids());
        note(`a recruiter deletes ${id}`);
        for (const person of people.persons.filter(({ isAnnounced }) => isAnnounced))
          later(dice.below(MINUTE), () => change(person, "phone"));
      });
    }
  }

  return {
    async play(): Promise<void> {
      const { isHandmade } = plan();
      planHands();
      const scene = {
        people,
        ats,
        name,
        queue,
        made,
        deleted,
        edited,
        isHandmade,
        workflows: declared.length,
        said: world.said,
      };
      if (!(await untilRest())) {
        wrong.push("it does not come to rest");
        return;
      }
      note("now it is calm; everybody may be announced once more");
      clock.at(trouble.calmFrom, () => {});
      while (!world.isCalm()) await clock.goOn();
      wrong.push(...(await wrongAtRest(scene)));
      if (dice.chance(0.5)) return;
      const calls = account.simulator.calls.length;
      const letters = queue.deadLetters.length;
      for (const person of people.persons.filter(({ isAnnounced }) => isAnnounced)) announce(person, 1000);
      if (!(await untilRest())) wrong.push("it does not come to rest again");
      const writes = account.simulator.calls
        .slice(calls)
        .filter(({ write, route }) => write && !route.includes("/search/"));
      // What a recruiter has changed of it is written again when a push has died: the profile knows better.
      if (writes.length > 0 && letters === 0 && edited.size === 0)
        wrong.push(
          `a profile that did not change was written: ${writes.map(({ route }) => route).join(", ")}`,
        );
    },
    result: (isTold: boolean) => ({
      wrong: [...new Set(wrong)],
      trace: isTold || wrong.length > 0 ? toTrace() : [],
      counts,
      crashPoints: [...crashPoints],
    }),
  };
}
