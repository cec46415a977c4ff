/**
 * One random history of an update workflow: recruiters work in Flatchr, others in HrFlow, schedules fire, and runs fail,
 * are killed, overlap or run out of time. What must hold is in update-model-checks.ts.
 */
import flatchrConnector from "../../lib/connectors/flatchr/index.ts";
import { readCursor } from "../../lib/update/cursor.ts";
import { type Continuation, runUpdate } from "../../lib/update/run.ts";
import { checkWorkflows } from "../../lib/workflow/workflow.ts";
import type { Fault } from "../../local/vendors/faults.ts";
import type { TestEnvironment } from "../environment.ts";
import { createDice, type Dice } from "../simulation/dice.ts";
import { type Scene, wrongAtTheEnd, wrongBehindCursor } from "./checks.ts";
import { createPeople } from "./people.ts";
import { type Life, startWorld, type Table, type World } from "./world.ts";

/** What a history came to. */
export interface History {
  seed: number;
  /** What happened, one line each. */
  trace: string[];
  /** What should not be so; empty when all is well. */
  wrong: string[];
  /** How often the things happened that a history is about. */
  counts: Record<Happening, number>;
}
export type Happening =
  | "run"
  | "killed"
  | "failing vendor"
  | "failing table"
  | "cut off"
  | "continued"
  | "refused";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Longer than a lease. */
const LEASE_OVER = 300_000;

const FAULTS: Fault[] = [
  { kind: "status", status: 503 },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 429, headers: { "retry-after": "2" } },
  { kind: "status", status: 422 },
  { kind: "status", status: 401 },
  { kind: "status", status: 404 },
  { kind: "html", status: 502, when: "after" },
  { kind: "truncated_json", when: "after" },
  { kind: "reset" },
  { kind: "reset", when: "after" },
];
const STEPS = {
  add: 2,
  edit: 5,
  move: 2,
  rename: 1.5,
  close: 0.4,
  archive: 0.6,
  editProfile: 2,
  wait: 4,
  run: 7,
  overlap: 1,
  goOn: 2,
};
const KINDS = { incremental: 7, whole: 1, dry: 1, filtered: 1.2 };
const TROUBLES = { none: 4, vendor: 2.5, kill: 2.5, deadline: 0.7, table: 0.8 };
type Kind = keyof typeof KINDS;
/** `none` is no trouble but people who are at work; `nothing` is not even that. */
type Trouble = keyof typeof TROUBLES | "nothing";

/** Plays the history of this seed. */
export async function playHistory(seed: number, aws: TestEnvironment, table: Table): Promise<History> {
  const dice = createDice(seed);
  const world = await startWorld(aws, table, dice);
  try {
    return await play(seed, dice, world, `model-${seed}`);
  } finally {
    await world.stop();
  }
}

async function play(seed: number, dice: Dice, world: World, workflowId: string): Promise<History> {
  const { clock, flatchr, hrflow } = world;
  const trace: string[] = [];
  const wrong: string[] = [];
  const counts: History["counts"] = {
    run: 0,
    killed: 0,
    "failing vendor": 0,
    "failing table": 0,
    "cut off": 0,
    continued: 0,
    refused: 0,
  };
  const note = (what: string) => trace.push(`${new Date(clock.now()).toISOString().slice(0, 16)} ${what}`);
  const source = hrflow.addSource({ sync_parsing: dice.chance(0.5) });
  const people = createPeople(world, dice, source.key, note);
  const createMissing = dice.chance(0.6);
  const scene: Scene = { world, people, workflowId, createMissing };
  /** The cursor was moved by a run with other filters: it is not a promise for all. */
  let isFiltered = false;
  const learned = new Map<string, number>();
  let interrupted: Continuation | undefined;
  world.hands.interfere = () => {
    if (people.persons.length > 0) people[dice.pick(["edit", "edit", "move", "rename", "add"])]();
  };

  function newLife(trouble: Trouble): Life {
    const effects = isLarge ? 30 + dice.below(70) : 4 + dice.below(30);
    if (trouble === "vendor") {
      const rate = dice.pick([0.1, 0.3, 0.6]);
      dice.pick([flatchr, hrflow, hrflow]).failRandomly(rate, FAULTS, dice.below(1e9));
    }
    const timeInMs = 120_000;
    return {
      effects: 0,
      diesAt: trouble === "kill" ? 1 + dice.below(25) : undefined,
      dies: dice.pick(["before", "after"]),
      isDead: false,
      paceInMs: trouble === "deadline" ? timeInMs / effects : dice.below(100),
      deadline: trouble === "deadline" ? clock.now() + timeInMs : undefined,
      tableFaults: trouble === "table" ? 0.1 : 0,
      interference: trouble !== "nothing" && dice.chance(0.3) ? 0.05 : 0,
      tableWrites: 0,
      learned: [],
    };
  }

  /** One invocation, and what must hold after it. */
  async function run(
    kind: Kind,
    trouble: Trouble,
    { continued, isAlone = true }: { continued?: Continuation; isAlone?: boolean } = {},
  ): Promise<string> {
    const life = newLife(trouble);
    const before = await readCursor(workflowId, world.environment);
    const vacancy = dice.pick(people.vacancies);
    const workflows = checkWorkflows(
      [
        {
          workflow_id: workflowId,
          action: "update_profiles_in_hrflow_from_flatchr",
          hrflow_auth: { secret: "hrflow/acme" },
          connector_auth: { secret: "flatchr/acme" },
          push_parameters: { source_key: source.key, create_missing: createMissing },
          incremental: kind !== "whole",
          persist: kind !== "dry",
          ...(kind === "filtered" && { pull_parameters: { vacancy: vacancy.id } }),
        },
      ],
      [flatchrConnector],
    );
    const workflow = workflows.runnable.get(workflowId);
    if (workflow?.direction !== "update") throw new Error("it is an update");
    const calls = [flatchr.calls.length, hrflow.calls.length] as const;
    const timeLeft = () => (life.deadline === undefined ? 600_000 : life.deadline - clock.now());
    const environment = world.environmentOf(life);
    const { answer, continuation } = await runUpdate(workflow, workflows, continued, timeLeft, environment);
    await world.quiet();
    const { status, reason, events } = answer;
    const made = Object.entries(events).filter(([, times]) => times > 0);
    note(
      `${kind} run${continued ? ", continued," : ""} with ${trouble} trouble${life.isDead ? `, killed ${life.dies} effect ${life.effects}` : ""}: ` +
        `${status}, ${reason}, ${made.map(([event, times]) => `${event} ${times}`).join(", ")}, cursor ${answer.cursor}${continuation ? ", cut off" : ""}; ${life.effects} effects`,
    );
    for (const { key, outcome, detail } of answer.items)
      if (outcome === "failed")
        trace.push(`    ${people.nameOf(personOf(key))}: ${detail?.replace(/http\S+/, "…")}`);

    counts.run += 1;
    if (life.isDead) counts.killed += 1;
    if (continuation) counts["cut off"] += 1;
    if (continued) counts.continued += 1;
    if (reason === "already_running") counts.refused += 1;
    if (trouble === "vendor") counts["failing vendor"] += 1;
    if (trouble === "table") counts["failing table"] += 1;
    if (!life.isDead && kind === "incremental") interrupted = continuation;

    const since = [flatchr.calls.slice(calls[0]), hrflow.calls.slice(calls[1])].flat();
    if (kind === "dry" && (life.tableWrites > 0 || since.some(({ changed }) => changed)))
      wrong.push("a dry run has written");
    const isCalm = ["none", "nothing", "vendor"].includes(trouble);
    for (const url of isCalm ? life.learned : []) learned.set(url, (learned.get(url) ?? 0) + 1);
    const after = await readCursor(workflowId, world.environment);
    if (kind === "incremental" && status !== "fatal" && !continuation) isFiltered = false;
    const mayMove = kind === "incremental" || kind === "filtered";
    if (after.changed_since !== before.changed_since) {
      // A failing table may have moved it, and not said so.
      const isSure = isAlone && !life.isDead && trouble !== "table";
      if (!mayMove || (isSure && (status === "fatal" || continuation)))
        wrong.push(`a ${kind} run that was ${status} has moved the cursor`);
      isFiltered = kind === "filtered";
      if ((after.changed_since ?? "") < (before.changed_since ?? "")) wrong.push("the cursor went back");
    }
    return after.changed_since ?? "";
  }

  async function rest(cursor: string): Promise<void> {
    for (const simulator of [flatchr, hrflow]) simulator.recover();
    clock.forgetAlarms();
    if (cursor !== "" && !isFiltered) wrong.push(...(await wrongBehindCursor(scene, cursor)));
    const wasted = hrflow.calls.filter(
      ({ method, status, changed, route }) =>
        ["PUT", "POST"].includes(method) &&
        route.endsWith("/profile/indexing") &&
        [200, 201].includes(Number(status)) &&
        !changed,
    );
    if (wasted.length > 0) wrong.push(`${wasted.length} writes to HrFlow changed nothing`);
  }

  const personOf = (key: string) => {
    const person = people.persons.find(({ applicantId }) => applicantId === key);
    if (person === undefined) throw new Error(`nobody is ${key}`);
    return person;
  };
  const kindOf = () => dice.weighted(KINDS);
  // More than are worked on at once, so that a run can be cut off between two. Rarely, since they take long.
  const isLarge = dice.chance(0.07);
  const steps = isLarge ? { ...STEPS, edit: 5, wait: 4, run: 3, goOn: 4 } : STEPS;
  const troubleOf = () => dice.weighted(TROUBLES);

  async function step(): Promise<void> {
    const what = dice.weighted(steps);
    switch (what) {
      case "wait": {
        clock.pass(dice.pick([LEASE_OVER, HOUR, 6 * HOUR, DAY, 3 * DAY]));
        return;
      }
      case "run":
        // Schedules come hours apart; only sometimes while a killed run still holds the lease.
        if (dice.chance(0.8)) clock.pass(LEASE_OVER);
        return rest(await run(kindOf(), troubleOf()));
      case "overlap": {
        clock.pass(LEASE_OVER);
        const cursors = await Promise.all([
          run("incremental", troubleOf(), { isAlone: false }),
          run("incremental", dice.pick(["none", "kill"]), { isAlone: false }),
        ]);
        return rest(cursors.sort().at(-1) ?? "");
      }
      case "goOn": {
        const continued = interrupted;
        interrupted = undefined;
        if (continued !== undefined) await rest(await run("incremental", troubleOf(), { continued }));
        return;
      }
      default:
        await people[what]();
    }
  }

  for (let count = isLarge ? 15 + dice.below(4) : 2 + dice.below(4); count > 0; count -= 1) people.add();
  if (isLarge) {
    clock.pass(DAY); // All of them can be found.
    await rest(await run("incremental", "deadline"));
  }
  for (
    let count = (isLarge ? 2 : 4) + dice.below(isLarge ? 4 : 6);
    count > 0 && wrong.length === 0;
    count -= 1
  )
    await step();
  note("from now on nothing goes wrong");
  for (const wait of [dice.pick([DAY, 2 * DAY, 5 * DAY]), HOUR]) {
    clock.pass(wait);
    if (wrong.length === 0) await rest(await run("incremental", "nothing"));
  }
  if (wrong.length === 0) wrong.push(...(await wrongAtTheEnd(scene)));
  for (const [url, times] of learned)
    if (times > 1)
      wrong.push(`${people.nameOf(personOf(url.split("/").at(-1) ?? ""))} was asked for ${times} times`);
  return { seed, trace, wrong, counts };
}
