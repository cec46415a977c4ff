/**
 * One schedule of push workflows: profiles change, webhooks come (late, twice, out of order), recruiters are at work in the
 * ATS, several instances take from the queue, runs are started by hand; and calls fail and instances die, until the calm.
 */
import type { Asked, SimulatedCall } from "../../local/vendors/simulator.ts";
import { ANY_FAULTS, type AtsName, CREATE_FAULTS, FILE_FAULTS, type SimulatedAts } from "./ats.ts";
import { createDice, type Dice } from "./dice.ts";
import type { Person } from "./people.ts";
import { wrongAtRest } from "./push-checks.ts";
import { HOUR, MINUTE, type Outcome, START, type Stage, setStage } from "./stage.ts";

/** What a schedule came to. */
export interface Played extends Outcome {
  seed: number;
  ats: AtsName;
}

/** In which changes and everything else happens. */
const SPAN = 12 * MINUTE;
/** After it nobody needs to wait for anything any more. */
const LONGEST_REST_IN_HOURS = 24;
/** A push takes more calls in one ATS than in another. Weighed by this, about as many of them fail in each. */
const WEIGHT_OF_FAULTS = { teamtailor: 6, flatchr: 3, smartrecruiters: 5 } satisfies Record<AtsName, number>;
/** Some, since other pushes are at work too. */
const CALLS_FROM_READ_TO_WRITE = 6;

/** @param isTold whether the trace is wanted even if all goes well */
export async function playPush(ats: AtsName, seed: number, isTold = false): Promise<Played> {
  const dice = createDice(seed);
  const isRich = dice.chance(0.03);
  const isHard = dice.chance(0.7);
  const share = isHard ? WEIGHT_OF_FAULTS[ats] * dice.pick([0.01, 0.03, 0.06]) : 0;
  const trouble = {
    aws: isHard ? dice.pick([0, 0.03, 0.1]) : 0,
    slow: dice.pick([0, 0.2, 0.4]),
    crash: dice.pick([0, 0.2, 0.4, 0.6]),
    calmFrom: START + HOUR + dice.pick([10, 20, 40]) * MINUTE,
  };
  const stage = await setStage({
    ats,
    dice,
    trouble,
    faultOf: (asked, simulated, now) =>
      now < trouble.calmFrom && dice.chance(isRead(asked) ? share / 2 : share)
        ? dice.pick(faultsOf(asked, simulated))
        : undefined,
    workflows: isRich ? dice.pick([1, 1, 2]) : 1,
    consumers: dice.pick([1, 1, 2, 3]),
    visibilityTimeoutInSeconds: dice.chance(0.15) ? 20 : 1080,
  });
  await play(stage, dice, trouble.calmFrom, isRich);
  return { seed, ats, ...stage.outcome(isTold) };
}

/** One that fails only makes the push begin again, and there are many of them. */
function isRead({ method, url }: Asked): boolean {
  return method === "GET" || url.pathname.endsWith("/search/applicants");
}

function faultsOf(asked: Asked, ats: SimulatedAts) {
  if (ats.isCreate(asked)) return CREATE_FAULTS;
  return asked.url.pathname.startsWith("/files/") ? FILE_FAULTS : ANY_FAULTS;
}

async function play(stage: Stage, dice: Dice, calmFrom: number, isRich: boolean): Promise<void> {
  const { clock, ats, queue, people, wrong } = stage;
  const { simulator } = ats.account;
  const isHandmade = planPersons(stage, dice, isRich);
  const { edited, deleted } = planRecruiters(stage, dice);
  const isOvertaken = (id: string, callsBefore: number) => {
    const next = simulator.calls.slice(callsBefore, callsBefore + CALLS_FROM_READ_TO_WRITE);
    const write = next.findIndex((call) => isWriteOf(id, call));
    // Of one workflow one push is at work at a time: if it has read the candidate since, it knows of the edit.
    const isKnown = stage.workflows === 1 && next.slice(0, write).some((call) => isReadOf(id, call));
    return write >= 0 && !isKnown;
  };
  if (!(await stage.untilRest(LONGEST_REST_IN_HOURS))) {
    wrong.push("it does not come to rest");
    return;
  }
  stage.note("now it is calm; everybody may be announced once more");
  clock.at(calmFrom, () => {});
  while (clock.now() < calmFrom) await clock.goOn();
  const kept = new Set(
    [...edited].filter(([id, callsBefore]) => !isOvertaken(id, callsBefore)).map(([id]) => id),
  );
  wrong.push(...(await wrongAtRest({ ...stage, edited: kept, deleted, isHandmade, said: stage.world.said })));
  if (dice.chance(isRich ? 0.6 : 0.95)) return;

  const calls = simulator.calls.length;
  const letters = queue.deadLetters.length;
  for (const person of people.persons.filter(({ isAnnounced }) => isAnnounced)) stage.announce(person, 1000);
  if (!(await stage.untilRest(LONGEST_REST_IN_HOURS))) wrong.push("it does not come to rest again");
  const writes = simulator.calls
    .slice(calls)
    .filter(({ write, route }) => write && !route.endsWith("/search/applicants"));
  // After a run by hand that failed, which nobody repeats, what the ATS has is not known; nor after a recruiter's edit.
  if (writes.length > 0 && letters === 0 && edited.size === 0 && !stage.wasPushedByHand())
    wrong.push(`a profile that did not change was written: ${writes.map(({ route }) => route).join(", ")}`);
}

/**
 * No ATS here can be told to write only what nobody has changed since it was read: who edits between the reading and the
 * writing of a push may be overwritten. A creation in SmartRecruiters may be of one that is there.
 */
function isWriteOf(id: string, { method, path, route }: SimulatedCall): boolean {
  if (method === "POST") return route === "POST /jobs/:jobId/candidates";
  return method !== "GET" && path.split("/").includes(id);
}

function isReadOf(id: string, { method, path, route }: SimulatedCall): boolean {
  return method === "GET" ? path.split("/").includes(id) : route.endsWith("/search/applicants");
}

/** @returns whether the first person was in the ATS before anything happened */
function planPersons({ people, ats, later, ...stage }: Stage, dice: Dice, isRich: boolean): boolean {
  const delayOfWebhook = () => (dice.chance(0.2) ? dice.below(5 * MINUTE) : dice.below(2_000));
  const change = (person: Person, kind?: "back") => {
    stage.note(`person ${person.index} changes in HrFlow: ${people.change(person, kind)}`);
    stage.announce(person, delayOfWebhook());
    if (dice.chance(0.1)) stage.announce(person, delayOfWebhook());
    if (kind !== undefined) return;
    if (dice.chance(0.3)) {
      // So that two pushes meet, of which one has read the profile before, and one after it changes once more.
      later(dice.below(1_500), () => stage.pushByHand(person));
      later(500 + dice.below(3_000), () => takeBack(person));
    } else if (dice.chance(0.35)) {
      // While a push of the change may be at work, or have died: then the ATS has what nobody remembers.
      later(dice.below(20_000), () => takeBack(person));
    }
  };
  const takeBack = (person: Person) => {
    if (!person.isDeleted) change(person, "back");
  };
  const soonOrLater = () => HOUR + dice.pick([dice.below(5_000), dice.below(SPAN)]);

  const persons = Array.from({ length: isRich ? dice.pick([1, 1, 2]) : 1 }, () =>
    people.add(true, !(ats.isEmailOptional && dice.chance(0.2))),
  );
  const stranger = people.add(false); // Of whom nobody with the secret ever speaks.
  if (dice.chance(0.1)) stage.forge(stranger, HOUR + dice.below(SPAN));
  const [first] = persons;
  const email = first && people.current(first).email;
  const isHandmade = typeof email === "string" && dice.chance(0.25);
  if (isHandmade) {
    stage.byHand(() => ats.addByHand({ firstName: "Hand", lastName: "Made", email }));
    stage.note("person 0 is entered by hand");
  }
  for (const person of persons) {
    later(HOUR + dice.below(2_000), () => stage.announce(person, delayOfWebhook()));
    for (let times = dice.pick(isRich ? [0, 1, 1, 2] : [0, 0, 0, 0, 1]); times > 0; times -= 1)
      later(soonOrLater(), () => change(person));
    if (dice.chance(0.1)) later(soonOrLater(), () => stage.pushByHand(person));
  }
  return isHandmade;
}

/** A recruiter adds what HrFlow does not know, or deletes a candidate whose profile then changes. */
function planRecruiters({ people, ats, later, ...stage }: Stage, dice: Dice) {
  /** How many calls the ATS had had before, by the candidate's id. */
  const edited = new Map<string, number>();
  const deleted = new Set<string>();
  if (dice.chance(0.25)) {
    later(HOUR + dice.below(SPAN), () => {
      const id = dice.pick(ats.ids());
      if (id === undefined) return;
      ats.account.editByRecruiter(id);
      edited.set(id, ats.account.simulator.calls.length);
      stage.note(`a recruiter edits ${id}`);
    });
  }
  if (dice.chance(0.1)) {
    later(HOUR + dice.below(SPAN), () => {
      const id = dice.pick(ats.ids());
      if (id === undefined) return;
      stage.byHand(() => ats.account.remove(id));
      deleted.add(id);
      stage.note(`a recruiter deletes ${id}`);
      for (const person of people.persons.filter(({ isAnnounced }) => isAnnounced)) {
        person.isDeleted = true;
        later(dice.below(MINUTE), () => {
          people.change(person, "phone");
          stage.announce(person, dice.below(2_000));
        });
      }
    });
  }
  return { edited, deleted };
}
