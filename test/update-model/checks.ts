/** What must hold in the world of a random history. Every function names what does not. */
import { readPending } from "../../lib/update/pending.ts";
import { identityOf, readRecords } from "../../lib/update/record.ts";
import type { People, Person } from "./people.ts";
import type { World } from "./world.ts";

/** What the checks look at. */
export interface Scene {
  world: World;
  people: People;
  workflowId: string;
  createMissing: boolean;
}

/** At the end, when everything has had its chance: HrFlow is as Flatchr is, save for what cannot be. */
export async function wrongAtTheEnd(scene: Scene): Promise<string[]> {
  const { world, people, workflowId, createMissing } = scene;
  const ids = people.persons.map(({ applicantId }) => applicantId);
  const records = await readRecords(workflowId, ids, world.environment);
  const pending = await readPending(workflowId, world.environment);
  return people.persons.flatMap((person) => {
    const name = people.nameOf(person);
    const wrong = [...wrongForeign(scene, person)];
    const record = records.get(person.applicantId) ?? {};
    const vacancy = people.vacancies.find(({ id }) => id === person.vacancyId);
    const cannotBeKnown = identityOf(record) === undefined && vacancy?.isClosed;
    const cannotBeWritten = people.profileOf(person) === undefined && !createMissing;
    if (person.isGone) return wrong;
    if (cannotBeKnown || cannotBeWritten) {
      if (!pending.has(person.applicantId)) wrong.push(`${name} failed, and is not remembered`);
      return wrong;
    }
    if (pending.has(person.applicantId)) wrong.push(`${name} is still pending`);
    return [...wrong, ...differences(scene, person, true)];
  });
}

/** The promise of the cursor, at any moment: what changed before it is written, or stands among the pending. */
export async function wrongBehindCursor(scene: Scene, changedSince: string): Promise<string[]> {
  const { world, people, workflowId } = scene;
  const overlapped = new Date(Date.parse(changedSince) - 86_400_000).toISOString().slice(0, 10);
  const applicants = new Map(world.flatchr.applicants().map((applicant) => [applicant.id, applicant]));
  const offset = world.flatchr.settings.timeZoneOffsetInMinutes * 60_000;
  const skipped = people.persons.filter((person) => {
    const applicant = applicants.get(person.applicantId);
    if (person.isGone || applicant === undefined || applicant.visibleAt > world.clock.now()) return false;
    const changedOn = new Date(applicant.updatedAt + offset).toISOString().slice(0, 10);
    // Names of columns change without a date.
    return changedOn < overlapped && differences(scene, person, false).length > 0;
  });
  if (skipped.length === 0) return [];
  const pending = await readPending(workflowId, world.environment);
  return skipped
    .filter(({ applicantId }) => !pending.has(applicantId))
    .map((person) => `the cursor ${changedSince} has passed ${people.nameOf(person)}`);
}

/** Nothing that is not Flatchr's may be lost. */
function wrongForeign({ people }: Scene, person: Person): string[] {
  const { foreign } = person;
  if (foreign === undefined) return [];
  const profile = people.profileOf(person);
  const isKept =
    profile?.info.summary === foreign.summary &&
    profile.tags.some(({ name, value }) => name === "foreign" && value === foreign.tag) &&
    profile.skills.some(({ name }) => name === foreign.skill) &&
    profile.experiences.some(({ title }) => title === foreign.job);
  return isKept ? [] : [`${people.nameOf(person)} has lost what is foreign: ${JSON.stringify(foreign)}`];
}

/** Where the profile differs from the candidate. */
function differences({ world, people }: Scene, person: Person, withTags: boolean): string[] {
  const { flatchr } = world;
  const candidate = flatchr.candidates().find(({ id }) => id === person.candidateId);
  const applicant = flatchr.applicants().find(({ id }) => id === person.applicantId);
  const vacancy = people.vacancies.find(({ id }) => id === person.vacancyId);
  const profile = people.profileOf(person);
  const name = people.nameOf(person);
  if (!candidate || !applicant || !vacancy) throw new Error(`${name} is not in Flatchr`);
  if (profile === undefined) return [`${name} is not in HrFlow`];
  const { firstname, lastname, email } = candidate;
  const column = flatchr.columns().find(({ id }) => id === applicant.columnId);
  const tags = {
    applicant_id: applicant.id,
    vacancy: vacancy.title.trim(),
    vacancy_id: vacancy.number,
    source: applicant.source,
    external_id: applicant.externalId,
    hired: column?.hired,
    column: column?.title,
  };
  const pairs: [what: string, isThere: unknown, isWanted: unknown][] = [
    ["full_name", profile.info.full_name, `${firstname} ${lastname}`],
    ["first_name", profile.info.first_name, firstname],
    ["last_name", profile.info.last_name, lastname],
    ["email", profile.info.email, email],
    ...Object.entries(withTags ? tags : {})
      .filter(([, value]) => value !== null)
      .map(([tag, value]): [string, unknown, unknown] => [
        tag,
        profile.tags
          .filter((other) => other.name === tag)
          .map((other) => String(other.value))
          .join(" and "),
        String(value),
      ]),
  ];
  const wrong = pairs
    .filter(([, isThere, isWanted]) => isThere !== isWanted)
    .map(([what, isThere, isWanted]) => `${name}: ${what} is ${isThere} and not ${isWanted}`);
  const { phone } = profile.info;
  const isPhoneRight = candidate.phone === null ? person.phones.includes(phone) : phone === candidate.phone;
  return isPhoneRight ? wrong : [...wrong, `${name}: phone is ${phone} and not ${candidate.phone}`];
}
