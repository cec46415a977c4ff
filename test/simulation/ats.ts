/** The three ATS in a simulation: in memory, with settings that the dice choose among what their pages leave open. */
import type { Fault } from "../../local/vendors/faults.ts";
import type { SimulatedFlatchr } from "../../local/vendors/flatchr.ts";
import type { Asked } from "../../local/vendors/simulator.ts";
import type { SimulatedSmartrecruiters } from "../../local/vendors/smartrecruiters.ts";
import type { SimulatedTeamtailor } from "../../local/vendors/teamtailor.ts";
import type { Account, SeenCandidate } from "../conformance/conformance.ts";
import { flatchrBench } from "../conformance/flatchr.ts";
import { smartrecruitersBench } from "../conformance/smartrecruiters.ts";
import { teamtailorBench } from "../conformance/teamtailor.ts";
import type { Clock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import type { VendorFault } from "./trouble.ts";

export const ATS_NAMES = ["teamtailor", "flatchr", "smartrecruiters"] as const;
export type AtsName = (typeof ATS_NAMES)[number];

/** What a person is to look like in an ATS. */
export interface Wanted {
  firstName: string;
  lastName: string;
  /** Null where HrFlow knows none: what the ATS has then is nobody's business. */
  email: string | null;
  phone: string;
  cv: string | undefined;
}

export interface SimulatedAts {
  account: Account;
  /** `push_parameters` of a second workflow. */
  secondParameters: object;
  /** Who has no e-mail address is taken, too. */
  isEmailOptional: boolean;
  /** Everybody who is there, as cheaply as it can be told. */
  ids(): string[];
  isCreate(asked: Asked): boolean;
  /** Somebody whom a recruiter enters, whether on the place of the workflow or elsewhere in the ATS. */
  addByHand(person: { firstName: string; lastName: string; email: string }): void;
  /** What a recruiter adds, as it stands in the JSON of a candidate's details. */
  foreign: readonly string[];
  /** How the candidate differs from what it is to look like. */
  differences(candidate: SeenCandidate, wanted: Wanted, isOurs: boolean): string[];
}

interface Needs {
  clock: Clock;
  dice: Dice;
  /** How an ATS gets a CV from HrFlow. */
  fetch: typeof globalThis.fetch;
}

export function startAts(name: AtsName, needs: Needs): Promise<SimulatedAts> {
  return { teamtailor: startTeamtailor, flatchr: startFlatchr, smartrecruiters: startSmartrecruiters }[name](
    needs,
  );
}

const JSON_FAULTS: readonly Fault[] = [
  { kind: "status", status: 500, when: "before" },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 503, when: "before" },
  { kind: "status", status: 429, when: "before", headers: { "retry-after": "3" } },
  { kind: "status", status: 429, when: "before", headers: { "retry-after": "45" } },
  { kind: "status", status: 429, when: "before" },
  { kind: "status", status: 401, when: "before" },
  { kind: "html", status: 502, when: "after" },
  { kind: "truncated_json", when: "after" },
  { kind: "cut_body", when: "after" },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "never", when: "before" },
  { kind: "never", when: "after" },
];
export const ANY_FAULTS: readonly VendorFault[] = [
  ...JSON_FAULTS,
  { kind: "refused" },
  { kind: "slow_answer" },
  { kind: "slow_answer" },
  { kind: "slow_answer" },
];
/** A file has no form by which one could see that half of it is missing. */
export const FILE_FAULTS = ANY_FAULTS.filter(({ kind }) => kind !== "truncated_json");
/** Of a create, the outcome matters most; only here may an effect come when nobody waits any more. */
export const CREATE_FAULTS: readonly VendorFault[] = [
  { kind: "status", status: 500, when: "after" },
  { kind: "reset", when: "after" },
  { kind: "reset", when: "after" },
  { kind: "never", when: "after" },
  { kind: "never", when: "before" },
  { kind: "html", status: 502, when: "after" },
  { kind: "status", status: 503, when: "before" },
  { kind: "status", status: 429, when: "before" },
  { kind: "status", status: 422, when: "before" },
  { kind: "late" },
  { kind: "refused" },
];

async function startTeamtailor({ clock, dice, fetch }: Needs): Promise<SimulatedAts> {
  const bench = teamtailorBench({
    origin: "http://teamtailor.example",
    now: clock.now,
    fetch,
    emailUniqueness: dice.pick(["insensitive", "insensitive", "none"]),
    searchLagInMs: dice.pick([0, 0, 20_000]),
    tagsOnUpdate: dice.pick(["replace", "add"]),
  });
  const account: Account<SimulatedTeamtailor> = await bench.start();
  return {
    account: { ...account, parameters: { sourced: true } },
    secondParameters: { sourced: true },
    isEmailOptional: true,
    ids: () => account.simulator.candidates().map(({ id }) => id),
    isCreate: ({ method, url }) => method === "POST" && url.pathname === "/v1/candidates",
    addByHand: account.add,
    foreign: ['"shortlist"', '"https://fair.example"'],
    differences: sameInAll,
  };
}

async function startSmartrecruiters({ clock, dice }: Needs): Promise<SimulatedAts> {
  const bench = smartrecruitersBench({
    origin: "http://smartrecruiters.example",
    now: clock.now,
    searchLagInMs: dice.pick([0, 0, 40_000]),
    duplicateOnJob: dice.pick(["new_id", "new_id", "same_id", "conflict"]),
    duplicateElsewhere: dice.pick(["new_id", "new_id", "same_id", "conflict"]),
    statusOnOtherJob: dice.pick(["refuse", "assign"]),
    patchNested: dice.pick(["replace", "merge"]),
    secondResume: dice.pick(["add", "replace"]),
  });
  const account: Account<SimulatedSmartrecruiters> = await bench.start();
  const second = account.simulator.addJob();
  const isOnJob = dice.chance(0.7);
  return {
    account,
    secondParameters: { job_id: second.id },
    isEmailOptional: false,
    ids: () => account.simulator.candidates().map(({ id }) => id),
    isCreate: ({ method, url }) => method === "POST" && /^\/jobs\/[^/]+\/candidates$/.test(url.pathname),
    addByHand: (person) => {
      if (isOnJob) account.add(person);
      else account.simulator.addCandidate(person);
    },
    foreign: ['"Shortlist"', '"skype":"fair"'],
    differences: sameInAll,
  };
}

async function startFlatchr({ clock, dice }: Needs): Promise<SimulatedAts> {
  const bench = flatchrBench({
    origin: "http://flatchr.example",
    now: clock.now,
    duplicates: dice.pick(["create", "create", "merge", "refuse"]),
    searchLagInMs: dice.pick([0, 0, 20_000]),
    createAnswer: dice.pick(["documented", "with_ids", "empty"]),
    moveWithoutColumn: dice.pick(["accept", "refuse"]),
    enrichmentReference: dice.pick(["candidate_id", "either"]),
  });
  const account: Account<SimulatedFlatchr> = await bench.start();
  const { simulator } = account;
  const second = simulator.addVacancy({ title: "Technicienne H/F" });
  const column = simulator.columns()[2]?.id;
  return {
    account,
    secondParameters: { vacancy: second.slug },
    isEmailOptional: false,
    ids: () => simulator.applicants().map(({ id }) => id),
    isCreate: ({ url }) => url.pathname === "/careers/vacancy/candidate/json",
    addByHand: account.add,
    foreign: [`"columnId":${column}`, '"https://fair.example"'],
    /** Its API changes nothing of a candidate: what changes arrives in the enrichment, and the CV at the creation. */
    differences: (candidate, wanted, isOurs) => {
      const names = isOurs ? [candidate.firstName, candidate.lastName].join(" ") : undefined;
      return different([
        ["phone", candidate.phone, wanted.phone],
        ["name", names, isOurs ? `${wanted.firstName} ${wanted.lastName}` : undefined],
      ]);
    },
  };
}

function sameInAll(candidate: SeenCandidate, wanted: Wanted): string[] {
  const hasCv = wanted.cv === undefined || candidate.cvs.includes(wanted.cv);
  return different([
    ["first name", candidate.firstName, wanted.firstName],
    ["last name", candidate.lastName, wanted.lastName],
    ["e-mail", wanted.email && candidate.email?.toLowerCase(), wanted.email?.toLowerCase() ?? null],
    ["phone", candidate.phone, wanted.phone],
    ["CV", hasCv ? "the newest" : "another, or none", "the newest"],
  ]);
}

function different(pairs: [what: string, isThere: unknown, isWanted: unknown][]): string[] {
  return pairs
    .filter(([, isThere, isWanted]) => isThere !== isWanted)
    .map(([what, isThere, isWanted]) => `${what} is ${isThere} and not ${isWanted}`);
}
