/**
 * The world of one schedule: AWS and the vendors in memory, and a gate through which everything passes that the code under
 * test does. At the gate a call takes time, fails before or after its effect, or is the last that its invocation makes.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { createCvTurns } from "../../lib/cv/turn.ts";
import type { Environment } from "../../lib/environment.ts";
import { createPacer } from "../../lib/http/pace.ts";
import type { Log } from "../../lib/observability/log.ts";
import { createMetrics } from "../../lib/observability/metrics.ts";
import { createSecretReader } from "../../lib/secrets/secrets.ts";
import { readSettings } from "../../lib/settings.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import { fetchFailed, signalOf, toAsked, toResponse } from "../../local/vendors/in-process.ts";
import type { Asked, Simulator } from "../../local/vendors/simulator.ts";
import type { Clock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { createTable } from "./table.ts";
import type { Instance, Trouble, VendorFault, Witness } from "./trouble.ts";

export interface WorldOptions {
  clock: Clock;
  dice: Dice;
  trouble: Trouble;
  witness: Witness;
  /** Every vendor, by the name of its host. */
  vendors: Readonly<Record<string, Simulator>>;
  /** What goes wrong with this call, if anything. */
  faultOf(asked: Asked): VendorFault | undefined;
  secrets: Readonly<Record<string, object>>;
  /** Environment variables of the functions. */
  variables: Record<string, string>;
  sqs: { send(command: object): object };
}

/** In milliseconds: over the network, one way. */
const LONGEST_WAY = 120;
/** After every time-out of a create but one, and so soon that the connectors still give it time to settle. */
const LATE_AFTER = [31_000, 38_000] as const;
/** Time enough for other pushes to begin and to end. */
const SLOW_BY = 15_000;
const HRFLOW = "hrflow.example";
/** Who waits for it ends with its own signal. */
const NO_ANSWER = Symbol("no answer");
const READS = new Set(["GetItemCommand", "BatchGetItemCommand", "QueryCommand"]);

export type World = ReturnType<typeof createWorld>;

export function createWorld(options: WorldOptions) {
  const { clock, dice, trouble, witness, vendors } = options;
  const table = createTable();
  const settings = readSettings(options.variables);
  const said: string[] = [];
  let ids = 0;
  let inFlight = 0;

  const isCalm = () => clock.now() >= trouble.calmFrom;

  function die(instance: Instance, point: string): void {
    instance.isGone = true;
    instance.invocation.isGone = true;
    witness.count("crash");
    witness.crashed(point);
    witness.note(`✗ ${instance.name} dies ${point}`);
    instance.onDeath();
  }

  /**
   * One effect of an instance. It has a way to go, and so has its answer; neither arrives at who is gone.
   *
   * @param call what to do, the time that it takes in addition, and whether it may change what the ATS has
   * @param signal ends the waiting, not the effect
   */
  function act<T>(
    instance: Instance,
    name: string,
    call: { perform(): Promise<T | typeof NO_ANSWER>; takes?: number; answers?: number; isWrite?: boolean },
    signal?: AbortSignal,
  ): Promise<T> {
    const there = 1 + dice.below(LONGEST_WAY) + (call.takes ?? 0);
    const back = 1 + dice.below(LONGEST_WAY) + (call.answers ?? 0);
    return new Promise((resolve, reject) => {
      if (instance.isGone) return; // It does nothing any more, and never learns of it.
      witness.count("effect");
      if (call.isWrite) instance.diesAt ??= instance.diesAfterWrite;
      if (instance.diesAt !== undefined) instance.diesAt -= 1;
      const isLast = instance.diesAt === 0 && !isCalm();
      if (isLast && instance.dies === "before") return die(instance, `before ${name}`);
      const stopListening = signal && clock.whenAborted(signal, reject);
      inFlight += 1;
      clock.at(clock.now() + there, () => {
        inFlight -= 1;
        void clock.hold(perform());
      });

      async function perform(): Promise<void> {
        let answer: (() => void) | undefined;
        try {
          const result = await call.perform();
          if (result !== NO_ANSWER) answer = () => resolve(result);
        } catch (error) {
          answer = () => reject(error);
        }
        if (isLast && !instance.isGone) return die(instance, `after ${name}`);
        if (answer === undefined) return;
        const arrive = () => {
          stopListening?.();
          answer();
        };
        clock.at(clock.now() + back, arrive, instance);
      }
    });
  }

  function callAws<T>(instance: Instance, command: object, perform: () => T): Promise<T> {
    const name = command.constructor.name.replace("Command", "");
    const fault =
      !isCalm() && dice.chance(trouble.aws) ? dice.pick(["before", "after", "twice"] as const) : undefined;
    return act(instance, name, {
      async perform() {
        if (fault !== undefined) {
          witness.count("AWS fault");
          witness.note(
            `⚡ ${instance.name}: ${name} ${fault === "twice" ? "is sent twice" : `fails ${fault} its effect`}`,
          );
        }
        if (fault === "before") throw named("InternalServerError");
        let result = perform();
        // The SDK asks again when an answer is lost; that a condition has failed then is an answer, too.
        if (fault === "twice") result = perform();
        if (fault === "after") throw named("TimeoutError");
        return result;
      },
    });
  }

  async function callVendor(
    instance: Instance,
    input: Parameters<typeof fetch>[0],
    init?: RequestInit,
  ): Promise<Response> {
    const asked = await clock.hold(toAsked(input, init));
    const vendor = vendors[asked.url.host];
    if (vendor === undefined) throw new Error(`nobody is at ${asked.url.host}`);
    const name = `${asked.method} ${vendorOf(asked)}`;
    const fault = options.faultOf(asked);
    const takes = fault?.kind === "late" ? LATE_AFTER[0] + dice.below(LATE_AFTER[1] - LATE_AFTER[0]) : 0;
    const isSlow = fault?.kind === "slow_answer" || (instance.isSlow && dice.chance(0.5));
    const answers = isSlow ? dice.below(SLOW_BY) : 0;
    return act(
      instance,
      name,
      {
        takes,
        answers,
        isWrite: vendor !== vendors[HRFLOW] && asked.method !== "GET" && !isSearch(asked),
        perform: () => performAt(vendor, asked, fault, instance),
      },
      signalOf(input, init),
    );
  }

  async function performAt(
    vendor: Simulator,
    asked: Asked,
    fault: VendorFault | undefined,
    instance: Instance,
  ): Promise<Response | typeof NO_ANSWER> {
    if (fault !== undefined) {
      witness.count("vendor fault");
      const when = "when" in fault ? ` ${fault.when} its effect` : "";
      const status = "status" in fault ? ` ${fault.status}` : "";
      witness.note(`⚡ ${instance.name}: ${vendorOf(asked)} ${asked.method} ${fault.kind}${status}${when}`);
    }
    if (fault?.kind === "refused") throw fetchFailed("ECONNREFUSED");
    const isOwn = fault?.kind === "late" || fault?.kind === "slow_answer";
    const outcome = await vendor.perform(asked, isOwn ? undefined : (fault as Fault | undefined));
    const call = vendor.calls.at(-1);
    witness.performed(vendorOf(asked), asked, call?.status ?? "never", call?.changed ?? false);
    if (fault?.kind === "late" || outcome.kind === "never") return NO_ANSWER;
    return toResponse(outcome, asked.url.href, NEVER);
  }

  /** The world as one instance sees it. */
  function environmentOf(instance: Instance): Environment {
    const log: Log = {
      debug: () => {},
      info: (message, fields) => said.push(JSON.stringify([message, fields])),
      warn: (message, fields) => said.push(JSON.stringify([message, fields])),
      error: (message, fields) => said.push(JSON.stringify([message, fields])),
      addContext: () => {},
    };
    const sendToTable = (command: object) =>
      callAws(instance, command, () => {
        if (!READS.has(command.constructor.name)) said.push(JSON.stringify(inputOf(command)));
        return table.answer(command);
      });
    const world = {
      settings,
      log,
      metrics: createMetrics(clock.now, (line) => said.push(line)),
      secrets: createSecretReader(
        {
          send: ((command: GetSecretValueCommand) =>
            callAws(instance, command, () => secretOf(command))) as SecretsManagerClient["send"],
        },
        clock.now,
      ),
      dynamodb: { send: sendToTable as DynamoDBClient["send"] },
      sqs: {
        send: ((command: object) =>
          callAws(instance, command, () => {
            said.push(JSON.stringify(inputOf(command)));
            return options.sqs.send(command);
          })) as SQSClient["send"],
      },
      fetch: ((input, init) => callVendor(instance, input, init)) as typeof fetch,
      lookup: async () => [{ address: "192.0.2.1", family: 4 }],
      download: (url: URL, _addresses: unknown, signal: AbortSignal) => callVendor(instance, url, { signal }),
      now: clock.now,
      random: dice.next,
      randomId: () => {
        ids += 1;
        return `id-${ids}`;
      },
      abortAfter: (milliseconds: number) => clock.abortAfter(milliseconds, instance.invocation),
      sleep: (milliseconds: number, signal: AbortSignal) =>
        clock.sleep(milliseconds, signal, instance.invocation),
    };
    return { ...world, pacer: createPacer(world), cvTurns: createCvTurns() };
  }

  function secretOf({ input }: GetSecretValueCommand): object {
    const value = options.secrets[input.SecretId ?? ""];
    if (value === undefined || input.VersionStage === "AWSPREVIOUS") throw named("ResourceNotFoundException");
    return { SecretString: JSON.stringify(value), CreatedDate: new Date(0) };
  }

  return {
    table,
    environmentOf,
    isCalm,
    /** How many effects are on their way, also of those who are gone. */
    inFlight: () => inFlight,
    /** What the code has logged, measured, and written to the table and the queues. */
    said,
    newInstance(name: string): Instance {
      return {
        name,
        isGone: false,
        invocation: { isGone: false },
        isSlow: false,
        diesAt: undefined,
        diesAfterWrite: undefined,
        dies: "before",
        onDeath: () => {},
      };
    },
    /** Decides whether the next invocation of an instance is slow, and whether and where it dies. */
    threaten(instance: Instance, effects: readonly number[]): void {
      const dies = !isCalm() && dice.chance(trouble.crash);
      instance.isSlow = !isCalm() && dice.chance(trouble.slow);
      const isAtWrite = dice.chance(0.5);
      instance.diesAt = dies && !isAtWrite ? 1 + dice.below(dice.pick(effects)) : undefined;
      instance.diesAfterWrite = dies && isAtWrite ? dice.pick([1, 2]) : undefined;
      instance.dies = dice.pick(["before", "after"]);
    },
  };
}

const NEVER = new AbortController().signal;

/** Flatchr's way of reading is a POST. */
function isSearch({ url }: Asked): boolean {
  return url.pathname.endsWith("/search/applicants");
}

/** "teamtailor" of "http://teamtailor.example/v1/candidates" */
function vendorOf({ url }: Asked): string {
  return url.host.split(".")[0] ?? "";
}

/** What a command of the SDK sends. */
function inputOf(command: object): unknown {
  return "input" in command ? command.input : command;
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
