/**
 * What must hold when a schedule of pushes has come to rest. Every function names what does not.
 *
 * The promises of the design, and where each is checked:
 *
 * 1. Nothing is lost: `wrongPerson` (everybody is there, as the newest version says, CV included), `wrongDeadLetters` (or was
 *    given up for a documented reason), and that the queue comes to rest at all; a day's outage: outage.test.ts.
 * 2. Never two candidates: `wrongPerson`.
 * 3. The newest wins: `wrongPerson`, and stage.ts at every write (no older version over a newer one).
 * 5. Nothing unchanged is written: the end of push-schedule.ts.
 * 6. Nothing foreign is overwritten: `wrongForeign`.
 * 8. Closed by default: a forged webhook is refused, and has no effect (`wrongPerson`); nothing personal stands where it may
 *    not (`wrongSaid`: every log line, every metric, every write to the table and to the queues).
 *
 * The cursor (4) and the dry run (7) are those of updates: test/update-model/checks.ts.
 */
import type { SeenCandidate } from "../conformance/conformance.ts";
import type { AtsName, SimulatedAts } from "./ats.ts";
import { PERSONAL, type People, type Person } from "./people.ts";
import type { Queue } from "./queue.ts";

/** What the checks look at. */
export interface Scene {
  name: AtsName;
  ats: SimulatedAts;
  people: People;
  queue: Queue;
  /** The candidates that Relay has made, also those that are gone. */
  made: ReadonlyMap<string, Person>;
  /** By recruiters. */
  deleted: ReadonlySet<string>;
  edited: ReadonlySet<string>;
  /** The first person was in the ATS before anything happened. */
  isHandmade: boolean;
  workflows: number;
  /** What was logged, measured, and written to the table and the queues. */
  said: readonly string[];
}

/** The reasons for which an event may be given up in a simulation. */
const DOCUMENTED_REASONS = ["write_failure", "create_outcome_unknown"];

export async function wrongAtRest(scene: Scene): Promise<string[]> {
  const candidates = await scene.ats.account.candidates();
  return [
    ...scene.people.persons.flatMap((person) => wrongPerson(scene, person, candidates)),
    ...wrongForeign(scene, candidates),
    ...wrongDeadLetters(scene),
    ...wrongSaid(scene),
  ];
}

/** Promises 1, 2, 3 and 8. */
function wrongPerson(scene: Scene, person: Person, candidates: SeenCandidate[]): string[] {
  const { people, ats, made, workflows } = scene;
  const name = `person ${person.index}`;
  const emails = person.versions.map(({ email }) => email?.toLowerCase());
  const { lastName } = people.current(person);
  const own = candidates.filter(
    (candidate) =>
      candidate.lastName === lastName || (candidate.email && emails.includes(candidate.email.toLowerCase())),
  );
  if (!person.isAnnounced) return own.length > 0 ? [`${name} was pushed without being announced`] : [];

  const ours = own.filter(({ id }) => made.has(id));
  const wrong: string[] = [];
  if (ours.length > workflows) wrong.push(`${name} has ${ours.length} candidates`);
  const isAlwaysThere = person.index === 0 && scene.isHandmade && scene.deleted.size === 0;
  // A second one that SmartRecruiters made is deleted again, unless a recruiter has worked on it since.
  const isOnlyOurs = ours.some(({ id }) => !scene.edited.has(id));
  if (isAlwaysThere && workflows === 1 && new Set(emails).size === 1 && isOnlyOurs)
    wrong.push(`${name} was there, and was created all the same`);

  const givenUpAt = Math.max(
    ...scene.queue.deadLetters
      .filter(({ body }) => body.includes(person.profileKey))
      .map(({ sentAt }) => sentAt),
  );
  if (givenUpAt >= person.changedAt) return wrong; // Announced by a dead letter: see below for its reason.
  if (own.length === 0) return [...wrong, `${name} is in no candidate`];
  const differences = own.map((candidate) =>
    ats.differences(candidate, people.current(person), made.has(candidate.id)),
  );
  const best = differences.reduce((one, other) => (other.length < one.length ? other : one));
  // Where there are several (of two workflows, or of a recruiter), one of them is the one that is kept up to date.
  return [...wrong, ...best.map((difference) => `${name}: ${difference}`)];
}

/** Promise 6: what a recruiter has added to a candidate that is still there. */
function wrongForeign({ ats, edited, deleted }: Scene, candidates: SeenCandidate[]): string[] {
  return candidates
    .filter(({ id }) => edited.has(id) && !deleted.has(id))
    .flatMap(({ id, details }) => {
      const text = JSON.stringify(details);
      return ats.foreign.filter((part) => !text.includes(part)).map((part) => `${id} has lost ${part}`);
    });
}

/** Promise 1. */
function wrongDeadLetters({ queue }: Scene): string[] {
  return queue.deadLetters
    .filter(({ reason }) => !DOCUMENTED_REASONS.includes(reason ?? ""))
    .map(({ reason }) => `an event was given up because of ${reason}`);
}

/** Promise 8. */
function wrongSaid({ said }: Scene): string[] {
  const all = said.join("\n");
  return PERSONAL.filter((text) => all.includes(text)).map(
    (text) => `"${text}" stands in a log, a metric, the table or a queue`,
  );
}
